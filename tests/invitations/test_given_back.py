"""Who gives an accepted place back on the booking's page has declined the invitation, too."""

from uuid import UUID

import pytest

from events.invitations import reconcile as invitations
from events.invitations.given_back_jobs import note_given_back
from events.invitations.model import Answer, AnswerSource, Invitation
from events.invitations.party import party_of
from events.invitations.queries import answers_of
from events.invitations.replies import Giver
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.programme.model import Event
from events.registration import reconcile as registration
from events.registration.actions import GIVEN_BACK, cancel_places, give_back
from events.registration.errors import AlreadyInside
from tests.builders import make_event, make_guest, make_organiser
from tests.door.builders import redeem, scan

from .builders import make_invitation
from .test_answering import ACCEPTED, DECLINED, SUBSTITUTED, say

BY_PHONE = Giver(actor="staff:018f0000-0000-7000-8000-000000000001", source=AnswerSource.PHONE)
COMPANION = make_guest("Begleitung", "Bea")


async def invited(pool: Pool, number: int = 1) -> tuple[Invitation, list[Event]]:
    async with pool.acquire() as db:
        owner = await make_organiser(db)
        events = [await make_event(db, organiser_id=owner) for _ in range(number)]
        return await make_invitation(db, *events, max_companions=1), events


async def places(pool: Pool, invitation: Invitation, event: Event) -> list[UUID]:
    return [place.registration_id for place in (await party_of(pool, invitation.id)).live_at(event.id)]


async def given(pool: Pool, invitation: Invitation, event: Event) -> list[tuple[Answer, str]]:
    """The answers for the event, oldest first, once all work is done and nothing is counted wrong."""
    await Worker(pool, {GIVEN_BACK: note_given_back, "booking_mail": _nothing, "deputy_mail": _nothing}).run_until_idle()
    assert await registration.differences(pool) + await invitations.differences(pool) == []
    told = [one for one in await answers_of(pool, invitation.id) if one.event_id == event.id]
    current = (await party_of(pool, invitation.id)).invited_to(event.id)
    assert current is not None
    assert current.answer == told[0].answer
    return [(one.answer, one.actor) for one in reversed(told)]


async def _nothing(_pool: object, _job: object) -> None:
    return None


@pytest.mark.parametrize("answer", [ACCEPTED, SUBSTITUTED])
async def test_giving_the_place_back_declines_that_event_and_no_other(pool: Pool, answer: Answer) -> None:
    invitation, (dinner, visit) = await invited(pool, 2)
    await say(pool, invitation, (dinner, answer), (visit, answer))
    async with pool.acquire() as db, db.transaction():
        await give_back(db, visit.id, await places(pool, invitation, visit), now=now())
    assert await given(pool, invitation, visit) == [(answer, "invitee"), (DECLINED, "invitee")]
    assert await given(pool, invitation, dinner) == [(answer, "invitee")]


async def test_as_long_as_somebody_of_the_party_comes_the_answer_stands(pool: Pool) -> None:
    invitation, (dinner,) = await invited(pool)
    await say(pool, invitation, (dinner, ACCEPTED), companions=[COMPANION])
    for expected in ([(ACCEPTED, "invitee")], [(ACCEPTED, "invitee"), (DECLINED, "invitee")]):
        async with pool.acquire() as db, db.transaction():
            await give_back(db, dinner.id, (await places(pool, invitation, dinner))[:1], now=now())
        assert await given(pool, invitation, dinner) == expected


async def test_an_answer_on_the_invitations_own_page_is_written_down_once(pool: Pool) -> None:
    invitation, (dinner,) = await invited(pool)
    await say(pool, invitation, (dinner, ACCEPTED))
    await say(pool, invitation, (dinner, DECLINED))
    assert await given(pool, invitation, dinner) == [(ACCEPTED, "invitee"), (DECLINED, "invitee")]


async def test_who_accepts_again_meanwhile_has_accepted(pool: Pool) -> None:
    invitation, (dinner,) = await invited(pool)
    await say(pool, invitation, (dinner, ACCEPTED))
    async with pool.acquire() as db, db.transaction():
        await give_back(db, dinner.id, await places(pool, invitation, dinner), now=now())
    await say(pool, invitation, (dinner, ACCEPTED))
    assert DECLINED not in [answer for answer, _actor in await given(pool, invitation, dinner)]
    assert len(await places(pool, invitation, dinner)) == 1


async def test_a_place_the_organiser_takes_away_is_no_answer_of_the_guest(pool: Pool) -> None:
    invitation, (dinner,) = await invited(pool)
    await say(pool, invitation, (dinner, ACCEPTED))
    async with pool.acquire() as db, db.transaction():
        await cancel_places(db, dinner.id, await places(pool, invitation, dinner), actor="staff:1", now=now())
    assert await given(pool, invitation, dinner) == [(ACCEPTED, "invitee")]


async def test_a_no_that_staff_enters_is_the_staffs_cancellation(pool: Pool) -> None:
    invitation, (dinner, visit) = await invited(pool, 2)
    await say(pool, invitation, (dinner, ACCEPTED), (visit, ACCEPTED))
    await say(pool, invitation, (dinner, DECLINED), giver=BY_PHONE)
    await say(pool, invitation, (visit, DECLINED))
    rows = await pool.fetch("select event_id, actor from cancellations where event_id = any ($1)", [dinner.id, visit.id])
    assert {row["event_id"]: row["actor"] for row in rows} == {dinner.id: BY_PHONE.actor, visit.id: "guest"}


@pytest.mark.parametrize("actor", ["guest", "staff:1"])
async def test_nobody_who_is_inside_leaves_by_an_answer(pool: Pool, actor: str) -> None:
    invitation, (dinner,) = await invited(pool)
    await say(pool, invitation, (dinner, ACCEPTED))
    (place,) = await places(pool, invitation, dinner)
    await redeem(pool, dinner, scan(registration_id=place))
    with pytest.raises(AlreadyInside):
        async with pool.acquire() as db, db.transaction():
            await give_back(db, dinner.id, [place], actor=actor, now=now())
    assert await places(pool, invitation, dinner) == [place]
