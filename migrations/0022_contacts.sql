-- Contact exchange: guests who both agreed, and both confirmed that they met, get each other's card after the event.

alter table consents
    drop constraint consents_purpose_known,
    add constraint consents_purpose_known check (purpose in ('privacy', 'sensitive', 'guest_list', 'marketing', 'follow_up', 'contacts'));

-- Events whose guests may exchange contacts.
create table contact_exchanges (
    event_id uuid primary key references events,
    is_open boolean not null,
    changed_by text not null,                     -- "staff:<id>"
    changed_at timestamptz not null,
    mailed_at timestamptz                         -- when the cards were sent, after the event
);

-- What a guest shares at one event. It belongs to the browser that made it: whoever has seen somebody's ticket knows its code.
create table contact_cards (
    registration_id uuid primary key references registrations,
    event_id uuid not null references events,
    guest_id uuid not null references guests,
    consent_id bigint not null references consents,
    key_hash bytea not null,                      -- SHA-256 of the secret in that browser
    short_code text not null,                     -- to be typed where a camera does not help
    shares text[] not null,                       -- beside the name, which is always shared
    email text not null default '',
    phone text not null default '',
    created_at timestamptz not null,
    constraint contact_cards_short_code_unique unique (event_id, short_code),
    constraint contact_cards_shares_known check (shares <@ array['company', 'job_title'])
);
create index contact_cards_by_guest on contact_cards (guest_id);

-- Two guests who met: one asked, the other agrees. One row a pair, whoever asked first.
create table contact_meetings (
    id uuid primary key,
    event_id uuid not null references events,
    asked_by uuid not null references contact_cards on delete cascade,
    asked_of uuid not null references contact_cards on delete cascade,
    number int not null,                          -- both phones show it, so that two people know they mean each other
    asked_at timestamptz not null,
    agreed_at timestamptz,
    declined_at timestamptz,
    constraint contact_meetings_of_two check (asked_by <> asked_of),
    constraint contact_meetings_number_range check (number between 100 and 999),
    constraint contact_meetings_one_answer check (agreed_at is null or declined_at is null)
);
create unique index contact_meetings_one_a_pair on contact_meetings (least(asked_by, asked_of), greatest(asked_by, asked_of));
create index contact_meetings_by_asked on contact_meetings (asked_of);
create index contact_meetings_by_asking on contact_meetings (asked_by);
