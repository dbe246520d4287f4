-- The claim: one call takes an array of sign-ups for one event and answers each of them, in order.
--
-- A request: {"key", "request_hash" (hex), "booking_id", "token_hash" (hex), "email", "locale",
--   "source", "contingent" (slug or null), "hold_seconds" (or null), "waitlist" (bool), "mail" (bool),
--   "guests": [{"guest_id", "registration_id", "ticket_id", "code_hash" (hex), "table_name"?,
--               "honorific", "family_name", …, "search_key", "sort_key",
--               "consents": [{"purpose", "text_hash" (hex), "channel"}]}]}
-- Its outcome: 'confirmed', 'held', 'awaiting_approval' or 'waitlisted' (all written down, with the
-- booking), or 'full', 'closed', 'unknown_contingent', 'key_reused' (nothing written).
-- A key seen before answers its booking again ("replayed") and changes nothing. A party larger than its places could ever
-- serve is told "full" instead of joining a line that would end with it.
--
-- A newcomer never passes somebody who waits for the same places: a pool that serves anyone in line
-- gives nothing to newcomers, however much is free there. Pools nobody waits for go on serving.
create function claim_places(p_event uuid, p_requests jsonb, p_now timestamptz default null)
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
    select e.organiser_id, e.status, e.registration_opens_at, e.registration_closes_at, e.approval_required, e.waiting_list
    into ev
    from events e
    where e.id = p_event;
    if exists (select from pools p where p.event_id = p_event and p.release_at <= moment and p.released_at is null) then
        perform release_contingents(p_event, null, moment);
    end if;

    if exists (select from registrations r where r.event_id = p_event and r.state = 'held' and r.expires_at <= moment) then
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
               r.value ->> 'source' as source, jsonb_array_length(r.value -> 'guests') as party
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
        if req.source in ('form', 'api') and (ev.status <> 'published' or ev.registration_opens_at > moment
                                              or ev.registration_closes_at <= moment) then
            out_outcome := out_outcome || 'closed'::text;
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
            if cardinality(given) = req.party then
                out_outcome := out_outcome || case
                    when req.hold_seconds is not null then 'held'
                    when ev.approval_required and req.source in ('form', 'api', 'demo') then 'awaiting_approval'
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
        if out_outcome[cardinality(out_outcome)] not in ('full', 'closed', 'unknown_contingent') then
            seen_keys := seen_keys || req.key;
            seen_hashes := seen_hashes || req.request_hash;
            seen_at := seen_at || cardinality(out_idx);
        end if;
    end loop;

    perform move_taken(all_given, 1);
    perform write_bookings(p_event, ev.organiser_id, p_requests, out_idx, out_outcome, out_replayed,
                           given_idx, given_nr, all_given, wait_idx, wait_pool, moment);
    return query
        select o.idx, o.outcome, case when o.outcome in ('full', 'closed', 'unknown_contingent') then null else o.booking_id end,
               o.waitlist_position, o.replayed
        from unnest(out_idx, out_outcome, out_booking, out_position, out_replayed)
            as o (idx, outcome, booking_id, waitlist_position, replayed);
end $$;

-- Writes what the claim decided: one insert a table, whatever the number of requests.
create function write_bookings(
    p_event uuid, p_organiser uuid, p_requests jsonb, p_idx int[], p_outcome text[], p_replayed boolean[],
    p_given_idx int[], p_given_nr int[], p_given uuid[], p_wait_idx int[], p_wait_pool uuid[], p_now timestamptz
) returns void
language plpgsql as $$
declare
    accepted jsonb;
begin
    select jsonb_agg(p_requests -> o.idx || jsonb_build_object('idx', o.idx, 'outcome', o.outcome) order by o.idx)
    into accepted
    from unnest(p_idx, p_outcome, p_replayed) as o (idx, outcome, replayed)
    where o.outcome in ('confirmed', 'held', 'awaiting_approval', 'waitlisted')
      and not o.replayed;
    if accepted is null then
        return;
    end if;

    insert into bookings (id, organiser_id, event_id, idempotency_key, request_hash, token_hash, email, locale, source, created_at)
    select b.booking_id, p_organiser, p_event, b.key, decode(b.request_hash, 'hex'), decode(b.token_hash, 'hex'),
           b.email, b.locale, b.source, p_now
    from jsonb_to_recordset(accepted) as b
        (booking_id uuid, key text, request_hash text, token_hash text, email text, locale text, source text);

    insert into guests (id, organiser_id, booking_id, position, honorific, family_name, given_name, family_name_kana,
        given_name_kana, family_name_latin, given_name_latin, company, department, job_title, diet, access_needs,
        in_guest_list, flags, search_key, sort_key, updated_at)
    select g.guest_id, p_organiser, b.booking_id, g.nr - 1, coalesce(g.honorific, ''), g.family_name, coalesce(g.given_name, ''),
           coalesce(g.family_name_kana, ''), coalesce(g.given_name_kana, ''), coalesce(g.family_name_latin, ''),
           coalesce(g.given_name_latin, ''), coalesce(g.company, ''), coalesce(g.department, ''), coalesce(g.job_title, ''),
           coalesce(g.diet, ''), coalesce(g.access_needs, ''), coalesce(g.in_guest_list, false), coalesce(g.flags, '{}'),
           g.search_key, g.sort_key, p_now
    from jsonb_to_recordset(accepted) as b (booking_id uuid, guests jsonb)
    cross join rows from (jsonb_to_recordset(b.guests) as
        (guest_id uuid, honorific text, family_name text, given_name text, family_name_kana text, given_name_kana text,
         family_name_latin text, given_name_latin text, company text, department text, job_title text, diet text,
         access_needs text, in_guest_list boolean, flags text[], search_key text, sort_key text))
        with ordinality as g (guest_id, honorific, family_name, given_name, family_name_kana, given_name_kana,
         family_name_latin, given_name_latin, company, department, job_title, diet, access_needs, in_guest_list, flags,
         search_key, sort_key, nr);

    insert into registrations (id, event_id, booking_id, guest_id, pool_id, wanted_pool_id, state, table_name, expires_at,
        created_at, state_changed_at)
    select g.registration_id, p_event, b.booking_id, g.guest_id, given.pool_id, wanted.id, b.outcome, g.table_name,
           case when b.outcome = 'held' then p_now + make_interval(secs => b.hold_seconds) end, p_now, p_now
    from jsonb_to_recordset(accepted) as b
        (idx int, outcome text, booking_id uuid, contingent text, hold_seconds int, guests jsonb)
    cross join rows from (jsonb_to_recordset(b.guests) as (guest_id uuid, registration_id uuid, table_name text))
        with ordinality as g (guest_id, registration_id, table_name, nr)
    left join unnest(p_given_idx, p_given_nr, p_given) as given (idx, nr, pool_id) on given.idx = b.idx and given.nr = g.nr
    left join pools wanted on wanted.event_id = p_event and wanted.slug = b.contingent;

    insert into tickets (id, organiser_id, guest_id, code_hash, issued_at)
    select g.ticket_id, p_organiser, g.guest_id, decode(g.code_hash, 'hex'), p_now
    from jsonb_to_recordset(accepted) as b (guests jsonb)
    cross join jsonb_to_recordset(b.guests) as g (ticket_id uuid, guest_id uuid, code_hash text);

    insert into consents (guest_id, purpose, text_hash, locale, channel, given_at)
    select g.guest_id, c.purpose, decode(c.text_hash, 'hex'), b.locale, c.channel, p_now
    from jsonb_to_recordset(accepted) as b (locale text, guests jsonb)
    cross join jsonb_to_recordset(b.guests) as g (guest_id uuid, consents jsonb)
    cross join jsonb_to_recordset(g.consents) as c (purpose text, text_hash text, channel text)
    where g.consents is not null;

    if cardinality(p_wait_idx) > 0 then
        insert into waitlist_entries (event_id, booking_id, pool_id, party_size, created_at)
        select p_event, (p_requests -> w.idx ->> 'booking_id')::uuid, w.pool_id,
               jsonb_array_length(p_requests -> w.idx -> 'guests'), p_now
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
