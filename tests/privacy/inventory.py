"""Every column that may hold words, and what becomes of it when somebody is erased. A new column belongs into one of the two."""

# About guests and invitees: overwritten or deleted by `privacy.erasure`, and by retention in time.
ABOUT_PEOPLE: dict[str, str] = {
    "answers": "note",
    "bookings": "email idempotency_key payer registrant_name wanted_email",
    "cancellations": "reason",
    "check_ins": "note",
    "conflict_resolutions": "note",
    "consents": "address",
    "guests": "access_needs company department diet family_name family_name_kana family_name_latin given_name given_name_kana"
    " given_name_latin honorific job_title search_key",
    "import_rows": "cells details row_key",
    "imports": "content file_name sample",
    "invitation_guests": "email",
    "invitations": "company delegate_email department email family_name family_name_kana family_name_latin given_name given_name_kana"
    " given_name_latin honorific inviter job_title message row_key search_key",
    "jobs": "last_error payload",
    "mails": "job_payload last_error recipient",
    "question_answers": "value",
    "reviews": "missing reason",
    "unsubscriptions": "email",
    "uploads": "content file_name",
    "waitlist_entries": "priority_reason",
    "wave_mails": "reason",
}

# Keys, hashes, tokens and sealed bytes made from what stands above: gone with it, but not to be found by reading.
DERIVED: dict[str, str] = {
    "bookings": "request_hash token_hash wanted_email_hash",
    "consents": "confirm_hash",
    "ended_links": "token_hash",
    "erasure_requests": "guest_ids token_hash",
    "former_codes": "code_hash",
    "guests": "flags sort_key",
    "import_rows": "problems twin",
    "invitations": "delegate_hash flags match_key sort_key token_hash",
    "mails": "unsubscribe_hash",
    "question_answers": "sealed",
    "taken_lists": "guest_ids",
    "tickets": "code_hash",
}

# What organisers say about themselves and their events, words of ours, and states: nobody's in particular.
ABOUT_NOBODY: dict[str, str] = {
    "answers": "actor answer source",
    "api_tokens": "name scopes token_hash",
    "audit_entries": "action actor detail subject",
    "bookings": "locale source time_zone",
    "cancellations": "actor",
    "check_ins": "answers decided_by kind operator reason source verdict",
    "co_hosts": "name slug",
    "conflict_resolutions": "actor decision kind",
    "consent_texts": "locale purpose text_hash words",
    "consents": "channel locale purpose text_hash",
    "deletion_records": "digest kind",
    "devices": "name pairing_hash token_hash",
    "door_questions": "label only_flags",
    "door_rules": "exits",
    "erased_people": "person_hash",
    "events": "access agenda deadlines facts kind lead reviewer_roles slug status time_zone title",
    "gates": "name",
    "guest_lists": "opened_by",
    "import_rows": "added decision state",
    "imports": "actor columns defaults encoding state",
    "invitation_events": "answer",
    "invitation_guests": "role",
    "invitations": "companions locale time_zone",
    "jobs": "name",
    "mail_texts": "body closing kind lead locale subject updated_by",
    "mails": "job_name kind locale status",
    "memberships": "reviews role",
    "organisers": "contact_email contact_phone name slug",
    "pools": "name slug",
    "programmes": "lead slug time_zone title",
    "questions": "condition help kind label limits options per sensitivity slug",
    "rate_limits": "key",
    "registrations": "state table_name",
    "reminder_plans": "actor audience",
    "retention_periods": "decided_by kind",
    "reviews": "actor role verdict",
    "schema_migrations": "checksum name",
    "sessions": "token_hash",
    "sign_in_links": "token_hash",
    "staff": "email locale name",
    "substitutions": "actor",
    "taken_lists": "actor role",
    "unsubscriptions": "channel",
    "uploads": "media_type verdict",
    "venues": "address name time_zone",
    "waitlist_entries": "state",
    "wave_mails": "state",
    "waves": "actor audience kind state",
}


def columns(inventory: dict[str, str]) -> list[str]:
    """As "table.column"."""
    return sorted(f"{table}.{column}" for table, names in inventory.items() for column in names.split())
