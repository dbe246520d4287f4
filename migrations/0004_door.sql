-- The door: one call takes an array of scans for one event and answers each of them, in order.
--
-- A scan: {"id", "code_hash" (hex) or "registration_id", "gate_id"?, "device_id"?, "operator", "at"}
-- Its verdict: 'admitted', 'already_in' (with the time and gate of the entry that counts) or 'refused',
--   with the reason: 'unknown', 'other_event', 'id_reused', or the registration's own state
--   ('held', 'awaiting_approval', 'waitlisted', 'cancelled', 'expired').
-- Every scan is written down, refusals included. An id seen before answers its recorded verdict again
-- ("replayed") and writes nothing; an id that stands for another guest or event is 'id_reused'.
--
-- Two phones that scan one ticket at once meet at the registration's row: it is locked before anybody
-- looks who is inside. The locks are taken in the order of the ids, so that two arrays never wait for
-- each other. Tickets of another organiser are as unknown as invented ones.
--
-- "limit 1" stands where a key finds at most one row anyway: it keeps the planner from reading a whole
-- table for a handful of scans, whatever plan it made while the table was small.
create function redeem_tickets(p_event uuid, p_requests jsonb)
returns table (idx int, verdict text, reason text, replayed boolean, first_at timestamptz, first_gate text,
               guest jsonb, elsewhere jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
    registration_ids uuid[];    -- one element a scan: the guest's place at this event …
    guest_ids uuid[];           -- … and the guest of a ticket that has none here
begin
    select array_agg(coalesce(r.id, n.id) order by q.nr), array_agg(t.guest_id order by q.nr)
    into registration_ids, guest_ids
    from rows from (jsonb_to_recordset(p_requests) as (code_hash text, registration_id uuid))
        with ordinality as q (code_hash, registration_id, nr)
    left join lateral (select x.guest_id
                       from tickets x
                       join events e on e.organiser_id = x.organiser_id and e.id = p_event
                       where x.code_hash = decode(q.code_hash, 'hex')
                       limit 1) t on true
    left join lateral (select x.id from registrations x where x.event_id = p_event and x.guest_id = t.guest_id limit 1) r on true
    left join lateral (select x.id from registrations x where x.event_id = p_event and x.id = q.registration_id limit 1) n on true;

    perform from registrations r
    where r.id = any (registration_ids)
    order by r.id
    for no key update;

    return query
        with asked as (
            select q.nr::int as nr, q.id, q.gate_id, q.device_id, q.operator, q.at, ids.registration_id, ids.guest_id,
                   min(q.nr) over (partition by q.id)::int as first_nr
            from rows from (jsonb_to_recordset(p_requests) as (id uuid, gate_id uuid, device_id uuid, operator text, at timestamptz))
                with ordinality as q (id, gate_id, device_id, operator, at, nr)
            join unnest(registration_ids, guest_ids) with ordinality as ids (registration_id, guest_id, nr) on ids.nr = q.nr
        ), recorded as (
            select a.nr, k.registration_id, u.reused,
                   case when u.reused then 'refused' else k.verdict end as verdict,
                   case when u.reused then 'id_reused' else k.reason end as reason
            from asked a
            join lateral (select * from check_ins x where x.id = a.id limit 1) k on true
            cross join lateral (select coalesce(k.event_id <> p_event or k.kind <> 'entry'
                                                or k.registration_id <> a.registration_id, false)) u (reused)
        ), fresh as (
            select a.nr, a.id, a.registration_id, a.guest_id, a.gate_id, a.device_id, a.operator, a.at, r.state,
                   inside.first_at, inside.gate_id as first_gate_id,
                   row_number() over here as turn, first_value(a.at) over here as turn_at, first_value(a.gate_id) over here as turn_gate_id
            from asked a
            left join lateral (select x.state from registrations x where x.id = a.registration_id limit 1) r on true
            left join lateral (select i.device_at as first_at, i.gate_id
                               from attendances i
                               where i.registration_id = a.registration_id
                               limit 1) inside on true
            where a.nr = a.first_nr
              and not exists (select from recorded k where k.nr = a.nr)
            window here as (partition by a.registration_id order by a.nr)
        ), decided as (
            select f.*,
                   case when f.state is distinct from 'confirmed' then 'refused'
                        when f.first_at is not null or f.turn > 1 then 'already_in'
                        else 'admitted' end as verdict,
                   case when f.registration_id is null and f.guest_id is null then 'unknown'
                        when f.registration_id is null then 'other_event'
                        when f.state <> 'confirmed' then f.state end as reason
            from fresh f
        ), written as (
            insert into check_ins (id, event_id, registration_id, gate_id, device_id, operator, kind, verdict, reason, device_at)
            select d.id, p_event, d.registration_id, d.gate_id, d.device_id, d.operator, 'entry', d.verdict, d.reason, d.at
            from decided d
            order by d.id
        ), answers as (
            select d.nr, d.verdict, d.reason, false as replayed, d.registration_id, d.guest_id,
                   case when d.verdict = 'already_in' then coalesce(d.first_at, d.turn_at) end as first_at,
                   case when d.verdict = 'already_in' and d.first_at is null then d.turn_gate_id
                        when d.verdict = 'already_in' then d.first_gate_id end as first_gate_id
            from decided d
            union all
            select a.nr, case when a.same then d.verdict else 'refused' end, case when a.same then d.reason else 'id_reused' end,
                   a.same, case when a.same then d.registration_id end, a.guest_id, d.first_at, d.first_gate_id
            from (select x.*, o.registration_id is not distinct from x.registration_id as same
                  from asked x
                  join asked o on o.nr = x.first_nr
                  where x.nr > x.first_nr) a
            join decided d on d.nr = a.first_nr
            union all
            select a.nr, k.verdict, k.reason, not k.reused, case when not k.reused then k.registration_id end,
                   a.guest_id, inside.device_at, inside.gate_id
            from recorded k
            join asked a on a.nr = k.nr
            left join lateral (select i.device_at, i.gate_id
                               from attendances i
                               where i.registration_id = k.registration_id
                                 and k.verdict = 'already_in'
                               limit 1) inside on true
        )
        select a.nr - 1, a.verdict, a.reason, a.replayed, a.first_at, g.name,
               guest_at_door(a.registration_id, case when a.reason = 'other_event' then a.guest_id end),
               case when a.reason = 'other_event' then other_event_of(a.guest_id, p_event) end
        from answers a
        left join gates g on g.id = a.first_gate_id
        order by a.nr;
end $$;

-- What the door needs to know to receive somebody. Of a guest who belongs elsewhere only the name.
create function guest_at_door(p_registration uuid, p_guest uuid) returns jsonb
language sql stable as $$
    select jsonb_build_object('honorific', g.honorific, 'family_name', g.family_name, 'given_name', g.given_name,
               'family_name_kana', g.family_name_kana, 'given_name_kana', g.given_name_kana,
               'family_name_latin', g.family_name_latin, 'given_name_latin', g.given_name_latin)
           || case when r.id is null then '{}' else
               jsonb_build_object('registration_id', r.id, 'company', g.company, 'table_name', r.table_name,
                   'flags', g.flags, 'diet', g.diet, 'access_needs', g.access_needs) end
    from guests g
    left join registrations r on r.id = p_registration
    where g.id = coalesce((select x.guest_id from registrations x where x.id = p_registration), p_guest)
$$;

-- The event a ticket that was shown at the wrong door is good for: a confirmed place first, then the soonest.
create function other_event_of(p_guest uuid, p_not uuid) returns jsonb
language sql stable as $$
    select jsonb_build_object('title', e.title, 'starts_at', e.starts_at, 'time_zone', e.time_zone)
    from registrations r
    join events e on e.id = r.event_id
    where r.guest_id = p_guest
      and r.event_id <> p_not
    order by (r.state = 'confirmed') desc, e.starts_at, e.id
    limit 1
$$;

-- Takes an entry back with a record of its own. Answers 'undone' (also when it had been undone before),
-- or why not: 'unknown' (no such entry at this event), 'not_yours' (another phone let the guest in),
-- 'not_admitted' (nobody was let in by it), 'id_reused'.
create function undo_check_in(
    p_event uuid, p_id uuid, p_entry uuid, p_gate uuid, p_device uuid, p_operator text, p_at timestamptz
) returns text
language plpgsql as $$
declare
    entry record;
begin
    select c.registration_id, c.operator, c.verdict
    into entry
    from check_ins c
    where c.id = p_entry
      and c.event_id = p_event
      and c.kind = 'entry';
    if not found then
        return 'unknown';
    elsif entry.operator <> p_operator then
        return 'not_yours';
    elsif entry.verdict <> 'admitted' then
        return 'not_admitted';
    end if;
    perform from registrations r where r.id = entry.registration_id for no key update;
    if exists (select from check_ins u where u.undoes = p_entry) then
        return 'undone';
    end if;
    insert into check_ins (id, event_id, registration_id, gate_id, device_id, operator, kind, undoes, verdict, device_at)
    values (p_id, p_event, entry.registration_id, p_gate, p_device, p_operator, 'undo', p_entry, 'undone', p_at)
    on conflict (id) do nothing;
    return case when found then 'undone' else 'id_reused' end;
end $$;
