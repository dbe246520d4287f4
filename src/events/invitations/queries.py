"""SQL of invitations and their answers. One statement a function, the connection first."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor

from .model import Answer, GivenAnswer, Invitation, InvitedEvent, Link, NewInvitation
from .replies import Giver

_COLUMNS = """i.id, i.organiser_id, i.programme_id, i.co_host_id, i.batch_id, i.row_key, i.inviter, i.issue, i.email, i.delegate_email,
       i.locale, i.time_zone, i.honorific, i.family_name, i.given_name, i.family_name_kana, i.given_name_kana, i.family_name_latin,
       i.given_name_latin, i.company, i.department, i.job_title, i.flags, i.companions, i.max_companions, i.companions_by,
       i.answer_by, i.booking_id, i.guest_id, i.message, i.created_at, i.withdrawn_at"""


async def invitation_by_id(db: Executor, invitation_id: UUID) -> Invitation | None:
    row = await db.fetchrow(f"select {_COLUMNS} from invitations i where i.id = $1", invitation_id)
    return _invitation(row) if row else None


async def invitation_by_link(db: Executor, token_hash: bytes) -> tuple[Invitation, Link] | None:
    """The invitation behind a link and which link it is. One look-up by hash, the same for a real and a guessed one."""
    row = await db.fetchrow(
        f"""
        select l.link, {_COLUMNS}
        from (select id, 'invitee' as link from invitations where token_hash = $1
              union all
              select id, 'delegate' from invitations where delegate_hash = $1
              union all
              select invitation_id, 'ended' from ended_links where token_hash = $1) l
        join invitations i on i.id = l.id
        """,
        token_hash,
    )
    return (_invitation(row), Link(row["link"])) if row else None


async def invitation_of_booking(db: Executor, booking_id: UUID) -> UUID | None:
    """The invitation through which somebody came to a booking, or to the one that leads it."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        select i.id
        from bookings b
        join invitations i on i.booking_id = coalesce(b.lead_id, b.id)
        where b.id = $1
        """,
        booking_id,
    )


async def invited_events(db: Executor, invitation_id: UUID) -> list[InvitedEvent]:
    """What the invitation is for, in order of time."""
    rows = await db.fetch(
        """
        select ie.invitation_id, ie.event_id, ie.pool_id, p.slug as contingent, ie.answer, ie.answered_at, ie.booking_id,
               (select count(*)
                from answers a
                where a.invitation_id = ie.invitation_id
                  and a.event_id = ie.event_id) as answers
        from invitation_events ie
        join events e on e.id = ie.event_id
        left join pools p on p.id = ie.pool_id
        where ie.invitation_id = $1
        order by e.starts_at, e.id
        """,
        invitation_id,
    )
    return [msgspec.convert(dict(row), InvitedEvent) for row in rows]


async def answers_of(db: Executor, invitation_id: UUID) -> list[GivenAnswer]:
    """Every answer that was given, the latest first."""
    rows = await db.fetch(
        "select event_id, answer, actor, source, note, at from answers where invitation_id = $1 order by id desc", invitation_id
    )
    return [msgspec.convert(dict(row), GivenAnswer) for row in rows]


async def insert_invitation(
    tx: Connection,
    invitation_id: UUID,
    new: NewInvitation,
    *,
    token_hash: bytes,
    delegate_hash: bytes,
    keys: Mapping[str, str],
    now: datetime,
) -> None:
    """Writes an invitation. `keys` are its search_key, sort_key and match_key."""
    row = msgspec.structs.asdict(new) | dict(keys)
    row |= {"id": invitation_id, "token_hash": token_hash, "delegate_hash": delegate_hash, "created_at": now}
    columns = ", ".join(row)
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    await tx.execute(f"insert into invitations ({columns}) values ({places})", *row.values())


async def insert_invited_events(tx: Connection, invitation_id: UUID, events: Mapping[UUID, UUID | None]) -> None:
    """Invites to more events, each with its contingent's pool or none; those already there stay as they are."""
    await tx.execute(
        """
        insert into invitation_events (invitation_id, event_id, pool_id)
        select $1, e.event_id, e.pool_id
        from unnest($2::uuid[], $3::uuid[]) as e (event_id, pool_id)
        on conflict (invitation_id, event_id) do nothing
        """,
        invitation_id,
        list(events),
        list(events.values()),
    )


async def take_turn(db: Executor, invitation_id: UUID, *, now: datetime, until: datetime) -> bool:
    """Whether nobody else is answering the invitation; then it is kept for this answer until the time or `end_turn`."""
    status = await db.execute(
        """
        update invitations
        set answering_until = $3
        where id = $1
          and (answering_until is null or answering_until <= $2)
        """,
        invitation_id,
        now,
        until,
    )
    return status == "UPDATE 1"


async def end_turn(db: Executor, invitation_id: UUID) -> None:
    await db.execute("update invitations set answering_until = null where id = $1", invitation_id)


async def record_answers(db: Executor, given: Sequence[tuple[InvitedEvent, Answer]], *, giver: Giver, now: datetime) -> None:
    """Appends answers and moves the current ones with them, in one statement. An event's booking, once there is one, stays."""
    await db.execute(
        """
        with said as (
            select *
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) as s (invitation_id, event_id, answer, booking_id)
        ), given as (
            insert into answers (invitation_id, event_id, answer, actor, source, note, at)
            select invitation_id, event_id, answer, $5, $6, $7, $8
            from said
        )
        update invitation_events ie
        set answer = s.answer,
            answered_at = $8,
            booking_id = coalesce(s.booking_id, ie.booking_id)
        from said s
        where ie.invitation_id = s.invitation_id
          and ie.event_id = s.event_id
        """,
        [invited.invitation_id for invited, _answer in given],
        [invited.event_id for invited, _answer in given],
        [answer.value for _invited, answer in given],
        [invited.booking_id for invited, _answer in given],
        giver.actor,
        giver.source,
        giver.note,
        now,
    )


async def bookings_by_keys(db: Executor, attempts: Sequence[tuple[UUID, str]]) -> list[UUID]:
    """The bookings that were made with these keys of these events, in the order in which they were made."""
    rows = await db.fetch(
        """
        select b.id
        from unnest($1::uuid[], $2::text[]) as a (event_id, key)
        join bookings b on b.event_id = a.event_id
                       and b.idempotency_key = a.key
        order by b.created_at, b.id
        """,
        [event_id for event_id, _key in attempts],
        [key for _event_id, key in attempts],
    )
    return [row["id"] for row in rows]


async def set_party(tx: Connection, invitation_id: UUID, booking_id: UUID, *, guest_id: UUID | None) -> None:
    """The first booking of an invitation leads all later ones; the invitee may have become a guest with it."""
    await tx.execute(
        "update invitations set booking_id = coalesce(booking_id, $2), guest_id = coalesce(guest_id, $3) where id = $1",
        invitation_id,
        booking_id,
        guest_id,
    )


async def set_guest(tx: Connection, invitation_id: UUID, guest_id: UUID) -> None:
    """The invitee has become a guest with a ticket."""
    await tx.execute("update invitations set guest_id = $2 where id = $1 and guest_id is null", invitation_id, guest_id)


async def set_contact(db: Executor, invitation_id: UUID, *, message: str, email: str, delegate_email: str) -> None:
    """What the guest wrote to the hosts, and where mail goes."""
    await db.execute(
        "update invitations set message = $2, email = $3, delegate_email = $4 where id = $1", invitation_id, message, email, delegate_email
    )


async def insert_invitation_guests(tx: Connection, invitation_id: UUID, guests: Sequence[tuple[UUID, str, str]]) -> None:
    """Notes who came in through the invitation: guest, role, mail address. Somebody already noted stays."""
    await tx.executemany(
        """
        insert into invitation_guests (guest_id, invitation_id, role, email)
        values ($2, $1, $3, $4)
        on conflict (guest_id) do nothing
        """,
        [(invitation_id, *guest) for guest in guests],
    )


async def invitation_guests(db: Executor, invitation_id: UUID) -> list[tuple[UUID, str, str]]:
    """Who came in besides the invitee: guest, role, mail address, in the order they were named."""
    rows = await db.fetch(
        """
        select ig.guest_id, ig.role, ig.email
        from invitation_guests ig
        join guests g on g.id = ig.guest_id
        where ig.invitation_id = $1
        order by g.position, g.id
        """,
        invitation_id,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def withdraw_invitation(tx: Connection, invitation_id: UUID, now: datetime) -> bool:
    """Whether it was still open."""
    status = await tx.execute("update invitations set withdrawn_at = $2 where id = $1 and withdrawn_at is null", invitation_id, now)
    return status == "UPDATE 1"


async def replace_link(tx: Connection, invitation_id: UUID, issue: int, *, token_hash: bytes, delegate_hash: bytes, now: datetime) -> bool:
    """Ends both links of the issue before and sets the new ones. Whether nobody else had done so in the meantime."""
    status = await tx.execute(
        """
        with ended as (
            insert into ended_links (token_hash, invitation_id, ended_at)
            select unnest(array[token_hash, delegate_hash]), id, $5
            from invitations
            where id = $1
              and issue = $2 - 1
            on conflict (token_hash) do nothing
        )
        update invitations
        set issue = $2,
            token_hash = $3,
            delegate_hash = $4
        where id = $1
          and issue = $2 - 1
        """,
        invitation_id,
        issue,
        token_hash,
        delegate_hash,
        now,
    )
    return status == "UPDATE 1"


async def update_rules(
    tx: Connection,
    invitation_id: UUID,
    *,
    companions: str,
    max_companions: int,
    companions_by: datetime | None,
    answer_by: datetime | None,
) -> None:
    """Changes what the invitee may do from now on. Companions who are already named stay."""
    await tx.execute(
        """
        update invitations
        set companions = $2,
            max_companions = $3,
            companions_by = $4,
            answer_by = $5
        where id = $1
        """,
        invitation_id,
        companions,
        max_companions,
        companions_by,
        answer_by,
    )


async def update_address(tx: Connection, invitation_id: UUID, *, email: str, delegate_email: str, locale: str) -> None:
    """Where the invitation is sent from now on, and in which language."""
    await tx.execute(
        "update invitations set email = $2, delegate_email = $3, locale = $4 where id = $1", invitation_id, email, delegate_email, locale
    )


async def contingents_for_all(db: Executor, pool_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """Which of the contingents still have a place for everybody invited from them who may yet come, with companions; and until when.

    Who has a place already is not counted again; who declined, or whose invitation was withdrawn, does not come.
    """
    if not pool_ids:
        return {}
    rows = await db.fetch(
        """
        select p.id, p.release_at
        from pools p
        join lateral direct_places(p.event_id) d on d.id = p.id
        where p.id = any ($1::uuid[])
          and p.released_at is null
          and d.direct >= (select coalesce(sum(1 + i.max_companions), 0)
                           from invitation_events ie
                           join invitations i on i.id = ie.invitation_id
                           where ie.pool_id = p.id
                             and ie.answer in ('none', 'provisional')
                             and i.withdrawn_at is null)
        """,
        list(pool_ids),
    )
    return {row["id"]: row["release_at"] for row in rows}


async def host_of(db: Executor, invitation: Invitation) -> dict[str, Any]:
    """Who invites: the organiser's name and mail address, and the programme's title, opening words and hue, if it is for one."""
    row = await db.fetchrow(
        """
        select o.name, o.contact_email, p.title, p.lead, p.hue, p.slug
        from organisers o
        left join programmes p on p.id = $2
        where o.id = $1
        """,
        invitation.organiser_id,
        invitation.programme_id,
    )
    assert row is not None
    return dict(row)


def _invitation(row: Any) -> Invitation:
    return msgspec.convert({name: row[name] for name in Invitation.__struct_fields__}, Invitation)
