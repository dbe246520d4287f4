"""SQL of letters: everything that is said in one, read for many at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.programme.model import EventStatus
from events.programme.queries import events_by_ids

from .letters import Host, InvitedTo, Letter
from .model import Answer, Invitation


async def letters_for(
    db: Executor, invitation_ids: Collection[UUID], *, kind: str, programme_id: UUID | None, event_id: UUID | None, now: datetime
) -> list[Letter]:
    """The letters in the order of the ids: about the programme, or about the one event.

    What is over, cancelled or declined is not written about; of whom nothing is left there is no letter. A reminder speaks of what is
    not settled.
    """
    invited = await _invited(db, invitation_ids, event_id)
    events = await events_by_ids(db, {event for answers in invited.values() for event, _answer in answers})
    letters = []
    for row in await _invitations(db, invitation_ids, programme_id):
        wanted = _UNSETTLED if kind == "reminder" else _WELCOME
        told = [InvitedTo(event=events[event_id], answer=answer) for event_id, answer in invited[row["id"]] if answer in wanted]
        ahead = [told_of for told_of in told if told_of.event.status == EventStatus.PUBLISHED and told_of.event.ends_at > now]
        if ahead:
            host = _host(row, ahead[0] if programme_id is None else None)
            letters.append(Letter(kind=kind, host=host, invitation=_invitation(row), events=ahead))
    return letters


_UNSETTLED = frozenset({Answer.NONE, Answer.PROVISIONAL})
_WELCOME = frozenset(Answer) - {Answer.DECLINED}


async def _invited(db: Executor, invitation_ids: Collection[UUID], event_id: UUID | None) -> dict[UUID, list[tuple[UUID, Answer]]]:
    rows = await db.fetch(
        """
        select x.invitation_id, x.event_id, x.answer
        from invitation_events x
        join events e on e.id = x.event_id
        where x.invitation_id = any ($1::uuid[])
          and ($2::uuid is null or x.event_id = $2)
        order by e.starts_at, e.id
        """,
        list(invitation_ids),
        event_id,
    )
    found: dict[UUID, list[tuple[UUID, Answer]]] = defaultdict(list)
    for row in rows:
        found[row["invitation_id"]].append((row["event_id"], Answer(row["answer"])))
    return found


async def _invitations(db: Executor, invitation_ids: Collection[UUID], programme_id: UUID | None) -> list[Any]:
    columns = ", ".join(f"i.{name}" for name in Invitation.__struct_fields__)
    return await db.fetch(
        f"""
        select {columns}, o.name as host_name, o.contact_email, o.contact_phone, p.title as programme_title, p.hue, p.time_zone as host_zone
        from unnest($1::uuid[]) with ordinality as asked (id, place)
        join invitations i on i.id = asked.id
        join organisers o on o.id = i.organiser_id
        left join programmes p on p.id = $2
        order by asked.place
        """,
        list(invitation_ids),
        programme_id,
    )


async def mark_posted(tx: Connection, invitation_ids: Collection[UUID], now: datetime) -> None:
    """Notes that letters on paper were made for these."""
    await tx.execute("update invitations set posted_at = $2 where id = any ($1::uuid[])", list(invitation_ids), now)


async def contact_phone(db: Executor, organiser_id: UUID) -> str:
    """The number that is printed in invitations; empty when none was given."""
    return str(await db.fetchval("select contact_phone from organisers where id = $1", organiser_id) or "")


async def set_contact_phone(tx: Connection, organiser_id: UUID, phone: str) -> None:
    await tx.execute("update organisers set contact_phone = $2 where id = $1", organiser_id, phone)


def _invitation(row: Any) -> Invitation:
    return msgspec.convert({name: row[name] for name in Invitation.__struct_fields__}, Invitation)


def _host(row: Any, single: InvitedTo | None) -> Host:
    return Host(
        name=row["host_name"],
        email=row["contact_email"],
        phone=row["contact_phone"],
        title=None if single else row["programme_title"],
        hue=single.event.hue if single else row["hue"],
        time_zone=single.event.time_zone if single else row["host_zone"],
    )
