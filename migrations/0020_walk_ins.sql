-- Guests who come without being on the list: companions nobody named, and people who walk in.

-- How many more may come along with a party at an event, by its invitation or, without one, by the event's own rule. Only parties
-- of whom somebody is coming; at the door the date until which companions could be named does not matter any more.
create view companions_left as
select party.event_id, party.lead_id, party.allowed - party.coming as places
from (select r.event_id, g.booking_id as lead_id, count(*)::int as coming,
             1 + coalesce(
                 (select case when i.companions = 'none' then 0 else i.max_companions end
                  from invitations i
                  where i.booking_id = g.booking_id
                  limit 1),
                 case when e.access = 'public' then e.max_companions else 0 end) as allowed
      from registrations r
      join guests g on g.id = r.guest_id
      join events e on e.id = r.event_id
      where r.state not in ('cancelled', 'expired')
      group by r.event_id, g.booking_id, e.access, e.max_companions) party
where party.allowed > party.coming;

-- One guest more, asked for at the door: a request as claim_places takes it, of a single guest. The outcome is one of its outcomes or
-- 'no_companions'. With p_must the guest is in the house already, let in by a phone without a connection or by a supervisor: where no
-- place is left they wait in line for one, so that nobody is dropped and no place is given twice.
create function claim_at_door(p_event uuid, p_request jsonb, p_must boolean) returns text
language plpgsql as $$
declare
    decided text;
    wanted uuid;
begin
    perform lock_places(p_event);
    if p_request ->> 'lead_id' is not null and not p_must
       and not exists (select from bookings b where b.event_id = p_event and b.idempotency_key = p_request ->> 'key')
       and not exists (select
                       from companions_left c
                       where c.event_id = p_event
                         and c.lead_id = (p_request ->> 'lead_id')::uuid) then
        return 'no_companions';
    end if;
    select c.outcome into decided from claim_places(p_event, jsonb_build_array(p_request)) c;
    if p_must and decided in ('full', 'unknown_contingent') then
        select p.id into wanted from pools p where p.event_id = p_event and p.slug = p_request ->> 'contingent';
        perform write_bookings(p_event, e.organiser_id, jsonb_build_array(p_request || '{"mail": false}'), array[0], array['waitlisted'],
                               array[false], '{}', '{}', '{}', array[0], array[wanted], clock_timestamp())
        from events e
        where e.id = p_event;
        return 'waitlisted';
    end if;
    return decided;
end $$;
