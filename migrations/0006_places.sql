-- The rules of capacity again, with guests who come to several events, offers that wait for an answer, and applications that
-- occupy no place. What is not repeated here stands as it was; see 0002_places.sql and 0003_claim.sql for the arithmetic.

-- A party that waited and was served may wait again: only one entry of it is open at a time.
alter table waitlist_entries drop constraint waitlist_entries_one_per_booking;
create unique index waitlist_entries_one_open on waitlist_entries (event_id, booking_id) where state in ('waiting', 'offered');

-- Until when an offered place is kept: so many hours, and then not before ten in the morning and not after nine in the evening
-- where the mail is read, two hours before the event at the latest. Null without hours, or when there is no fair time left: who is
-- next then gets the place at once.
create function offer_deadline(p_now timestamptz, p_hours int, p_zone text, p_starts_at timestamptz) returns timestamptz
language plpgsql stable strict as $$
declare
    latest constant timestamp := (p_starts_at - interval '2 hours') at time zone p_zone;
    ends timestamp := (p_now + make_interval(hours => p_hours)) at time zone p_zone;
begin
    ends := case when ends::time < '10:00' then ends::date + time '10:00'
                 when ends::time > '21:00' then ends::date + 1 + time '10:00'
                 else ends end;
    ends := least(ends, latest);
    ends := case when ends::time < '10:00' then ends::date - 1 + time '21:00'
                 when ends::time > '21:00' then ends::date + time '21:00'
                 else ends end;
    return case when ends at time zone p_zone > p_now + interval '1 hour' then ends at time zone p_zone end;
end $$;

drop function promote_waiting(uuid, timestamptz);

-- Serves the waiting list in its order from whatever is free. A party larger than what is free for it is passed over, which is
-- written down, and keeps its place in line. With p_only the organiser serves one party out of its turn. Answers the parties
-- served: the place is theirs, or, where the event makes offers, kept for them until they answer.
create function promote_waiting(p_event uuid, p_now timestamptz, p_only bigint default null) returns int
language plpgsql set jit = off as $$
declare
    entry record;
    ev record;
    free jsonb;
    serving uuid[];
    given uuid[];
    pool uuid;
    deadline timestamptz;
    became text;
    served int := 0;
begin
    perform lock_places(p_event);
    if not exists (select from pools p where p.id = p_event and p.waiting > 0) then
        return 0;
    end if;
    select e.approval_required, e.status, e.starts_at, e.offer_hours, e.time_zone into ev from events e where e.id = p_event;
    if ev.status <> 'published' or ev.starts_at <= p_now then
        return 0;
    end if;
    perform lock_registrations(p_event, '{}');
    select jsonb_object_agg(d.id, d.direct) into free from direct_places(p_event) d;
    for entry in
        select w.id, w.booking_id, w.pool_id, w.party_size, coalesce(b.time_zone, ev.time_zone) as time_zone
        from waitlist_entries w
        join bookings b on b.id = w.booking_id
        where w.event_id = p_event
          and w.state = 'waiting'
          and (p_only is null or w.id = p_only)
        order by w.priority desc, w.id
    loop
        exit when not exists (select from jsonb_each_text(free) f where f.value::int > 0);
        serving := serving_pools(p_event, entry.pool_id);
        given := '{}';
        foreach pool in array serving loop
            given := given || array_fill(pool, array[least((free ->> pool::text)::int, entry.party_size - cardinality(given))]);
            exit when cardinality(given) = entry.party_size;
        end loop;
        if cardinality(given) < entry.party_size then
            if cardinality(given) > 0 then
                update waitlist_entries set skipped = skipped + 1, skipped_at = p_now where id = entry.id;
            end if;
            continue;
        end if;
        select jsonb_object_agg(f.key, f.value::int - (select count(*) from unnest(given) g (id) where g.id::text = f.key))
        into free
        from jsonb_each_text(free) f;
        perform move_taken(given, 1);
        perform move_waiting(p_event, entry.pool_id, -entry.party_size);
        deadline := offer_deadline(p_now, ev.offer_hours, entry.time_zone, ev.starts_at);
        became := (select case when ev.approval_required and bool_or(x.approved_at is null) then 'awaiting_approval'
                               when deadline is not null then 'offered'
                               else 'confirmed' end
                   from registrations x
                   where x.event_id = p_event
                     and x.booking_id = entry.booking_id
                     and x.state = 'waitlisted');
        update waitlist_entries
        set state = case when became = 'offered' then 'offered' else 'accepted' end,
            settled_at = case when became = 'offered' then null else p_now end
        where id = entry.id;
        update registrations r
        set state = became,
            pool_id = given[n.nr],
            expires_at = case when became = 'offered' then deadline end,
            state_changed_at = p_now
        from (select x.id, row_number() over (order by g.position) as nr
              from registrations x
              join guests g on g.id = x.guest_id
              where x.event_id = p_event
                and x.booking_id = entry.booking_id
                and x.state = 'waitlisted') n
        where r.id = n.id;
        insert into jobs (name, payload)
        values ('booking_mail', jsonb_build_object('booking_id', entry.booking_id, 'event_id', p_event,
                                                   'kind', case when became = 'offered' then 'offered' else 'promoted' end));
        served := served + 1;
    end loop;
    return served;
end $$;

-- Returns places (or places in line) of registrations and lets the waiting list move up.
-- Answers the registrations that really changed; ones already given back are left alone. Guests cannot give back the place of
-- somebody who is inside: it is not free. A scan and a cancellation at the same time meet at the registration's row.
-- A party whose offer ran out is told so.
create or replace function give_back_places(
    p_event uuid, p_registrations uuid[], p_state text, p_actor text, p_reason text, p_now timestamptz
) returns uuid[]
language plpgsql set jit = off as $$
declare
    gone record;
    line record;
begin
    perform lock_places(p_event);
    perform lock_registrations(p_event, p_registrations);
    select coalesce(array_agg(r.id order by r.id), '{}') as ids,
           coalesce(array_agg(r.pool_id order by r.id) filter (where r.pool_id is not null), '{}') as pools,
           coalesce(array_agg(distinct r.booking_id) filter (where r.state = 'offered'), '{}') as offered_to
    into gone
    from registrations r
    where r.id = any (p_registrations)
      and r.event_id = p_event
      and r.state not in ('cancelled', 'expired')
      and (p_state <> 'expired' or (r.state in ('held', 'offered') and r.expires_at <= p_now))
      and (p_actor <> 'guest' or not exists (select from attendances a where a.registration_id = r.id));
    if cardinality(gone.ids) = 0 then
        return gone.ids;
    end if;
    for line in
        select w.id, w.pool_id, w.party_size, count(*)::int as leaving
        from registrations r
        join waitlist_entries w on w.event_id = r.event_id and w.booking_id = r.booking_id
        where r.id = any (gone.ids)
          and r.state = 'waitlisted'
          and w.state = 'waiting'
        group by w.id
    loop
        perform move_waiting(p_event, line.pool_id, -line.leaving);
        if line.leaving = line.party_size then
            update waitlist_entries set state = 'withdrawn', settled_at = p_now where id = line.id;
        else
            update waitlist_entries set party_size = party_size - line.leaving where id = line.id;
        end if;
    end loop;
    perform move_taken(gone.pools, -1);
    update registrations
    set state = p_state,
        pool_id = null,
        expires_at = null,
        state_changed_at = p_now
    where id = any (gone.ids);
    update waitlist_entries w
    set state = case when p_state = 'expired' then 'lapsed' else 'withdrawn' end,
        settled_at = p_now
    where w.event_id = p_event
      and w.booking_id = any (gone.offered_to)
      and w.state = 'offered'
      and not exists (select from registrations r where r.event_id = p_event and r.booking_id = w.booking_id and r.state = 'offered');
    if p_state = 'expired' then
        insert into jobs (name, payload)
        select 'booking_mail', jsonb_build_object('booking_id', o.id, 'event_id', p_event, 'kind', 'offer_lapsed',
                                                  'registration_ids', (select jsonb_agg(r.id order by r.id)
                                                                       from registrations r
                                                                       where r.booking_id = o.id
                                                                         and r.id = any (gone.ids)))
        from unnest(gone.offered_to) as o (id);
    end if;
    if p_state = 'cancelled' then
        insert into cancellations (event_id, registration_id, actor, reason, at)
        select p_event, g.id, p_actor, p_reason, p_now
        from unnest(gone.ids) as g (id);
    end if;
    perform trim_released(p_event);
    perform promote_waiting(p_event, p_now);
    return gone.ids;
end $$;

-- Gives the places of holds and offers that ran out back to everybody. Answers how many.
create or replace function expire_holds(p_event uuid, p_now timestamptz) returns int
language sql as $$
    select cardinality(give_back_places(
        p_event,
        (select coalesce(array_agg(r.id), '{}')
         from registrations r
         where r.event_id = p_event
           and r.expires_at <= p_now),
        'expired', 'system', 'hold ran out', p_now))
$$;

-- Puts a party whose offer or hold ran out back in line, at the end. Answers how many guests wait again.
create function wait_again(p_event uuid, p_booking uuid, p_now timestamptz) returns int
language plpgsql set jit = off as $$
declare
    again record;
begin
    perform lock_places(p_event);
    select array_agg(r.id order by r.id) as ids, (array_agg(r.wanted_pool_id))[1] as wanted, count(*)::int as guests
    into again
    from registrations r
    where r.event_id = p_event
      and r.booking_id = p_booking
      and r.state = 'expired';
    if again.guests = 0 then
        return 0;
    end if;
    perform lock_registrations(p_event, again.ids);
    perform stand_in_line(p_event, p_booking, again.wanted, again.ids, p_now);
    perform promote_waiting(p_event, p_now);
    return again.guests;
end $$;

-- Makes these registrations of one booking wait, in its open entry or in a new one at the end of the line.
create function stand_in_line(p_event uuid, p_booking uuid, p_wanted uuid, p_registrations uuid[], p_now timestamptz) returns void
language plpgsql as $$
begin
    update registrations
    set state = 'waitlisted',
        pool_id = null,
        expires_at = null,
        state_changed_at = p_now
    where id = any (p_registrations);
    perform move_waiting(p_event, p_wanted, cardinality(p_registrations));
    update waitlist_entries
    set party_size = party_size + cardinality(p_registrations)
    where event_id = p_event
      and booking_id = p_booking
      and state = 'waiting';
    if not found then
        insert into waitlist_entries (event_id, booking_id, pool_id, party_size, created_at)
        values (p_event, p_booking, p_wanted, cardinality(p_registrations), p_now);
    end if;
end $$;

-- Approves applications. One that has its place keeps it. One that has none takes it now, all of a party together, in the order
-- in which they applied, and not past those who wait: else it joins the line, or stays undecided ('full') where there is none.
create function approve_places(p_event uuid, p_registrations uuid[], p_now timestamptz)
returns table (registration_id uuid, outcome text)
language plpgsql set jit = off as $$
declare
    ev record;
    party record;
    pools_served uuid[];
    given uuid[];
begin
    perform lock_places(p_event);
    perform lock_registrations(p_event, p_registrations);
    select e.waiting_list into ev from events e where e.id = p_event;
    return query
        update registrations r
        set state = 'confirmed',
            approved_at = p_now,
            state_changed_at = p_now
        where r.event_id = p_event
          and r.id = any (p_registrations)
          and r.state = 'awaiting_approval'
          and r.pool_id is not null
        returning r.id, 'confirmed';
    for party in
        select r.booking_id, r.wanted_pool_id, array_agg(r.id order by r.id) as ids, count(*)::int as guests
        from registrations r
        where r.event_id = p_event
          and r.id = any (p_registrations)
          and r.state = 'awaiting_approval'
          and r.pool_id is null
        group by r.booking_id, r.wanted_pool_id
        order by min(r.created_at), r.booking_id
    loop
        given := free_for_newcomers(p_event, party.wanted_pool_id, party.guests);
        if cardinality(given) = party.guests then
            perform move_taken(given, 1);
            return query
                update registrations r
                set state = 'confirmed',
                    pool_id = given[array_position(party.ids, r.id)],
                    approved_at = p_now,
                    state_changed_at = p_now
                where r.id = any (party.ids)
                returning r.id, 'confirmed';
        elsif ev.waiting_list and party.guests <= greatest(largest_party(p_event, party.wanted_pool_id), 1) then
            update registrations r set approved_at = p_now where r.id = any (party.ids);
            perform stand_in_line(p_event, party.booking_id, party.wanted_pool_id, party.ids, p_now);
            return query select i.id, 'waitlisted' from unnest(party.ids) as i (id);
        else
            return query select i.id, 'full' from unnest(party.ids) as i (id);
        end if;
    end loop;
end $$;

-- The pools that would serve a newcomer's party now, one element a place; fewer than the party when there is no room.
-- A pool that serves somebody in line gives nothing to newcomers.
create function free_for_newcomers(p_event uuid, p_wanted uuid, p_party int) returns uuid[]
language sql stable as $$
    select coalesce(array_agg(places.id order by places.nr, places.place), '{}')
    from (select s.id, s.nr, place
          from unnest(serving_pools(p_event, p_wanted)) with ordinality as s (id, nr)
          join direct_places(p_event) d on d.id = s.id
          cross join generate_series(1, d.direct) as place
          where not exists (select
                            from waitlist_entries w
                            where w.event_id = p_event
                              and w.state = 'waiting'
                              and s.id = any (serving_pools(p_event, w.pool_id)))
          order by s.nr, place
          limit p_party) places
$$;

-- Whether one of the guests known before has, or waits for, a place here already, or got one in this very call.
create function guests_at(p_event uuid, p_guests jsonb, p_seen uuid[]) returns boolean
language sql stable as $$
    select exists (
        select
        from jsonb_to_recordset(p_guests) as g (guest_id uuid, known boolean)
        left join registrations r on r.event_id = p_event and r.guest_id = g.guest_id
        where g.known
          and (g.guest_id = any (p_seen) or r.state not in ('cancelled', 'expired')))
$$;

-- The claim, as in 0003_claim.sql. A request may also say: "lead_id" (the party's first booking, whose guests and tickets this one
-- shares), "known" (some of its guests exist already; so does "known" with the guest), "approved" (needs no approval), "priority"
-- (in line), "time_zone", "registrant_name", "payer", and "answers" of the booking and of each guest
-- ([{"question_id", "value", "sealed" (hex)}]). Further outcomes with nothing written: 'invitation_only', 'already_registered'.
-- Applications to an event where they occupy no place are taken as long as it is open, whether it is full or not.
create or replace function claim_places(p_event uuid, p_requests jsonb, p_now timestamptz default null)
returns table (idx int, outcome text, booking_id uuid, waitlist_position int, replayed boolean)
-- Compiling these small statements would take longer than running them (measured: 8.7 ms instead of 4.0 ms a call).
-- Plans are kept for the life of a connection. One that was made while a table was small would read all of it, and go on doing
-- so while a rush fills the table (measured: 0.3 ms a guest at first, 4.5 ms after 15,000).
language plpgsql set jit = off set enable_seqscan = off as $$
#variable_conflict use_column
declare
    moment timestamptz;
    ev record;
    req record;
    ids uuid[];                 -- the pools of the event, in serving order …
    direct int[];               -- … with their direct places …
    blocked boolean[];          -- … and whether somebody waits for them
    lined_up jsonb := '{}';     -- wanted pool ('' for any) -> parties in line
    wanted uuid;
    undecided boolean;          -- whether it is an application that occupies no place
    seen_guests uuid[] := '{}'; -- guests known before who got something in this call
    written constant text[] := array['confirmed', 'held', 'awaiting_approval', 'waitlisted'];
    serving uuid[];
    serving_any uuid[];
    given uuid[];
    place int;
    pool uuid;
    earlier record;
    earlier_nr int;
    out_idx int[] := '{}';
    out_outcome text[] := '{}';
    out_booking uuid[] := '{}';
    out_position int[] := '{}';
    out_replayed boolean[] := '{}';
    seen_keys text[] := '{}';   -- keys that booked something in this call …
    seen_hashes text[] := '{}'; -- … with which content …
    seen_at int[] := '{}';      -- … and where their outcome stands
    all_given uuid[] := '{}';   -- one element a place taken, in the order of …
    given_idx int[] := '{}';    -- … request and …
    given_nr int[] := '{}';     -- … guest within the request
    wait_idx int[] := '{}';
    wait_pool uuid[] := '{}';
begin
    perform lock_places(p_event);
    moment := coalesce(p_now, clock_timestamp());
    select e.organiser_id, e.status, e.registration_opens_at, e.registration_closes_at, e.approval_required, e.waiting_list,
           e.pending_holds_place, e.access, e.starts_at
    into ev
    from events e
    where e.id = p_event;
    if exists (select from pools p where p.event_id = p_event and p.release_at <= moment and p.released_at is null) then
        perform release_contingents(p_event, null, moment);
    end if;

    if exists (select from registrations r where r.event_id = p_event and r.expires_at <= moment) then
        perform expire_holds(p_event, moment);
    end if;
    select array_agg(d.id), array_agg(d.direct), array_agg(false), array_agg(d.id) filter (where d.parent_id is null or d.open_to_all)
    into ids, direct, blocked, serving_any
    from direct_places(p_event) d;
    if exists (select from pools p where p.id = p_event and p.waiting > 0) then
        select jsonb_object_agg(coalesce(w.pool_id::text, ''), w.parties)
        into lined_up
        from (select pool_id, count(*)::int as parties
              from waitlist_entries
              where event_id = p_event
                and state = 'waiting'
              group by pool_id) w;
        select array_agg(coalesce(i.id = any (b.pools), false) order by i.nr)
        into blocked
        from unnest(ids) with ordinality as i (id, nr)
        cross join (select array_agg(s.pool) as pools
                    from jsonb_object_keys(lined_up) k (wanted)
                    cross join unnest(serving_pools(p_event, nullif(k.wanted, '')::uuid)) s (pool)) b;
    end if;

    for req in
        select (r.nr - 1)::int as nr, r.value ->> 'key' as key, r.value ->> 'request_hash' as request_hash,
               (r.value ->> 'booking_id')::uuid as booking_id, r.value ->> 'contingent' as contingent,
               (r.value ->> 'hold_seconds')::int as hold_seconds, (r.value ->> 'waitlist')::boolean as waitlist,
               r.value ->> 'source' as source, jsonb_array_length(r.value -> 'guests') as party,
               coalesce((r.value ->> 'known')::boolean, false) as known, coalesce((r.value ->> 'approved')::boolean, false) as approved,
               r.value -> 'guests' as guests
        from jsonb_array_elements(p_requests) with ordinality as r (value, nr)
        order by r.nr
    loop
        -- the same key again, earlier in this very call or in the past
        earlier_nr := array_position(seen_keys, req.key);
        if earlier_nr is not null then
            place := seen_at[earlier_nr];
            out_idx := out_idx || req.nr;
            out_outcome := out_outcome || case when seen_hashes[earlier_nr] = req.request_hash then out_outcome[place]
                                               else 'key_reused' end;
            out_booking := out_booking || out_booking[place];
            out_position := out_position || out_position[place];
            out_replayed := out_replayed || true;
            continue;
        end if;
        select b.id, encode(b.request_hash, 'hex') = req.request_hash as same,
               (select r.state
                from registrations r
                where r.booking_id = b.id
                  and r.event_id = p_event
                order by r.state in ('cancelled', 'expired'), r.id
                limit 1) as state
        into earlier
        from bookings b
        where b.event_id = p_event
          and b.idempotency_key = req.key;
        if found then
            out_idx := out_idx || req.nr;
            out_outcome := out_outcome || case when earlier.same then earlier.state else 'key_reused' end;
            out_booking := out_booking || earlier.id;
            out_position := out_position || null::int;
            out_replayed := out_replayed || true;
            continue;
        end if;

        wanted := null;
        if req.contingent is not null then
            select p.id into wanted from pools p where p.event_id = p_event and p.slug = req.contingent;
        end if;
        given := '{}';
        undecided := ev.approval_required and not ev.pending_holds_place and not req.approved
                     and req.source in ('form', 'api', 'demo', 'invitation');
        if req.source in ('form', 'api') and (ev.status <> 'published' or ev.registration_opens_at > moment
                                              or ev.registration_closes_at <= moment) then
            out_outcome := out_outcome || 'closed'::text;
        elsif req.source = 'invitation' and (ev.status <> 'published' or ev.starts_at <= moment) then
            out_outcome := out_outcome || 'closed'::text;
        elsif req.source = 'form' and ev.access = 'invited' then
            out_outcome := out_outcome || 'invitation_only'::text;
        elsif req.known and guests_at(p_event, req.guests, seen_guests) then
            out_outcome := out_outcome || 'already_registered'::text;
        elsif req.contingent is not null and wanted is null then
            out_outcome := out_outcome || 'unknown_contingent'::text;
        else
            if wanted is null then
                serving := serving_any;
            else
                serving := serving_pools(p_event, wanted);
            end if;
            foreach pool in array serving loop
                place := array_position(ids, pool);
                if not blocked[place] and direct[place] > 0 and cardinality(given) < req.party then
                    given := given || array_fill(pool, array[least(direct[place], req.party - cardinality(given))]);
                end if;
            end loop;
            if undecided then
                given := '{}';
                out_outcome := out_outcome || case when req.party <= greatest(largest_party(p_event, wanted), 1) then 'awaiting_approval'
                                                   else 'full' end;
            elsif cardinality(given) = req.party then
                out_outcome := out_outcome || case
                    when req.hold_seconds is not null then 'held'
                    when ev.approval_required and not req.approved and req.source in ('form', 'api', 'demo', 'invitation') then 'awaiting_approval'
                    else 'confirmed' end;
                foreach pool in array given loop
                    place := array_position(ids, pool);
                    direct[place] := direct[place] - 1;
                end loop;
                all_given := all_given || given;
                given_idx := given_idx || array_fill(req.nr, array[req.party]);
                for nr in 1 .. req.party loop
                    given_nr := given_nr || nr;
                end loop;
            elsif req.waitlist and ev.waiting_list and req.party <= greatest(largest_party(p_event, wanted), 1) then
                out_outcome := out_outcome || 'waitlisted'::text;
                foreach pool in array serving loop
                    blocked[array_position(ids, pool)] := true;
                end loop;
                wait_idx := wait_idx || req.nr;
                wait_pool := wait_pool || wanted;
                lined_up := lined_up || jsonb_build_object(coalesce(wanted::text, ''),
                                                           coalesce((lined_up ->> coalesce(wanted::text, ''))::int, 0) + 1);
            else
                out_outcome := out_outcome || 'full'::text;
            end if;
        end if;
        out_idx := out_idx || req.nr;
        out_booking := out_booking || req.booking_id;
        out_replayed := out_replayed || false;
        -- As expressions without a query inside, these are evaluated at once: a third of what this loop costs a guest.
        if out_outcome[cardinality(out_outcome)] <> 'waitlisted' then
            out_position := out_position || null::int;
        elsif wanted is null then
            out_position := out_position || (select sum(l.value::int)::int from jsonb_each_text(lined_up) l);
        else
            out_position := out_position || (coalesce((lined_up ->> wanted::text)::int, 0) + coalesce((lined_up ->> '')::int, 0));
        end if;
        if out_outcome[cardinality(out_outcome)] = any (written) then
            if req.known then
                seen_guests := seen_guests || array(select (g.value ->> 'guest_id')::uuid from jsonb_array_elements(req.guests) g (value));
            end if;
            seen_keys := seen_keys || req.key;
            seen_hashes := seen_hashes || req.request_hash;
            seen_at := seen_at || cardinality(out_idx);
        end if;
    end loop;

    perform move_taken(all_given, 1);
    perform write_bookings(p_event, ev.organiser_id, p_requests, out_idx, out_outcome, out_replayed,
                           given_idx, given_nr, all_given, wait_idx, wait_pool, moment);
    return query
        select o.idx, o.outcome, case when o.outcome = any (written) or o.replayed then o.booking_id end,
               o.waitlist_position, o.replayed
        from unnest(out_idx, out_outcome, out_booking, out_position, out_replayed)
            as o (idx, outcome, booking_id, waitlist_position, replayed);
end $$;

create or replace function write_bookings(
    p_event uuid, p_organiser uuid, p_requests jsonb, p_idx int[], p_outcome text[], p_replayed boolean[],
    p_given_idx int[], p_given_nr int[], p_given uuid[], p_wait_idx int[], p_wait_pool uuid[], p_now timestamptz
) returns void
language plpgsql as $$
declare
    accepted jsonb;
    leads uuid[];
begin
    select jsonb_agg(p_requests -> o.idx || jsonb_build_object('idx', o.idx, 'outcome', o.outcome) order by o.idx)
    into accepted
    from unnest(p_idx, p_outcome, p_replayed) as o (idx, outcome, replayed)
    where o.outcome in ('confirmed', 'held', 'awaiting_approval', 'waitlisted')
      and not o.replayed;
    if accepted is null then
        return;
    end if;

    -- Two events may add companions to one party at once: they take turns, parties in the order of their ids.
    select array_agg(b.lead_id) into leads from jsonb_to_recordset(accepted) as b (lead_id uuid) where b.lead_id is not null;
    if leads is not null then
        perform from bookings b where b.id = any (leads) order by b.id for no key update;
        perform from registrations r
        where r.event_id = p_event
          and r.guest_id in (select g.guest_id
                             from jsonb_to_recordset(accepted) as b (lead_id uuid, guests jsonb)
                             cross join jsonb_to_recordset(b.guests) as g (guest_id uuid, known boolean)
                             where g.known)
        order by r.id
        for no key update;
    end if;

    insert into bookings (id, organiser_id, event_id, idempotency_key, request_hash, token_hash, email, locale, source, created_at,
        lead_id, time_zone, registrant_name, payer)
    select b.booking_id, p_organiser, p_event, b.key, decode(b.request_hash, 'hex'), decode(b.token_hash, 'hex'),
           b.email, b.locale, b.source, p_now, b.lead_id, b.time_zone, coalesce(b.registrant_name, ''), b.payer
    from jsonb_to_recordset(accepted) as b
        (booking_id uuid, key text, request_hash text, token_hash text, email text, locale text, source text, lead_id uuid,
         time_zone text, registrant_name text, payer jsonb);

    insert into guests (id, organiser_id, booking_id, position, honorific, family_name, given_name, family_name_kana,
        given_name_kana, family_name_latin, given_name_latin, company, department, job_title, diet, access_needs,
        in_guest_list, flags, search_key, sort_key, updated_at)
    select g.guest_id, p_organiser, coalesce(b.lead_id, b.booking_id),
           case when b.lead_id is null then g.nr - 1
                else row_number() over (partition by b.lead_id order by b.idx, g.nr)
                     + (select coalesce(max(x.position), -1) from guests x where x.booking_id = b.lead_id) end,
           coalesce(g.honorific, ''), g.family_name, coalesce(g.given_name, ''),
           coalesce(g.family_name_kana, ''), coalesce(g.given_name_kana, ''), coalesce(g.family_name_latin, ''),
           coalesce(g.given_name_latin, ''), coalesce(g.company, ''), coalesce(g.department, ''), coalesce(g.job_title, ''),
           coalesce(g.diet, ''), coalesce(g.access_needs, ''), coalesce(g.in_guest_list, false), coalesce(g.flags, '{}'),
           g.search_key, g.sort_key, p_now
    from jsonb_to_recordset(accepted) as b (idx int, booking_id uuid, lead_id uuid, guests jsonb)
    cross join rows from (jsonb_to_recordset(b.guests) as
        (guest_id uuid, known boolean, honorific text, family_name text, given_name text, family_name_kana text, given_name_kana text,
         family_name_latin text, given_name_latin text, company text, department text, job_title text, diet text,
         access_needs text, in_guest_list boolean, flags text[], search_key text, sort_key text))
        with ordinality as g (guest_id, known, honorific, family_name, given_name, family_name_kana, given_name_kana,
         family_name_latin, given_name_latin, company, department, job_title, diet, access_needs, in_guest_list, flags,
         search_key, sort_key, nr)
    where g.known is not true;

    insert into registrations (id, event_id, booking_id, guest_id, pool_id, wanted_pool_id, state, table_name, expires_at,
        created_at, state_changed_at, approved_at)
    select g.registration_id, p_event, b.booking_id, g.guest_id, given.pool_id, wanted.id, b.outcome, g.table_name,
           case when b.outcome = 'held' then p_now + make_interval(secs => b.hold_seconds) end, p_now, p_now,
           case when b.approved then p_now end
    from jsonb_to_recordset(accepted) as b
        (idx int, outcome text, booking_id uuid, contingent text, hold_seconds int, approved boolean, guests jsonb)
    cross join rows from (jsonb_to_recordset(b.guests) as (guest_id uuid, registration_id uuid, table_name text))
        with ordinality as g (guest_id, registration_id, table_name, nr)
    left join unnest(p_given_idx, p_given_nr, p_given) as given (idx, nr, pool_id) on given.idx = b.idx and given.nr = g.nr
    left join pools wanted on wanted.event_id = p_event and wanted.slug = b.contingent
    on conflict on constraint registrations_one_per_guest_per_event do update   -- who gave the place back comes again
    set booking_id = excluded.booking_id,
        pool_id = excluded.pool_id,
        wanted_pool_id = excluded.wanted_pool_id,
        state = excluded.state,
        table_name = excluded.table_name,
        expires_at = excluded.expires_at,
        approved_at = excluded.approved_at,
        created_at = excluded.created_at,
        state_changed_at = excluded.state_changed_at;

    insert into tickets (id, organiser_id, guest_id, code_hash, issued_at)
    select g.ticket_id, p_organiser, g.guest_id, decode(g.code_hash, 'hex'), p_now
    from jsonb_to_recordset(accepted) as b (guests jsonb)
    cross join jsonb_to_recordset(b.guests) as g (ticket_id uuid, guest_id uuid, code_hash text, known boolean)
    where g.known is not true;

    insert into consents (guest_id, purpose, text_hash, locale, channel, given_at)
    select g.guest_id, c.purpose, decode(c.text_hash, 'hex'), b.locale, c.channel, p_now
    from jsonb_to_recordset(accepted) as b (locale text, guests jsonb)
    cross join jsonb_to_recordset(b.guests) as g (guest_id uuid, consents jsonb)
    cross join jsonb_to_recordset(g.consents) as c (purpose text, text_hash text, channel text)
    where g.consents is not null;

    insert into question_answers (question_id, booking_id, guest_id, value, sealed, answered_at)
    select a.question_id, b.booking_id, given.guest_id, a.value, decode(a.sealed, 'hex'), p_now
    from jsonb_to_recordset(accepted) as b (booking_id uuid, answers jsonb, guests jsonb)
    cross join lateral (select null::uuid as guest_id, b.answers
                        union all
                        select g.guest_id, g.answers from jsonb_to_recordset(b.guests) as g (guest_id uuid, answers jsonb)) given
    cross join jsonb_to_recordset(given.answers) as a (question_id uuid, value jsonb, sealed text)
    where jsonb_array_length(given.answers) > 0;

    if cardinality(p_wait_idx) > 0 then
        insert into waitlist_entries (event_id, booking_id, pool_id, party_size, priority, created_at)
        select p_event, (p_requests -> w.idx ->> 'booking_id')::uuid, w.pool_id,
               jsonb_array_length(p_requests -> w.idx -> 'guests'), coalesce((p_requests -> w.idx ->> 'priority')::int, 0), p_now
        from unnest(p_wait_idx, p_wait_pool) as w (idx, pool_id)
        order by w.idx;
        update pools
        set waiting = waiting + w.guests
        from (select p.id, sum(jsonb_array_length(p_requests -> u.idx -> 'guests'))::int as guests
              from unnest(p_wait_idx, p_wait_pool) as u (idx, pool_id)
              join pools p on p.id = u.pool_id or p.id = p_event
              group by p.id) w
        where pools.id = w.id;
    end if;

    insert into jobs (name, payload)
    select 'booking_mail', jsonb_build_object('booking_id', b.booking_id, 'event_id', p_event, 'kind', b.outcome)
    from jsonb_to_recordset(accepted) as b (booking_id uuid, outcome text, mail boolean)
    where b.mail;
end $$;
