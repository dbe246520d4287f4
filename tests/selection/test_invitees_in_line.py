"""Invitees in the waiting list: what happens to their place in line and their answer stay one."""

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.invitations import reconcile as invitations
from events.invitations.answering import answer
from events.invitations.model import Answer, AnswerSource, Invitation
from events.invitations.party import party_of
from events.invitations.replies import Answers, Giver, Reply
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration import reconcile as registration
from events.registration.claims import ClaimDesk
from events.selection.line_actions import put_back
from tests.builders import TOKENS, make_guest
from tests.invitations.builders import make_invitation
from tests.selection.test_offers import free_places, make_offering_event, run_out
from tests.staff import browser, make_staff


async def say(pool: Pool, invitation: Invitation, event: Event, what: Answer) -> None:
    given = Answers(replies=[Reply(event_id=event.id, answer=what)], invitee=make_guest())
    await answer(ClaimDesk(pool, TOKENS), invitation.id, given, giver=Giver(actor="invitee", source=AnswerSource.LINK))


@pytest.mark.parametrize("in_former_place", [True, False])
async def test_who_declined_after_a_missed_offer_and_is_put_back_has_accepted(pool: Pool, in_former_place: bool) -> None:
    event = await make_offering_event(pool, capacity=2)
    invitation = await make_invitation(pool, event)
    await say(pool, invitation, event, Answer.ACCEPTED)
    await free_places(pool, event, 1)
    await run_out(pool, event)
    await say(pool, invitation, event, Answer.DECLINED)
    booking_id = (await party_of(pool, invitation.id)).bookings[0].id
    staff = await make_staff(pool, event.organiser_id, role=Role.ORGANISER)

    async with pool.acquire() as tx, tx.transaction():
        await put_back(tx, event, staff, booking_id, in_former_place=in_former_place, now=now())

    (invited,) = (await party_of(pool, invitation.id)).invited
    assert invited.answer == Answer.ACCEPTED
    assert await registration.differences(pool) + await invitations.differences(pool) == []


async def test_who_declined_after_a_missed_offer_and_waits_again_has_accepted(pool: Pool, app: Litestar) -> None:
    event = await make_offering_event(pool, capacity=2)
    invitation = await make_invitation(pool, event)
    await say(pool, invitation, event, Answer.ACCEPTED)
    await free_places(pool, event, 1)
    await run_out(pool, event)
    await say(pool, invitation, event, Answer.DECLINED)
    token = TOKENS.token("booking", (await party_of(pool, invitation.id)).bookings[0].id)

    async with browser(app) as client:
        pressed = [(await client.post(f"/b/{token}/lines/{event.slug}")).status_code for _ in range(2)]

    (invited,) = (await party_of(pool, invitation.id)).invited
    assert (pressed, invited.answer) == ([303, 303], Answer.ACCEPTED)
    assert await registration.differences(pool) + await invitations.differences(pool) == []
