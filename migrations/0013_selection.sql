-- Reviews of applications and the waiting list, as organisers see them.

-- Whom a word was about: a substitute stands in the same registration and is judged anew.
alter table reviews add column guest_id uuid not null references guests;

alter table waitlist_entries
    add column skipped_free int,                                  -- how many places were free for the party when it was passed over
    add column out_of_turn boolean not null default false,        -- the organiser served it before others
    add column priority_reason text not null default '';          -- stays inside

-- Runs where the waiting list is served, under the lock of the event's places.
create function note_skipped_free() returns trigger
language plpgsql as $$
begin
    new.skipped_free := (select coalesce(sum(d.direct), 0)::int
                         from direct_places(new.event_id) d
                         where d.id = any (serving_pools(new.event_id, new.pool_id)));
    return new;
end $$;
create trigger waitlist_entries_note_skipped_free
    before update of skipped on waitlist_entries
    for each row execute function note_skipped_free();

-- Puts a party whose offer or hold ran out back in its former place in line. Answers how many guests wait again.
create function wait_in_former_place(p_event uuid, p_booking uuid, p_now timestamptz) returns int
language plpgsql set jit = off as $$
declare
    former record;
    again uuid[];
begin
    perform lock_places(p_event);
    select w.id, w.pool_id into former
    from waitlist_entries w
    where w.event_id = p_event
      and w.booking_id = p_booking
    order by w.id desc
    limit 1;
    select coalesce(array_agg(r.id order by r.id), '{}') into again
    from registrations r
    where r.event_id = p_event
      and r.booking_id = p_booking
      and r.state = 'expired';
    if cardinality(again) = 0 then
        return 0;
    end if;
    perform lock_registrations(p_event, again);
    update waitlist_entries
    set state = 'waiting',
        party_size = cardinality(again),
        settled_at = null
    where id = former.id
      and state = 'lapsed';
    if not found then
        return 0;
    end if;
    update registrations
    set state = 'waitlisted',
        expires_at = null,
        state_changed_at = p_now
    where id = any (again);
    perform move_waiting(p_event, former.pool_id, cardinality(again));
    perform promote_waiting(p_event, p_now);
    return cardinality(again);
end $$;

-- Lists that reviewers took away, so that the next one says what is new, changed or gone since. Each name has lists of its own.
create table taken_lists (
    id bigint generated always as identity primary key,
    event_id uuid not null references events,
    role text not null,
    guest_ids uuid[] not null,
    actor text not null,
    at timestamptz not null,
    constraint taken_lists_role_known check (role in ('host', 'protocol', 'security'))
);
create index taken_lists_by_event on taken_lists (event_id, role, id desc);
