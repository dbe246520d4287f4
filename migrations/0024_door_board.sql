-- What the organiser sees and decides at the evening.

-- An entry that was taken back is no movement any more, and so no conflict: the decision itself says what it was about.
alter table conflict_resolutions
    add column kind text not null,
    add column first_check_in_id uuid references check_ins,   -- the entry it contradicted, of a ticket that came in twice
    add constraint conflict_resolutions_kind_known check (kind in ('twice', 'not_valid', 'over_limit'));
create index conflict_resolutions_by_event on conflict_resolutions (event_id, resolved_at desc);
