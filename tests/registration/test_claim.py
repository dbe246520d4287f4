"""The claim function on its own: what several requests of one call mean for each other."""

from typing import Any

from events.kit.database import Connection
from events.registration.claims import new_claim, request_hash
from events.registration.model import SignUp
from events.registration.queries import claim_places
from tests.builders import TOKENS, fill, make_event, make_guest


def sign_up(key: str, *names: str, accept_waitlist: bool = False, contingent: str | None = None) -> SignUp:
    return SignUp(
        key=key,
        email="guest@example.com",
        locale="en",
        source="form",
        guests=[make_guest(name) for name in names],
        accept_waitlist=accept_waitlist,
        contingent=contingent,
    )


async def decided(db: Any, event_id: Any, *sign_ups: SignUp) -> list[tuple[str, bool]]:
    """Outcome and whether it was replayed, one a sign-up, all in one call."""
    rows = await claim_places(db, event_id, [new_claim(one, TOKENS).request for one in sign_ups], None)
    return [(row["outcome"], row["replayed"]) for row in rows]


async def test_one_key_with_other_details_in_the_same_call_is_not_taken_for_a_retry(tx: Connection) -> None:
    event = await make_event(tx, capacity=10)
    first, other = sign_up("form:k", "Platzhalter"), sign_up("form:k", "Müßig")
    assert request_hash(first) != request_hash(other)

    assert await decided(tx, event.id, first, other, first) == [("confirmed", False), ("key_reused", True), ("confirmed", True)]
    assert await tx.fetchval("select taken from pools where id = $1", event.id) == 1


async def test_key_that_was_refused_is_free_again_in_the_same_call(tx: Connection) -> None:
    """Nothing was written with it: whoever was told "full" and now asks for the waiting list is heard."""
    event = await make_event(tx, capacity=1)
    await fill(tx, event, 1)

    asked = await decided(tx, event.id, sign_up("form:k", "Contoh"), sign_up("form:k", "Contoh", accept_waitlist=True))

    assert asked == [("full", False), ("waitlisted", False)]


async def test_party_that_can_never_fit_does_not_join_the_line(tx: Connection) -> None:
    """It would wait for ever, and nobody may overtake it."""
    event = await make_event(tx, capacity=3, contingents={"reserve": 1})

    asked = await decided(
        tx,
        event.id,
        sign_up("form:four", "A", "B", "C", "D", accept_waitlist=True),
        sign_up("form:two", "A", "B", contingent="reserve", accept_waitlist=True),
        sign_up("form:three", "A", "B", "C", accept_waitlist=True),
    )

    assert asked == [("full", False), ("full", False), ("confirmed", False)]
