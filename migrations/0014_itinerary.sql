-- When what a calendar shows of an event changed last (LAST-MODIFIED, RFC 5545): whoever changes it, in whatever way.
alter table events add column calendar_changed_at timestamptz not null default now();
update events set calendar_changed_at = created_at;

create function note_calendar_change() returns trigger
language plpgsql as $$
begin
    new.calendar_changed_at := now();
    return new;
end $$;

create trigger events_calendar_changed
before update on events
for each row
when ((old.title, old.status, old.venue_id, old.time_zone, old.doors_at, old.starts_at, old.ends_at)
      is distinct from (new.title, new.status, new.venue_id, new.time_zone, new.doors_at, new.starts_at, new.ends_at))
execute function note_calendar_change();
