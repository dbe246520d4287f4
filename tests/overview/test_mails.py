"""The mails of an event: what did not arrive is told on the board, listed, and sent again."""

import re

import httpx

from events.kit.clock import now
from events.kit.database import Pool
from events.overview.board import read_board
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import book, make_event, make_guest


async def mail(pool: Pool, event: Event, outcome: Outcome, status: str, *, kind: str = "confirmed", error: str | None = None) -> int:
    """Notes a mail of a booking as the mailer does."""
    return await pool.fetchval(  # type: ignore[no-any-return]
        """
        insert into mails (organiser_id, event_id, booking_id, kind, job_id, recipient, locale, status, attempts, last_error)
        select organiser_id, event_id, id, $2, (select coalesce(max(job_id), 0) + 1 from mails), email, locale, $3, 1, $4
        from bookings
        where id = $1
        returning id
        """,
        outcome.booking_id,
        kind,
        status,
        error,
    )


async def troubles(pool: Pool, event: Event) -> int:
    async with pool.acquire() as connection:
        return (await read_board(connection, event.id, now())).figures.mail_troubles


async def test_bounced_mail_is_counted_listed_and_sent_again(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    lost = await book(pool, event, make_guest("Lost"), email="nobody@example.com", mail=False)
    await mail(pool, event, await book(pool, event, make_guest("Fine"), email="fine@example.com", mail=False), "sent")
    bounced = await mail(pool, event, lost, "bounced", error="550 no such user")
    foreign = await make_event(pool)
    await mail(pool, foreign, await book(pool, foreign, email="foreign@example.com", mail=False), "bounced")
    page = await organiser.get(f"/organiser/events/{event.slug}/mails?status=troubled")
    (action,) = re.findall(r'action="([^"]*/repetition)"', page.text)

    assert (await troubles(pool, event), action) == (1, f"/organiser/events/{event.slug}/mails/{bounced}/repetition")
    assert ("nobody@example.com" in page.text, "550 no such user" in page.text, "fine@" in page.text, "foreign@" in page.text) == (
        True,
        True,
        False,
        False,
    )
    assert (await organiser.post(action)).status_code == 303
    jobs = await pool.fetch("select name, payload from jobs where payload ->> 'booking_id' = $1", str(lost.booking_id))
    assert [tuple(job) for job in jobs] == [
        ("booking_mail", {"booking_id": str(lost.booking_id), "event_id": str(event.id), "kind": "confirmed"})
    ]


async def test_mail_that_was_followed_by_another_is_no_trouble_any_more(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    outcome = await book(pool, event, mail=False)
    bounced = await mail(pool, event, outcome, "bounced")
    await mail(pool, event, outcome, "sent", kind="changed")

    answer = await organiser.post(f"/organiser/events/{event.slug}/mails/{bounced}/repetition")

    assert (await troubles(pool, event), answer.status_code) == (0, 404)


async def test_mail_of_another_event_is_not_sent_again_through_ones_own(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    foreign = await make_event(pool)
    outcome = await book(pool, foreign, mail=False)
    bounced = await mail(pool, foreign, outcome, "bounced")

    answer = await organiser.post(f"/organiser/events/{event.slug}/mails/{bounced}/repetition")

    jobs = await pool.fetchval("select count(*) from jobs where payload ->> 'booking_id' = $1", str(outcome.booking_id))
    assert (answer.status_code, jobs) == (404, 0)


async def test_long_list_of_mails_goes_back_in_time(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    outcome = await book(pool, event, mail=False)
    for _ in range(53):
        await mail(pool, event, outcome, "sent")
    first = await organiser.get(f"/organiser/events/{event.slug}/mails")
    (later,) = re.findall(r'rel="next" href="([^"]*)"', first.text)
    second = await organiser.get(later.replace("&amp;", "&"))

    assert [page.text.count('<th scope="row">') for page in (first, second)] == [50, 3]
