"""Reminders before and thanks after an event: when they are due, to whom, and never twice."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.programme.model import Event
from events.tickets.jobs import order_planned_mails
from tests.builders import book, make_event, make_guest
from tests.messaging.builders import admit, plan
from tests.messaging.conftest import Mailboxes
from tests.visitor import Visitor


@pytest.fixture(autouse=True)
async def no_plans(pool: Pool) -> None:
    await pool.execute("delete from mail_plans")


async def test_reminder_goes_once_to_those_who_have_a_place(pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event) -> None:
    full = await make_event(pool, capacity=1)
    await book(pool, full, make_guest("Coming"), email="coming@example.com", locale="de", mail=False)
    await book(pool, full, accept_waitlist=True, email="waiting@example.com", mail=False)
    await book(pool, event, email="elsewhere@example.com", mail=False)
    await plan(pool, full.id, reminder_days=2, starts_at=now() + timedelta(days=2, minutes=5))
    await order_planned_mails(pool)
    await worker.run_until_idle()
    assert mailboxes.received == []
    await pool.execute(
        "update events set doors_at = doors_at - interval '1 hour', starts_at = starts_at - interval '1 hour' where id = $1", full.id
    )
    await asyncio.gather(*(order_planned_mails(pool) for _ in range(4)))
    await pool.execute("update jobs set run_at = now()")  # it may be night just now
    await worker.run_until_idle()
    await order_planned_mails(pool)
    await worker.run_until_idle()
    assert [(mail["To"], mail["Subject"], mail["List-Unsubscribe"]) for mail in mailboxes.received] == [
        ("coming@example.com", "Bis bald: Networking dinner", None)
    ]
    assert [file.get_content_type() for file in mailboxes.received[0].iter_attachments()] == ["application/pdf", "text/calendar"]


async def test_reminders_go_out_while_their_readers_are_awake(pool: Pool) -> None:
    zones = ["Europe/Berlin", "Asia/Tokyo", "America/New_York", "Pacific/Auckland"]
    full = await make_event(pool, capacity=4)
    for number, zone in enumerate(zones):
        booked = await book(pool, full, email=f"{number}@example.com", mail=False)
        await pool.execute("update bookings set time_zone = $2 where id = $1", booked.booking_id, zone)
    await plan(pool, full.id, reminder_days=2, starts_at=now() + timedelta(days=1, hours=23))
    await order_planned_mails(pool)
    rows = await pool.fetch(
        """
        select b.time_zone, (j.run_at at time zone b.time_zone)::time between '09:00' and '20:00' as awake,
               j.run_at between now() - interval '1 minute' and now() + interval '14 hours' as soon
        from jobs j
        join bookings b on b.id = (j.payload ->> 'booking_id')::uuid
        where b.event_id = $1
        """,
        full.id,
    )
    assert sorted(tuple(row) for row in rows) == [(zone, True, True) for zone in sorted(zones)]


async def test_thanks_go_the_morning_after_to_those_who_came(pool: Pool, worker: Worker, mailboxes: Mailboxes, event: Event) -> None:
    came = await book(pool, event, make_guest("見本", "花子"), make_guest("Two"), email="came@example.com", locale="ja", mail=False)
    await book(pool, event, email="absent@example.com", mail=False)
    await admit(pool, event, came)
    await plan(pool, event.id, thanks=True, starts_at=now() - timedelta(hours=4))
    await order_planned_mails(pool)
    assert await pool.fetchval("select count(*) from jobs") == 0
    await pool.execute(
        "update events set doors_at = $2, starts_at = $2, ends_at = $2::timestamptz + interval '3 hours' where id = $1",
        event.id,
        now() - timedelta(days=3),
    )
    await asyncio.gather(*(order_planned_mails(pool) for _ in range(4)))
    await worker.run_until_idle()
    [mail] = mailboxes.received
    assert (mail["To"], mail["Subject"], list(mail.iter_attachments())) == (
        "came@example.com",
        "ご来場の御礼：Networking dinner",
        [],
    )


async def test_nothing_goes_out_by_itself_unless_it_is_wanted_nor_for_a_cancelled_event(pool: Pool, worker: Worker, event: Event) -> None:
    await book(pool, event, mail=False)
    await plan(pool, event.id, starts_at=now() + timedelta(hours=1))
    off = await make_event(pool, status="cancelled")
    await plan(pool, off.id, reminder_days=30, thanks=True)
    await order_planned_mails(pool)
    assert await pool.fetchval("select count(*) from jobs") == 0


async def test_organiser_plans_and_sees_what_was_sent(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    visitor, path = Visitor(organiser), f"/organiser/events/{event.slug}/mail-plan"
    page = await visitor.open(path)
    page.forms = [form for form in page.forms if form.action.endswith("/mail-plan")]
    page = await visitor.send(page, {"reminder_days": "3", "thanks": "yes"})
    row = await pool.fetchrow("select reminder_days, thanks from mail_plans where event_id = $1", event.id)
    assert (page.status, tuple(row or ())) == (200, (3, True))
    await pool.execute("update mail_plans set reminded_at = '2027-04-19 09:30Z' where event_id = $1", event.id)
    assert "The reminder was sent on Mon 19 April 2027, 18:30 (JST)" in (await visitor.open(path)).text
    foreign = await make_event(pool)
    assert (await organiser.post(f"/organiser/events/{foreign.slug}/mail-plan", data={"reminder_days": "1"})).status_code == 404
    assert (await organiser.post(path, data={"reminder_days": "99"})).status_code == 422
