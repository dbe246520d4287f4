"""Answers that meet each other, the last places, and the door. Nothing is sold twice, lost or counted wrong."""

import asyncio
import random

import pytest

from events.door.model import Answer as Verdict
from events.invitations import reconcile as invitations
from events.invitations.answering import answer
from events.invitations.model import Answer, AnswerSource, Invitation
from events.invitations.party import party_of
from events.invitations.replies import Answers, Deputy, Giver, Reply
from events.kit.database import Pool
from events.programme.model import Event
from events.registration import reconcile as registration
from events.registration.claims import ClaimDesk
from tests.builders import TOKENS, make_event, make_guest, make_organiser
from tests.door.builders import redeem, scan

from .builders import make_invitation

INVITEE = Giver(actor="invitee", source=AnswerSource.LINK)
GIVEN = (Answer.ACCEPTED, Answer.ACCEPTED, Answer.SUBSTITUTED, Answer.DECLINED, Answer.PROVISIONAL)


async def say(pool: Pool, invitation: Invitation, said: list[tuple[Event, Answer]], *, companion: bool = False) -> list[str]:
    """Answers through a claim desk of its own, as another process would. Tells the codes of what was refused."""
    deputy = Deputy(details=make_guest("Vertretung", str(invitation.id)[-4:]))
    replies = [
        Reply(
            event_id=event.id,
            answer=what,
            deputy=deputy if what == Answer.SUBSTITUTED else None,
            companions=(0,) if companion and what.comes else (),
        )
        for event, what in said
    ]
    companions = [make_guest("Begleitung", str(invitation.id)[-4:])] if companion else []
    given = Answers(replies=replies, invitee=make_guest(), companions=companions)
    return [one.refusal.code for one in await answer(ClaimDesk(pool, TOKENS), invitation.id, given, giver=INVITEE)]


async def scanned(pool: Pool, event: Event, code: str) -> Verdict:
    async with pool.acquire() as db:
        (verdict,) = await redeem(db, event, scan(code))
    return verdict


@pytest.mark.parametrize("round_number", range(6))
async def test_a_deputy_never_takes_the_place_of_somebody_inside(pool: Pool, round_number: int) -> None:
    async with pool.acquire() as db:
        dinner = await make_event(db)
        invitation = await make_invitation(db, dinner)
    await say(pool, invitation, [(dinner, Answer.ACCEPTED)])
    found = (await party_of(pool, invitation.id)).principal_at(dinner.id)
    assert found is not None
    code = TOKENS.code("ticket", found[1].ticket_id, found[1].issue)

    async def passes_on() -> list[str]:
        await asyncio.sleep(0.002 * round_number)
        return await say(pool, invitation, [(dinner, Answer.SUBSTITUTED)])

    refused, verdict = await asyncio.gather(passes_on(), scanned(pool, dinner, code))
    party = await party_of(pool, invitation.id)
    names = [place.guest.family_name for place in party.live_at(dinner.id)]
    outcome = (verdict.verdict, refused, names, party.invited[0].answer)
    assert outcome in (
        ("admitted", ["already_inside"], ["Platzhalter"], Answer.ACCEPTED),
        ("refused", [], ["Vertretung"], Answer.SUBSTITUTED),
    )


@pytest.mark.parametrize("seed", range(4))
async def test_a_storm_of_answers_leaves_every_count_right(pool: Pool, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a storm, not a secret)
    async with pool.acquire() as db:
        owner = await make_organiser(db)
        events = [await make_event(db, organiser_id=owner, capacity=5, waiting_list=waits) for waits in (True, False, True)]
        invited = [await make_invitation(db, *events, companions="named", max_companions=1) for _ in range(8)]
    storm = []
    for _ in range(60):
        said = [(event, chance.choice(GIVEN)) for event in chance.sample(events, 2)]
        storm.append(say(pool, chance.choice(invited), said, companion=chance.random() < 0.3))
    refused = {code for codes in await asyncio.gather(*storm) for code in codes}
    assert refused <= {"event_full"}
    assert await registration.differences(pool) + await invitations.differences(pool) == []
    for invitation in invited:
        party = await party_of(pool, invitation.id)
        assert len(party.companions) <= 1
        for one in party.invited:
            principals = [place for place in party.live_at(one.event_id) if not party.is_companion(place.guest_id)]
            assert len(principals) == (1 if one.answer.comes else 0)
    taken = await pool.fetch("select taken, capacity from pools where id = any ($1)", [event.id for event in events])
    assert all(row["taken"] <= row["capacity"] for row in taken)
