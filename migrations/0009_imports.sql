-- Lists that came in, and waves of mails that went out.

-- waves --------------------------------------------------------------------------------------

alter table organisers add column contact_phone text not null default '';  -- printed in invitations: who prefers to answer by phone
alter table invitations add column posted_at timestamptz;                   -- when the letter on paper was made

-- What is said to the silent by itself, some days before their answer is due.
create table reminder_plans (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    programme_id uuid references programmes,
    event_id uuid references events,
    audience text not null,
    days_before int not null,
    actor text not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    constraint reminder_plans_scope check (num_nonnulls(programme_id, event_id) = 1),
    constraint reminder_plans_audience_known check (audience in ('silent', 'provisional')),
    constraint reminder_plans_days_range check (days_before between 1 and 60)
);
create unique index reminder_plans_once on reminder_plans (coalesce(programme_id, event_id), audience, days_before) where ended_at is null;

-- One sending of invitations or reminders. Who gets it is fixed when it is made; whether they still should is asked for each mail.
create table waves (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    programme_id uuid references programmes,
    event_id uuid references events,
    plan_id uuid references reminder_plans,
    kind text not null,
    audience text not null,
    state text not null default 'running',
    send_at timestamptz not null,
    actor text not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint waves_scope check (num_nonnulls(programme_id, event_id) = 1),
    constraint waves_kind_known check (kind in ('invitation', 'reminder')),
    constraint waves_audience_known check (audience in ('everyone', 'silent', 'provisional')),
    constraint waves_state_known check (state in ('running', 'paused', 'stopped', 'done'))
);
create index waves_by_programme on waves (programme_id, id) where programme_id is not null;
create index waves_by_event on waves (event_id, id) where event_id is not null;
create index waves_at_work on waves (send_at) where state = 'running';

-- One mail of a wave. "sending" is written before the mail server is spoken to: whoever finds it after a crash cannot know whether
-- the mail went out, and leaves it to a person ("unclear") instead of writing twice. "round" counts up when a person sends again.
create table wave_mails (
    wave_id uuid not null references waves,
    invitation_id uuid not null references invitations,
    plan_id uuid references reminder_plans,
    round int not null default 1,
    state text not null default 'waiting',
    reason text not null default '',
    changed_at timestamptz not null default now(),
    primary key (wave_id, invitation_id),
    constraint wave_mails_once_per_plan unique (plan_id, invitation_id),
    constraint wave_mails_state_known check (state in
        ('waiting', 'queued', 'sending', 'sent', 'failed', 'bounced', 'skipped', 'unclear'))
);
create index wave_mails_by_state on wave_mails (wave_id, state);
create index wave_mails_by_invitation on wave_mails (invitation_id, changed_at desc);

-- A mail that was taken over and came back days later: the wave tells it, too.
create function bounce_wave_mail() returns trigger language plpgsql as $$
begin
    update wave_mails
    set state = 'bounced',
        changed_at = now()
    where wave_id = (new.job_payload ->> 'wave_id')::uuid
      and invitation_id = new.invitation_id
      and state = 'sent';
    return null;
end $$;
create trigger mails_bounced_later after update of status on mails
    for each row
    when (old.status = 'sent' and new.status = 'bounced' and new.job_name = 'wave_mail')
    execute function bounce_wave_mail();

-- imports ------------------------------------------------------------------------------------

-- A list somebody brought, and how far it has come. The row stays; the people in it are forgotten after a week.
create table imports (
    id uuid primary key,
    organiser_id uuid not null references organisers,
    programme_id uuid references programmes,                      -- what the list is for: a programme
    event_id uuid references events,                              -- … or one event
    co_host_id uuid references co_hosts,                          -- brought by a co-host: only into the co-host's own contingents
    actor text not null,
    file_name text not null,
    content bytea,                                                -- the file as it came, until it is forgotten
    encoding text not null,                                       -- how it was read; "xlsx" for workbooks
    sample jsonb not null,                                        -- the header and the first rows
    columns jsonb not null default '{}',                          -- {field: number of the column}
    defaults jsonb not null default '{}',                         -- what holds for every row that does not say otherwise
    state text not null default 'uploaded',
    imported int not null default 0,
    merged int not null default 0,
    skipped int not null default 0,
    bad int not null default 0,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    forgotten_at timestamptz,
    constraint imports_one_target check ((programme_id is null) <> (event_id is null)),
    constraint imports_state_known check (state in ('uploaded', 'staged', 'running', 'done', 'undone'))
);
create index imports_by_organiser on imports (organiser_id, id desc);
create index imports_to_forget on imports (created_at) where forgotten_at is null;

-- One line of the list. "problems" says what is wrong, "twin" who it may be again, "added" the events it gave to an older invitation.
create table import_rows (
    import_id uuid not null references imports,
    line int not null,
    cells jsonb not null,
    details jsonb,
    row_key text,
    problems jsonb not null default '[]',
    twin jsonb,
    decision text not null default 'import',
    state text not null,
    invitation_id uuid,
    added uuid[] not null default '{}',
    primary key (import_id, line),
    constraint import_rows_decision_known check (decision in ('import', 'merge', 'skip')),
    constraint import_rows_state_known check (state in ('bad', 'ready', 'imported', 'merged', 'skipped'))
);
create index import_rows_ready on import_rows (import_id, line) where state = 'ready';
create index import_rows_by_invitation on import_rows (invitation_id) where invitation_id is not null;
create index invitations_by_batch on invitations (batch_id) where batch_id is not null;
