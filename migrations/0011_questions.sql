-- Questions of an event: files that come with answers.

alter table uploads
    add column question_id uuid not null references questions,
    add column sealed boolean not null default false,             -- name and content are encrypted: only security may read them
    add column scan_after timestamptz not null default now();     -- when the scanner looks at it (again)
create index uploads_by_question on uploads (question_id);
create index uploads_unseen on uploads (scan_after) where verdict = 'unseen';
create index uploads_by_age on uploads (created_at);
