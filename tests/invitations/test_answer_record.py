"""One invitation on the organiser's desk."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.invitations.model import Answer, Invitation
from events.invitations.party import party_of
from events.invitations.queries import answers_of
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import make_event, make_organiser
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Page, Visitor, _multi

from .builders import link_of, make_invitation


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


class Desk:
    """An organiser at work on one invitation."""

    def __init__(self, visitor: Visitor, invitation: Invitation) -> None:
        self.visitor = visitor
        self.address = f"/organiser/invitations/{invitation.id}"

    async def send(self, what: str, answers: dict[str, Any]) -> Page:
        page = await self.visitor.open(self.address)
        (form,) = [one for one in page.forms if one.action.endswith(f"/{what}")]
        response = await self.visitor.client.post(form.action, data=_multi(form.filled(answers)))
        return await self.visitor.open(response.headers["location"]) if response.is_redirect else Page(response)


@pytest.fixture
async def desk(app: Litestar, pool: Pool) -> AsyncIterator[tuple[Desk, Invitation, Event]]:
    async with pool.acquire() as db:
        owner = await make_organiser(db)
        event = await make_event(db, organiser_id=owner)
        invitation = await make_invitation(db, event, companions="named", max_companions=1)
        session = await make_session(db, await make_staff(db, owner))
    async with browser(app, session) as client:
        yield Desk(Visitor(client), invitation), invitation, event


async def test_an_answer_by_phone_is_entered_with_who_did_so(pool: Pool, desk: tuple[Desk, Invitation, Event]) -> None:
    at, invitation, event = desk
    given = {f"at-{event.slug}-answer": "accepted", "source": "phone", "note": "called at nine"}
    named = {"companion-1-family_name": "Begleitung", "companion-1-given_name": "Ada"}
    page = await at.send("answers", given | named)
    assert ("The answers are entered." in page.text, "By phone" in page.text, "called at nine" in page.text) == (True, True, True)
    (line,) = await answers_of(pool, invitation.id)
    assert (line.answer, line.actor.split(":")[0], line.source) == (Answer.ACCEPTED, "staff", "phone")
    party = await party_of(pool, invitation.id)
    assert [place.guest.family_name for place in party.live_at(event.id)] == ["Platzhalter", "Begleitung"]
    assert "invitation_answered" in [row[0] for row in await pool.fetch("select action from audit_entries")]


async def test_a_deputy_without_a_name_is_asked_for(pool: Pool, desk: tuple[Desk, Invitation, Event]) -> None:
    at, invitation, event = desk
    page = await at.send("answers", {f"at-{event.slug}-answer": "substituted", "source": "letter"})
    assert (page.status, list(page.errors)) == (422, [f"at-{event.slug}-deputy-family_name"])
    assert await answers_of(pool, invitation.id) == []


async def test_rules_address_and_links_change(pool: Pool, desk: tuple[Desk, Invitation, Event]) -> None:
    at, invitation, _event = desk
    await at.send("rules", {"companions": "later", "max_companions": "2", "companions_by": "2030-01-01T12:00"})
    await at.send("address", {"email": "", "delegate_email": "office@example.com", "language": "ja"})
    await at.send("link", {})
    changed = (await party_of(pool, invitation.id)).invitation
    assert (changed.companions, changed.max_companions, changed.mail_address, changed.locale, changed.issue) == (
        "later",
        2,
        "office@example.com",
        "ja",
        2,
    )
    wrong = await at.send("rules", {"max_companions": "12"})
    assert (wrong.status, list(wrong.errors)) == (422, ["max_companions"])


@pytest.mark.parametrize(("tick", "left"), [({}, 1), ({"take_back": "yes"}, 0)])
async def test_withdrawing_keeps_places_unless_they_are_taken_back(
    pool: Pool, desk: tuple[Desk, Invitation, Event], tick: dict[str, str], left: int
) -> None:
    at, invitation, event = desk
    await at.send("answers", {f"at-{event.slug}-answer": "accepted", "source": "phone"})
    page = await at.send("withdrawal", tick)
    assert "Withdrawn" in page.text
    assert (await at.visitor.open(link_of(invitation))).status == 410
    assert len((await party_of(pool, invitation.id)).live_at(event.id)) == left
    refused = await at.visitor.client.post(f"{at.address}/link")
    assert refused.status_code == 410


async def test_other_organisers_find_nothing_and_door_staff_may_not(
    app: Litestar, pool: Pool, desk: tuple[Desk, Invitation, Event]
) -> None:
    at, invitation, event = desk
    async with pool.acquire() as db:
        other = await make_session(db, await make_staff(db, await make_organiser(db)))
        steward = await make_session(db, await make_staff(db, event.organiser_id, role=Role.DOOR))
    for session, status in ((other, 404), (steward, 403)):
        async with browser(app, session) as client:
            answers = [await client.get(at.address)]
            answers += [await client.post(f"{at.address}/{what}") for what in ("answers", "rules", "address", "link", "withdrawal")]
            assert [answer.status_code for answer in answers] == [status] * 6
    assert (await party_of(pool, invitation.id)).invitation == invitation
