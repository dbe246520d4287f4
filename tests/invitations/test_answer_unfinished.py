"""A process that dies after taking places and before writing the answer down: whoever answers next puts it right."""

from typing import Any

import pytest

from events.invitations import queries
from events.invitations import reconcile as invitations
from events.invitations.model import Answer, Invitation
from events.invitations.party import party_of
from events.kit.database import Pool
from events.programme.model import Event
from events.registration import reconcile as registration
from tests.builders import make_event

from .builders import make_invitation
from .test_answer_races import say


async def dies(*_given: Any, **_more: Any) -> None:
    raise RuntimeError("killed")


async def killed_while_accepting(pool: Pool, monkeypatch: pytest.MonkeyPatch, *, companion: bool = False) -> tuple[Event, Invitation]:
    """An invitation whose places are taken, with nothing written down about it."""
    async with pool.acquire() as db:
        dinner = await make_event(db, capacity=3)
        invitation = await make_invitation(db, dinner, companions="named", max_companions=1)
    with monkeypatch.context() as patched:
        patched.setattr(queries, "record_answers", dies)
        with pytest.raises(RuntimeError):
            await say(pool, invitation, [(dinner, Answer.ACCEPTED)], companion=companion)
    return dinner, invitation


async def outcome(pool: Pool, dinner: Event, invitation: Invitation) -> tuple[Answer, list[str], int]:
    """The answer that stands, who comes, and how many places are taken."""
    party = await party_of(pool, invitation.id)
    taken = await pool.fetchval("select taken from pools where id = $1", dinner.id)
    return party.invited[0].answer, [place.guest.family_name for place in party.live_at(dinner.id)], taken


@pytest.mark.parametrize(
    ("then", "comes"),
    [
        (Answer.ACCEPTED, ["Platzhalter"]),
        (Answer.SUBSTITUTED, ["Vertretung"]),
        (Answer.PROVISIONAL, []),
        (Answer.DECLINED, []),
    ],
)
async def test_next_answer_finds_the_place(pool: Pool, monkeypatch: pytest.MonkeyPatch, then: Answer, comes: list[str]) -> None:
    dinner, invitation = await killed_while_accepting(pool, monkeypatch)
    assert len(await invitations.differences(pool)) == 1

    assert await say(pool, invitation, [(dinner, then)]) == []

    assert await outcome(pool, dinner, invitation) == (then, comes, len(comes))
    assert await registration.differences(pool) + await invitations.differences(pool) == []


@pytest.mark.parametrize(("companion", "comes"), [(True, ["Platzhalter", "Begleitung"]), (False, ["Platzhalter"])])
async def test_companions_come_as_the_next_answer_says(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, companion: bool, comes: list[str]
) -> None:
    dinner, invitation = await killed_while_accepting(pool, monkeypatch, companion=True)

    assert await say(pool, invitation, [(dinner, Answer.ACCEPTED)], companion=companion) == []

    assert await outcome(pool, dinner, invitation) == (Answer.ACCEPTED, comes, len(comes))
    assert await invitations.differences(pool) == []
