"""SQL about answers that were given: whose they are, their files, what is missing, what is forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.people.model import Person

from .model import GivenAnswer


class Respondent(msgspec.Struct, frozen=True, kw_only=True):
    """A guest with a registration at the event, and the booking with which it was made."""

    registration_id: UUID
    booking_id: UUID
    guest_id: UUID
    person: Person


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with an answer; a sealed one has no name here."""

    id: UUID
    question_id: UUID
    file_name: str
    media_type: str
    size: int
    verdict: str
    sealed: bool


async def respondent(db: Executor, event_id: UUID, registration_id: UUID) -> Respondent | None:
    row = await db.fetchrow(
        """
        select r.id as registration_id, r.booking_id, r.guest_id,
               jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
                                  'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
                                  'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin,
                                  'company', g.company, 'department', g.department) as person
        from registrations r
        join guests g on g.id = r.guest_id
        where r.event_id = $1
          and r.id = $2
        """,
        event_id,
        registration_id,
    )
    return msgspec.convert(dict(row), Respondent) if row else None


async def answers_of(db: Executor, whose: Respondent) -> list[GivenAnswer]:
    """A guest's own answers and those of the whole booking."""
    rows = await db.fetch(
        """
        select question_id, value, encode(sealed, 'hex') as sealed
        from question_answers
        where booking_id = $1
          and (guest_id = $2 or guest_id is null)
        """,
        whose.booking_id,
        whose.guest_id,
    )
    return [GivenAnswer(*row) for row in rows]


async def uploads(db: Executor, upload_ids: Sequence[UUID]) -> dict[UUID, Upload]:
    rows = await db.fetch(
        "select id, question_id, file_name, media_type, size, verdict, sealed from uploads where id = any ($1)", list(upload_ids)
    )
    return {row["id"]: Upload(**row) for row in rows}


async def sent_upload(db: Executor, event_id: UUID, upload_id: UUID) -> tuple[Upload, bytes] | None:
    """A file of the event that belongs to an answer, with its content; one whose form was never sent off is nobody's business."""
    row = await db.fetchrow(
        """
        select u.id, u.question_id, u.file_name, u.media_type, u.size, u.verdict, u.sealed, u.content
        from uploads u
        where u.event_id = $1
          and u.id = $2
          and exists (select from question_answers a where a.question_id = u.question_id and a.value #>> '{}' = u.id::text)
        """,
        event_id,
        upload_id,
    )
    if row is None:
        return None
    found: dict[str, Any] = dict(row)
    content: bytes = found.pop("content")
    return Upload(**found), content


async def answers_of_registrations(
    db: Executor, event_id: UUID, registration_ids: Sequence[UUID]
) -> dict[UUID, list[tuple[UUID | None, GivenAnswer]]]:
    """Each registration with the answers of its guest, and under None those of its booking. A file found harmful is no answer."""
    rows = await db.fetch(
        """
        select r.id, a.guest_id, a.question_id, a.value, encode(a.sealed, 'hex') as sealed
        from registrations r
        left join question_answers a on a.booking_id = r.booking_id
                                    and (a.guest_id = r.guest_id or a.guest_id is null)
                                    and not exists (select from uploads u
                                                    where u.question_id = a.question_id
                                                      and u.id::text = a.value #>> '{}'
                                                      and u.verdict = 'infected')
        where r.event_id = $1
          and r.id = any ($2)
        """,
        event_id,
        list(registration_ids),
    )
    found: dict[UUID, list[tuple[UUID | None, GivenAnswer]]] = {}
    for row in rows:
        answers = found.setdefault(row["id"], [])
        if row["question_id"] is not None:
            answers.append((row["guest_id"], GivenAnswer(row["question_id"], row["value"], row["sealed"])))
    return found


async def forget_unsent_uploads(db: Executor, before: datetime) -> int:
    """Deletes files that belong to no answer. Answers how many."""
    status = await db.execute(
        """
        delete from uploads u
        where u.created_at < $1
          and not exists (select from question_answers a where a.question_id = u.question_id and a.value #>> '{}' = u.id::text)
        """,
        before,
    )
    return int(status.rpartition(" ")[2])


async def lease_unseen(db: Executor, limit: int) -> list[tuple[UUID, UUID, bytes, bool]]:
    """Files that nobody has looked at, the oldest first; another process does not get them for five minutes."""
    rows = await db.fetch(
        """
        update uploads
        set scan_after = now() + interval '5 minutes'
        where id in (select id from uploads where verdict = 'unseen' and scan_after <= now() order by scan_after limit $1
                     for update skip locked)
        returning id, question_id, content, sealed
        """,
        limit,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def set_verdict(db: Executor, upload_id: UUID, verdict: str) -> None:
    """What the scanner said; of a harmful file nothing is kept but that it was there."""
    await db.execute(
        "update uploads set verdict = $2, content = case when $2 = 'infected' then '' else content end where id = $1", upload_id, verdict
    )
