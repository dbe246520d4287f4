-- Consents, the proof of what was deleted.

-- consents -----------------------------------------------------------------------------------

-- Marketing counts only once its address said yes by a mail of its own (double opt-in): the row proves both, the tick and the yes.
alter table consents
    add column address text,                      -- of marketing: who said yes, whatever the booking's address becomes later
    add column asked_at timestamptz,              -- when the mail that asks for the yes was ordered
    add column confirm_hash bytea,                -- SHA-256 of the token in that mail
    add column confirm_until timestamptz,
    add column confirmed_at timestamptz,
    drop constraint consents_purpose_known,
    add constraint consents_purpose_known check (purpose in ('privacy', 'sensitive', 'guest_list', 'marketing', 'follow_up')),
    add constraint consents_confirm_unique unique (confirm_hash);
create index consents_to_ask on consents (id) where purpose = 'marketing' and asked_at is null and withdrawn_at is null;

-- The consents that count.
create view standing_consents as
select c.id, c.guest_id, c.purpose, c.text_hash, c.locale, c.channel, c.given_at, c.confirmed_at, c.address
from consents c
where c.withdrawn_at is null
  and (c.purpose <> 'marketing' or c.confirmed_at is not null);

-- The words behind every hash, kept as long as a consent may point at them.
create table consent_texts (
    text_hash bytea primary key,
    purpose text not null,
    locale text not null,
    words text not null,
    first_seen_at timestamptz not null
);

-- Events whose guests may see each other's names; only those who agreed are on the list.
create table guest_lists (
    event_id uuid primary key references events,
    opened_at timestamptz not null,
    opened_by text not null                       -- "staff:<id>"
);
create index guests_for_guest_list on guests (booking_id) where in_guest_list;

-- erasure ------------------------------------------------------------------------------------

alter table guests add column erased_at timestamptz;
alter table invitations add column erased_at timestamptz;

-- Who asked on the booking's page to be forgotten; it happens when the address on file says yes.
create table erasure_requests (
    id uuid primary key,
    booking_id uuid not null references bookings,
    guest_ids uuid[] not null,
    token_hash bytea,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    done_at timestamptz,
    constraint erasure_requests_token_unique unique (token_hash)
);
create index erasure_requests_by_booking on erasure_requests (booking_id);

-- What is left of somebody who was erased: keyed hashes, so that a list that names the person again can be noticed.
create table erased_people (
    organiser_id uuid not null references organisers,
    person_hash bytea not null,                   -- HMAC of the address, or of the name as it sounds
    erased_at timestamptz not null,
    primary key (organiser_id, person_hash)
);

-- retention ----------------------------------------------------------------------------------

-- After how many days an organiser forgets; a missing row or number means the house's own.
create table retention_periods (
    organiser_id uuid not null references organisers,
    kind text not null,
    days int not null,
    decided_by text not null,
    decided_at timestamptz not null,
    primary key (organiser_id, kind),
    constraint retention_periods_positive check (days >= 0)
);

-- The proof: what kind, how many, from before when. Written once, in the transaction that deleted, never changed. Each digest
-- covers the one before it, so a record that is altered or taken away shows.
create table deletion_records (
    id bigint generated always as identity primary key,
    organiser_id uuid not null references organisers,
    kind text not null,
    deleted int not null,
    remaining int not null,                       -- counted again after the deletion
    due_before timestamptz,                       -- null: a single person, who asked for it
    at timestamptz not null,
    digest bytea not null,
    constraint deletion_records_counted check (deleted >= 0 and remaining >= 0)
);
create index deletion_records_by_organiser on deletion_records (organiser_id, id desc);

-- What retention looks for, so that a run that finds nothing costs nothing.
create index guests_with_sensitive_details on guests (organiser_id) where diet <> '' or access_needs <> '';
create index mails_with_recipient on mails (organiser_id, created_at) where recipient <> '';
