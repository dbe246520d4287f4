"""Recounts everything that is counted twice. On a sound database there is never a difference."""

from events.kit.database import Executor

# Each query answers one row a difference: what, where, stored, counted.
_RECOUNTS = (
    """
    with recursive inside as (
        select id as pool_id, id as part_id from pools
        union all
        select i.pool_id, p.id
        from inside i
        join pools p on p.parent_id = i.part_id
    )
    select 'places taken' as what, coalesce(e.slug || '/' || p.slug, e.slug) as place, p.taken as stored, count(r.id)::int as counted
    from pools p
    join events e on e.id = p.event_id
    join inside i on i.pool_id = p.id
    left join registrations r on r.pool_id = i.part_id
    group by p.id, e.slug
    having p.taken <> count(r.id)
    """,
    """
    select 'guests waiting', coalesce(e.slug || '/' || p.slug, e.slug), p.waiting, count(r.id)::int
    from pools p
    join events e on e.id = p.event_id
    left join registrations r on r.event_id = p.event_id
                             and r.state = 'waitlisted'
                             and (p.parent_id is null or r.wanted_pool_id = p.id)
    group by p.id, e.slug
    having p.waiting <> count(r.id)
    """,
    """
    select 'places promised twice', coalesce(e.slug || '/' || p.slug, e.slug), 0, d.direct
    from events e
    cross join lateral direct_places(e.id) d
    join pools p on p.id = d.id
    where d.direct < 0
    """,
    """
    select 'party in line', e.slug, w.party_size, count(r.id)::int
    from waitlist_entries w
    join events e on e.id = w.event_id
    left join registrations r on r.booking_id = w.booking_id and r.event_id = w.event_id and r.state = 'waitlisted'
    where w.state = 'waiting'
    group by w.id, e.slug
    having w.party_size <> count(r.id)
    """,
    """
    select 'waiting without a place in line', e.slug, 0, count(*)::int
    from registrations r
    join events e on e.id = r.event_id
    where r.state = 'waitlisted'
      and not exists (select from waitlist_entries w
                      where w.event_id = r.event_id and w.booking_id = r.booking_id and w.state = 'waiting')
    group by e.slug
    """,
    """
    select 'offered without an open offer', e.slug, 0, count(*)::int
    from registrations r
    join events e on e.id = r.event_id
    where r.state = 'offered'
      and not exists (select from waitlist_entries w
                      where w.event_id = r.event_id and w.booking_id = r.booking_id and w.state = 'offered')
    group by e.slug
    """,
    """
    select 'open offers without a guest', e.slug, count(*)::int, 0
    from waitlist_entries w
    join events e on e.id = w.event_id
    where w.state = 'offered'
      and not exists (select from registrations r
                      where r.event_id = w.event_id and r.booking_id = w.booking_id and r.state = 'offered')
    group by e.slug
    """,
    """
    select 'guests without a ticket', e.slug, 0, count(*)::int
    from registrations r
    join events e on e.id = r.event_id
    where not exists (select from tickets t where t.guest_id = r.guest_id)
    group by e.slug
    """,
)


async def differences(db: Executor) -> list[str]:
    """One line a difference between a stored count and the rows it stands for; empty when all is well."""
    found = []
    for recount in _RECOUNTS:
        for what, place, stored, counted in await db.fetch(recount):
            found.append(f"{place}: {what}: stored {stored}, counted {counted}")
    return found
