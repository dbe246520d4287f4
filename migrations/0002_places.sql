-- The rules of capacity. Whoever moves a place locks the root pool's row first, so these functions
-- serve one event one caller at a time, first come first served, and lock nothing of other events.
--
-- The arithmetic: a contingent's capacity is set aside inside its parent. What a pool can give to
-- its own guests ("direct") is  capacity - taken - sum over its contingents (capacity - taken).
-- Taking a place in a pool moves "taken" there and in every pool around it, and so leaves the
-- direct places of those around it as they are.

create function lock_places(p_event uuid) returns void
language plpgsql as $$
begin
    perform from pools where id = p_event for no key update;
    if not found then
        raise exception 'no such event: %', p_event using errcode = 'no_data_found';
    end if;
end $$;

-- Direct places of each pool, in the order in which guests without a contingent are served:
-- the shared places first, then open contingents by position.
create function direct_places(p_event uuid)
returns table (id uuid, parent_id uuid, open_to_all boolean, released boolean, direct int)
language sql stable as $$
    select p.id, p.parent_id, p.open_to_all, p.released_at is not null,
           p.capacity - p.taken - coalesce((select sum(c.capacity - c.taken)::int from pools c where c.parent_id = p.id), 0)
    from pools p
    where p.event_id = p_event
    order by (p.parent_id is null) desc, p.position, p.slug
$$;

-- The pools that may serve a guest: for a named contingent itself, and what is around it once it
-- is released; without a name the shared places and every contingent open to all.
create function serving_pools(p_event uuid, p_wanted uuid) returns uuid[]
language plpgsql stable as $$
begin
    if p_wanted is null then
        return (select array_agg(d.id order by d.nr)
                from direct_places(p_event) with ordinality as d (id, parent_id, open_to_all, released, direct, nr)
                where d.parent_id is null or d.open_to_all);
    end if;
    return (with recursive outwards as (
                select p.id, p.parent_id, p.released_at, 0 as depth
                from pools p
                where p.id = p_wanted
                  and p.event_id = p_event
                union all
                select p.id, p.parent_id, p.released_at, o.depth + 1
                from outwards o
                join pools p on p.id = o.parent_id
                where o.released_at is not null
            )
            select array_agg(o.id order by o.depth) from outwards o);
end $$;

-- The largest party that the places for it could ever serve, all others gone: those of the contingent itself, or of the
-- pool around it once it is released; without a name those of the event.
create function largest_party(p_event uuid, p_wanted uuid) returns int
language sql stable as $$
    with recursive outwards as (
        select p.id, p.parent_id, p.capacity, coalesce(p.released_at, p.release_at) as release_at, 0 as depth
        from pools p
        where p.id = coalesce(p_wanted, p_event)
          and p.event_id = p_event
        union all
        select p.id, p.parent_id, p.capacity, coalesce(p.released_at, p.release_at), o.depth + 1
        from outwards o
        join pools p on p.id = o.parent_id
        where o.release_at is not null
    )
    select capacity from outwards order by depth desc limit 1
$$;

-- Locks these registrations and all that may move up, in the order of their ids. The door locks in that order, too, so that
-- the two never wait for each other in a circle.
create function lock_registrations(p_event uuid, p_registrations uuid[]) returns void
language plpgsql as $$
begin
    perform from registrations r
    where r.id = any (p_registrations || array(
              select w.id from registrations w where w.event_id = p_event and w.state = 'waitlisted'))
      and r.event_id = p_event
    order by r.id
    for no key update;
end $$;

-- Adds (or, with p_sign -1, gives back) one place per array element, in the pool and all around it.
create function move_taken(p_pools uuid[], p_sign int) returns void
language plpgsql as $$
begin
    with recursive moved as (
        select m.pool_id as id, count(*)::int as places
        from unnest(p_pools) as m (pool_id)
        group by m.pool_id
    ), upwards as (
        select id, places from moved
        union all
        select p.parent_id, u.places
        from upwards u
        join pools p on p.id = u.id
        where p.parent_id is not null
    )
    update pools
    set taken = taken + p_sign * total.places
    from (select id, sum(places)::int as places from upwards group by id) total
    where pools.id = total.id;
end $$;

create function move_waiting(p_event uuid, p_wanted uuid, p_guests int) returns void
language plpgsql as $$
begin
    update pools
    set waiting = waiting + p_guests
    where id in (p_event, p_wanted);
end $$;

-- A released contingent keeps no unused places: they belong to the pool around it.
create function trim_released(p_event uuid) returns void
language plpgsql as $$
begin
    update pools p
    set capacity = p.taken + kept.places
    from (select r.id, coalesce(sum(c.capacity - c.taken), 0)::int as places
          from pools r
          left join pools c on c.parent_id = r.id
          where r.event_id = p_event
            and r.released_at is not null
          group by r.id) kept
    where p.id = kept.id
      and p.capacity <> p.taken + kept.places;
end $$;

-- Serves the waiting list in its order from whatever is free. A party larger than what is free for
-- it is passed over, which is written down, and keeps its place in line. Answers the parties served.
create function promote_waiting(p_event uuid, p_now timestamptz) returns int
language plpgsql set jit = off as $$
declare
    entry record;
    ev record;
    free jsonb;
    serving uuid[];
    given uuid[];
    pool uuid;
    served int := 0;
begin
    perform lock_places(p_event);
    if not exists (select from pools p where p.id = p_event and p.waiting > 0) then
        return 0;
    end if;
    select e.approval_required, e.status, e.starts_at into ev from events e where e.id = p_event;
    if ev.status <> 'published' or ev.starts_at <= p_now then
        return 0;
    end if;
    perform lock_registrations(p_event, '{}');
    select jsonb_object_agg(d.id, d.direct) into free from direct_places(p_event) d;
    for entry in
        select w.id, w.booking_id, w.pool_id, w.party_size
        from waitlist_entries w
        where w.event_id = p_event
          and w.state = 'waiting'
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
        update waitlist_entries set state = 'accepted', settled_at = p_now where id = entry.id;
        update registrations r
        set state = case when ev.approval_required then 'awaiting_approval' else 'confirmed' end,
            pool_id = given[n.nr],
            state_changed_at = p_now
        from (select x.id, row_number() over (order by g.position) as nr
              from registrations x
              join guests g on g.id = x.guest_id
              where x.event_id = p_event
                and x.booking_id = entry.booking_id
                and x.state = 'waitlisted') n
        where r.id = n.id;
        insert into jobs (name, payload)
        values ('booking_mail', jsonb_build_object('booking_id', entry.booking_id, 'event_id', p_event, 'kind', 'promoted'));
        served := served + 1;
    end loop;
    return served;
end $$;

-- Returns places (or places in line) of registrations and lets the waiting list move up.
-- Answers the registrations that really changed; ones already given back are left alone. Guests cannot give back the place of
-- somebody who is inside: it is not free. A scan and a cancellation at the same time meet at the registration's row.
create function give_back_places(
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
           coalesce(array_agg(r.pool_id order by r.id) filter (where r.pool_id is not null), '{}') as pools
    into gone
    from registrations r
    where r.id = any (p_registrations)
      and r.event_id = p_event
      and r.state not in ('cancelled', 'expired')
      and (p_state <> 'expired' or (r.state = 'held' and r.expires_at <= p_now))
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
    if p_state = 'cancelled' then
        insert into cancellations (event_id, registration_id, actor, reason, at)
        select p_event, g.id, p_actor, p_reason, p_now
        from unnest(gone.ids) as g (id);
    end if;
    perform trim_released(p_event);
    perform promote_waiting(p_event, p_now);
    return gone.ids;
end $$;

-- Gives the places of holds that ran out back to everybody. Answers how many.
create function expire_holds(p_event uuid, p_now timestamptz) returns int
language sql as $$
    select cardinality(give_back_places(
        p_event,
        (select coalesce(array_agg(r.id), '{}')
         from registrations r
         where r.event_id = p_event
           and r.state = 'held'
           and r.expires_at <= p_now),
        'expired', 'system', 'hold ran out', p_now))
$$;

-- Contingents whose release date has come give their unused places to the pool around them.
-- Answers how many were released.
create function release_contingents(p_event uuid, p_only uuid, p_now timestamptz) returns int
language plpgsql as $$
declare
    due int;
begin
    perform lock_places(p_event);
    update pools
    set released_at = p_now,
        guaranteed = capacity
    where event_id = p_event
      and parent_id is not null
      and released_at is null
      and (id = p_only or (p_only is null and release_at <= p_now));
    get diagnostics due = row_count;
    if due > 0 then
        perform trim_released(p_event);
        perform promote_waiting(p_event, p_now);
    end if;
    return due;
end $$;

-- Sets a pool's capacity. Answers 'resized', 'below_taken' (places already given or set aside),
-- 'above_parent' (the pool around it has too few direct places left) or 'released' (a released
-- contingent has no places of its own any more).
create function resize_pool(p_event uuid, p_pool uuid, p_capacity int, p_now timestamptz) returns text
language plpgsql as $$
declare
    old record;
begin
    perform lock_places(p_event);
    select p.parent_id, p.capacity, p.released_at, d.direct into old
    from pools p
    join direct_places(p_event) d on d.id = p.id
    where p.id = p_pool;
    if old.released_at is not null then
        return 'released';
    end if;
    if old.capacity - p_capacity > old.direct then
        return 'below_taken';
    end if;
    if p_capacity - old.capacity > (select d.direct from direct_places(p_event) d where d.id = old.parent_id) then
        return 'above_parent';
    end if;
    update pools set capacity = p_capacity where id = p_pool;
    perform promote_waiting(p_event, p_now);
    return 'resized';
end $$;
