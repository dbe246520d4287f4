"""Which mail a booking gets, and that it only says what is still true."""

from uuid import UUID

import pytest

from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.registration.actions import cancel_places
from events.registration.model import RegistrationState
from events.tickets.actions import tickets_of_booking
from events.tickets.letters import letter
from tests.builders import book, make_event, make_guest

CONFIRMED, HELD, AWAITING, WAITLISTED, CANCELLED = (
    RegistrationState.CONFIRMED, RegistrationState.HELD, RegistrationState.AWAITING_APPROVAL,
    RegistrationState.WAITLISTED, RegistrationState.CANCELLED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        ("confirmed", CONFIRMED, "confirmed"),
        ("confirmed", CANCELLED, None),
        ("promoted", CONFIRMED, "promoted"),
        ("promoted", AWAITING, "awaiting_approval"),
        ("approved", CONFIRMED, "approved"),
        ("changed", CONFIRMED, "changed"),
        ("changed", WAITLISTED, "changed"),
        ("changed", CANCELLED, None),
        ("waitlisted", WAITLISTED, "waitlisted"),
        ("waitlisted", CONFIRMED, None),
        ("held", HELD, "held"),
        ("held", CONFIRMED, None),
        ("awaiting_approval", AWAITING, "awaiting_approval"),
        ("awaiting_approval", CONFIRMED, None),
        ("cancelled", CANCELLED, "cancelled"),
        ("cancelled", CONFIRMED, None),
        ("rejected", CANCELLED, "rejected"),
    ],
)
async def test_mail_says_what_is_still_true(pool: Pool, kind: str, state: RegistrationState, expected: str | None) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    await _set_state(pool, outcome.booking_id, state)
    planned = letter(kind, await tickets_of_booking(pool, outcome.booking_id), event.id)
    assert (planned and planned.template) == expected


async def test_event_that_was_called_off_confirms_nobody(pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    await pool.execute("update events set status = 'cancelled' where id = $1", event.id)
    assert letter("confirmed", await tickets_of_booking(pool, outcome.booking_id), event.id) is None


async def test_cancellation_names_only_whom_it_concerns(tx: Connection) -> None:
    event = await make_event(tx)
    outcome = await book(tx, event, make_guest("Eins"), make_guest("Zwei"), make_guest("Drei"))
    ids = [ticket.admissions[0].registration_id for ticket in await tickets_of_booking(tx, outcome.booking_id)]
    for registration in ids[:2]:
        await cancel_places(tx, event.id, [registration], actor="guest", now=now())
    planned = letter("cancelled", await tickets_of_booking(tx, outcome.booking_id), event.id, about={ids[1]})
    assert planned is not None
    assert [place.ticket.guest.family_name for place in planned.gone] == ["Zwei"]
    assert [place.ticket.guest.family_name for place in planned.valid] == ["Drei"]


async def test_booking_that_is_gone_gets_no_mail(pool: Pool) -> None:
    event = await make_event(pool)
    assert letter("confirmed", await tickets_of_booking(pool, event.id), event.id) is None


async def test_tickets_of_a_party_take_two_queries_whatever_its_size(pool: Pool) -> None:
    event = await make_event(pool)
    counts = []
    for size in (1, 3):
        outcome = await book(pool, event, *(make_guest(f"Nr {n}") for n in range(size)))
        async with pool.acquire() as connection:
            queries: list[object] = []
            with connection.query_logger(queries.append):
                tickets = await tickets_of_booking(connection, outcome.booking_id)
        counts.append((len(tickets), len(queries)))
    assert counts == [(1, 2), (3, 2)]


async def _set_state(pool: Pool, booking_id: UUID, state: RegistrationState) -> None:
    await pool.execute(
        """
        update registrations
        set state = $2,
            pool_id = case when $2 = any (array['held', 'awaiting_approval', 'confirmed']) then pool_id end,
            expires_at = case when $2 = 'held' then now() end
        where booking_id = $1
        """,
        booking_id,
        str(state),
    )
