"""SQL of taking a whole import back. One statement a function, the connection first."""

from uuid import UUID

from events.kit.database import Connection


async def lock_invitations(tx: Connection, import_id: UUID) -> None:
    """Holds every invitation that the list made or added to: nobody writes to it or answers it meanwhile."""
    await tx.execute(
        """
        select id
        from invitations
        where batch_id = $1
           or id in (select invitation_id from import_rows where import_id = $1 and state = 'merged')
        order by id
        for update
        """,
        import_id,
    )


async def is_known_to_anybody(tx: Connection, import_id: UUID) -> bool:
    """Whether somebody was written to, or stands in a wave or a plan to, or has answered anything that came with the list."""
    return bool(
        await tx.fetchval(
            """
            with made as (
                select i.id
                from invitations i
                where i.batch_id = $1
            ), added as (
                select r.invitation_id, e.event_id
                from import_rows r
                cross join lateral unnest(r.added) as e (event_id)
                where r.import_id = $1
            )
            select exists (select from invitations i join made using (id) where i.booking_id is not null or i.posted_at is not null)
                or exists (select from invitation_events ie join made on made.id = ie.invitation_id where ie.answer <> 'none')
                or exists (select from invitation_events ie join added using (invitation_id, event_id) where ie.answer <> 'none')
                or exists (select from answers a join made on made.id = a.invitation_id)
                or exists (select from mails m join made on made.id = m.invitation_id)
                or exists (select from wave_mails w join made on made.id = w.invitation_id)
                or exists (select from wave_mails w
                           join added on added.invitation_id = w.invitation_id
                           join imports p on p.id = $1
                           where w.changed_at > p.finished_at)
            """,
            import_id,
        )
    )


async def is_built_upon(tx: Connection, import_id: UUID) -> bool:
    """Whether another list has added events to invitations of this one."""
    return bool(
        await tx.fetchval(
            """
            select exists (select
                           from import_rows r
                           join imports p on p.id = r.import_id and p.state in ('running', 'done')
                           join invitations i on i.id = r.invitation_id
                           where i.batch_id = $1
                             and r.import_id <> $1
                             and r.state = 'merged')
            """,
            import_id,
        )
    )


async def take_back(tx: Connection, import_id: UUID) -> int:
    """Deletes the invitations of the list and the events it added to older ones. Answers how many invitations."""
    await tx.execute(
        """
        delete from invitation_events ie
        using (select r.invitation_id, e.event_id
               from import_rows r
               cross join lateral unnest(r.added) as e (event_id)
               where r.import_id = $1) added
        where ie.invitation_id = added.invitation_id
          and ie.event_id = added.event_id
        """,
        import_id,
    )
    await tx.execute("delete from invitation_events where invitation_id in (select id from invitations where batch_id = $1)", import_id)
    await tx.execute("delete from ended_links where invitation_id in (select id from invitations where batch_id = $1)", import_id)
    status = await tx.execute("delete from invitations where batch_id = $1", import_id)
    await tx.execute("update imports set state = 'undone' where id = $1", import_id)
    return int(status.rpartition(" ")[2])
