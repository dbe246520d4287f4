"""The same machine as in test_invitation_properties.py, led through every state on purpose; nothing here is left to chance."""

import asyncio
from collections import Counter
from typing import Any

from events.invitations.model import Answer

from .test_invitation_properties import InvitationMachine, loop

__all__ = ["loop"]  # the machine's own event loop, a fixture
ACCEPTED = (Answer.ACCEPTED, 0, False)


def course(*steps: tuple[str, Any], **chosen: Any) -> Counter[str]:
    """Takes the steps one after the other and looks after each that everything holds; answers the states that were met."""
    InvitationMachine.seen = Counter()
    machine = InvitationMachine()
    given = {"crowd": 3, "contingent": 0, "line": True, "hours": 24, "approval": (False, True)} | chosen
    machine.open_events(capacity=1, invited_are_approved=False, substitutes_need_approval=True, **given)
    machine.everything_holds()
    for name, arguments in steps:
        getattr(machine, name)(**arguments)
        machine.everything_holds()
    return InvitationMachine.seen


def met(seen: Counter[str]) -> set[str]:
    return {what for what, times in seen.items() if times}


def test_offers_lapse_and_are_taken(loop: asyncio.AbstractEventLoop) -> None:
    seen = course(
        ("somebody_goes", {"pick": 0}),
        ("offers_are_met_with_silence", {"pick": 0}),
        ("wait_again", {"pick": 0}),
        ("answer_an_offer", {"pick": 0, "takes": True, "fewer": False}),
        ("somebody_goes", {"pick": 2}),
        ("answer_an_offer", {"pick": 0, "takes": False, "fewer": False}),
    )
    assert met(seen) >= {"confirmed", "waitlisted", "offered", "expired", "cancelled", "moved up"}


def test_places_move_up_at_once_where_nothing_is_offered(loop: asyncio.AbstractEventLoop) -> None:
    seen = course(("somebody_goes", {"pick": 0}), ("answers", {"one": (0, 0, *ACCEPTED), "by_staff": False}), hours=None)
    assert met(seen) == {"confirmed", "waitlisted", "cancelled", "moved up"}


def test_applications_wait_for_a_word_and_a_full_house_refuses(loop: asyncio.AbstractEventLoop) -> None:
    seen = course(
        ("answers", {"one": (0, 0, *ACCEPTED), "by_staff": False}),
        ("answers", {"one": (1, 1, *ACCEPTED), "by_staff": False}),
        ("judge", {"several": [0], "yes": True}),
        ("answers", {"one": (2, 0, *ACCEPTED), "by_staff": True}),
        ("judge", {"several": [0, 1], "yes": False}),
        line=False,
        crowd=1,
        approval=(True, True),
    )
    assert met(seen) >= {"awaiting_approval", "confirmed", "cancelled", "refused"}
