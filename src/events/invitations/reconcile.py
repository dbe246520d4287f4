"""Recounts what is kept twice about answers: the current answer beside their history, and bookings beside invitations."""

from events.kit.database import Executor

# Each query answers one row a difference: where, stored, counted.
_RECOUNTS = {
    "current answer": """
    select i.id || '/' || e.slug as place, ie.answer as stored, coalesce(last.answer, 'none') as counted
    from invitation_events ie
    join invitations i on i.id = ie.invitation_id
    join events e on e.id = ie.event_id
    left join lateral (select a.answer
                       from answers a
                       where a.invitation_id = ie.invitation_id
                         and a.event_id = ie.event_id
                       order by a.id desc
                       limit 1) last on true
    where ie.answer <> coalesce(last.answer, 'none')
    """,
    "accepted without a booking": """
    select i.id || '/' || e.slug, ie.answer, 'no booking'
    from invitation_events ie
    join invitations i on i.id = ie.invitation_id
    join events e on e.id = ie.event_id
    where ie.answer in ('accepted', 'substituted')
      and (ie.booking_id is null or i.booking_id is null)
    """,
    "not coming but with a place": """
    select i.id || '/' || e.slug, ie.answer, r.state
    from invitation_events ie
    join invitations i on i.id = ie.invitation_id
    join events e on e.id = ie.event_id
    join bookings b on b.event_id = ie.event_id
                   and (b.id = i.booking_id or b.lead_id = i.booking_id)
    join registrations r on r.booking_id = b.id
                        and r.event_id = b.event_id
    where ie.answer in ('none', 'provisional', 'declined')
      and r.state in ('held', 'offered', 'awaiting_approval', 'confirmed', 'waitlisted')
      and b.source = 'invitation'
    """,
    "places without an answer": """
    select b.idempotency_key, 'no invitation', b.id::text
    from bookings b
    where b.source = 'invitation'
      and b.idempotency_key like 'invitation:%'
      and not exists (select from invitations i where i.booking_id in (b.id, b.lead_id))
      and exists (select
                  from registrations r
                  where r.booking_id = b.id
                    and r.state in ('held', 'offered', 'awaiting_approval', 'confirmed', 'waitlisted'))
    """,
    "booking of two invitations": """
    select i.booking_id::text, 1::text, count(*)::text
    from invitations i
    where i.booking_id is not null
    group by i.booking_id
    having count(*) > 1
    """,
}


async def differences(db: Executor) -> list[str]:
    """One line a difference; empty when all is well."""
    found = []
    for what, recount in _RECOUNTS.items():
        for place, stored, counted in await db.fetch(recount):
            found.append(f"{place}: {what}: stored {stored}, counted {counted}")
    return found
