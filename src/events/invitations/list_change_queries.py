"""SQL of what organisers choose from and change for many invitations at once. One statement a function, the connection first."""

from datetime import datetime
from uuid import UUID

from events.kit.database import Connection, Executor
from events.programme.model import Texts

from .list_scope import Scope


async def contingents_of(db: Executor, scope: Scope) -> list[tuple[str, Texts]]:
    """The contingents of the events, each slug once."""
    rows = await db.fetch(
        """
        select distinct on (slug) slug, name
        from pools
        where event_id = any ($1::uuid[])
          and parent_id is not null
          and ($2::uuid is null or co_host_id = $2)
        order by slug, position
        """,
        [event.id for event in scope.events],
        scope.co_host_id,
    )
    return [(row["slug"], row["name"]) for row in rows]


async def contingents_by_event(db: Executor, scope: Scope) -> dict[UUID, list[tuple[str, UUID, Texts]]]:
    """Slug, id and name of every contingent; only of events that have any."""
    rows = await db.fetch(
        """
        select event_id, slug, id, name
        from pools
        where event_id = any ($1::uuid[])
          and parent_id is not null
          and ($2::uuid is null or co_host_id = $2)
        order by position, slug
        """,
        [event.id for event in scope.events],
        scope.co_host_id,
    )
    found: dict[UUID, list[tuple[str, UUID, Texts]]] = {}
    for row in rows:
        found.setdefault(row["event_id"], []).append((row["slug"], row["id"], row["name"]))
    return found


async def with_places(db: Executor, ids: list[UUID]) -> int:
    """How many of these have accepted somewhere."""
    return int(
        await db.fetchval(
            """
            select count(distinct invitation_id)
            from invitation_events
            where invitation_id = any ($1::uuid[])
              and answer in ('accepted', 'substituted')
            """,
            ids,
        )
    )


async def co_hosts_of(db: Executor, scope: Scope) -> list[tuple[str, Texts]]:
    """In whose name somebody may be invited; a co-host's people invite in its own only."""
    if scope.co_host:
        return []
    rows = await db.fetch("select slug, name from co_hosts where organiser_id = $1 order by slug", scope.organiser_id)
    return [(row["slug"], row["name"]) for row in rows]


async def co_host_id(db: Executor, organiser_id: UUID, slug: str) -> UUID | None:
    return await db.fetchval("select id from co_hosts where organiser_id = $1 and slug = $2", organiser_id, slug)  # type: ignore[no-any-return]


async def first_readers(db: Executor, ids: list[UUID]) -> list[tuple[str, UUID]]:
    """For each language of these invitations the first who reads it, by name; rather somebody with a mail address."""
    rows = await db.fetch(
        """
        select distinct on (locale) locale, id
        from invitations
        where id = any ($1::uuid[])
        order by locale, email = '' and delegate_email = '', sort_key collate "C", id
        """,
        ids,
    )
    return [(row["locale"], row["id"]) for row in rows]


async def withdraw_all(tx: Connection, ids: list[UUID], now: datetime) -> int:
    """How many were still open."""
    return len(
        await tx.fetch(
            "update invitations set withdrawn_at = $2 where id = any ($1::uuid[]) and withdrawn_at is null returning id", ids, now
        )
    )


async def set_deadline(tx: Connection, ids: list[UUID], answer_by: datetime | None) -> None:
    await tx.execute("update invitations set answer_by = $2 where id = any ($1::uuid[])", ids, answer_by)


async def set_contingent(tx: Connection, ids: list[UUID], event_id: UUID, pool_id: UUID | None) -> int:
    """Moves those to another contingent who have no place there yet. Answers how many."""
    return len(
        await tx.fetch(
            """
            update invitation_events
            set pool_id = $3
            where invitation_id = any ($1::uuid[])
              and event_id = $2
              and answer not in ('accepted', 'substituted')
              and pool_id is distinct from $3
            returning invitation_id
            """,
            ids,
            event_id,
            pool_id,
        )
    )
