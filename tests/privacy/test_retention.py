"""What guests were promised to be forgotten is forgotten in time, nothing else is, and a sealed record proves it."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.privacy import retention
from events.privacy.records import is_unbroken
from events.privacy.retention import Due, days_of, deadlines, forget_what_is_due, what_is_due
from events.privacy.retention_queries import choose_days, count_due, records_of
from events.privacy.retention_rules import PERIODS, Kind
from events.programme.model import Event
from tests.builders import book, make_event, make_guest, make_organiser
from tests.invitations.builders import make_invitation

from .builders import end_event, make_answer


async def make_old_and_recent(pool: Pool, organiser_id: UUID, kind: Kind) -> tuple[Event, Event]:
    """Two events that ended an hour before and an hour after the kind's time is over."""
    old, recent = await make_event(pool, organiser_id=organiser_id), await make_event(pool, organiser_id=organiser_id)
    for event in (old, recent):
        outcome = await book(pool, event, make_guest(diet="vegan", access_needs="ramp", company="Musterlinse GmbH"))
        guest_id = await pool.fetchval("select id from guests where booking_id = $1", outcome.booking_id)
        registration_id = await pool.fetchval("select id from registrations where booking_id = $1", outcome.booking_id)
        for sensitivity in ("ordinary", "sensitive", "security"):
            await make_answer(pool, event, guest_id, outcome.booking_id, sensitivity=sensitivity)
        await make_answer(pool, event, guest_id, outcome.booking_id, kind="file", value="badge.pdf")
        await make_answer(pool, event, guest_id, outcome.booking_id, kind="file", sensitivity="security", value="passport.pdf")
        await make_invitation(pool, event, email="silent@example.com")
        answered = await make_invitation(pool, event, email="answered@example.com")
        await pool.execute("update invitation_events set answer = 'declined' where invitation_id = $1", answered.id)
        await pool.execute(
            """
            insert into reviews (event_id, registration_id, guest_id, role, verdict, reason, actor, at)
            values ($1, $2, $3, 'security', 'approved', 'known', 'staff:x', now())
            """,
            event.id,
            registration_id,
            guest_id,
        )
    days = PERIODS[kind].days
    await end_event(pool, old, days_ago=days + 1 / 24)
    await end_event(pool, recent, days_ago=days - 1 / 24)
    return old, recent


async def left_of(pool: Pool, event: Event) -> dict[str, object]:
    row = await pool.fetchrow(
        """
        select (select array_agg(g.diet || '/' || g.access_needs || '/' || g.family_name) from registrations r
                join guests g on g.id = r.guest_id where r.event_id = $1) as guests,
               (select array_agg(q.sensitivity || ' ' || q.kind order by q.sensitivity, q.kind) from question_answers a
                join questions q on q.id = a.question_id where q.event_id = $1) as answers,
               (select array_agg(u.file_name order by u.file_name) from uploads u where u.event_id = $1) as uploads,
               (select array_agg(v.reason) from reviews v where v.event_id = $1) as reasons,
               (select array_agg(i.email order by i.email) from invitations i
                join invitation_events e on e.invitation_id = i.id where e.event_id = $1) as invited
        """,
        event.id,
    )
    assert row is not None
    return dict(row)


ALL: dict[str, object] = {
    "guests": ["vegan/ramp/Platzhalter"],
    "answers": ["ordinary file", "ordinary text", "security file", "security text", "sensitive text"],
    "uploads": ["badge.pdf", "passport.pdf"],
    "reasons": ["known"],
    "invited": ["answered@example.com", "silent@example.com"],
}
WITHOUT_SENSITIVE = ALL | {"guests": ["//Platzhalter"], "answers": ["ordinary file", "ordinary text", "security file", "security text"]}
WITHOUT_SECURITY = WITHOUT_SENSITIVE | {"answers": ["ordinary file", "ordinary text"], "uploads": ["badge.pdf"], "reasons": [""]}
WITHOUT_UPLOADS = WITHOUT_SECURITY | {"answers": ["ordinary text"], "uploads": None}
FORGOTTEN = {
    Kind.SENSITIVE: (WITHOUT_SENSITIVE, ALL),
    Kind.SECURITY: (WITHOUT_SECURITY, WITHOUT_SENSITIVE),
    Kind.UPLOADS: (WITHOUT_UPLOADS, WITHOUT_SECURITY),
    Kind.INVITATIONS: (WITHOUT_UPLOADS | {"invited": ["", "answered@example.com"]}, WITHOUT_UPLOADS),
}


@pytest.mark.parametrize("kind", list(FORGOTTEN))
async def test_each_kind_is_forgotten_when_its_days_are_over_and_not_before(pool: Pool, kind: Kind) -> None:
    old, recent = await make_old_and_recent(pool, await make_organiser(pool), kind)
    await forget_what_is_due(pool)
    assert (await left_of(pool, old), await left_of(pool, recent)) == FORGOTTEN[kind]


async def test_a_guest_who_comes_again_is_still_looked_after(pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    over, ahead = await make_event(pool, organiser_id=organiser_id), await make_event(pool, organiser_id=organiser_id)
    outcome = await book(pool, over, make_guest(diet="vegan"))
    await pool.execute(
        """
        insert into registrations (id, event_id, booking_id, guest_id, state, created_at, state_changed_at)
        select $1, $2, booking_id, guest_id, 'cancelled', now(), now()
        from registrations
        where booking_id = $3
        """,
        new_id(),
        ahead.id,
        outcome.booking_id,
    )
    await end_event(pool, over, days_ago=20)
    await forget_what_is_due(pool)
    assert await pool.fetchval("select diet from guests where booking_id = $1", outcome.booking_id) == "vegan"


async def test_recipients_of_mails_and_old_audit_entries_go(pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    event = await make_event(pool, organiser_id=organiser_id)
    for number, (days, status) in enumerate([(181, "bounced"), (179, "sent"), (181, "queued")]):
        await pool.execute(
            """
            insert into mails (organiser_id, event_id, kind, job_id, job_name, job_payload, recipient, locale, status, last_error,
                               created_at)
            values ($1, $2, 'confirmed', $3, 'booking_mail', '{"words": "Erika"}', 'a@example.com', 'en', $4, '550', $5)
            """,
            organiser_id,
            event.id,
            number + 1,
            status,
            now() - timedelta(days=days),
        )
    for days in (731, 729):
        await pool.execute(
            "insert into audit_entries (organiser_id, actor, action, subject, at) values ($1, 'system', $2, 'event:x', $3)",
            organiser_id,
            f"{days} days ago",
            now() - timedelta(days=days),
        )
    await forget_what_is_due(pool)
    mails = await pool.fetch("select recipient, last_error, job_payload from mails where organiser_id = $1 order by id", organiser_id)
    entries = await pool.fetch("select action from audit_entries where organiser_id = $1", organiser_id)
    words = {"words": "Erika"}
    assert ([tuple(row) for row in mails], [row[0] for row in entries]) == (
        [("", None, {}), ("a@example.com", "550", words), ("a@example.com", "550", words)],
        ["729 days ago"],
    )


async def test_names_of_guests_stay_until_the_organiser_says_how_long(pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    event = await make_event(pool, organiser_id=organiser_id)
    outcome = await book(pool, event, make_guest(), email="erika@example.com")
    invited = await make_invitation(pool, event, email="erika@example.com")
    await pool.execute("update invitation_events set answer = 'declined' where invitation_id = $1", invited.id)
    await end_event(pool, event, days_ago=31)

    async def known() -> tuple[object, ...]:
        row = await pool.fetchrow(
            """
            select g.family_name, b.email, i.family_name, i.email
            from guests g
            join bookings b on b.id = g.booking_id
            join invitations i on i.id = $2
            where b.id = $1
            """,
            outcome.booking_id,
            invited.id,
        )
        assert row is not None
        return tuple(row)

    await forget_what_is_due(pool)
    before = await known()
    async with pool.acquire() as connection:
        await choose_days(connection, organiser_id, Kind.GUESTS, 30, actor="staff:x", now=now())
    await forget_what_is_due(pool)
    assert (before, await known()) == (("Platzhalter", "erika@example.com") * 2, ("", "") * 2)


async def test_a_run_works_in_bites_recounts_and_seals_every_record(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BITE", 2)
    organiser_id = await make_organiser(pool)
    event = await make_event(pool, organiser_id=organiser_id)
    await book(pool, event, *(make_guest(f"Contoh {number}", diet="halal") for number in range(5)))
    await end_event(pool, event, days_ago=8)
    due = await what_is_due(pool, now=now())
    await forget_what_is_due(pool)
    records = await records_of(pool, organiser_id)
    before = (await deadlines(pool, organiser_id, now()))[Kind.SENSITIVE]
    assert (
        [(one.kind, one.rows) for one in due if one.organiser == event.organiser_slug],
        [(record.kind, record.deleted, record.remaining) for record in reversed(records)],
        await count_due(pool, organiser_id, Kind.SENSITIVE, before),
        is_unbroken(reversed(records)),
    ) == ([("sensitive", 5)], [("sensitive", 2, 3), ("sensitive", 2, 1), ("sensitive", 1, 0)], 0, True)


@pytest.mark.parametrize(
    "change", ["update deletion_records set deleted = deleted + 1 where id = $1", "delete from deletion_records where id = $1"]
)
async def test_a_changed_or_missing_record_shows(pool: Pool, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    monkeypatch.setattr(retention, "BITE", 1)
    organiser_id = await make_organiser(pool)
    event = await make_event(pool, organiser_id=organiser_id)
    await book(pool, event, *(make_guest(f"Contoh {number}", diet="halal") for number in range(3)))
    await end_event(pool, event, days_ago=8)
    await forget_what_is_due(pool)
    before = await records_of(pool, organiser_id)
    await pool.execute(change, before[1].id)
    after = await records_of(pool, organiser_id)
    assert (is_unbroken(reversed(before)), is_unbroken(reversed(after))) == (True, False)


async def test_counting_changes_nothing(pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    event = await make_event(pool, organiser_id=organiser_id)
    await book(pool, event, make_guest(diet="halal"))
    await end_event(pool, event, days_ago=8)
    moment = now()
    counted = [await what_is_due(pool, now=moment) for _ in range(2)]
    mine = [[one for one in found if one.organiser == event.organiser_slug] for found in counted]
    assert (mine, await records_of(pool, organiser_id)) == (
        [[Due(organiser=event.organiser_slug, kind=Kind.SENSITIVE, rows=1, before=moment - timedelta(days=7))]] * 2,
        [],
    )


async def test_command_counts_with_dry_run_and_forgets_without(pool: Pool, dsn: str, tmp_path: Path) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest(diet="halal"))
    await end_event(pool, event, days_ago=8)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EVENTS_")}
    told, diets = [], []
    for words in (["--dry-run"], []):
        command = [sys.executable, "-m", "events", "retention", *words]
        process = await asyncio.create_subprocess_exec(
            *command, env=environment | {"DATABASE_URL": dsn, "EVENTS_DATA_DIR": str(tmp_path)}, stdout=asyncio.subprocess.PIPE
        )
        output, _nothing = await process.communicate()
        told.append((process.returncode, f"{event.organiser_slug}: sensitive: 1, over before " in output.decode()))
        diets.append(await pool.fetchval("select diet from guests where booking_id = $1", outcome.booking_id))
    assert (told, diets) == ([(0, True), (0, True)], ["halal", ""])


async def test_no_choice_lets_things_stay_longer_than_promised(pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    async with pool.acquire() as connection:
        for kind in (Kind.SENSITIVE, Kind.SECURITY):
            await choose_days(connection, organiser_id, kind, 400, actor="staff:x", now=now())
        await choose_days(connection, organiser_id, Kind.MAILS, 60, actor="staff:x", now=now())
    days = await days_of(pool, organiser_id)
    assert (days[Kind.SENSITIVE], days[Kind.SECURITY], days[Kind.MAILS], days[Kind.GUESTS]) == (7, 14, 60, 0)
