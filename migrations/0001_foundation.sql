-- The tables of the house. Ids are UUIDv7 made by the application, except where a row is only
-- ever written by the database itself (identity columns). Times are instants; money is integer
-- minor units. Facts with an author (cancellations, check-ins, consents) are rows, not booleans.

-- accounts -----------------------------------------------------------------------------------

create table organisers (
    id uuid primary key,
    slug text not null,
    name jsonb not null,                          -- {"de": …, "en": …, "ja": …}
    contact_email text not null,
    created_at timestamptz not null default now(),
    constraint organisers_slug_unique unique (slug),
    constraint organisers_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

create table staff (
    id uuid primary key,
    email text not null,
    name text not null,
    locale text not null default 'en',
    created_at timestamptz not null default now(),
    constraint staff_email_unique unique (email),
    constraint staff_email_lower check (email = lower(email))
);

create table memberships (
    organiser_id uuid not null references organisers,
    staff_id uuid not null references staff,
    role text not null,
    created_at timestamptz not null default now(),
    primary key (organiser_id, staff_id),
    constraint memberships_role_known check (role in ('owner', 'organiser', 'door'))
);

create table sign_in_links (
    token_hash bytea primary key,
    staff_id uuid not null references staff,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);

create table sessions (
    token_hash bytea primary key,
    staff_id uuid not null references staff,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index sessions_by_staff on sessions (staff_id);

create table api_tokens (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    token_hash bytea not null,
    name text not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_tokens_hash_unique unique (token_hash)
);

create table audit_entries (
    id bigint generated always as identity primary key,
    organiser_id uuid not null references organisers,
    actor text not null,                          -- "staff:<id>", "token:<id>", "system"
    action text not null,
    subject text not null,
    detail jsonb not null default '{}',           -- never personal data
    at timestamptz not null default now()
);
create index audit_entries_by_organiser on audit_entries (organiser_id, id desc);

-- programme ----------------------------------------------------------------------------------

create table programmes (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    slug text not null,
    title jsonb not null,
    lead jsonb not null,
    time_zone text not null,
    hue int not null default 266,
    created_at timestamptz not null default now(),
    constraint programmes_slug_unique unique (slug),
    constraint programmes_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    constraint programmes_hue_range check (hue between 0 and 359)
);

create table venues (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    name jsonb not null,
    address jsonb not null,
    time_zone text not null
);

create table events (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    programme_id uuid references programmes,
    venue_id uuid references venues,
    slug text not null,
    kind text not null,
    status text not null default 'draft',
    title jsonb not null,
    lead jsonb not null,
    agenda jsonb not null default '[]',           -- [{"at": "18:00", "title": {…}, "text": {…}}]
    facts jsonb not null default '{}',            -- {"dress": {…}, "languages": {…}}
    hue int not null default 266,
    time_zone text not null,
    doors_at timestamptz not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    registration_opens_at timestamptz,
    registration_closes_at timestamptz not null,
    changes_until timestamptz not null,
    approval_required boolean not null default false,
    waiting_list boolean not null default true,
    max_companions int not null default 3,
    version int not null default 1,               -- SEQUENCE of the calendar entry
    created_at timestamptz not null default now(),
    constraint events_slug_unique unique (slug),
    constraint events_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    constraint events_kind_known check (kind in ('dinner', 'workshop', 'reception', 'visit', 'evening')),
    constraint events_status_known check (status in ('draft', 'published', 'cancelled')),
    constraint events_times_ordered check (doors_at <= starts_at and starts_at < ends_at),
    constraint events_companions_range check (max_companions between 0 and 9),
    constraint events_hue_range check (hue between 0 and 359)
);
create index events_by_organiser on events (organiser_id, starts_at, id);
create index events_by_programme on events (programme_id, starts_at, id);

-- The tree of places. The root pool of an event carries the event's own id and has no parent;
-- every other row is a contingent. "taken" counts the places of the pool and of all pools inside
-- it; "waiting" counts the guests who wait for exactly this contingent (at the root: all who wait).
-- A contingent's capacity is set aside for it inside its parent until it is released.
create table pools (
    id uuid primary key,
    event_id uuid not null references events,
    parent_id uuid references pools,
    slug text,
    name jsonb not null default '{}',
    capacity int not null,
    taken int not null default 0,
    waiting int not null default 0,
    open_to_all boolean not null default true,    -- also serves guests who name no contingent
    position int not null default 0,
    release_at timestamptz,
    released_at timestamptz,
    guaranteed int,                               -- what the contingent had before its release
    constraint pools_root_is_event check ((parent_id is null) = (id = event_id)),
    constraint pools_contingent_has_slug check ((parent_id is null) = (slug is null)),
    constraint pools_slug_unique unique (event_id, slug),
    constraint pools_capacity_positive check (capacity >= 0),
    constraint pools_never_oversold check (taken between 0 and capacity),
    constraint pools_waiting_positive check (waiting >= 0)
) with (fillfactor = 50);
create index pools_by_event on pools (event_id);

create table gates (
    id uuid primary key,
    event_id uuid not null references events,
    name text not null,
    position int not null default 0,
    constraint gates_name_unique unique (event_id, name)
);

-- registration -------------------------------------------------------------------------------

create table bookings (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    event_id uuid not null references events,
    idempotency_key text not null,
    request_hash bytea not null,
    token_hash bytea not null,
    email text not null,
    locale text not null,
    source text not null,
    created_at timestamptz not null,
    constraint bookings_key_unique unique (event_id, idempotency_key),
    constraint bookings_token_unique unique (token_hash),
    constraint bookings_source_known check (source in ('form', 'api', 'walk_in', 'import', 'demo')),
    constraint bookings_locale_known check (locale in ('de', 'en', 'ja'))
);
-- No index on the event alone: the one of bookings_key_unique begins with it. With both, plans made while the table is small
-- may prefer the shorter one, and then look for a key among all bookings of the event.

-- Names are stored exactly as typed, per script; only search_key and sort_key are normalised.
create table guests (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    booking_id uuid not null references bookings,
    position int not null,                        -- 0 is the registrant's own place
    honorific text not null default '',
    family_name text not null,
    given_name text not null default '',
    family_name_kana text not null default '',
    given_name_kana text not null default '',
    family_name_latin text not null default '',
    given_name_latin text not null default '',
    company text not null default '',
    department text not null default '',
    job_title text not null default '',
    diet text not null default '',
    access_needs text not null default '',
    in_guest_list boolean not null default false,
    flags text[] not null default '{}',           -- 'speaker', 'vip', 'no_photo', 'wheelchair'
    search_key text not null,
    sort_key text not null,
    updated_at timestamptz not null,
    constraint guests_position_unique unique (booking_id, position),
    constraint guests_flags_known check (flags <@ array['speaker', 'vip', 'no_photo', 'wheelchair'])
);

create table registrations (
    id uuid primary key,
    event_id uuid not null references events,
    booking_id uuid not null references bookings,
    guest_id uuid not null references guests,
    pool_id uuid references pools,                -- where the place counts; null while waitlisted
    wanted_pool_id uuid references pools,         -- the contingent asked for; null means any
    state text not null,
    table_name text,
    expires_at timestamptz,                       -- of a hold
    created_at timestamptz not null,
    state_changed_at timestamptz not null,
    constraint registrations_one_per_guest_per_event unique (event_id, guest_id),
    constraint registrations_state_known check (state in
        ('held', 'awaiting_approval', 'confirmed', 'waitlisted', 'cancelled', 'expired')),
    constraint registrations_place_counted check
        ((state in ('held', 'awaiting_approval', 'confirmed')) = (pool_id is not null)),
    constraint registrations_only_holds_expire check ((state = 'held') = (expires_at is not null))
);
create index registrations_by_booking on registrations (booking_id);
create index registrations_by_guest on registrations (guest_id);
create index registrations_by_event on registrations (event_id, state, id);
create index registrations_expiring on registrations (event_id, expires_at) where state = 'held';

create table waitlist_entries (
    id bigint generated always as identity primary key,   -- the order of arrival, given under the lock
    event_id uuid not null references events,
    booking_id uuid not null references bookings,
    pool_id uuid references pools,                -- the contingent asked for; null means any
    party_size int not null,
    priority int not null default 0,              -- higher goes first
    state text not null default 'waiting',
    skipped int not null default 0,               -- how often free places were too few for the party
    skipped_at timestamptz,
    created_at timestamptz not null,
    settled_at timestamptz,
    constraint waitlist_entries_one_per_booking unique (event_id, booking_id),
    constraint waitlist_entries_party_positive check (party_size > 0),
    constraint waitlist_entries_state_known check (state in ('waiting', 'accepted', 'withdrawn'))
);
create index waitlist_entries_in_order on waitlist_entries (event_id, priority desc, id) where state = 'waiting';

create table cancellations (
    id bigint generated always as identity primary key,
    event_id uuid not null references events,
    registration_id uuid not null references registrations,
    actor text not null,                          -- "guest", "staff:<id>", "system"
    reason text not null default '',
    at timestamptz not null,
    constraint cancellations_once unique (registration_id)
);

create table consents (
    id bigint generated always as identity primary key,
    guest_id uuid not null references guests,
    purpose text not null,
    text_hash bytea not null,
    locale text not null,
    channel text not null,
    given_at timestamptz not null,
    withdrawn_at timestamptz,
    constraint consents_purpose_known check (purpose in ('privacy', 'sensitive', 'guest_list'))
);
create index consents_by_guest on consents (guest_id);

-- tickets ------------------------------------------------------------------------------------

-- The code itself is derived from the secret key, the ticket's id and its issue number;
-- only its SHA-256 is stored, so neither a dump nor a door phone carries usable tickets.
create table tickets (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    guest_id uuid not null references guests,
    issue int not null default 1,
    code_hash bytea not null,
    issued_at timestamptz not null,
    constraint tickets_code_unique unique (code_hash),
    constraint tickets_one_per_guest unique (guest_id)
);

-- door ---------------------------------------------------------------------------------------

create table devices (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    event_id uuid not null references events,
    gate_id uuid not null references gates,
    name text not null,
    pairing_hash bytea,
    pairing_expires_at timestamptz,
    token_hash bytea,
    paired_at timestamptz,
    last_seen_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    constraint devices_pairing_unique unique (pairing_hash),
    constraint devices_token_unique unique (token_hash)
);
create index devices_by_event on devices (event_id, id);

-- Append-only: a scan, an entry by search, or the undoing of one. Attendance is derived.
create table check_ins (
    id uuid primary key,                          -- made by the phone or the API client
    event_id uuid not null references events,
    registration_id uuid references registrations,
    gate_id uuid references gates,
    device_id uuid references devices,
    operator text not null,                       -- "device:<id>", "token:<id>", "staff:<id>"
    kind text not null,
    undoes uuid references check_ins,
    verdict text not null,
    reason text,
    device_at timestamptz not null,
    server_at timestamptz not null default clock_timestamp(),
    constraint check_ins_kind_known check (kind in ('entry', 'undo')),
    constraint check_ins_verdict_known check (verdict in ('admitted', 'already_in', 'refused', 'undone')),
    constraint check_ins_undo_names_entry check ((kind = 'undo') = (undoes is not null)),
    constraint check_ins_undone_once unique (undoes)
);
create index check_ins_by_event on check_ins (event_id, server_at, id);
create index check_ins_by_registration on check_ins (registration_id) where registration_id is not null;

-- Who is inside: the admitted entries that nobody has undone.
create view attendances as
select c.event_id, c.registration_id, c.id as check_in_id, c.gate_id, c.device_at, c.server_at
from check_ins c
where c.kind = 'entry'
  and c.verdict = 'admitted'
  and not exists (select from check_ins u where u.undoes = c.id);

-- kit ----------------------------------------------------------------------------------------

create table jobs (
    id bigint generated always as identity primary key,
    name text not null,
    payload jsonb not null,
    run_at timestamptz not null default now(),
    attempts int not null default 0,
    last_error text,
    failed_at timestamptz,                        -- given up; kept for people to look at
    created_at timestamptz not null default now()
);
create index jobs_due on jobs (run_at, id) where failed_at is null;

create table mails (
    id bigint generated always as identity primary key,
    organiser_id uuid not null references organisers,
    event_id uuid not null references events,
    booking_id uuid not null references bookings,
    kind text not null,
    job_id bigint not null,                       -- the job that wrote the mail; stable over retries
    recipient text not null,
    locale text not null,
    status text not null default 'queued',
    attempts int not null default 0,
    last_error text,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    constraint mails_one_per_job unique (job_id),
    constraint mails_status_known check (status in ('queued', 'sent', 'failed', 'bounced'))
);
create index mails_by_booking on mails (booking_id, id);
create index mails_by_event on mails (event_id, id);

create unlogged table rate_limits (
    key text primary key,                         -- "<rule>:<hash of who>"
    window_start timestamptz not null,
    hits int not null
);

create index guests_by_booking on guests (booking_id);
