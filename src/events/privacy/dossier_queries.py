"""Everything that is kept about somebody, table by table. Rows are taken whole, so that a new column is in the export by itself;
only what nobody could read (hashes, search keys) and what belongs to others is left out. The connection first."""

from typing import Any
from uuid import UUID

from events.kit.database import Executor

from .model import Holdings, SeenBy

# The parameters of every section, in the order in which they are handed in; a section uses those it needs.
_ASKED = "with asked (guests, contact_bookings, invitations, internal) as (select $1::uuid[], $2::uuid[], $3::uuid[], $4::boolean)"
_SECTIONS: dict[str, str] = {
    "guests": """
        select to_jsonb(g) - array['organiser_id', 'search_key', 'sort_key'] as data
        from guests g
        where g.id = any ($1)
        order by g.booking_id, g.position
    """,
    "bookings": """
        select to_jsonb(b) - array['organiser_id', 'idempotency_key', 'request_hash', 'token_hash']
               || jsonb_build_object('event', e.title, 'starts_at', e.starts_at) as data
        from bookings b
        join events e on e.id = b.event_id
        where b.id = any ($2)
        order by e.starts_at, b.id
    """,
    "registrations": """
        select to_jsonb(r) - array['pool_id', 'wanted_pool_id']
               || jsonb_build_object('event', e.title, 'starts_at', e.starts_at) as data
        from registrations r
        join events e on e.id = r.event_id
        where r.guest_id = any ($1)
        order by e.starts_at, r.id
    """,
    "tickets": """
        select to_jsonb(t) - array['organiser_id', 'code_hash'] as data
        from tickets t
        where t.guest_id = any ($1)
        order by t.issued_at, t.id
    """,
    "check_ins": """
        select to_jsonb(c) - array['operator', 'device_id', 'gate_id'] - case when $4::boolean then '{}'::text[] else array['note'] end
               || jsonb_build_object('gate', a.name, 'event', e.title)
               || case when s.check_in_id is null then '{}' else jsonb_build_object('conflict', s.kind, 'decision', s.decision)
                  || case when $4::boolean then jsonb_build_object('decision_note', s.note) else '{}' end end as data
        from registrations r
        join check_ins c on c.registration_id = r.id
        join events e on e.id = c.event_id
        left join gates a on a.id = c.gate_id
        left join conflict_resolutions s on s.check_in_id = c.id
        where r.guest_id = any ($1)
        order by c.server_at, c.id
    """,
    "prints": """
        select jsonb_build_object('event', e.title, 'kind', x.kind, 'printed_at', x.printed_at) as data
        from registrations r
        join events e on e.id = r.event_id
        cross join lateral (select p.layout as kind, p.printed_at
                            from badge_prints p
                            where p.registration_id = r.id
                            union all
                            select 'paper_list', l.made_at
                            from paper_list_lines n
                            join paper_lists l on l.id = n.list_id
                            where n.registration_id = r.id) x
        where r.guest_id = any ($1)
        order by x.printed_at, x.kind
    """,
    "stranded_scans": """
        select jsonb_build_object('event', e.title, 'received_at', s.received_at, 'decision', s.decision, 'scan', s.scan) as data
        from stranded_scans s
        join events e on e.id = s.event_id
        where s.id in (select stranded_scans_of_guests($1))
        order by s.received_at, s.id
    """,
    "waiting_list": """
        select to_jsonb(w) - array['pool_id'] - case when $4::boolean then '{}'::text[] else array['priority', 'priority_reason'] end
               || jsonb_build_object('event', e.title) as data
        from waitlist_entries w
        join events e on e.id = w.event_id
        where w.booking_id = any ($2)
        order by w.id
    """,
    "cancellations": """
        select to_jsonb(c) - array['actor'] - case when $4::boolean then '{}'::text[] else array['reason'] end
               || jsonb_build_object('event', e.title) as data
        from registrations r
        join cancellations c on c.registration_id = r.id
        join events e on e.id = c.event_id
        where r.guest_id = any ($1)
        order by c.id
    """,
    "reviews": """
        select to_jsonb(v) - array['actor'] - case when $4::boolean then '{}'::text[] else array['reason'] end
               || jsonb_build_object('event', e.title) as data
        from reviews v
        join events e on e.id = v.event_id
        where v.guest_id = any ($1)
        order by v.id
    """,
    "substitutions": """
        select to_jsonb(s) - array['actor'] || jsonb_build_object('event', e.title) as data
        from substitutions s
        join events e on e.id = s.event_id
        where s.from_guest_id = any ($1) or s.to_guest_id = any ($1)
        order by s.id
    """,
    "answers_to_questions": """
        select to_jsonb(a) - array['sealed']
               || jsonb_build_object('question', q.label, 'event', e.title, 'sealed', encode(a.sealed, 'hex')) as data
        from question_answers a
        join questions q on q.id = a.question_id
        join events e on e.id = q.event_id
        where (a.guest_id = any ($1) or (a.guest_id is null and a.booking_id = any ($2)))
        order by q.event_id, q.position, a.answered_at
    """,
    "uploads": """
        select to_jsonb(u) - array['content'] || jsonb_build_object('question', q.label) as data
        from question_answers a
        join questions q on q.id = a.question_id
        join uploads u on q.kind = 'file' and u.id::text = a.value #>> '{}'
        where (a.guest_id = any ($1) or (a.guest_id is null and a.booking_id = any ($2)))
        order by u.created_at, u.id
    """,
    "consents": """
        select to_jsonb(c) - array['confirm_hash', 'text_hash']
               || jsonb_build_object('words', t.words, 'text_hash', encode(c.text_hash, 'hex')) as data
        from consents c
        left join consent_texts t on t.text_hash = c.text_hash
        where c.guest_id = any ($1)
        order by c.id
    """,
    "contact_cards": """
        select to_jsonb(c) - array['key_hash', 'consent_id'] || jsonb_build_object('event', e.title) as data
        from contact_cards c
        join events e on e.id = c.event_id
        where c.guest_id = any ($1)
        order by e.starts_at, c.registration_id
    """,
    "contact_meetings": """
        select jsonb_build_object('event', e.title, 'at', m.asked_at, 'agreed_at', m.agreed_at, 'is_asker', c.registration_id = m.asked_by)
               as data
        from contact_cards c
        join contact_meetings m on c.registration_id in (m.asked_by, m.asked_of)
        join events e on e.id = m.event_id
        where c.guest_id = any ($1)
        order by m.asked_at, m.id
    """,
    "hosts": """
        select jsonb_build_object('event', e.title, 'host', h.name) || case when $4::boolean then jsonb_build_object('note', x.note)
               else '{}' end as data
        from registrations r
        join hosted_guests x on x.registration_id = r.id
        join hosts h on h.id = x.host_id
        join events e on e.id = h.event_id
        where r.guest_id = any ($1)
        order by e.starts_at, h.name
    """,
    "invitations": """
        select to_jsonb(i) - array['organiser_id', 'batch_id', 'row_key', 'token_hash', 'delegate_hash', 'search_key', 'sort_key',
                                  'match_key'] as data
        from invitations i
        where i.id = any ($3)
        order by i.created_at, i.id
    """,
    "invited_to": """
        select to_jsonb(v) - array['pool_id'] || jsonb_build_object('event', e.title, 'starts_at', e.starts_at) as data
        from invitation_events v
        join events e on e.id = v.event_id
        where v.invitation_id = any ($3)
        order by e.starts_at, v.invitation_id
    """,
    "answers": """
        select to_jsonb(a) - array['actor'] - case when $4::boolean then '{}'::text[] else array['note'] end
               || jsonb_build_object('event', e.title) as data
        from answers a
        join events e on e.id = a.event_id
        where a.invitation_id = any ($3)
        order by a.id
    """,
    "deputies": """
        select to_jsonb(d) as data
        from invitation_guests d
        where d.guest_id = any ($1)
        order by d.guest_id
    """,
    "mails": """
        select to_jsonb(m) - array['organiser_id', 'job_id', 'job_name', 'job_payload', 'key', 'unsubscribe_hash'] as data
        from mails m
        where (m.booking_id = any ($2) or m.invitation_id = any ($3))
        order by m.id
    """,
    "unsubscribed": """
        select to_jsonb(u) - array['organiser_id'] as data
        from unsubscriptions u
        where (u.organiser_id, u.email) in (
                  select b.organiser_id, lower(b.email) from bookings b where b.id = any ($2)
                  union
                  select i.organiser_id, lower(i.email) from invitations i where i.id = any ($3))
        order by u.email
    """,
}


async def everything_about(db: Executor, holdings: Holdings, *, internal: bool) -> dict[str, list[dict[str, Any]]]:
    """All sections with their rows. `internal` adds what only the organiser's people wrote for themselves."""
    found = {}
    for name, statement in _SECTIONS.items():
        rows = await db.fetch(f"{_ASKED}{statement}", holdings.guest_ids, holdings.contact_booking_ids, holdings.invitation_ids, internal)
        found[name] = [row["data"] for row in rows]
    return found


async def seen_by(db: Executor, holdings: Holdings) -> list[SeenBy]:
    """Who of the organiser's people took the person's details away or looked at the sensitive ones: by role, never by name.

    Lists of an event count from the moment the person was on them.
    """
    rows = await db.fetch(
        """
        select a.action, coalesce(m.role, split_part(a.actor, ':', 1)) as role, count(*)::int as times, max(a.at) as last_at
        from audit_entries a
        left join memberships m on m.organiser_id = a.organiser_id and a.actor = 'staff:' || m.staff_id
        where a.organiser_id = $1
          and (a.subject = any (select 'guest:' || id from unnest($2::uuid[]) as x (id))
               or a.subject = any (select 'invitation:' || id from unnest($3::uuid[]) as x (id))
               or a.subject = any (select 'registration:' || r.id from registrations r where r.guest_id = any ($2))
               or a.subject = any (select 'upload:' || (s.value #>> '{}') from question_answers s where s.guest_id = any ($2))
               or exists (select
                          from invitation_events v
                          join invitations i on i.id = v.invitation_id
                          join events e on e.id = v.event_id
                          where v.invitation_id = any ($3)
                            and i.created_at <= a.at
                            and a.subject in ('event:' || e.slug, 'event:' || e.id))
               or exists (select
                          from invitations i
                          join programmes p on p.id = i.programme_id
                          where i.id = any ($3)
                            and i.created_at <= a.at
                            and a.subject in ('programme:' || p.slug, 'programme:' || p.id))
               or exists (select
                          from registrations r
                          join events e on e.id = r.event_id
                          where r.guest_id = any ($2)
                            and r.created_at <= a.at
                            and a.subject in ('event:' || e.slug, 'event:' || e.id)))
          and (a.action like '%exported'
               or a.action in ('person_viewed', 'answers_viewed', 'upload_viewed', 'list_taken', 'letters_printed'))
        group by 1, 2
        order by last_at desc
        """,
        holdings.organiser_id,
        holdings.guest_ids,
        holdings.invitation_ids,
    )
    return [SeenBy(action=row["action"], role=row["role"], times=row["times"], last_at=row["last_at"]) for row in rows]


async def invitations_of_party(db: Executor, lead_id: UUID) -> list[UUID]:
    """Invitations whose invitee comes with this booking. One that a deputy comes for is the invitee's, not the deputy's."""
    rows = await db.fetch(
        """
        select i.id
        from invitations i
        where i.booking_id = $1
          and i.erased_at is null
          and not exists (select from invitation_events v where v.invitation_id = i.id and v.answer = 'substituted')
        order by i.id
        """,
        lead_id,
    )
    return [row[0] for row in rows]
