"""Looks for records of the door that nothing explains. On a sound database there is never one.

Whoever was let in against the rules was let in by somebody: by a phone without a connection, by a supervisor with a reason, or from
a paper list. What the server decided itself never contradicts.
"""

from events.kit.database import Executor

# Each query answers one row a difference: the event and the record. A place may be given back in the moment in which its guest comes
# in: the clock of whoever waited for the other is a little behind.
_UNEXPLAINED = {
    "let in without a place": """
    select e.slug, c.id
    from check_ins c
    join registrations r on r.id = c.registration_id
    join events e on e.id = c.event_id
    where c.kind = 'entry'
      and c.verdict = 'admitted'
      and c.decided_by = 'server'
      and r.state <> 'confirmed'
      and r.state_changed_at < c.server_at - interval '1 minute'
      and not exists (select from check_ins u where u.undoes = c.id)
    """,
    "let in twice by the server": """
    select e.slug, x.check_in_id
    from door_conflicts x
    join check_ins c on c.id = x.check_in_id
    join check_ins f on f.id = x.first_check_in_id
    join events e on e.id = x.event_id
    where x.kind = 'twice'
      and c.decided_by = 'server'
      and f.decided_by = 'server'
    """,
    "taken back without having happened": """
    select e.slug, u.id
    from check_ins u
    join events e on e.id = u.event_id
    left join check_ins c on c.id = u.undoes
    where u.kind = 'undo'
      and (c.id is null
           or c.verdict not in ('admitted', 'left')
           or c.event_id <> u.event_id
           or c.registration_id is distinct from u.registration_id)
    """,
    "at another event than its guest": """
    select e.slug, c.id
    from check_ins c
    join registrations r on r.id = c.registration_id
    join events e on e.id = c.event_id
    where r.event_id <> c.event_id
    """,
    "decided to be taken back, but still counted": """
    select e.slug, s.check_in_id
    from conflict_resolutions s
    join events e on e.id = s.event_id
    where s.decision in ('sent_out', 'mistake')
      and not exists (select from check_ins u where u.undoes = s.check_in_id)
    """,
    "decided without a conflict": """
    select e.slug, s.check_in_id
    from conflict_resolutions s
    join check_ins c on c.id = s.check_in_id
    join events e on e.id = s.event_id
    where c.event_id <> s.event_id
       or c.kind <> 'entry'
       or c.verdict <> 'admitted'
    """,
}


async def differences(db: Executor) -> list[str]:
    """One line a record that nothing explains; empty when all is well."""
    found = []
    for what, query in _UNEXPLAINED.items():
        found += [f"{place}: {what}: check-in {record_id}" for place, record_id in await db.fetch(f"{query} order by 1, 2")]
    return found
