-- Guests over a whole programme: invitations and their answers, co-hosts, questions, reviews, substitutes.

-- programme ----------------------------------------------------------------------------------

alter table events
    add column access text not null default 'public',             -- who may sign up without an invitation
    add column pending_holds_place boolean not null default true, -- whether an undecided application occupies a place
    add column invited_are_approved boolean not null default true,
    add column substitutes_need_approval boolean not null default false,
    add column reviewer_roles text[] not null default '{}',       -- who must agree; empty: one word of the organiser is enough
    add column offer_hours int,                                   -- how long a free place is offered to the next in line; null: theirs at once
    add column deadlines jsonb not null default '{}',             -- {"names" | "diet" | "companions" | "answers" | "substitute": instant}
    add constraint events_access_known check (access in ('public', 'invited')),
    add constraint events_offer_positive check (offer_hours between 1 and 336),
    add constraint events_reviewers_known check (reviewer_roles <@ array['host', 'protocol', 'security']);

alter table venues
    add column latitude double precision,
    add column longitude double precision,
    add constraint venues_place_whole check ((latitude is null) = (longitude is null));

-- What the map does not know: how long it really takes from one venue to another.
create table travel_times (
    from_venue_id uuid not null references venues,
    to_venue_id uuid not null references venues,
    minutes int not null,
    primary key (from_venue_id, to_venue_id),
    constraint travel_times_positive check (minutes >= 0)
);

-- Who brings guests of their own, within contingents of their own.
create table co_hosts (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    slug text not null,
    name jsonb not null,
    constraint co_hosts_slug_unique unique (organiser_id, slug),
    constraint co_hosts_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

create table co_host_members (
    co_host_id uuid not null references co_hosts,
    staff_id uuid not null references staff,
    created_at timestamptz not null default now(),
    primary key (co_host_id, staff_id)
);
create index co_host_members_by_staff on co_host_members (staff_id);

alter table pools add column co_host_id uuid references co_hosts;

-- Which verdicts of a review somebody may give; organisers and owners speak as hosts anyway.
alter table memberships
    add column reviews text[] not null default '{}',
    add constraint memberships_reviews_known check (reviews <@ array['host', 'protocol', 'security']),
    drop constraint memberships_role_known,
    add constraint memberships_role_known check (role in ('owner', 'organiser', 'reviewer', 'door'));

-- registration -------------------------------------------------------------------------------

-- A booking is for one event. Several of one party, over a programme, share the first one's page, guests and tickets: its lead.
-- Four roles: who fills in (registrant), who comes (guests), who pays (payer), who is written to (email).
alter table bookings
    add column lead_id uuid references bookings,
    add column time_zone text,                                    -- where the mail is read; null: where the event is
    add column registrant_name text not null default '',          -- empty: the first guest
    add column payer jsonb,                                       -- {"name", "company", "address", "email"}
    drop constraint bookings_source_known,
    add constraint bookings_source_known check (source in ('form', 'api', 'walk_in', 'import', 'demo', 'invitation')),
    add constraint bookings_lead_is_another check (lead_id <> id);
create index bookings_by_lead on bookings (lead_id) where lead_id is not null;

-- An offered place is kept for its guest until the deadline. Undecided applications occupy one only if the event says so.
alter table registrations
    add column approved_at timestamptz,
    drop constraint registrations_state_known,
    add constraint registrations_state_known check (state in
        ('held', 'offered', 'awaiting_approval', 'confirmed', 'waitlisted', 'cancelled', 'expired')),
    drop constraint registrations_place_counted,
    add constraint registrations_place_counted check
        (case state when 'awaiting_approval' then true
                    when 'held' then pool_id is not null
                    when 'offered' then pool_id is not null
                    when 'confirmed' then pool_id is not null
                    else pool_id is null end),
    drop constraint registrations_only_holds_expire,
    add constraint registrations_only_holds_expire check ((state in ('held', 'offered')) = (expires_at is not null));
drop index registrations_expiring;
create index registrations_expiring on registrations (event_id, expires_at) where expires_at is not null;

alter table waitlist_entries
    drop constraint waitlist_entries_state_known,
    add constraint waitlist_entries_state_known check (state in ('waiting', 'offered', 'accepted', 'withdrawn', 'lapsed'));
create index waitlist_entries_by_booking on waitlist_entries (booking_id);

-- Who gave a place back may come again, and give it back again: every time is a record.
alter table cancellations drop constraint cancellations_once;
create index cancellations_by_registration on cancellations (registration_id, id);

-- "My deputy comes": the place stays, the guest changes.
create table substitutions (
    id bigint generated always as identity primary key,
    event_id uuid not null references events,
    registration_id uuid not null references registrations,
    from_guest_id uuid not null references guests,
    to_guest_id uuid not null references guests,
    actor text not null,
    at timestamptz not null
);
create index substitutions_by_event on substitutions (event_id, id);
create index substitutions_by_registration on substitutions (registration_id, id);

-- Append-only: what each reviewer said about a guest. The latest word of a role counts.
create table reviews (
    id bigint generated always as identity primary key,
    event_id uuid not null references events,
    registration_id uuid not null references registrations,
    role text not null,
    verdict text not null,
    reason text not null default '',                              -- stays inside
    missing text not null default '',                             -- what the reviewer still needs
    actor text not null,
    at timestamptz not null,
    constraint reviews_role_known check (role in ('host', 'protocol', 'security')),
    constraint reviews_verdict_known check (verdict in ('approved', 'rejected', 'incomplete'))
);
create index reviews_by_registration on reviews (registration_id, role, id desc);
create index reviews_by_event on reviews (event_id, id);

-- questions ----------------------------------------------------------------------------------

-- What an event asks beyond the usual. A question somebody has answered is never deleted, only withdrawn.
create table questions (
    id uuid primary key,
    event_id uuid not null references events,
    slug text not null,
    position int not null default 0,
    kind text not null,
    label jsonb not null,
    help jsonb not null default '{}',
    options jsonb not null default '[]',                          -- [{"value": "…", "label": {…}}]
    required boolean not null default false,
    per text not null default 'guest',
    sensitivity text not null default 'ordinary',                 -- 'security' is kept encrypted
    condition jsonb,                                              -- {"question": slug, "any_of": ["value", …]}
    limits jsonb not null default '{}',                           -- {"longest", "least", "most", "bytes", "types"}
    withdrawn_at timestamptz,
    constraint questions_slug_unique unique (event_id, slug),
    constraint questions_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    constraint questions_kind_known check (kind in ('text', 'long_text', 'choice', 'multiple', 'number', 'date', 'file', 'consent')),
    constraint questions_per_known check (per in ('guest', 'booking')),
    constraint questions_sensitivity_known check (sensitivity in ('ordinary', 'sensitive', 'security'))
);

-- A file somebody sent with an answer. Nobody may open it before it was looked at.
create table uploads (
    id uuid primary key,
    event_id uuid not null references events,
    file_name text not null,
    media_type text not null,
    size int not null,
    content bytea not null,
    verdict text not null default 'unseen',
    created_at timestamptz not null default now(),
    constraint uploads_verdict_known check (verdict in ('unseen', 'clean', 'infected'))
);

-- Typed as the question's kind says: text, number, true/false, list of values, date as text, upload's id.
-- "sealed" holds what only security may read, encrypted; then value is null.
create table question_answers (
    question_id uuid not null references questions,
    booking_id uuid not null references bookings,
    guest_id uuid references guests,                              -- null: the answer of the whole booking
    value jsonb,
    sealed bytea,
    answered_at timestamptz not null,
    constraint question_answers_one unique nulls not distinct (question_id, booking_id, guest_id),
    constraint question_answers_value check ((value is null) <> (sealed is null))
);
create index question_answers_by_booking on question_answers (booking_id);
create index question_answers_by_guest on question_answers (guest_id);

-- invitations --------------------------------------------------------------------------------

-- One invitee, for one programme or a single event. The invitation stays the invitee's, whoever comes in the end.
create table invitations (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    programme_id uuid references programmes,
    co_host_id uuid references co_hosts,                          -- who brings this guest; null: the organiser
    batch_id uuid,                                                -- the import it came with
    row_key text,                                                 -- what makes the same row of a repeated import the same
    inviter text not null default '',                             -- in whose name it is written
    token_hash bytea not null,
    issue int not null default 1,                                 -- a new link kills the old one
    delegate_hash bytea not null,                                 -- the link of who answers for the invitee
    email text not null default '',                               -- empty: by letter or by phone
    delegate_email text not null default '',                      -- an assistant who is written to instead
    locale text not null,
    time_zone text,
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
    flags text[] not null default '{}',
    companions text not null default 'none',
    max_companions int not null default 0,
    companions_by timestamptz,                                    -- until when companions may be named
    answer_by timestamptz,
    booking_id uuid references bookings,                          -- the lead booking, once anything was accepted
    search_key text not null,
    sort_key text not null,
    match_key text not null,                                      -- equal for Satō and Satoh: finds duplicates
    created_at timestamptz not null default now(),
    withdrawn_at timestamptz,
    constraint invitations_token_unique unique (token_hash),
    constraint invitations_delegate_unique unique (delegate_hash),
    constraint invitations_row_unique unique (organiser_id, row_key),
    constraint invitations_locale_known check (locale in ('de', 'en', 'ja')),
    constraint invitations_companions_known check (companions in ('none', 'named', 'later')),
    constraint invitations_companions_range check (max_companions between 0 and 9),
    constraint invitations_flags_known check (flags <@ array['speaker', 'vip', 'no_photo', 'wheelchair'])
);
create index invitations_by_organiser on invitations (organiser_id, sort_key, id);
create index invitations_by_programme on invitations (programme_id, sort_key, id);
create index invitations_by_match on invitations (organiser_id, match_key);
create index invitations_by_email on invitations (organiser_id, lower(email));
create index invitations_by_booking on invitations (booking_id) where booking_id is not null;

-- What the invitation is for, and where each answer stands (the latest row of "answers").
create table invitation_events (
    invitation_id uuid not null references invitations,
    event_id uuid not null references events,
    pool_id uuid references pools,                                -- the contingent; null: any shared place
    answer text not null default 'none',
    answered_at timestamptz,
    booking_id uuid references bookings,                          -- what the acceptance booked at this event
    primary key (invitation_id, event_id),
    constraint invitation_events_answer_known check (answer in ('none', 'provisional', 'accepted', 'declined', 'substituted'))
);
create index invitation_events_by_event on invitation_events (event_id, answer);
create index invitation_events_by_booking on invitation_events (booking_id) where booking_id is not null;

-- Append-only: every answer that was ever given, by whom and how it came.
create table answers (
    id bigint generated always as identity primary key,
    invitation_id uuid not null,
    event_id uuid not null,
    answer text not null,
    actor text not null,                                          -- "invitee", "delegate", "staff:<id>"
    source text not null,
    note text not null default '',
    at timestamptz not null,
    foreign key (invitation_id, event_id) references invitation_events,
    constraint answers_answer_known check (answer in ('provisional', 'accepted', 'declined', 'substituted')),
    constraint answers_source_known check (source in ('link', 'delegate', 'phone', 'letter', 'email', 'in_person'))
);
create index answers_by_invitation on answers (invitation_id, event_id, id desc);
