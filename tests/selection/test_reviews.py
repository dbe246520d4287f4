"""Words about applications and what follows from them: who must agree, whose word counts, and one decision only."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from events.accounts.model import ReviewRole, Role, Staff
from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.programme.model import Event
from events.registration import actions as registration
from events.registration.queries import booking_by_id
from events.selection.actions import give_verdicts
from events.selection.errors import NobodyChosen, NoVoice
from events.selection.model import Verdict
from events.selection.review_queries import counted_verdicts, reviews_of
from tests.builders import TOKENS, make_event, make_guest
from tests.selection.builders import apply_for, mails_of, make_selective_event, states_of, with_settings
from tests.staff import make_staff

HOST, PROTOCOL, SECURITY = ReviewRole.HOST, ReviewRole.PROTOCOL, ReviewRole.SECURITY


async def say(tx: Connection, event: Event, staff: Staff, guests: list[UUID], role: ReviewRole = HOST, **word: Any) -> list[int]:
    """One word, by default that somebody agrees."""
    word = {"verdict": Verdict.APPROVED, "now": now(), **word}
    return await give_verdicts(tx, event, staff, guests, role=role, **word)


async def test_one_word_of_the_host_is_enough_where_nobody_else_is_asked(tx: Connection) -> None:
    event = await make_selective_event(tx)
    organiser, guests = await make_staff(tx, event.organiser_id), await apply_for(tx, event, "Yes")

    await say(tx, event, organiser, guests)

    assert await states_of(tx, guests) == ["confirmed"]
    assert await mails_of(tx, event) == ["awaiting_approval", "approved"]


async def test_everybody_who_is_asked_must_agree(tx: Connection) -> None:
    event = await make_selective_event(tx, reviewer_roles=[PROTOCOL, SECURITY])
    organiser, guests = await make_staff(tx, event.organiser_id), await apply_for(tx, event, "Guest")
    protocol = await make_staff(tx, event.organiser_id, role=Role.REVIEWER, reviews=[PROTOCOL])
    security = await make_staff(tx, event.organiser_id, role=Role.REVIEWER, reviews=[SECURITY])
    states = []
    for staff, role in ((organiser, HOST), (protocol, PROTOCOL), (security, SECURITY)):
        await say(tx, event, staff, guests, role)
        states += await states_of(tx, guests)

    assert states == ["awaiting_approval", "awaiting_approval", "confirmed"]
    assert await mails_of(tx, event) == ["awaiting_approval", "approved"]


async def test_whoever_declines_decides_alone_and_the_reason_stays_inside(tx: Connection) -> None:
    event = await make_selective_event(tx, reviewer_roles=[PROTOCOL], capacity=1)
    security = await make_staff(tx, event.organiser_id, role=Role.REVIEWER, reviews=[SECURITY])
    guests = await apply_for(tx, event, "No")

    await say(tx, event, security, guests, SECURITY, verdict=Verdict.REJECTED, reason="no clearance")

    assert await states_of(tx, guests) == ["cancelled"]
    assert await tx.fetchval("select taken from pools where id = $1", event.id) == 0
    payload = await tx.fetchval("select payload from jobs where payload ->> 'kind' = 'rejected'")
    assert "clearance" not in str(payload)
    (review,) = await reviews_of(tx, event.id, guests[0])
    assert (review.role, review.verdict, review.reason, review.author) == (SECURITY, Verdict.REJECTED, "no clearance", "Ada")


async def test_latest_word_of_a_role_counts(tx: Connection) -> None:
    event = await make_selective_event(tx, reviewer_roles=[HOST, PROTOCOL])
    both, guests = await make_staff(tx, event.organiser_id, reviews=[PROTOCOL]), await apply_for(tx, event, "Guest")
    for role, verdict, missing in (
        (PROTOCOL, Verdict.APPROVED, ""),
        (PROTOCOL, Verdict.INCOMPLETE, "passport name"),
        (HOST, Verdict.APPROVED, ""),
    ):
        await say(tx, event, both, guests, role, verdict=verdict, missing=missing)

    assert await states_of(tx, guests) == ["awaiting_approval"]
    assert await counted_verdicts(tx, event.id, guests) == {guests[0]: {HOST: Verdict.APPROVED, PROTOCOL: Verdict.INCOMPLETE}}
    assert await mails_of(tx, event) == ["awaiting_approval", "incomplete"]
    await say(tx, event, both, guests, PROTOCOL)
    assert await states_of(tx, guests) == ["confirmed"]


async def test_word_in_a_name_one_has_not_is_refused(tx: Connection) -> None:
    event = await make_selective_event(tx)
    guests = await apply_for(tx, event, "Guest")
    reviewer = await make_staff(tx, event.organiser_id, role=Role.REVIEWER, reviews=[PROTOCOL])
    stranger = await make_staff(tx, (await make_event(tx)).organiser_id, role=Role.OWNER, reviews=[PROTOCOL])

    for staff, role in ((reviewer, HOST), (reviewer, SECURITY), (stranger, HOST), (stranger, PROTOCOL)):
        with pytest.raises(NoVoice):
            await say(tx, event, staff, guests, role)
    with pytest.raises(NobodyChosen):
        await say(tx, event, reviewer, [], PROTOCOL)
    assert (await states_of(tx, guests), await tx.fetchval("select count(*) from reviews")) == (["awaiting_approval"], 0)


async def test_word_about_guests_of_another_event_changes_nothing(tx: Connection) -> None:
    ours, other = await make_selective_event(tx), await make_selective_event(tx)
    guests = await apply_for(tx, other, "Elsewhere")

    assert await say(tx, ours, await make_staff(tx, ours.organiser_id), guests) == []
    assert await states_of(tx, guests) == ["awaiting_approval"]


async def test_decision_is_carried_out_once(tx: Connection) -> None:
    event = await make_selective_event(tx)
    organiser, guests = await make_staff(tx, event.organiser_id), await apply_for(tx, event, "Guest")
    first = await say(tx, event, organiser, guests)
    again = [await say(tx, event, organiser, guests), await say(tx, event, organiser, guests, HOST, verdict=Verdict.REJECTED)]

    assert (len(first), again) == (1, [[], []])
    assert (await states_of(tx, guests), await mails_of(tx, event)) == (["confirmed"], ["awaiting_approval", "approved"])


async def test_approval_without_a_free_place_is_told_guest_by_guest(tx: Connection) -> None:
    event = await make_selective_event(tx, capacity=2, holds_place=False)
    organiser = await make_staff(tx, event.organiser_id)
    parties = [await apply_for(tx, event, name) for name in ("First", "Second", "Third")]
    assert await tx.fetchval("select taken from pools where id = $1", event.id) == 0

    await say(tx, event, organiser, [one for party in parties for one in party])

    assert [*map(str, [state for party in parties for state in await states_of(tx, party)])] == ["confirmed", "confirmed", "waitlisted"]
    assert await mails_of(tx, event) == ["awaiting_approval"] * 3 + ["approved", "approved", "waitlisted"]


async def test_approved_without_a_place_or_a_line_stays_and_is_agreed_again_later(tx: Connection) -> None:
    event = await make_selective_event(tx, capacity=1, holds_place=False, waiting_list=False)
    organiser = await make_staff(tx, event.organiser_id)
    first, second = await apply_for(tx, event, "First"), await apply_for(tx, event, "Second")
    await say(tx, event, organiser, [*first, *second])
    before = await states_of(tx, [*first, *second])
    await registration.cancel_places(tx, event.id, first, actor="guest", now=now())

    await say(tx, event, organiser, second)

    assert (before, await states_of(tx, [*first, *second])) == (["confirmed", "awaiting_approval"], ["cancelled", "confirmed"])


async def test_substitute_is_judged_anew(tx: Connection) -> None:
    event = await with_settings(tx, await make_selective_event(tx, reviewer_roles=[HOST, SECURITY]), substitutes_need_approval=True)
    staff, guests = await make_staff(tx, event.organiser_id, reviews=[SECURITY]), await apply_for(tx, event, "Chief")
    await say(tx, event, staff, guests, SECURITY)
    booking = await booking_by_id(tx, await tx.fetchval("select booking_id from registrations where id = $1", guests[0]))
    assert booking is not None

    await registration.substitute(tx, event, booking, guests[0], make_guest("Deputy"), tokens=TOKENS, actor="guest", now=now())
    await say(tx, event, staff, guests, HOST)

    assert await states_of(tx, guests) == ["awaiting_approval"]
    history = [(review.role, review.person.family_name, review.counts) for review in await reviews_of(tx, event.id, guests[0])]
    assert history == [(HOST, "Deputy", True), (SECURITY, "Chief", False)]


async def test_two_reviewers_at_once_bring_about_one_decision(pool: Pool) -> None:
    event = await make_selective_event(pool, reviewer_roles=[PROTOCOL, SECURITY])
    staff = {role: await make_staff(pool, event.organiser_id, role=Role.REVIEWER, reviews=[role]) for role in (PROTOCOL, SECURITY)}
    guests = [(await apply_for(pool, event, f"Guest {n}"))[0] for n in range(12)]

    async def judge(role: ReviewRole) -> None:
        for _ in range(2):
            async with pool.acquire() as connection, connection.transaction():
                await say(connection, event, staff[role], guests, role)

    await asyncio.gather(*(judge(role) for role in (PROTOCOL, SECURITY) for _ in range(3)))

    assert await states_of(pool, guests) == ["confirmed"] * 12
    assert sorted(await mails_of(pool, event)) == sorted(["awaiting_approval"] * 12 + ["approved"] * 12)


async def test_approval_and_withdrawal_at_once_end_in_one_of_both(pool: Pool) -> None:
    event = await make_selective_event(pool, capacity=20)
    organiser = await make_staff(pool, event.organiser_id)
    guests = [(await apply_for(pool, event, f"Guest {n}"))[0] for n in range(20)]

    async def approve(guest: UUID) -> int:
        async with pool.acquire() as connection, connection.transaction():
            return len(await say(connection, event, organiser, [guest]))

    async def withdraw(guest: UUID) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await registration.cancel_places(connection, event.id, [guest], actor="guest", now=now())

    await asyncio.gather(*(one for guest in guests for one in (approve(guest), withdraw(guest))))

    assert await states_of(pool, guests) == ["cancelled"] * 20  # whoever was approved first has cancelled afterwards
    assert await pool.fetchval("select taken from pools where id = $1", event.id) == 0


async def test_word_of_an_earlier_application_does_not_count_for_a_new_one(tx: Connection) -> None:
    event = await make_selective_event(tx, reviewer_roles=[HOST, SECURITY])
    staff, guests = await make_staff(tx, event.organiser_id, reviews=[SECURITY]), await apply_for(tx, event, "Again")
    await say(tx, event, staff, guests, SECURITY)
    await registration.cancel_places(tx, event.id, guests, actor="guest", now=now())
    later = now() + timedelta(seconds=1)
    await tx.execute(
        "update registrations set state = 'awaiting_approval', pool_id = $2, state_changed_at = $3 where id = $1",
        guests[0],
        event.id,
        later,
    )

    assert await counted_verdicts(tx, event.id, guests) == {guests[0]: {}}
