"""Invitations, approval, the waiting list and the claim together: nothing that guests and hosts do, in whatever order or at once,
oversells, loses, doubles or overtakes."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from events.invitations import reconcile as invitations
from events.invitations.actions import withdraw
from events.invitations.answering import answer
from events.invitations.model import Answer, AnswerSource, Invitation
from events.invitations.party import Party, party_of
from events.invitations.replies import Answers, Deputy, Giver, Reply
from events.kit.clock import now
from events.kit.database import Pool, open_pool
from events.kit.errors import DomainError
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration import actions as registration
from events.registration import queries
from events.registration import reconcile as registrations
from events.registration.claims import ClaimDesk
from events.registration.model import Booking
from tests.builders import TOKENS, book, make_event, make_guest, make_organiser
from tests.invitations.builders import make_invitation

from .invitation_model import Ledger, doubled, forgotten, look, moved_up, oversold, overtaken

T = TypeVar("T")
GUEST = Giver(actor="invitee", source=AnswerSource.LINK)
STAFF = Giver(actor="staff:01890000-0000-7000-8000-000000000000", source=AnswerSource.PHONE)
GIVEN = (Answer.ACCEPTED, Answer.ACCEPTED, Answer.SUBSTITUTED, Answer.DECLINED, Answer.PROVISIONAL)
INVITED = 4

said = st.tuples(st.integers(0, INVITED - 1), st.integers(0, 1), st.sampled_from(GIVEN), st.integers(0, 2), st.booleans())
picks = st.integers(0, 20)


class InvitationMachine(RuleBasedStateMachine):
    """Two small events and four invitations to both; two of them have a contingent at the first.

    What is drawn never depends on the tables: whoever comes first of two at once may be another one the next time.
    """

    loop: ClassVar[asyncio.AbstractEventLoop]
    pool: ClassVar[Pool]
    seen: ClassVar[Counter[str]] = Counter()

    def await_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(
        capacity=st.integers(1, 3),
        crowd=st.sampled_from([5, 4, 3, 0]),
        contingent=st.integers(0, 2),
        line=st.booleans(),
        hours=st.sampled_from([24, 24, None]),
        approval=st.sampled_from([(False, True), (False, True), (False, True), (True, True), (True, False)]),
        invited_are_approved=st.booleans(),
        substitutes_need_approval=st.booleans(),
    )
    def open_events(self, **chosen: Any) -> None:
        self.ledger = Ledger()
        self.outsiders: list[UUID] = []
        self.withdrawn: set[UUID] = set()
        self.await_(self._open_events(**chosen))
        self.before = self.after = self.await_(look(self.pool, self.event_ids))

    async def _open_events(
        self, *, capacity: int, crowd: int, contingent: int, line: bool, hours: int | None, approval: tuple[bool, bool], **settings: bool
    ) -> None:
        owner = await make_organiser(self.pool)
        starts = now() + timedelta(days=30)
        dinner = await make_event(
            self.pool, organiser_id=owner, capacity=capacity + contingent, contingents={"japan": contingent}, starts_at=starts
        )
        visit = await make_event(self.pool, organiser_id=owner, capacity=capacity, waiting_list=line, starts_at=starts + timedelta(days=1))
        await self.pool.execute(
            """
            update events
            set offer_hours = $2, approval_required = $3, pending_holds_place = $4, invited_are_approved = $5,
                substitutes_need_approval = $6
            where id = any ($1)
            """,
            [dinner.id, visit.id],
            hours,
            *approval,
            settings["invited_are_approved"],
            settings["substitutes_need_approval"],
        )
        found = [await event_by_id(self.pool, one.id) for one in (dinner, visit)]
        self.events: list[Event] = [one for one in found if one]
        self.event_ids = [one.id for one in self.events]
        for event in self.events:
            for _ in range(crowd if event.waiting_list else min(crowd, capacity)):
                await self._sign_up(event, 1)
        japan = await self.pool.fetchval("select id from pools where event_id = $1 and slug = 'japan'", dinner.id)
        self.contingent: UUID = japan
        self.invited = [
            await make_invitation(
                self.pool, *self.events, contingents={dinner.id: japan} if n % 2 else {}, companions="named", max_companions=2
            )
            for n in range(INVITED)
        ]

    @rule(one=said, by_staff=st.booleans())
    def answers(self, one: tuple[int, int, Answer, int, bool], by_staff: bool) -> None:
        invitation, event = self._open(one)
        if invitation is None:
            return
        before = self.await_(party_of(self.pool, invitation.id))
        refused = self.await_(self._say(one, giver=STAFF if by_staff else GUEST))
        self._remember(one, refused)
        after = self.await_(party_of(self.pool, invitation.id))
        stands, stood = _answer_at(after, event), _answer_at(before, event)
        assert stands == one[2] if not refused else stands in (stood, one[2])

    @rule(first=said, second=said)
    def answer_at_once(self, first: tuple[int, int, Answer, int, bool], second: tuple[int, int, Answer, int, bool]) -> None:
        """Two windows, two guests, or a guest and their office."""
        both = [one for one in (first, second) if self._open(one)[0] is not None]
        outcomes = self.await_(self._together(*(self._say(one) for one in both)))
        for one, refused in zip(both, outcomes, strict=True):
            self._remember(one, refused)

    @rule(pick=picks, one=said, takes=st.booleans())
    def answer_while_an_offer_is_answered(self, pick: int, one: tuple[int, int, Answer, int, bool], takes: bool) -> None:
        offered = self._bookings("offered")
        if not offered or self._open(one)[0] is None:
            return
        booking = offered[pick % len(offered)]
        outcomes = self.await_(self._together(self._say(one), self._answer_offer(booking, takes=takes, fewer=False)))
        self._remember(one, outcomes[0])
        self._lost(booking)

    @rule(pick=picks, takes=st.booleans(), fewer=st.booleans())
    def answer_an_offer(self, pick: int, takes: bool, fewer: bool) -> None:
        if offered := self._bookings("offered"):
            booking = offered[pick % len(offered)]
            self.await_(self._answer_offer(booking, takes=takes, fewer=fewer))
            self._lost(booking)

    @rule(pick=picks)
    def offers_are_met_with_silence(self, pick: int) -> None:
        """Somebody goes, if nothing is offered yet; whoever is asked then says nothing."""
        if not self._bookings("offered"):
            self._somebody_goes(pick)
            self.after = self.await_(look(self.pool, self.event_ids))
        for booking in self._bookings("offered"):
            self._lost(booking)
        for event_id in self.event_ids:
            self.await_(self._run_out(event_id))

    @rule(pick=picks)
    def wait_again(self, pick: int) -> None:
        if expired := self._bookings("expired"):
            booking = expired[pick % len(expired)]
            self.await_(self._in_transaction(lambda tx, found: registration.wait_again(tx, found, now=now()), booking))

    @rule(several=st.lists(picks, min_size=1, max_size=3), yes=st.booleans())
    def judge(self, several: list[int], yes: bool) -> None:
        asked = sorted(one for one, place in self.after.places.items() if place.state == "awaiting_approval")
        if not asked:
            return
        chosen = list({asked[pick % len(asked)]: True for pick in several})
        event_id = self.after.places[chosen[0]].want[0]
        ids = [one for one in chosen if self.after.places[one].want[0] == event_id]
        if not yes:
            for one in ids:
                self._lost(self.after.places[one].booking)
        self.await_(self._judge(event_id, ids, yes=yes))

    @rule(event=st.integers(0, 1), size=st.integers(1, 2))
    def somebody_else_signs_up(self, event: int, size: int) -> None:
        self.await_(self._sign_up(self.events[event], size))

    @rule(pick=picks)
    def somebody_goes(self, pick: int) -> None:
        self._somebody_goes(pick)

    @rule(who=st.integers(0, INVITED - 1), back=st.booleans())
    def withdraw_an_invitation(self, who: int, back: bool) -> None:
        if who:  # seldom: only one of the four
            return
        invitation = self.invited[who]
        self.withdrawn.add(invitation.id)
        if back:
            self.ledger.lost |= {(invitation.id, event_id) for event_id in self.event_ids}
        self.await_(withdraw(self.pool, invitation.id, actor=STAFF.actor, take_places_back=back, now=now()))

    @rule(event=st.integers(0, 1), capacity=st.integers(0, 5))
    def resize(self, event: int, capacity: int) -> None:
        event_id = self.event_ids[event]
        self.await_(self._value("select resize_pool($1, $1, $2, $3)", event_id, capacity, now()))

    @rule()
    def release(self) -> None:
        self.await_(self._value("select release_contingents($1, $2, $3)", self.event_ids[0], self.contingent, now()))

    @invariant()
    def everything_holds(self) -> None:
        self.before, self.after = self.after, self.await_(look(self.pool, self.event_ids))
        self.seen.update(place.state for place in self.after.places.values())
        self.seen["moved up"] += len(moved_up(self.before, self.after))
        assert oversold(self.after) == []
        assert doubled(self.after) == []
        assert forgotten(self.before, self.after) == []
        assert overtaken(self.before, self.after) == []
        assert self.await_(self._differences()) == []
        assert self.await_(self._unkept()) == []

    async def _sign_up(self, event: Event, size: int) -> None:
        try:
            outcome = await book(
                self.pool, event, *(make_guest("Outside", str(n)) for n in range(size)), accept_waitlist=event.waiting_list
            )
            self.outsiders.append(outcome.booking_id)
        except DomainError:
            pass

    async def _say(self, one: tuple[int, int, Answer, int, bool], *, giver: Giver = GUEST) -> list[str]:
        number, event, what, who, with_companion = one
        reply = Reply(
            event_id=self.event_ids[event],
            answer=what,
            deputy=Deputy(details=make_guest("Deputy", str(who))) if what == Answer.SUBSTITUTED else None,
            companions=(0,) if with_companion and what.comes else (),
        )
        companions = [make_guest("Companion", str(number))] if with_companion else []
        given = Answers(replies=[reply], invitee=make_guest(), companions=companions)
        refused = await self._answer(self.invited[number], given, giver)
        self.seen["refused"] += len(refused)
        return refused

    async def _answer(self, invitation: Invitation, given: Answers, giver: Giver) -> list[str]:
        """Through a claim desk of its own, as another process would."""
        return [one.refusal.code for one in await answer(ClaimDesk(self.pool, TOKENS), invitation.id, given, giver=giver)]

    async def _together(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        return list(await asyncio.gather(*work))

    async def _answer_offer(self, booking_id: UUID, *, takes: bool, fewer: bool) -> None:
        async def settle(tx: Any, booking: Booking) -> None:
            offered = [place.registration_id for place in booking.offered_places]
            if takes:
                await registration.accept_offer(tx, booking, offered[: 1 if fewer else None], now=now())
            else:
                await registration.decline_offer(tx, booking, now=now())

        await self._in_transaction(settle, booking_id)

    async def _judge(self, event_id: UUID, ids: list[UUID], *, yes: bool) -> None:
        try:
            async with self.pool.acquire() as tx, tx.transaction():
                if yes:
                    await registration.approve(tx, event_id, ids, now=now())
                else:
                    await registration.reject(tx, event_id, ids, actor=STAFF.actor, reason="", now=now())
        except DomainError:
            pass

    async def _cancel(self, event_id: UUID, ids: list[UUID]) -> None:
        async with self.pool.acquire() as tx, tx.transaction():
            await registration.cancel_places(tx, event_id, ids, actor="guest", now=now())

    async def _in_transaction(self, deed: Any, booking_id: UUID) -> None:
        """What was decided meanwhile is refused, and nothing is written."""
        try:
            async with self.pool.acquire() as tx, tx.transaction():
                booking = await queries.booking_by_id(tx, booking_id)
                await deed(tx, booking)
        except DomainError:
            pass

    async def _run_out(self, event_id: UUID) -> None:
        await self.pool.execute(
            "update registrations set expires_at = now() - interval '1 second' where event_id = $1 and state = 'offered'", event_id
        )
        await queries.expire_holds(self.pool, event_id, now())

    async def _value(self, sql: str, *arguments: object) -> Any:
        return await self.pool.fetchval(sql, *arguments)

    async def _differences(self) -> list[str]:
        found = await registrations.differences(self.pool) + await invitations.differences(self.pool)
        return [line for line in found if any(event.slug in line for event in self.events)]

    async def _unkept(self) -> list[str]:
        """Whoever has accepted has one place, or a place in line, or lost it by somebody's word; whoever has not has none."""
        found = []
        for invitation in self.invited:
            party = await party_of(self.pool, invitation.id)
            for one in party.invited:
                live = [place for place in party.live_at(one.event_id) if not party.is_companion(place.guest_id)]
                may_be = {0, 1} if (invitation.id, one.event_id) in self.ledger.lost else {1}
                if len(live) not in (may_be if one.answer.comes else {0}):
                    found.append(f"{one.answer} with {len(live)} places")
        return found

    def _somebody_goes(self, pick: int) -> None:
        if not self.outsiders:
            return
        booking = self.outsiders[pick % len(self.outsiders)]
        ids = [one for one, place in self.after.places.items() if place.booking == booking]
        event_id = self.after.places[ids[0]].want[0]
        self.await_(self._cancel(event_id, ids))

    def _open(self, one: tuple[int, int, Answer, int, bool]) -> tuple[Invitation | None, UUID]:
        invitation = self.invited[one[0]]
        return None if invitation.id in self.withdrawn else invitation, self.event_ids[one[1]]

    def _remember(self, one: tuple[int, int, Answer, int, bool], refused: list[str]) -> None:
        if one[2].comes and not refused:
            self.ledger.lost.discard((self.invited[one[0]].id, self.event_ids[one[1]]))

    def _lost(self, booking_id: UUID) -> None:
        """Somebody's word may have ended places of the booking: no answer to it was broken by that."""
        event_ids = {place.want[0] for place in self.after.places.values() if place.booking == booking_id}
        owner = self.await_(self._value("select coalesce(lead_id, id) from bookings where id = $1", booking_id))
        rows = self.await_(self._rows("select id from invitations where booking_id = $1", owner))
        self.ledger.lost |= {(row["id"], event_id) for row in rows for event_id in event_ids}

    async def _rows(self, sql: str, *arguments: object) -> list[Any]:
        return list(await self.pool.fetch(sql, *arguments))

    def _bookings(self, state: str) -> list[UUID]:
        return sorted({place.booking for place in self.after.places.values() if place.state == state})


class WithoutPlaces(InvitationMachine):
    """Writes answers down and takes no places."""

    async def _answer(self, invitation: Invitation, given: Answers, giver: Giver) -> list[str]:
        reply = given.replies[0]
        lines = "insert into answers (invitation_id, event_id, answer, actor, source, at) values ($1, $2, $3, 'invitee', 'link', now())"
        await self.pool.execute(lines, invitation.id, reply.event_id, reply.answer)
        stands = "update invitation_events set answer = $3 where invitation_id = $1 and event_id = $2"
        await self.pool.execute(stands, invitation.id, reply.event_id, reply.answer)
        return []


@pytest.fixture(scope="module")
def loop(dsn: str) -> Iterator[asyncio.AbstractEventLoop]:
    """Hypothesis is synchronous, so the machine has an event loop and connections of its own."""
    loop = InvitationMachine.loop = asyncio.new_event_loop()
    InvitationMachine.pool = loop.run_until_complete(open_pool(dsn, size=5))
    yield loop
    loop.run_until_complete(InvitationMachine.pool.close())
    loop.close()


def play(machine: type[InvitationMachine], **given: Any) -> None:
    chosen: dict[str, Any] = {"max_examples": 60, "stateful_step_count": 14} | given
    run_state_machine_as_test(machine, settings=settings(deadline=None, suppress_health_check=list(HealthCheck), **chosen))


def test_nothing_is_oversold_lost_or_overtaken(loop: asyncio.AbstractEventLoop) -> None:
    """Which states chance meets differs from run to run; test_invitation_courses.py goes through every one of them."""
    play(InvitationMachine, derandomize=True, database=None)


def test_control_answers_without_places_are_found(loop: asyncio.AbstractEventLoop) -> None:
    with pytest.raises((AssertionError, ExceptionGroup)):
        play(WithoutPlaces, phases=[Phase.generate], derandomize=True, database=None)


async def test_control_somebody_who_is_overtaken_is_found(pool: Pool) -> None:
    """The second in line is served before the first."""
    event = await make_event(pool, capacity=1)
    holder, first, second = [await book(pool, event, accept_waitlist=True) for _ in range(3)]
    async with pool.acquire() as tx, tx.transaction():
        before = await look(tx, [event.id])
        await tx.execute("update waitlist_entries set priority = 1 where booking_id = $1", second.booking_id)
        held = [one for one, place in before.places.items() if place.booking == holder.booking_id]
        await registration.cancel_places(tx, event.id, held, actor="guest", now=now())
        after = await look(tx, [event.id])
    assert overtaken(before, after) == [f"{first.booking_id} by {second.booking_id}"]
    assert overtaken(before, before) == []


def _answer_at(party: Party, event_id: UUID) -> Answer:
    found = party.invited_to(event_id)
    assert found is not None
    return found.answer
