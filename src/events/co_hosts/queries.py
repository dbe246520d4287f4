"""SQL of co-hosts and of those who work for an organiser. One statement a function, the connection first."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Connection, Executor
from events.programme.model import Texts

from .model import Assignable, CoHost, Member

_CO_HOST = """
select c.id, c.organiser_id, o.name as organiser_name, c.slug, c.name
from co_hosts c
join organisers o on o.id = c.organiser_id
"""


async def co_hosts_of_organisers(db: Executor, organiser_ids: Collection[UUID]) -> list[CoHost]:
    rows = await db.fetch(f"{_CO_HOST} where c.organiser_id = any ($1::uuid[]) order by c.organiser_id, c.slug", list(organiser_ids))
    return [msgspec.convert(dict(row), CoHost) for row in rows]


async def co_hosts_of_staff(db: Executor, staff_id: UUID) -> list[CoHost]:
    """The co-hosts that this person works for."""
    rows = await db.fetch(
        f"{_CO_HOST} join co_host_members m on m.co_host_id = c.id where m.staff_id = $1 order by c.organiser_id, c.slug", staff_id
    )
    return [msgspec.convert(dict(row), CoHost) for row in rows]


async def co_host_by_id(db: Executor, co_host_id: UUID) -> CoHost | None:
    row = await db.fetchrow(f"{_CO_HOST} where c.id = $1", co_host_id)
    return msgspec.convert(dict(row), CoHost) if row else None


async def works_for_co_host(db: Executor, co_host_id: UUID, staff_id: UUID) -> bool:
    return bool(
        await db.fetchval("select exists (select from co_host_members where co_host_id = $1 and staff_id = $2)", co_host_id, staff_id)
    )


async def insert_co_host(tx: Connection, co_host_id: UUID, organiser_id: UUID, *, slug: str, name: Texts) -> bool:
    """Whether it was written; not where the organiser has one by this short name already."""
    status = await tx.execute(
        """
        insert into co_hosts (id, organiser_id, slug, name)
        values ($1, $2, $3, $4)
        on conflict on constraint co_hosts_slug_unique do nothing
        """,
        co_host_id,
        organiser_id,
        slug,
        name,
    )
    return status.endswith(" 1")


async def rename_co_host(tx: Connection, co_host_id: UUID, name: Texts) -> None:
    await tx.execute("update co_hosts set name = $2 where id = $1", co_host_id, name)


async def ensure_staff(tx: Connection, staff_id: UUID, *, email: str, name: str, locale: str) -> UUID:
    """The person with this address, made if need be; a name that is known already stays."""
    await tx.execute(
        """
        insert into staff (id, email, name, locale)
        values ($1, lower($2), $3, $4)
        on conflict on constraint staff_email_unique do nothing
        """,
        staff_id,
        email,
        name,
        locale,
    )
    found: UUID = await tx.fetchval("select id from staff where email = lower($1)", email)
    return found


async def members_of_co_host(db: Executor, co_host_id: UUID) -> list[Member]:
    rows = await db.fetch(
        """
        select s.id as staff_id, s.name, s.email
        from co_host_members m
        join staff s on s.id = m.staff_id
        where m.co_host_id = $1
        order by s.name, s.id
        """,
        co_host_id,
    )
    return [msgspec.convert(dict(row), Member) for row in rows]


async def add_co_host_member(tx: Connection, co_host_id: UUID, staff_id: UUID) -> None:
    await tx.execute("insert into co_host_members (co_host_id, staff_id) values ($1, $2) on conflict do nothing", co_host_id, staff_id)


async def remove_co_host_member(tx: Connection, co_host_id: UUID, staff_id: UUID) -> bool:
    status = await tx.execute("delete from co_host_members where co_host_id = $1 and staff_id = $2", co_host_id, staff_id)
    return status.endswith(" 1")


async def members_of_organiser(db: Executor, organiser_id: UUID) -> list[Member]:
    rows = await db.fetch(
        """
        select s.id as staff_id, s.name, s.email, m.role, m.reviews
        from memberships m
        join staff s on s.id = m.staff_id
        where m.organiser_id = $1
        order by array_position(array['owner', 'organiser', 'reviewer', 'door'], m.role), s.name, s.id
        """,
        organiser_id,
    )
    return [msgspec.convert(dict(row), Member) for row in rows]


async def lock_team(tx: Connection, organiser_id: UUID) -> None:
    """Two owners who remove each other at once: the second one waits and finds what the first did."""
    await tx.execute("select from organisers where id = $1 for no key update", organiser_id)


async def set_member(tx: Connection, organiser_id: UUID, staff_id: UUID, *, role: str, reviews: Sequence[str]) -> None:
    await tx.execute(
        """
        insert into memberships (organiser_id, staff_id, role, reviews)
        values ($1, $2, $3, $4)
        on conflict (organiser_id, staff_id) do update
        set role = excluded.role,
            reviews = excluded.reviews
        """,
        organiser_id,
        staff_id,
        role,
        list(reviews),
    )


async def remove_member(tx: Connection, organiser_id: UUID, staff_id: UUID) -> bool:
    status = await tx.execute("delete from memberships where organiser_id = $1 and staff_id = $2", organiser_id, staff_id)
    return status.endswith(" 1")


async def end_sessions(tx: Connection, staff_id: UUID) -> None:
    """Signs a person out everywhere, and takes the links that would sign them in."""
    await tx.execute("with links as (delete from sign_in_links where staff_id = $1) delete from sessions where staff_id = $1", staff_id)


async def assignable_contingents(db: Executor, organiser_id: UUID) -> list[Assignable]:
    """The contingents of all events to come, with whose they are."""
    rows = await db.fetch(
        """
        select p.id as pool_id, p.name, p.capacity, p.co_host_id, e.title as event_title, e.starts_at, e.time_zone
        from pools p
        join events e on e.id = p.event_id
        where e.organiser_id = $1
          and e.ends_at > now()
          and e.status <> 'cancelled'
          and p.parent_id is not null
        order by e.starts_at, e.id, p.position, p.slug
        """,
        organiser_id,
    )
    return [msgspec.convert(dict(row), Assignable) for row in rows]


async def assign_contingents(tx: Connection, co_host_id: UUID, organiser_id: UUID, pool_ids: Sequence[UUID], among: Sequence[UUID]) -> None:
    """Of the contingents shown (`among`), gives these into the co-host's hands and takes the others from it."""
    arguments: list[Any] = [co_host_id, organiser_id, list(pool_ids), list(among)]
    await tx.execute(
        """
        update pools p
        set co_host_id = case when p.id = any ($3::uuid[]) then $1::uuid end
        from events e
        where e.id = p.event_id
          and e.organiser_id = $2
          and p.parent_id is not null
          and p.id = any ($4::uuid[])
          and (p.co_host_id = $1 or p.id = any ($3::uuid[]))
        """,
        *arguments,
    )


async def organiser_name(db: Executor, organiser_id: UUID) -> Texts:
    name: Texts = await db.fetchval("select name from organisers where id = $1", organiser_id)
    return name
