-- Hosts hear of their guests' arrivals.

-- Mails tell of arrivals from here on: whoever switches them on during the evening is not sent those of the last two hours.
alter table hosts add column mails_from timestamptz not null default now();

-- Which arrival a host was written to about. One that was undone since counts no more.
create table told_arrivals (
    host_id uuid not null references hosts,
    check_in_id uuid not null references check_ins,
    registration_id uuid not null references registrations,
    told_at timestamptz not null default now(),
    primary key (host_id, check_in_id)
);
create index told_arrivals_by_registration on told_arrivals (host_id, registration_id);
