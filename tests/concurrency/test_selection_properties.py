"""Offers, approvals, priorities, lapses and substitutes in whatever order: the database agrees with the plain model."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from events.kit.database import prepare_connection
from events.kit.tokens import Tokens
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration import actions, queries
from events.registration.claims import new_claim
from events.registration.errors import HoldExpired, NotAwaitingApproval
from events.registration.model import Booking, GuestDetails
from tests.builders import make_event

from .places_model import ROOT, ModelPool
from .selection_model import OVER, SelectionEvent
from .storm import SECRET, sign_up
from .test_places_properties import CONTINGENTS, START, PlacesMachine

TOKENS = Tokens(SECRET)
ZONES = ("Europe/Berlin", "Asia/Tokyo", "America/New_York")


class SelectionMachine(PlacesMachine):
    """Everything the machine of places does, at events that approve, offer and let substitutes come."""

    model: SelectionEvent
    event: Event
    ids: ClassVar[dict[str, list[UUID]]]
    arrivals: ClassVar[dict[str, tuple[int, str]]]

    @initialize(
        shared=st.integers(0, 3),
        japan=st.integers(0, 3),
        thuringia=st.integers(1, 4),
        inside=st.integers(0, 2),
        open_=st.booleans(),
        approval=st.sampled_from([(False, True), (False, True), (True, True), (True, False)]),
        substitutes_need_approval=st.booleans(),
        offer_hours=st.sampled_from([1, 3, 24, 60, None]),
    )
    def open_event(  # noqa: PLR0917
        self,
        shared: int,
        thuringia: int,
        inside: int,
        japan: int,
        open_: bool,
        approval: tuple[bool, bool],
        substitutes_need_approval: bool,
        offer_hours: int | None,
    ) -> None:
        total, starts_at = shared + thuringia + japan, START + timedelta(days=8, hours=10)
        self.model = SelectionEvent(
            {
                ROOT: ModelPool(None, total),
                "thuringia": ModelPool(ROOT, thuringia, 1),
                "berlin": ModelPool("thuringia", min(inside, thuringia), 2),
                "japan": ModelPool(ROOT, japan, 3, open_to_all=open_),
            },
            approval_required=approval[0],
            pending_holds_place=approval[1],
            substitutes_need_approval=substitutes_need_approval,
            offer_hours=offer_hours,
            starts_at=starts_at,
            beginning=START,
        )
        self.event_id = self.await_(self._make_event(total, starts_at))
        found = self.await_(event_by_id(self.connection, self.event_id))
        assert found is not None
        self.event = found
        self.pool_ids = {ROOT: self.event_id}
        for slug in CONTINGENTS:
            self.pool_ids[slug] = self.await_(self._add_contingent(slug))
        self.minutes = self.keys = 0
        self.ids, self.arrivals = {}, {}  # type: ignore[misc]

    async def _make_event(self, total: int, starts_at: datetime) -> UUID:
        event = await make_event(self.connection, capacity=total, starts_at=starts_at, max_companions=9)
        await self.connection.execute(
            """
            update events
            set approval_required = $2, pending_holds_place = $3, substitutes_need_approval = $4, offer_hours = $5
            where id = $1
            """,
            event.id,
            self.model.approval_required,
            self.model.pending_holds_place,
            self.model.substitutes_need_approval,
            self.model.offer_hours,
        )
        return event.id

    @rule(
        parties=st.lists(
            st.tuples(
                st.sampled_from([1, 1, 1, 2, 3]),
                st.sampled_from([None, None, None, *CONTINGENTS]),
                st.sampled_from([True, True, True, False]),
                st.booleans(),
                st.sampled_from([0, 0, 5]),
                st.sampled_from(ZONES),
            ),
            min_size=2,
            max_size=4,
        )
    )
    def register(self, parties: list[tuple[int, str | None, bool, bool, int, str]]) -> None:
        self._expire()
        requests, expected, fresh = [], [], []
        for size, wanted, waitlist, approved, priority, zone in parties:
            self.keys += 1
            key = f"k{self.keys}"
            expected.append(self.model.sign_up(key, size, wanted, waitlist=waitlist, approved=approved, priority=priority, zone=zone))
            claim = new_claim(sign_up(key, party_size=size, accept_waitlist=waitlist, contingent=wanted), TOKENS)
            requests.append(claim.request | {"approved": approved, "priority": priority, "time_zone": zone})
            fresh.append((key, str(claim.booking_id)))
        rows = self.await_(queries.claim_places(self.connection, self.event_id, requests, self.moment))
        assert [row["outcome"] for row in rows] == expected
        for key, booking_id in fresh:
            if key in self.model.parties:
                self.arrivals[key] = (self.minutes, booking_id)
                self.ids[key] = self.await_(self._registration_ids(key))

    @precondition(lambda self: self._live())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        key, first = data.draw(st.sampled_from(self._live()))
        numbers = list({first, *data.draw(st.lists(st.sampled_from(range(len(self.ids[key])))))})
        self.model.give_back(key, numbers, "cancelled")
        ids = [self.ids[key][n] for n in numbers]
        self.await_(queries.give_back_places(self.connection, self.event_id, ids, actor="guest", reason="", now=self.moment))

    @rule(minutes=st.one_of(st.integers(1, 20), st.integers(60, 2400)), sweep=st.booleans(), to_a_deadline=st.booleans())
    def pass_time(self, minutes: int, sweep: bool, to_a_deadline: bool) -> None:
        """A while, or until an offer runs out."""
        ends = [place.expires for party in self.model.parties.values() for place in party.places if place.expires is not None]
        self._go_on(max(min(ends) - self.minutes, 1) if ends and to_a_deadline else minutes, sweep)

    def _go_on(self, minutes: int, sweep: bool) -> None:
        if self.minutes + minutes < 7 * 24 * 60:  # sign-up closes a day before the event
            self.minutes += minutes
            self.model.minutes = self.minutes
        if sweep:
            self._expire()
            self.await_(queries.expire_holds(self.connection, self.event_id, self.moment))

    def _expire(self) -> None:
        self.model.expire(self.minutes)

    @precondition(lambda self: self._in_state("offered"))
    @rule(data=st.data(), take=st.booleans())
    def answer_an_offer(self, data: st.DataObject, take: bool) -> None:
        key = data.draw(st.sampled_from(self._in_state("offered")))
        offered = [n for n, place in enumerate(self.model.parties[key].places) if place.state == "offered"]
        if take:
            numbers = data.draw(st.lists(st.sampled_from(offered), min_size=1, unique=True))
            assert self.await_(self._accept(key, [self.ids[key][n] for n in numbers])) == self.model.accept(key, numbers)
        else:
            self.model.give_back(key, offered, "cancelled")
            self.await_(actions.decline_offer(self.connection, self.await_(self._booking(key)), now=self.moment))

    async def _accept(self, key: str, ids: list[UUID]) -> bool:
        try:
            async with self.connection.transaction():
                await actions.accept_offer(self.connection, await self._booking(key), ids, now=self.moment)
        except HoldExpired:
            return False
        return True

    @precondition(lambda self: self._in_state("awaiting_approval"))
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """Nothing is held here; approving takes its turn instead."""
        keys = data.draw(st.lists(st.sampled_from(self._in_state("awaiting_approval")), min_size=1, max_size=3, unique=True))
        chosen = {key: sorted(self._numbers(data, key), key=self.ids[key].__getitem__) for key in keys}
        expected = {self.ids[key][n]: outcome for (key, n), outcome in self.model.approve(chosen, self.arrivals).items()}
        ids = [self.ids[key][n] for key, numbers in chosen.items() for n in numbers]
        assert self.await_(self._approve(ids)) == expected

    async def _approve(self, ids: list[UUID]) -> dict[UUID, str]:
        try:
            return await actions.approve(self.connection, self.event_id, ids, now=self.moment)
        except NotAwaitingApproval:
            return {}

    @precondition(lambda self: self._in_state("expired"))
    @rule(data=st.data())
    def wait_again(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self._in_state("expired")))
        booking = UUID(self.arrivals[key][1])
        assert self.await_(queries.wait_again(self.connection, self.event_id, booking, self.moment)) == self.model.wait_again(key)

    @precondition(lambda self: self.model.line)
    @rule(data=st.data())
    def serve_out_of_turn(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.model.line))
        entry = self.await_(
            self._value("select id from waitlist_entries where booking_id = $1 and state = 'waiting'", UUID(self.arrivals[key][1]))
        )
        expected = self.model.serve_out_of_turn(key)
        assert self.await_(queries.serve_out_of_turn(self.connection, self.event_id, entry, self.moment)) == expected

    @precondition(lambda self: self._live())
    @rule(data=st.data())
    def substitute(self, data: st.DataObject) -> None:
        key, number = data.draw(st.sampled_from(self._live()))
        booking = self.await_(self._booking(key))
        deputy = GuestDetails(family_name="Deputy", given_name=key)
        self.model.substitute(key, number)
        self.await_(
            actions.substitute(
                self.connection, self.event, booking, self.ids[key][number], deputy, tokens=TOKENS, actor="guest", now=self.moment
            )
        )

    @invariant()
    def offers_and_the_line_agree(self) -> None:
        rows: list[Any] = self.await_(self._open_entries())
        assert [row["party_size"] for row in rows] == [row["waiting"] for row in rows]
        live = [(r["id"], r["state"], r["expires_at"]) for r in self.await_(self._states()) if r["state"] not in OVER]
        expected = [
            (self.ids[key][n], place.state, START + timedelta(minutes=place.expires) if place.expires is not None else None)
            for key, party in self.model.parties.items()
            for n, place in enumerate(party.places)
            if place.state not in OVER
        ]
        assert sorted(live) == sorted(expected, key=lambda one: one[0])

    async def _open_entries(self) -> list[Any]:
        return await self.connection.fetch(
            """
            select w.party_size, count(r.id)::int as waiting
            from waitlist_entries w
            left join registrations r on r.booking_id = w.booking_id and r.state = 'waitlisted'
            where w.event_id = $1 and w.state = 'waiting'
            group by w.id
            """,
            self.event_id,
        )

    async def _states(self) -> list[Any]:
        return await self.connection.fetch("select id, state, expires_at from registrations where event_id = $1", self.event_id)

    async def _places(self) -> list[Any]:
        """As the machine of places wants them: a guest's number is the one they came with, whoever comes now."""
        rows = await self.connection.fetch("select id, state, pool_id from registrations where event_id = $1", self.event_id)
        numbers = {one: (key, n) for key, ids in self.ids.items() for n, one in enumerate(ids)}
        return [
            {"idempotency_key": numbers[r["id"]][0], "position": numbers[r["id"]][1], "state": r["state"], "pool_id": r["pool_id"]}
            for r in rows
        ]

    async def _booking(self, key: str) -> Booking:
        booking = await queries.booking_by_id(self.connection, UUID(self.arrivals[key][1]))
        assert booking is not None
        return booking

    def _in_state(self, state: str) -> list[str]:
        return [key for key, party in self.model.parties.items() if any(place.state == state for place in party.places)]

    def _live(self) -> list[tuple[str, int]]:
        return [(key, n) for key, party in self.model.parties.items() for n, place in enumerate(party.places) if place.state not in OVER]

    def _numbers(self, data: st.DataObject, key: str) -> list[int]:
        return data.draw(st.lists(st.sampled_from(range(len(self.ids[key]))), min_size=1, unique=True))


@pytest.fixture(scope="module")
def machine(dsn: str) -> Iterator[type[SelectionMachine]]:
    """Hypothesis is synchronous, so the machine has an event loop and a connection of its own."""
    loop = asyncio.new_event_loop()
    SelectionMachine.loop = loop
    SelectionMachine.connection = loop.run_until_complete(asyncpg.connect(dsn))
    loop.run_until_complete(prepare_connection(SelectionMachine.connection))
    yield SelectionMachine
    loop.run_until_complete(SelectionMachine.connection.close())
    loop.close()


def test_selection_agrees_with_the_plain_model(machine: type[SelectionMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)),
    )
