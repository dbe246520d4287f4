"""The page of an invitation, as somebody without scripts uses it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from events.invitations import answering
from events.invitations.access import WRONG_LINKS_PER_MINUTE
from events.invitations.actions import replace_link
from events.invitations.model import Answer, Invitation
from events.invitations.party import Party, party_of
from events.invitations.queries import answers_of, withdraw_invitation
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import BASE_URL, TOKENS, fill, make_event, make_organiser, make_programme
from tests.questions.builders import make_question, stored_answers
from tests.staff import browser, running_app
from tests.visitor import Page, Visitor

from .builders import delegate_link_of, link_of, make_invitation


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def invited(pool: Pool, number: int = 1, *, event: dict[str, Any] | None = None, **details: Any) -> tuple[Invitation, list[Event]]:
    async with pool.acquire() as db:
        owner = await make_organiser(db)
        programme = await make_programme(db, organiser_id=owner)
        events = [
            await make_event(db, organiser_id=owner, programme_id=programme, title=f"Dinner {n}", **(event or {})) for n in range(number)
        ]
        return await make_invitation(db, *events, programme_id=programme, **details), events


def at(event: Event, **fields: str | list[str]) -> dict[str, str | list[str]]:
    return {f"at-{event.slug}-{name}": value for name, value in fields.items()}


async def answer_with(visitor: Visitor, address: str, answers: dict[str, Any]) -> Page:
    return await visitor.send(await visitor.open(address), answers)


async def knowing(visitor: Visitor, page: Page) -> Page:
    """Ticks that events at the same time are meant."""
    (value,) = [line.partition('value="')[2].partition('"')[0] for line in page.html.splitlines() if 'id="clashes_known"' in line]
    return await visitor.send(page, {"clashes_known": value})


async def states(pool: Pool, party: Party) -> list[tuple[str, list[str]]]:
    return [(one.answer, [place.guest.family_name for place in party.live_at(one.event_id)]) for one in party.invited]


async def test_one_submit_answers_every_event(pool: Pool, visitor: Visitor) -> None:
    invitation, (first, second, third) = await invited(pool, 3)
    answers = at(first, answer="accepted") | at(second, answer="declined") | {"privacy": "yes", "message": "We are glad."}
    page = await visitor.open(link_of(invitation))
    assert (page.status, "Dear Dr. Erika Platzhalter," in page.text) == (200, True)
    done = await visitor.send(page, answers)
    assert (done.status, "Thank you, your answer is saved" in done.text) == (200, True)
    party = await party_of(pool, invitation.id)
    assert await states(pool, party) == [("accepted", ["Platzhalter"]), ("declined", []), ("none", [])]
    assert party.invitation.message == "We are glad."
    assert f"/b/{TOKENS.token('booking', party.invitation.booking_id or invitation.id)}" in done.links
    assert third.slug in done.html


async def test_opening_the_page_changes_nothing(pool: Pool, visitor: Visitor) -> None:
    invitation, _events = await invited(pool)
    for _ in range(3):
        await visitor.open(link_of(invitation))
    party = await party_of(pool, invitation.id)
    assert (await states(pool, party), party.invitation, await answers_of(pool, invitation.id)) == ([("none", [])], invitation, [])


async def test_bad_input_keeps_what_was_typed_and_says_what_is_wrong(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool)
    answers = at(dinner, answer="substituted", **{"deputy-given_name": "Ludwig", "deputy-email": "ludwig@nowhere"})
    page = await answer_with(visitor, link_of(invitation), answers)
    assert (page.status, sorted(page.errors)) == (
        422,
        sorted([f"at-{dinner.slug}-deputy-family_name", f"at-{dinner.slug}-deputy-email", "privacy"]),
    )
    assert (f"at-{dinner.slug}-deputy-given_name", "Ludwig") in page.form.fields
    assert (f"at-{dinner.slug}-answer", "substituted") in page.form.fields
    assert await answers_of(pool, invitation.id) == []


async def test_a_deputy_named_once_comes_to_both_events(pool: Pool, visitor: Visitor) -> None:
    invitation, (first, second) = await invited(pool, 2)
    named = {"deputy-given_name": "Ludwig", "deputy-family_name": "Vertretung", "deputy-email": "ludwig@example.com"}
    answers = at(first, answer="substituted", **named) | at(second, answer="substituted") | {"privacy": "yes"}
    page = await answer_with(visitor, link_of(invitation), answers)
    party = await party_of(pool, invitation.id)
    assert await states(pool, party) == [("substituted", ["Vertretung"])] * 2
    assert len(party.people) == 1
    assert "Ludwig Vertretung comes instead." in page.text


async def test_a_companion_is_named_with_the_answer_and_another_later(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool, companions="later", max_companions=2)
    first = {"companion-1-given_name": "Ada", "companion-1-family_name": "Begleitung"}
    await answer_with(visitor, link_of(invitation), at(dinner, answer="accepted") | first | {"privacy": "yes"})
    second = {"companion-1-given_name": "Ben", "companion-1-family_name": "Begleitung"}
    page = await answer_with(visitor, link_of(invitation), second)
    party = await party_of(pool, invitation.id)
    assert [details.given_name for _id, details in party.companions] == ["Ada", "Ben"]
    assert await states(pool, party) == [("accepted", ["Platzhalter", "Begleitung", "Begleitung"])]
    assert ("Ada Begleitung comes along." in page.text, "companion-1-given_name" in page.form.offered) == (True, False)


async def test_a_form_sent_twice_names_a_companion_once(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool, companions="named", max_companions=1)
    page = await visitor.open(link_of(invitation))
    ada: dict[str, str | list[str]] = {"companion-1-given_name": "Ada", "companion-1-family_name": "Begleitung", "privacy": "yes"}
    for _ in range(2):
        assert (await visitor.send(page, at(dinner, answer="accepted") | ada)).status == 200
    party = await party_of(pool, invitation.id)
    assert await states(pool, party) == [("accepted", ["Platzhalter", "Begleitung"])]
    more = await visitor.send(page, at(dinner, answer="accepted") | ada | {"companion-1-given_name": "Ben"})
    assert (more.status, list(more.errors)) == (422, ["companion-1-family_name"])


async def test_a_companion_who_is_named_stays_when_the_right_is_withdrawn(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool, companions="named", max_companions=1)
    ada = {"companion-1-given_name": "Ada", "companion-1-family_name": "Begleitung"}
    await answer_with(visitor, link_of(invitation), at(dinner, answer="accepted") | ada | {"privacy": "yes"})
    await pool.execute("update invitations set companions = 'none', max_companions = 0 where id = $1", invitation.id)
    page = await answer_with(visitor, link_of(invitation), {"message": "See you"})
    party = await party_of(pool, invitation.id)
    assert await states(pool, party) == [("accepted", ["Platzhalter", "Begleitung"])]
    assert "companion-1-given_name" not in page.form.offered


async def test_events_at_the_same_time_are_explained_and_may_be_chosen_knowingly(pool: Pool, visitor: Visitor) -> None:
    invitation, (first, second) = await invited(pool, 2, event={"starts_at": now().replace(year=now().year + 1)})
    answers = at(first, answer="accepted") | at(second, answer="accepted") | {"privacy": "yes"}
    page = await answer_with(visitor, link_of(invitation), answers)
    assert (page.status, "do not go together" in page.text) == (422, True)
    done = await knowing(visitor, page)
    assert done.status == 200
    assert await states(pool, await party_of(pool, invitation.id)) == [("accepted", ["Platzhalter"])] * 2


async def test_a_full_event_is_told_and_the_rest_is_saved(pool: Pool, visitor: Visitor) -> None:
    invitation, (first, second) = await invited(pool, 2, event={"capacity": 1, "waiting_list": False})
    async with pool.acquire() as db:
        await fill(db, first, 1)
    answers = at(first, answer="accepted") | at(second, answer="accepted") | {"privacy": "yes"}
    page = await visitor.open(link_of(invitation))
    page = await knowing(visitor, await visitor.send(page, answers))
    assert "All places are taken." in page.text
    assert await states(pool, await party_of(pool, invitation.id)) == [("none", []), ("accepted", ["Platzhalter"])]


async def test_an_old_page_does_not_undo_what_was_answered_in_another_window(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool)
    await answer_with(visitor, link_of(invitation), at(dinner, answer="accepted") | {"privacy": "yes"})
    old = await visitor.open(link_of(invitation))
    await answer_with(visitor, link_of(invitation), at(dinner, answer="declined"))
    await visitor.send(old, {"message": "only a word"})
    party = await party_of(pool, invitation.id)
    assert (party.invited[0].answer, party.invitation.message) == (Answer.DECLINED, "only a word")


async def test_a_delegate_answers_for_the_invitee_and_gets_the_mail(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool)
    answers = at(dinner, answer="accepted") | {
        "privacy": "yes",
        "registrant_name": "Anna Vorzimmer",
        "mail_contact": "anna@example.com",
        "payer_name": "Erika Platzhalter",
        "payer_company": "Musterlinse GmbH",
    }
    page = await answer_with(visitor, delegate_link_of(invitation), answers)
    assert "You are answering for Dr. Erika Platzhalter" in page.text
    (given,) = await answers_of(pool, invitation.id)
    assert (given.actor, given.source) == ("delegate", "delegate")
    (booking,) = (await party_of(pool, invitation.id)).bookings
    assert (booking.email, booking.registrant_name, booking.payer and booking.payer.company) == (
        "anna@example.com",
        "Anna Vorzimmer",
        "Musterlinse GmbH",
    )


async def test_the_page_speaks_the_invitees_language_until_another_is_chosen(pool: Pool, visitor: Visitor) -> None:
    invitation, _events = await invited(pool, locale="de")
    assert 'lang="de"' in (await visitor.open(link_of(invitation))).html[:200]
    await visitor.open(f"{link_of(invitation)}?lang=ja")
    assert 'lang="ja"' in (await visitor.open(link_of(invitation))).html[:200]


async def test_old_withdrawn_and_guessed_links(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool)
    page = await visitor.open(link_of(invitation))
    async with pool.acquire() as db:
        await replace_link(db, TOKENS, invitation, now=now())
    replaced = await visitor.send(page, at(dinner, answer="accepted") | {"privacy": "yes"})
    assert (replaced.status, "replaced by a newer one" in replaced.text, "office@example.com" in replaced.text) == (410, True, True)
    assert "Platzhalter" not in replaced.text
    party = await party_of(pool, invitation.id)
    async with pool.acquire() as db:
        await withdraw_invitation(db, invitation.id, now())
    withdrawn = await visitor.open(link_of(party.invitation))
    assert (withdrawn.status, "no longer open" in withdrawn.text) == (410, True)
    for guessed in ("/i/AAAAAAAAAAAAAAAAAAAAAA", "/d/x", f"/i/{TOKENS.token('booking', invitation.id)}"):
        assert (await visitor.open(guessed)).status == 404
    assert await answers_of(pool, invitation.id) == []


async def test_after_the_date_the_page_says_whom_to_write_to(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner,) = await invited(pool)
    page = await visitor.open(link_of(invitation))
    await pool.execute("update invitations set answer_by = now() where id = $1", invitation.id)
    late = await visitor.send(page, at(dinner, answer="accepted") | {"privacy": "yes"})
    assert "Answers are closed" in late.text
    assert "office@example.com" in late.text
    assert "your answer is saved" not in late.text
    assert await answers_of(pool, invitation.id) == []


async def test_what_came_too_late_for_one_event_is_told_beside_what_was_saved(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner, visit) = await invited(pool, 2)
    page = await visitor.open(link_of(invitation))
    await pool.execute("update events set changes_until = now() where id = $1", dinner.id)
    sent = await visitor.send(page, at(dinner, answer="accepted") | at(visit, answer="declined"))
    assert "your answer is saved" in sent.text
    assert "The date for answers has passed." in sent.text
    assert [one.answer for one in await answers_of(pool, invitation.id)] == ["declined"]
    again = await visitor.send(page, at(visit, answer="declined"))
    assert "The date for answers has passed." not in again.text


async def test_questions_of_an_event_are_answered_with_the_acceptance(pool: Pool, visitor: Visitor) -> None:
    invitation, (dinner, visit) = await invited(pool, 2, companions="named", max_companions=1)
    for event in (dinner, visit):
        async with pool.acquire() as db:
            await make_question(db, event.id, slug="hotel", required=True)
            await make_question(db, event.id, slug="bus", per="booking")
    named: dict[str, str | list[str]] = {"companion-1-given_name": "Ada", "companion-1-family_name": "Begleitung", "privacy": "yes"}
    start = await visitor.open(link_of(invitation))
    page = await visitor.send(start, at(dinner, answer="accepted") | at(visit, answer="declined") | named)
    assert (page.status, sorted(page.errors)) == (422, sorted(f"at-{dinner.slug}-{who}-q-hotel" for who in ("own", "companion-1")))
    answers = {"own-q-hotel": "Harbour", "companion-1-q-hotel": "Garden", "q-bus": "yes"}
    done = await visitor.send(page, at(dinner, **answers))
    assert done.status == 200
    found = [await stored_answers(pool, event.id) for event in (dinner, visit)]
    assert found == [[("hotel", "Platzhalter", "Harbour"), ("hotel", "Begleitung", "Garden"), ("bus", None, "yes")], []]


@pytest.mark.parametrize(("others", "kept"), [(1, True), (2, False)])
async def test_a_provisional_answer_keeps_a_place_only_where_the_contingent_has_one_for_everybody(
    pool: Pool, visitor: Visitor, others: int, kept: bool
) -> None:
    async with pool.acquire() as db:
        event = await make_event(db, capacity=10, contingents={"japan": 3})
        pool_id = await db.fetchval("select id from pools where event_id = $1 and slug = 'japan'", event.id)
        invitation = await make_invitation(db, event, contingents={event.id: pool_id}, companions="named", max_companions=1)
        for _ in range(others):
            await make_invitation(db, event, contingents={event.id: pool_id})
    page = await answer_with(visitor, link_of(invitation), at(event, answer="provisional"))
    said = ("A place is kept for you meanwhile." in page.text, "This does not keep a place yet." in page.text)
    assert said == (kept, not kept)
    assert await states(pool, await party_of(pool, invitation.id)) == [("provisional", [])]


async def test_who_guesses_links_is_slowed_down_and_the_right_link_still_opens(app: Litestar, pool: Pool) -> None:
    invitation, _events = await invited(pool)
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 1))  # type: ignore[arg-type]  # Litestar narrows the types of ASGI
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        guesses = [(await client.get(f"/i/guess-{n}")).status_code for n in range(WRONG_LINKS_PER_MINUTE + 2)]
        assert guesses == [404] * WRONG_LINKS_PER_MINUTE + [429, 429]
        assert (await client.get(link_of(invitation))).status_code == 200


async def test_more_events_take_no_more_queries(pool: Pool) -> None:
    counted = []
    for number in (1, 3):
        invitation, _events = await invited(pool, number)
        statements: list[str] = []
        async with pool.acquire() as db:
            with db.query_logger(lambda record: statements.append(record.query)):  # noqa: B023 (called before the next round)
                await party_of(db, invitation.id)
        counted.append(len(statements))
    assert counted[0] == counted[1]


async def test_an_answer_that_cannot_get_its_turn_leads_back_to_the_page(
    pool: Pool, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "TURN_IS_AWAITED_SECONDS", 0.1)
    invitation, (dinner,) = await invited(pool)
    page = await visitor.open(link_of(invitation))
    await pool.execute("update invitations set answering_until = now() + interval '1 minute' where id = $1", invitation.id)
    refused = await visitor.send(page, at(dinner, answer="accepted") | {"privacy": "yes"})
    assert (refused.status, "another window" in refused.text, link_of(invitation) in refused.links) == (409, True, True)
    await pool.execute("update invitations set answering_until = now() where id = $1", invitation.id)  # whoever held it has died
    assert (await visitor.send(page, at(dinner, answer="accepted") | {"privacy": "yes"})).status == 200
    assert await states(pool, await party_of(pool, invitation.id)) == [("accepted", ["Platzhalter"])]
