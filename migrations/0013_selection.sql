-- Reviews of applications and the waiting list, as organisers see them.

-- Whom a word was about: a substitute stands in the same registration and is judged anew.
alter table reviews add column guest_id uuid not null references guests;

alter table waitlist_entries
    add column skipped_free int,                                  -- how many places were free for the party when it was passed over
    add column out_of_turn boolean not null default false;        -- the organiser served it before others

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

-- When somebody took the applications of an event away as a list, for the next one to say what is new.
create table application_lists (
    id bigint generated always as identity primary key,
    event_id uuid not null references events,
    actor text not null,
    at timestamptz not null,
    guests int not null
);
create index application_lists_by_event on application_lists (event_id, id desc);
