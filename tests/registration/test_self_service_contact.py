"""A new mail address counts once it is confirmed there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.kit.jobs import Job
from events.kit.mail import Message
from events.messaging.outbox import Outbox
from events.registration.model import Outcome
from events.tickets.contact_mails import contact_mailer
from tests.builders import BASE_URL, TOKENS, book, make_event
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor


class Letterbox:
    """Keeps the mails."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def send(self, message: Message) -> None:
        self.mails.append(message)


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def ask(visitor: Visitor, outcome: Outcome, email: str, language: str = "en") -> Page:
    return await visitor.send(await visitor.open(f"/b/{outcome.token}/contact"), {"email": email, "language": language})


async def mailed(pool: Pool) -> list[Message]:
    """The mails of all jobs that wait, written and sent."""
    box = Letterbox()
    send = contact_mailer(Outbox(box, TOKENS, base_url=BASE_URL, sender="Empfang <events@example.com>"))
    for row in await pool.fetch("delete from jobs where name = 'contact_mail' returning id, name, payload"):
        await send(pool, Job(row[0], row[1], row[2], 1))
    return sorted(box.mails, key=lambda mail: mail.to)


def link_in(message: Message) -> str:
    (link,) = {word for word in message.text.split() if "/email/" in word}
    return link.removeprefix(BASE_URL)


async def contact(pool: Pool, outcome: Outcome) -> tuple[Any, ...]:
    row = await pool.fetchrow("select email, locale, wanted_email from bookings where id = $1", outcome.booking_id)
    assert row is not None
    return tuple(row)


async def test_new_address_counts_once_it_is_confirmed(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), email="old@example.com")
    answer = await ask(visitor, outcome, "new@example.com")
    assert "it counts once you confirm it there" in answer.text
    new, old = await mailed(pool)
    assert (new.to, old.to, "new@example.com" in old.text, "/email/" in old.text) == ("new@example.com", "old@example.com", True, False)
    assert outcome.token not in new.text  # whoever reads this mailbox has not been given the booking yet
    page = await visitor.open(link_in(new))
    assert (page.status, await contact(pool, outcome)) == (200, ("old@example.com", "en", "new@example.com"))

    done = await visitor.send(page, {})

    assert (done.status, "From now on we write there." in done.text) == (200, True)
    assert await contact(pool, outcome) == ("new@example.com", "en", "")
    assert [(await visitor.open(link_in(new))).status, (await visitor.send(page, {})).status] == [410, 410]


async def test_whole_party_moves_together(visitor: Visitor, pool: Pool) -> None:
    first, second = await book(pool, await make_event(pool)), await book(pool, await make_event(pool))
    await pool.execute("update bookings set lead_id = $2 where id = $1", second.booking_id, first.booking_id)
    await ask(visitor, second, "party@example.com", "ja")
    await visitor.send(await visitor.open(link_in((await mailed(pool))[1])), {})
    assert [(await contact(pool, one))[:2] for one in (first, second)] == [("party@example.com", "ja")] * 2


async def test_later_wish_ends_the_link_of_the_earlier_one(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), email="z@example.com")
    await ask(visitor, outcome, "first@example.com")
    first = link_in((await mailed(pool))[0])
    await ask(visitor, outcome, "second@example.com")
    second = link_in((await mailed(pool))[0])
    assert [(await visitor.open(link)).status for link in (first, second)] == [410, 200]


async def test_link_is_over_after_two_days(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), email="z@example.com")
    await ask(visitor, outcome, "slow@example.com")
    link = link_in((await mailed(pool))[0])
    await pool.execute("update bookings set wanted_email_at = wanted_email_at - interval '49 hours' where id = $1", outcome.booking_id)
    assert [(await visitor.open(link)).status, (await visitor.client.post(link)).status_code] == [410, 410]
    assert (await contact(pool, outcome))[0] == "z@example.com"


async def test_language_alone_asks_nobody(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), email="same@example.com")
    await ask(visitor, outcome, "same@example.com", "de")
    assert (await contact(pool, outcome), await mailed(pool)) == (("same@example.com", "de", ""), [])


@pytest.mark.parametrize(("answers", "wrong"), [({"email": "nobody"}, "email"), ({"language": "xx"}, "language"), ({"email": ""}, "email")])
async def test_wrong_input_is_asked_again(visitor: Visitor, pool: Pool, answers: dict[str, Any], wrong: str) -> None:
    outcome = await book(pool, await make_event(pool), email="keep@example.com")
    answer = await visitor.send(await visitor.open(f"/b/{outcome.token}/contact"), answers)
    assert (answer.status, list(answer.errors), await contact(pool, outcome)) == (422, [wrong], ("keep@example.com", "en", ""))


async def test_one_booking_writes_to_so_many_addresses_a_day(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    answers = [(await ask(visitor, outcome, f"victim-{n}@example.com")).status for n in range(6)]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize("secret", ["guessed", "0" * 32, "%00"])
async def test_guessed_secrets_are_over(visitor: Visitor, secret: str) -> None:
    assert [(await visitor.client.get(f"/email/{secret}")).status_code, (await visitor.client.post(f"/email/{secret}")).status_code] == [
        410
    ] * 2
