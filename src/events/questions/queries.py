"""SQL of questions and answers. One statement a function, the connection first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import GivenAnswer, Question

_QUESTIONS = """
select q.id, q.event_id, q.slug, q.position, q.kind, q.label, q.help, q.options, q.required, q.per, q.sensitivity, q.condition,
       q.limits, q.withdrawn_at,
       exists (select from question_answers a where a.question_id = q.id) as answered
from questions q
"""


async def questions_of_event(db: Executor, event_id: UUID) -> list[Question]:
    """What the event asks now, in the order of the form."""
    rows = await db.fetch(f"{_QUESTIONS} where q.event_id = $1 and q.withdrawn_at is null order by q.position, q.id", event_id)
    return [msgspec.convert(dict(row), Question) for row in rows]


async def all_questions_of_event(db: Executor, event_id: UUID) -> list[Question]:
    """What the event asks, and last what it asked once and somebody has answered."""
    rows = await db.fetch(f"{_QUESTIONS} where q.event_id = $1 order by q.withdrawn_at is not null, q.position, q.id", event_id)
    every = [msgspec.convert(dict(row), Question) for row in rows]
    return [question for question in every if question.withdrawn_at is None or question.answered]


async def taken_slugs(db: Executor, event_id: UUID) -> set[str]:
    """The names of everything that the event asks or has asked."""
    return {row[0] for row in await db.fetch("select slug from questions where event_id = $1", event_id)}


async def question_by_id(db: Executor, event_id: UUID, question_id: UUID) -> Question | None:
    row = await db.fetchrow(f"{_QUESTIONS} where q.event_id = $1 and q.id = $2", event_id, question_id)
    return msgspec.convert(dict(row), Question) if row else None


async def lock_questions(tx: Connection, event_id: UUID) -> None:
    """One editor at a time, until the transaction ends. Sign-ups do not wait."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"questions:{event_id}")


async def hold_answers(tx: Connection, question_id: UUID) -> None:
    """No new answers to this question until the transaction ends: their foreign key waits for this row. Only ever one question at
    a time, or an editor and a sign-up could wait for each other."""
    await tx.execute("select from questions where id = $1 for update", question_id)


async def chosen_values(db: Executor, question_id: UUID) -> set[str] | None:
    """The options that somebody has chosen; None when the answers are sealed, so that nobody can tell."""
    row = await db.fetchrow(
        """
        select bool_or(a.sealed is not null) as is_sealed,
               array(select distinct e.value
                     from question_answers o
                     cross join lateral jsonb_array_elements_text(
                         case jsonb_typeof(o.value) when 'array' then o.value else jsonb_build_array(o.value) end) e
                     where o.question_id = $1
                       and o.value is not null) as chosen
        from question_answers a
        where a.question_id = $1
        """,
        question_id,
    )
    return None if row is None or row["is_sealed"] else set(row["chosen"])


async def place_questions(tx: Connection, question_ids: Sequence[UUID]) -> None:
    """Puts the questions into this order."""
    await tx.execute(
        """
        update questions q
        set position = n.position
        from unnest($1::uuid[]) with ordinality as n (id, position)
        where q.id = n.id
          and q.position <> n.position
        """,
        list(question_ids),
    )


async def set_withdrawn(tx: Connection, question_id: UUID, withdrawn_at: datetime | None) -> None:
    await tx.execute("update questions set withdrawn_at = $2 where id = $1", question_id, withdrawn_at)


async def delete_unanswered(db: Executor, withdrawn_before: datetime) -> int:
    """Removes withdrawn questions that nobody has answered. Answers how many."""
    status = await db.execute(
        """
        delete from questions q
        where q.withdrawn_at < $1
          and not exists (select from question_answers a where a.question_id = q.id)
          and not exists (select from uploads u where u.question_id = q.id)
        """,
        withdrawn_before,
    )
    return int(status.rpartition(" ")[2])


async def events_with_questions(db: Executor, organiser_ids: Sequence[UUID], but: UUID) -> list[tuple[UUID, dict[str, str], datetime, int]]:
    """Other events of these organisers that ask something: id, title, start and how many questions; the latest first."""
    rows = await db.fetch(
        """
        select e.id, e.title, e.starts_at, count(*)::int
        from events e
        join questions q on q.event_id = e.id and q.withdrawn_at is null
        where e.organiser_id = any ($1)
          and e.id <> $2
        group by e.id
        order by e.starts_at desc, e.id
        limit 200
        """,
        list(organiser_ids),
        but,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def answers_of_booking(db: Executor, booking_id: UUID) -> dict[UUID | None, list[GivenAnswer]]:
    """A booking's answers by guest; those of the booking as a whole under None."""
    rows = await db.fetch(
        """
        select guest_id, question_id, value, encode(sealed, 'hex') as sealed
        from question_answers
        where booking_id = $1
        order by question_id
        """,
        booking_id,
    )
    answers: dict[UUID | None, list[GivenAnswer]] = {}
    for row in rows:
        answers.setdefault(row["guest_id"], []).append(GivenAnswer(row["question_id"], row["value"], row["sealed"]))
    return answers


async def replace_answers(
    tx: Connection,
    booking_id: UUID,
    guest_id: UUID | None,
    *,
    question_ids: Sequence[UUID],
    answers: Sequence[GivenAnswer],
    now: datetime,
) -> None:
    """What a guest (or the booking) answers to these questions from now on. An answer that stays the same keeps its time."""
    await tx.execute(
        """
        with given as (
            select a.question_id, a.value, decode(a.sealed, 'hex') as sealed
            from jsonb_to_recordset($4) as a (question_id uuid, value jsonb, sealed text)
        ), gone as (
            delete from question_answers o
            where o.booking_id = $1
              and o.guest_id is not distinct from $2
              and o.question_id = any ($3)
              and o.question_id not in (select question_id from given)
        )
        insert into question_answers as o (question_id, booking_id, guest_id, value, sealed, answered_at)
        select question_id, $1, $2, value, sealed, $5
        from given
        on conflict on constraint question_answers_one do update
        set value = excluded.value,
            sealed = excluded.sealed,
            answered_at = excluded.answered_at
        where (o.value, o.sealed) is distinct from (excluded.value, excluded.sealed)
        """,
        booking_id,
        guest_id,
        list(question_ids),
        [msgspec.to_builtins(answer) for answer in answers],
        now,
    )


async def insert_upload(
    db: Executor,
    upload_id: UUID,
    *,
    event_id: UUID,
    question_id: UUID,
    file_name: str,
    media_type: str,
    size: int,
    content: bytes,
    sealed: bool,
    now: datetime,
) -> str:
    """Keeps a file; the same one sent again only becomes young again. Answers the verdict that stands."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        insert into uploads as u (id, event_id, question_id, file_name, media_type, size, content, sealed, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (id) do update
        set created_at = excluded.created_at
        returning verdict
        """,
        upload_id,
        event_id,
        question_id,
        file_name,
        media_type,
        size,
        content,
        sealed,
        now,
    )


async def upload_bytes_of_event(db: Executor, event_id: UUID) -> int:
    """How much the files of an event take."""
    return int(await db.fetchval("select coalesce(sum(size), 0) from uploads where event_id = $1", event_id))


async def file_names(db: Executor, upload_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What the files are called; those that are sealed have no name here."""
    rows = await db.fetch("select id, file_name from uploads where id = any ($1)", list(upload_ids))
    return {row["id"]: row["file_name"] for row in rows}


async def file_names_of_event(db: Executor, event_id: UUID) -> dict[UUID, str]:
    """What all files of the event are called."""
    rows = await db.fetch("select id, file_name from uploads where event_id = $1", event_id)
    return {row["id"]: row["file_name"] for row in rows}


async def insert_question(tx: Connection, question: Question) -> None:
    values: dict[str, Any] = msgspec.to_builtins(question)
    await tx.execute(
        """
        insert into questions (id, event_id, slug, position, kind, label, help, options, required, per, sensitivity, condition, limits)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        question.id,
        question.event_id,
        question.slug,
        question.position,
        *(values[name] for name in _EDITABLE),
    )


async def update_question(tx: Connection, question: Question) -> None:
    """Writes everything about a question but its slug and its place in the form."""
    values: dict[str, Any] = msgspec.to_builtins(question)
    await tx.execute(
        """
        update questions
        set kind = $2, label = $3, help = $4, options = $5, required = $6, per = $7, sensitivity = $8, condition = $9, limits = $10
        where id = $1
        """,
        question.id,
        *(values[name] for name in _EDITABLE),
    )


_EDITABLE = ("kind", "label", "help", "options", "required", "per", "sensitivity", "condition", "limits")
