-- The door: rules of an event, questions before a welcome, exits, records that a phone decided by itself, hosts, and phones that
-- answer for themselves.

-- What holds at the doors of an event. An event without a row has the defaults.
create table door_rules (
    event_id uuid primary key references events,
    doors_open_at timestamptz,                    -- earlier is 'too_early'; null: whenever somebody stands there
    exits text not null default 'off',            -- 'off': not recorded; 'reentry': out and in again; 'final': whoever left is refused
    fire_limit int,                               -- people in the house at one time, crew included; null: none
    crew_inside int not null default 0,           -- counts towards the fire limit only
    walk_ins boolean not null default false,
    walk_in_pool_id uuid references pools,        -- the contingent they take; null: like any newcomer
    lease_hours int not null default 12,          -- how long a phone may show its list without having been in contact
    updated_at timestamptz not null default now(),
    constraint door_rules_exits_known check (exits in ('off', 'reentry', 'final')),
    constraint door_rules_fire_limit_positive check (fire_limit > 0),
    constraint door_rules_crew_not_negative check (crew_inside >= 0),
    constraint door_rules_lease_range check (lease_hours between 1 and 72)
);

-- Asked by the steward before the verdict is complete: "passport seen", "badge handed out". Answered with yes or no.
create table door_questions (
    id uuid primary key,
    event_id uuid not null references events,
    position int not null,
    label jsonb not null,                         -- {"de", "en", "ja"}
    only_flags text[] not null default '{}',      -- asked of guests with one of these; empty: of everybody
    is_required boolean not null default false,   -- without a yes nobody is let in
    removed_at timestamptz,
    constraint door_questions_flags_known check (only_flags <@ array['speaker', 'vip', 'no_photo', 'wheelchair'])
);
create index door_questions_by_event on door_questions (event_id, position) where removed_at is null;

alter table check_ins
    add column decided_by text not null default 'server',  -- 'phone': shown before the server knew; 'supervisor': against the rules, with a note
    add column source text not null default 'scan',        -- how the guest was found
    add column phone_at timestamptz,                       -- by the phone's own clock, as it was; device_at is that one set right
    add column list_at timestamptz,                        -- how old the phone's list was when it decided
    add column note text not null default '',
    add column answers jsonb not null default '{}',        -- {door question: true | false}
    drop constraint check_ins_kind_known,
    drop constraint check_ins_verdict_known,
    add constraint check_ins_kind_known check (kind in ('entry', 'exit', 'undo')),
    add constraint check_ins_verdict_known check (verdict in ('admitted', 'already_in', 'left', 'refused', 'undone')),
    add constraint check_ins_decided_by_known check (decided_by in ('server', 'phone', 'supervisor', 'paper')),
    add constraint check_ins_source_known check (source in ('scan', 'typed', 'search', 'group', 'walk_in', 'kiosk', 'paper', 'api')),
    add constraint check_ins_override_says_why check (decided_by <> 'supervisor' or kind = 'undo' or note <> '');

-- What people decided about an entry that contradicts another record: see the view door_conflicts.
create table conflict_resolutions (
    check_in_id uuid primary key references check_ins,
    event_id uuid not null references events,
    decision text not null,
    note text not null default '',
    actor text not null,
    resolved_at timestamptz not null default now(),
    constraint conflict_resolutions_decision_known check (decision in ('same_person', 'sent_out', 'let_stay', 'mistake'))
);

alter table devices
    add column role text not null default 'steward',
    add column valid_from timestamptz,                     -- null: at once
    add column valid_until timestamptz,                    -- null: twelve hours after the event
    add column list_at timestamptz,                        -- the list it holds, as it said last
    add column queue_length int,                           -- scans it has not handed over yet, as it said last
    add column battery_percent int,
    add column is_charging boolean,
    add column wiped_at timestamptz,                       -- it said that it has forgotten everything
    add constraint devices_role_known check (role in ('steward', 'supervisor', 'kiosk')),
    add constraint devices_battery_range check (battery_percent between 0 and 100),
    add constraint devices_hours_in_order check (valid_from < valid_until);

-- Scans that could not be taken at their word: of a phone that had been disconnected, or unreadable. A person decides; nothing is dropped.
create table stranded_scans (
    id uuid primary key,                                   -- of the record, not of the scan: that one may be unreadable
    event_id uuid not null references events,
    device_id uuid not null references devices,
    fingerprint bytea not null,                            -- SHA-256 of the scan, so that sending again adds nothing
    why text not null,
    scan jsonb not null,
    received_at timestamptz not null default now(),
    decision text,
    actor text,
    decided_at timestamptz,
    constraint stranded_scans_sent_once unique (device_id, fingerprint),
    constraint stranded_scans_why_known check (why in ('disconnected', 'unreadable')),
    constraint stranded_scans_decision_known check (decision in ('taken', 'discarded')),
    constraint stranded_scans_decided_whole check ((decision is null) = (decided_at is null) and (decision is null) = (actor is null))
);
create index stranded_scans_open on stranded_scans (event_id, received_at) where decision is null;

-- Who receives whom: told at once when their guest arrives.
create table hosts (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    event_id uuid not null references events,
    name text not null,
    email text not null default '',
    locale text not null default 'en',
    wants_mail boolean not null default false,
    sees_all boolean not null default false,               -- protocol: every guest of the event
    issue int not null default 1,                          -- of the personal link; a new one ends the old one
    token_hash bytea not null,
    seen_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    constraint hosts_token_unique unique (token_hash),
    constraint hosts_mail_needs_address check (not wants_mail or email <> ''),
    constraint hosts_locale_known check (locale in ('de', 'en', 'ja'))
);
create index hosts_by_event on hosts (event_id, id);

create table hosted_guests (
    host_id uuid not null references hosts,
    registration_id uuid not null references registrations,
    note text not null default '',                         -- for the host's eyes: "meet at the lift, bow first"
    primary key (host_id, registration_id)
);
create index hosted_guests_by_registration on hosted_guests (registration_id);

