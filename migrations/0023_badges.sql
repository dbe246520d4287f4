-- Badges and place cards: what was printed for whom, what waits at the print station; and the guest list on paper.

-- How an event's badges look, as they were printed last, and whether each arriving guest gets one at once.
create table badge_settings (
    event_id uuid primary key references events,
    layout text not null default 'card',
    first_script text not null default 'native',   -- the script that stands first and largest
    words text not null default 'en',              -- the language of "Speaker" and "Table"
    qr text not null default 'none',
    shows_roles boolean not null default true,
    shows_table boolean not null default true,
    on_arrival_since timestamptz,                  -- who comes in from then on without a badge gets one; null: nobody by itself
    updated_at timestamptz not null default now(),
    constraint badge_settings_layout_known check (layout in ('card', 'fold', 'place_card')),
    constraint badge_settings_first_script_known check (first_script in ('native', 'latin')),
    constraint badge_settings_words_known check (words in ('de', 'en', 'ja')),
    constraint badge_settings_qr_known check (qr in ('none', 'mark', 'contact', 'ticket'))
);

-- A badge that somebody wants from the station, in the order in which they were asked for. The id is made by whoever asks, so that
-- asking again adds nothing. One station takes it; only a person gives it to another one, so that none comes out twice unnoticed.
create table badge_requests (
    id uuid primary key,
    event_id uuid not null references events,
    registration_id uuid not null references registrations,
    actor text not null,                           -- "staff:<id>", "device:<id>"; "arrival": because the guest came in
    requested_at timestamptz not null,
    station_id uuid,                               -- the browser that prints it
    taken_at timestamptz,
    printed_at timestamptz,
    withdrawn_at timestamptz,
    constraint badge_requests_taken_whole check ((station_id is null) = (taken_at is null)),
    constraint badge_requests_printed_by_station check (printed_at is null or station_id is not null)
);
create index badge_requests_open on badge_requests (event_id, requested_at, id) where printed_at is null and withdrawn_at is null;
create index badge_requests_by_registration on badge_requests (registration_id);
create unique index badge_requests_once_on_arrival on badge_requests (registration_id) where actor = 'arrival';

-- What came out of a printer, on a sheet or at the station. Printing again is another record.
create table badge_prints (
    id uuid primary key,
    event_id uuid not null references events,
    registration_id uuid not null references registrations,
    request_id uuid references badge_requests,
    layout text not null,
    actor text not null,
    printed_at timestamptz not null,
    constraint badge_prints_request_once unique (request_id),
    constraint badge_prints_layout_known check (layout in ('card', 'fold', 'place_card'))
);
create index badge_prints_by_registration on badge_prints (registration_id, printed_at);
create index badge_prints_by_event on badge_prints (event_id, printed_at);

-- The guest list on paper. A printed number means the same guest for ever, so each printing that differs is a version of its own.
create table paper_lists (
    id uuid primary key,
    event_id uuid not null references events,
    version int not null,
    lines int not null,
    actor text not null,
    made_at timestamptz not null,
    constraint paper_lists_version_once unique (event_id, version)
);

create table paper_list_lines (
    list_id uuid not null references paper_lists,
    number int not null,
    registration_id uuid not null references registrations,
    primary key (list_id, number),
    constraint paper_list_lines_guest_once unique (list_id, registration_id)
);
create index paper_list_lines_by_registration on paper_list_lines (registration_id);
