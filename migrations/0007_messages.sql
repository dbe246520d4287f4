-- Mails beyond bookings, and the organisers' own words.

-- Waves of mails stand in a line of their own, so that a ticket never waits behind five thousand invitations.
alter table jobs add column bulk boolean not null default false;
drop index jobs_due;
create index jobs_due on jobs (bulk, run_at, id) where failed_at is null;

-- One outbox for every room. "key" makes the Message-ID and the link to unsubscribe; the job that wrote the mail is kept so
-- that it can be written once more with what is true by then.
alter table mails
    alter column event_id drop not null,
    alter column booking_id drop not null,
    add column invitation_id uuid references invitations,
    add column key uuid not null default gen_random_uuid(),
    add column job_name text not null default 'booking_mail',
    add column job_payload jsonb not null default '{}',
    add column unsubscribe_hash bytea,                            -- only of mails nobody has to receive
    add column repeated_at timestamptz,                           -- somebody had it sent once more: the next mail tells how it went
    add constraint mails_key_unique unique (key),
    add constraint mails_unsubscribe_unique unique (unsubscribe_hash),
    drop constraint mails_status_known,
    add constraint mails_status_known check (status in ('queued', 'sent', 'failed', 'bounced', 'suppressed'));
update mails
set job_payload = jsonb_build_object('booking_id', booking_id, 'event_id', event_id, 'kind', kind);
alter table mails
    alter column job_name drop default,
    alter column job_payload drop default;
create index mails_by_organiser on mails (organiser_id, id);
create index mails_by_invitation on mails (invitation_id, id) where invitation_id is not null;

-- Who wants no more courtesy mails of an organiser. Tickets and answers still arrive.
create table unsubscriptions (
    organiser_id uuid not null references organisers,
    email text not null,                                          -- in lower case
    channel text not null,
    at timestamptz not null default now(),
    primary key (organiser_id, email),
    constraint unsubscriptions_email_lower check (email = lower(email)),
    constraint unsubscriptions_channel_known check (channel in ('page', 'one_click'))
);

-- What an organiser says instead of the house, for all events or for one. A null part: the next wider words, in the end the house's.
create table mail_texts (
    id bigint generated always as identity primary key,
    organiser_id uuid not null references organisers,
    event_id uuid references events,
    kind text not null,
    locale text not null,
    subject text,
    lead text,
    body text,
    closing text,
    version int not null default 1,                               -- tells two editors apart
    updated_by text not null,
    updated_at timestamptz not null default now(),
    constraint mail_texts_one unique nulls not distinct (organiser_id, event_id, kind, locale),
    constraint mail_texts_locale_known check (locale in ('de', 'en', 'ja'))
);

-- Mails an event sends by itself: a reminder some days before, thanks afterwards. Written down once done: nobody gets them twice.
create table mail_plans (
    event_id uuid primary key references events,
    reminder_days int,
    thanks boolean not null default false,
    reminded_at timestamptz,
    thanked_at timestamptz,
    constraint mail_plans_days_range check (reminder_days between 1 and 30)
);
