-- Who is inside, by one rule: the movements of a registration are its admitted entries and its exits that nobody has undone, in the
-- order of (device_at, id). Whoever has an entry has arrived; whoever moved last by an entry is inside.
--
-- The views join by registration and by what is undone, never by event: of an event that the statistics have not heard of yet, the
-- planner expects one row, and would look through all of them for each (measured: minutes instead of milliseconds).
create index check_ins_undos on check_ins (undoes) where kind = 'undo';

create view movements as
select c.id, c.event_id, c.registration_id, c.kind, c.gate_id, c.device_id, c.operator, c.decided_by, c.source, c.reason,
       c.device_at, c.server_at
from check_ins c
where c.registration_id is not null
  and c.verdict in ('admitted', 'left')
  and not exists (select from check_ins u where u.undoes = c.id and u.kind = 'undo');

-- Who came: a row a registration, its first entry.
create or replace view attendances as
select m.event_id, m.registration_id, m.id as check_in_id, m.gate_id, m.device_at, m.server_at
from movements m
where m.kind = 'entry'
  and not exists (select
                  from movements e
                  where e.registration_id = m.registration_id
                    and e.kind = 'entry'
                    and (e.device_at, e.id) < (m.device_at, m.id));

-- Who is inside now, and by which entry.
create view presences as
select m.event_id, m.registration_id, m.id as check_in_id, m.gate_id, m.device_at
from movements m
where m.kind = 'entry'
  and not exists (select
                  from movements l
                  where l.registration_id = m.registration_id
                    and (l.device_at, l.id) > (m.device_at, m.id));

-- Entries that contradict the records, for people to decide about: 'twice' after another entry without an exit between; 'over_limit'
-- and 'not_valid' where a phone or a paper list admitted whom the server would have refused, the first when only for want of room.
-- A supervisor has decided already.
create view door_conflicts as
with effective as (
    select c.id, c.event_id, c.registration_id, c.kind, c.gate_id, c.device_at, c.decided_by, c.reason,
           lag(c.kind) over before as last_kind, lag(c.id) over before as last_id, lag(c.device_at) over before as last_at,
           lag(c.gate_id) over before as last_gate_id
    from check_ins c
    where c.verdict in ('admitted', 'left')
      and not exists (select from check_ins u where u.undoes = c.id and u.kind = 'undo')
    window before as (partition by c.event_id, c.registration_id order by c.device_at, c.id)
), found as (
    select e.*,
           case when e.last_kind = 'entry' and e.registration_id is not null then 'twice'
                when e.reason = 'house_full' then 'over_limit'
                when e.reason = 'waitlisted' and exists (select
                                                         from registrations r
                                                         join bookings b on b.id = r.booking_id
                                                         where r.id = e.registration_id
                                                           and b.source = 'walk_in') then 'over_limit'
                when e.reason is not null then 'not_valid' end as conflict
    from effective e
    where e.kind = 'entry'
      and e.decided_by <> 'supervisor'
)
select f.id as check_in_id, f.event_id, f.registration_id, f.conflict as kind, f.device_at as at, f.gate_id,
       case when f.conflict = 'twice' then f.last_id end as first_check_in_id,
       case when f.conflict = 'twice' then f.last_at end as first_at,
       case when f.conflict = 'twice' then f.last_gate_id end as first_gate_id,
       s.resolved_at, s.decision
from found f
left join conflict_resolutions s on s.check_in_id = f.id
where f.conflict is not null;

-- Whoever counts the house before letting somebody in counts alone. Only events with a fire limit pay for it.
-- The order of locks at the door: this one, pools, tickets, registrations.
create function lock_door(p_event uuid) returns void
language sql as $$
    select from door_rules d
    where d.event_id = p_event
      and d.fire_limit is not null
    for no key update
$$;

-- How many guests are inside: as many rows as presences has, found in one pass.
create function people_inside(p_event uuid) returns int
language sql stable as $$
    select count(*) filter (where last.kind = 'entry')
    from (select distinct on (m.registration_id) m.kind
          from movements m
          where m.event_id = p_event
          order by m.registration_id, m.device_at desc, m.id desc) last
$$;

-- The kinds of the movements next to a moment: what the guest did last before it, and first after it.
create function movements_around(p_registration uuid, p_at timestamptz, p_id uuid)
returns table (before text, after text)
language sql stable as $$
    select (array_agg(m.kind order by m.device_at desc, m.id desc) filter (where (m.device_at, m.id) < (p_at, p_id)))[1],
           (array_agg(m.kind order by m.device_at, m.id) filter (where (m.device_at, m.id) > (p_at, p_id)))[1]
    from movements m
    where m.registration_id = p_registration
$$;

-- The entry that makes a guest "already in" at a moment: the first since they were last outside, or else the next one.
create function entry_that_counts(p_registration uuid, p_at timestamptz, p_id uuid)
returns table (first_at timestamptz, gate_id uuid)
language sql stable as $$
    select m.device_at, m.gate_id
    from movements m
    where m.registration_id = p_registration
      and m.id <> p_id
      and m.kind = 'entry'
      and not exists (select
                      from movements x
                      where x.registration_id = m.registration_id
                        and x.kind = 'exit'
                        and (x.device_at, x.id) > (m.device_at, m.id)
                        and (x.device_at, x.id) < (p_at, p_id))
    order by m.device_at, m.id
    limit 1
$$;

-- What the required questions of the door say against a guest: 'question_refused', 'question_open', or nothing.
create function questions_against(p_event uuid, p_registration uuid, p_answers jsonb) returns text
language sql stable as $$
    select case when bool_or(p_answers -> d.id::text = 'false') then 'question_refused'
                when bool_or(p_answers -> d.id::text is distinct from 'true') then 'question_open' end
    from door_questions d
    join registrations r on r.id = p_registration
    join guests g on g.id = r.guest_id
    where d.event_id = p_event
      and d.is_required
      and d.removed_at is null
      and (d.only_flags = '{}' or d.only_flags && g.flags)
$$;

drop function redeem_tickets(uuid, jsonb);
drop function decide_scans(uuid, jsonb);
drop function undo_check_in(uuid, uuid, uuid, uuid, uuid, text, timestamptz);

-- The door: one call takes an array of scans of one event and answers each of them as if they came one after the other.
--
-- A scan: {"id", "act": 'entry' | 'exit' | 'undo', "code_hash" (hex) or "registration_id" or "undoes", "gate_id"?, "device_id"?,
--   "operator", "at", "phone_at"?, "list_at"?, "source", "note", "answers", "may_undo_any", "decided"?: {"verdict", "reason", "by"},
--   "shown_id", "sent_away_id" and "undoes_shown": what the ids become for a second record, see below}
-- Its verdict: 'admitted', 'left', 'undone', 'already_in' (with the time and gate of the entry that counts) or 'refused', with the reason.
--
-- Every scan is written down, refusals included; of undos only those that take something back. An id seen before answers its recorded
-- verdict again ("replayed") and writes nothing; an id that stands for another guest, act or event is 'id_reused'.
-- "decided" is what a phone has shown already. It is recorded as it happened: whoever was let in is in, with the reason for which the
-- server would have refused. Where the same scan had been refused here while its answer was lost, a second record tells the entry.
-- "would_be" is what the server says itself about a scan that a phone has refused. Where it had let that scan pass while its answer was
-- lost, the guest was sent away all the same: a second record takes the movement back, unless the guest has moved since.
--
-- Two phones that scan one ticket at once meet at the registration's row; a scan and issuing a ticket again meet at the ticket's.
-- Locks of one kind are taken in the order of ids. Scans of nobody known meet at no row: arrays with several of them take turns, or two
-- that hold the same ones in another order would wait for each other. Tickets of another organiser are as unknown as invented ones.
--
-- "limit 1" stands where a key finds at most one row anyway: it keeps the planner from reading a whole table for a handful of scans,
-- whatever plan it made while the table was small.
create function redeem_tickets(p_event uuid, p_requests jsonb)
returns table (idx int, verdict text, reason text, replayed boolean, would_be text, first_at timestamptz,
               first_gate text, guest jsonb, elsewhere jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
    rules door_rules;
    people int := 0;            -- in the house, counted only where there is a limit
    asks boolean;               -- whether the door has questions that must be answered
    registration_ids uuid[];    -- one element a scan: the guest's place at this event …
    guest_ids uuid[];           -- … and the guest of a ticket that has none here
    scan record;
    known record;
    entry record;
    around record;
    counts record;
    good text;
    objection text;
    check_in_id uuid;           -- of the record: the scan's own, or that of its second
begin
    perform lock_door(p_event);
    select * into rules from door_rules d where d.event_id = p_event;
    if rules.fire_limit is not null then
        people := rules.crew_inside + people_inside(p_event);
    end if;
    asks := exists (select from door_questions d where d.event_id = p_event and d.is_required and d.removed_at is null);

    perform t.id
    from jsonb_to_recordset(p_requests) as q (code_hash text)
    cross join lateral (select x.id from tickets x where x.code_hash = decode(q.code_hash, 'hex') limit 1 for key share) t;

    select array_agg(coalesce(r.id, n.id, u.registration_id) order by q.nr), array_agg(t.guest_id order by q.nr)
    into registration_ids, guest_ids
    from rows from (jsonb_to_recordset(p_requests) as (code_hash text, registration_id uuid, undoes uuid))
        with ordinality as q (code_hash, registration_id, undoes, nr)
    left join lateral (select x.guest_id
                       from tickets x
                       join events e on e.organiser_id = x.organiser_id and e.id = p_event
                       where x.code_hash = decode(q.code_hash, 'hex')
                       limit 1) t on true
    left join lateral (select x.id from registrations x where x.event_id = p_event and x.guest_id = t.guest_id limit 1) r on true
    left join lateral (select x.id from registrations x where x.event_id = p_event and x.id = q.registration_id limit 1) n on true
    left join lateral (select x.registration_id from check_ins x where x.event_id = p_event and x.id = q.undoes limit 1) u on true;

    perform from registrations r
    where r.id = any (registration_ids)
    order by r.id
    for no key update;
    if array_length(array_positions(registration_ids, null), 1) > 1 then
        perform pg_advisory_xact_lock(hashtextextended('door of ' || p_event, 0));
    end if;

    for scan in
        select q.*, ids.registration_id as found_id, ids.guest_id, r.state, coalesce(q.decided ->> 'verdict', '') in ('admitted', 'left') as shown
        from rows from (jsonb_to_recordset(p_requests) as (
                id uuid, act text, code_hash text, undoes uuid, undoes_shown uuid, shown_id uuid, sent_away_id uuid, gate_id uuid,
                device_id uuid, operator text, at timestamptz, phone_at timestamptz, list_at timestamptz, source text, note text, answers jsonb,
                may_undo_any boolean, decided jsonb))
            with ordinality as q (
                id, act, code_hash, undoes, undoes_shown, shown_id, sent_away_id, gate_id,
                device_id, operator, at, phone_at, list_at, source, note, answers, may_undo_any, decided, nr)
        join unnest(registration_ids, guest_ids) with ordinality as ids (registration_id, guest_id, nr) on ids.nr = q.nr
        left join lateral (select x.state from registrations x where x.id = ids.registration_id limit 1) r on true
        order by q.nr
    loop
        idx := scan.nr - 1;
        check_in_id := scan.id;
        verdict := 'refused';
        reason := null;
        replayed := false;
        would_be := null;
        first_at := null;
        first_gate := null;
        guest := null;
        elsewhere := null;

        select * into known from check_ins k where k.id = scan.id;
        if known.id is not null then
            if known.event_id <> p_event or known.kind <> scan.act or known.undoes not in (scan.undoes, scan.undoes_shown)
               or known.registration_id is distinct from scan.found_id
                  and (known.device_id is distinct from scan.device_id or scan.device_id is null
                       or known.registration_id <> scan.found_id) then
                reason := 'id_reused';
                return next;
                continue;
            end if;
            if scan.shown and known.verdict not in ('admitted', 'left') then
                check_in_id := scan.shown_id;
                select * into known from check_ins k where k.id = scan.shown_id;
            end if;
            if scan.decided is not null and not scan.shown and known.verdict in ('admitted', 'left') and known.decided_by = 'server'
               and known.device_id = scan.device_id and known.registration_id = scan.found_id then
                replayed := exists (select from check_ins u where u.id = scan.sent_away_id);
                insert into check_ins (id, event_id, registration_id, gate_id, device_id, operator, kind, undoes, verdict, device_at,
                                       phone_at, list_at, source)
                select scan.sent_away_id, p_event, known.registration_id, scan.gate_id, scan.device_id, scan.operator, 'undo', known.id,
                       'undone', scan.at, scan.phone_at, scan.list_at, scan.source
                where not exists (select from check_ins u where u.undoes = known.id)
                  and not exists (select
                                  from movements m
                                  where m.registration_id = known.registration_id
                                    and (m.device_at, m.id) > (known.device_at, known.id));
                if replayed or found then
                    if rules.fire_limit is not null then
                        people := rules.crew_inside + people_inside(p_event);
                    end if;
                    reason := scan.decided ->> 'reason';
                    would_be := known.verdict;
                    guest := guest_at_door(scan.found_id, null);
                    return next;
                    continue;
                end if;
            end if;
        end if;

        if scan.act = 'undo' then
            if known.id is null then
                select * into entry
                from check_ins k
                where k.id in (scan.undoes, scan.undoes_shown)
                  and k.event_id = p_event
                  and k.kind <> 'undo'
                order by k.verdict in ('admitted', 'left') desc
                limit 1;
                reason := case when entry.id is null then 'unknown'
                               when entry.operator <> scan.operator and not scan.may_undo_any then 'not_yours'
                               when entry.verdict not in ('admitted', 'left') then 'not_admitted' end;
                if reason is not null then
                    return next;
                    continue;
                end if;
                insert into check_ins (id, event_id, registration_id, gate_id, device_id, operator, kind, undoes, verdict, device_at,
                                       phone_at, list_at, source, note)
                select scan.id, p_event, entry.registration_id, scan.gate_id, scan.device_id, scan.operator, 'undo', entry.id, 'undone',
                       scan.at, scan.phone_at, scan.list_at, scan.source, scan.note
                where not exists (select from check_ins u where u.undoes = entry.id);
                if rules.fire_limit is not null then
                    people := rules.crew_inside + people_inside(p_event);
                end if;
            end if;
            verdict := 'undone';
            replayed := known.id is not null;
            return next;
            continue;
        end if;

        if known.id is null or (scan.decided is not null and not scan.shown) then
            select * into around from movements_around(scan.found_id, coalesce(known.device_at, scan.at), check_in_id);
            good := case scan.act when 'exit' then 'left' else 'admitted' end;
            objection := case
                when scan.found_id is null and scan.guest_id is not null then 'other_event'
                when scan.found_id is null and exists (select
                                                       from former_codes f
                                                       join tickets t on t.id = f.ticket_id
                                                       join events e on e.id = p_event and e.organiser_id = t.organiser_id
                                                       where f.code_hash = decode(scan.code_hash, 'hex')) then 'replaced'
                when scan.found_id is null then 'unknown'
                when scan.act = 'exit' and coalesce(rules.exits, 'off') = 'off' then 'exits_off'
                when scan.act = 'exit' and around.before is distinct from 'entry' then 'not_inside'
                when scan.act = 'exit' then null
                when scan.state <> 'confirmed' then scan.state
                when scan.at < rules.doors_open_at then 'too_early'
                when 'entry' in (around.before, around.after) then 'already_in'
                when rules.exits = 'final' and around.before = 'exit' then 'left'
                when asks then questions_against(p_event, scan.found_id, scan.answers) end;
            if objection is null and scan.act = 'entry' and around.after is null and people >= rules.fire_limit then
                objection := 'house_full';
            end if;
            if scan.decided is not null and not scan.shown then
                would_be := coalesce(objection, good);
            end if;
        end if;

        if known.id is not null then
            verdict := known.verdict;
            reason := known.reason;
            replayed := true;
            scan.found_id := known.registration_id;
            scan.at := known.device_at;
        else
            verdict := case when scan.decided is not null then scan.decided ->> 'verdict'
                            when objection is null then good
                            when objection = 'already_in' then objection
                            else 'refused' end;
            reason := case when scan.decided is not null and not scan.shown then scan.decided ->> 'reason'
                           else nullif(objection, 'already_in') end;
            insert into check_ins (id, event_id, registration_id, gate_id, device_id, operator, kind, verdict, reason, device_at,
                                   phone_at, list_at, source, note, answers, decided_by)
            values (check_in_id, p_event, scan.found_id, scan.gate_id, scan.device_id, scan.operator, scan.act, verdict, reason, scan.at,
                    scan.phone_at, scan.list_at, scan.source, scan.note, scan.answers, coalesce(scan.decided ->> 'by', 'server'));
            if scan.found_id is not null and around.after is null then
                people := people + case when verdict = 'admitted' and around.before is distinct from 'entry' then 1
                                        when verdict = 'left' and around.before = 'entry' then -1
                                        else 0 end;
            end if;
        end if;

        if verdict = 'already_in' then
            select c.first_at, g.name into counts
            from entry_that_counts(scan.found_id, scan.at, check_in_id) c
            left join gates g on g.id = c.gate_id;
            first_at := counts.first_at;
            first_gate := counts.name;
        end if;
        guest := guest_at_door(scan.found_id, case when reason = 'other_event' then scan.guest_id end);
        elsewhere := case when reason = 'other_event' then other_event_of(scan.guest_id, p_event) end;
        return next;
    end loop;
end $$;
