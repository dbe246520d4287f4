"""The mails of an event: what did not arrive is told on the board, listed, and sent again."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx

from events.kit.clock import now
from events.kit.database import Pool
from events.overview.board import read_board
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import book, make_event, make_guest
from tests.visitor import Visitor


async def mail(pool: Pool, event: Event, outcome: Outcome, status: str, *, kind: str = "confirmed", error: str | None = None) -> int:
    """Notes a mail of a booking as the mailer does."""
    return await pool.fetchval(  # type: ignore[no-any-return]
        """
        insert into mails (organiser_id, event_id, booking_id, kind, job_id, recipient, locale, status, attempts, last_error, job_name,
                           job_payload)
        select organiser_id, event_id, id, $2, (select coalesce(max(job_id), 0) + 1 from mails), email, locale, $3, 1, $4,
               'booking_mail', jsonb_build_object('booking_id', id, 'event_id', event_id, 'kind', $2::text)
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


async def jobs_of(pool: Pool, outcome: Outcome) -> list[bool]:
    """Whether the jobs that write the booking's mails are bulk."""
    rows = await pool.fetch("select bulk from jobs where payload ->> 'booking_id' = $1", str(outcome.booking_id))
    return [row["bulk"] for row in rows]


async def test_mail_is_repeated_once_however_often_it_is_asked_for(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    outcome = await book(pool, event, mail=False)
    failed = await mail(pool, event, outcome, "failed", error="RuntimeError")
    path = f"/organiser/events/{event.slug}/mails/{failed}/repetition"

    answers = [(await organiser.post(path)).status_code for _ in range(2)]

    assert (answers, await jobs_of(pool, outcome)) == ([303, 404], [False])


async def test_all_that_was_given_up_is_sent_again_and_nothing_else(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    outcomes = {}
    for status in ("failed", "bounced", "sent", "overtaken"):
        outcomes[status] = await book(pool, event, mail=False)
        await mail(pool, event, outcomes[status], "failed" if status == "overtaken" else status)
    await mail(pool, event, outcomes["overtaken"], "sent", kind="changed")
    foreign = await make_event(pool)
    outcomes["foreign"] = await book(pool, foreign, mail=False)
    await mail(pool, foreign, outcomes["foreign"], "failed")

    answers = [await organiser.post(f"/organiser/events/{event.slug}/mails/repetitions") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    repeated = {name: await jobs_of(pool, outcome) for name, outcome in outcomes.items()}
    assert repeated == {"failed": [True], "bounced": [], "sent": [], "overtaken": [], "foreign": []}


async def test_bounced_address_is_corrected_for_the_party_and_written_to(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    outcome = await book(pool, event, email="tyop@example.com", mail=False)
    bounced = await mail(pool, event, outcome, "bounced", error="550 5.1.1 User unknown")
    path = f"/organiser/events/{event.slug}/mails/{bounced}/address"
    page = await Visitor(organiser).open(path)
    page.forms = [form for form in page.forms if form.action.endswith("/address")]

    wrong = await Visitor(organiser).send(page, {"email": "typo"})
    wrong.forms = [form for form in wrong.forms if form.action.endswith("/address")]
    right = await Visitor(organiser).send(wrong, {"email": "typo@example.com"})

    assert (list(wrong.errors), wrong.form.fields) == (["email"], [("email", "typo")])
    assert "This mailbox does not exist" in page.text
    assert (right.status, "The address is corrected" in right.text) == (200, True)
    assert await pool.fetchval("select email from bookings where id = $1", outcome.booking_id) == "typo@example.com"
    assert await jobs_of(pool, outcome) == [False]


async def test_outbox_of_the_organiser_spans_events_and_is_searched(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    second = await make_event(pool, organiser_id=event.organiser_id, title="Workshop")
    foreign = await make_event(pool)
    for place, guest, email in (
        (event, make_guest("髙見本", "一郎"), "ichiro@example.com"),
        (second, make_guest("Przykład", "Łukasz"), "lukasz@example.com"),
        (foreign, make_guest("髙見本", "次郎"), "jiro@example.com"),
    ):
        await mail(pool, place, await book(pool, place, guest, email=email, mail=False), "sent")
    first = await organiser.get("/organiser/mails")
    everything = await organiser.get(first.headers["location"])
    by_name = await organiser.get(f"{first.headers['location']}?q=髙見本")
    by_address = await organiser.get(f"{first.headers['location']}?q=LUKASZ@ex")

    shown = [[name in page.text for name in ("ichiro@", "lukasz@", "jiro@")] for page in (everything, by_name, by_address)]
    assert shown == [[True, True, False], [True, False, False], [False, True, False]]
    assert "Workshop" in everything.text


async def test_mails_of_others_are_neither_shown_nor_touched(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    foreign = await make_event(pool)
    slug = await pool.fetchval("select slug from organisers where id = $1", foreign.organiser_id)
    outcome = await book(pool, foreign, mail=False)
    bounced = await mail(pool, foreign, outcome, "bounced")
    for home in (f"/organiser/events/{foreign.slug}/mails", f"/organiser/mails/{slug}"):
        asked = [await organiser.get(home), await organiser.get(f"{home}/{bounced}/address")]
        sent = [await organiser.post(f"{home}/{tail}", data={"email": "mine@example.com"})
                for tail in (f"{bounced}/address", f"{bounced}/repetition", "repetitions")]  # fmt: skip
        assert [answer.status_code for answer in asked + sent] == [404] * 5
    ours = await organiser.post(f"/organiser/events/{event.slug}/mails/{bounced}/address", data={"email": "mine@example.com"})
    assert ours.status_code == 404
    assert (await pool.fetchval("select email from bookings where id = $1", outcome.booking_id), await jobs_of(pool, outcome)) == (
        "guest@example.com",
        [],
    )


async def test_list_of_mails_costs_the_same_for_one_and_for_many(
    organiser: httpx.AsyncClient, pool: Pool, event: Event, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    asked = []
    for _ in range(2):
        for _ in range(3):
            await mail(pool, event, await book(pool, event, mail=False), "sent")
        with statements() as seen:
            await organiser.get(f"/organiser/events/{event.slug}/mails")
        asked.append(len(seen))
    assert asked[0] == asked[1]
