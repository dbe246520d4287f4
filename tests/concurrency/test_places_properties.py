"""Whatever guests, clocks and organisers do in whatever order: the database agrees with the plain model, and counts add up."""

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import asyncpg
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from events.kit.database import Connection, prepare_connection
from events.kit.tokens import Tokens
from events.registration import queries
from events.registration.claims import new_claim
from events.registration.reconcile import differences
from tests.builders import make_event

from .places_model import ROOT, ModelEvent, ModelPool
from .storm import SECRET, sign_up

START = datetime(2027, 4, 1, 9, 0, tzinfo=UTC)
T = TypeVar("T")
CONTINGENTS = ("thuringia", "berlin", "japan")


class PlacesMachine(RuleBasedStateMachine):
    """Small numbers, so that full, waiting and released states are met all the time."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    connection: ClassVar[Connection]

    def await_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(
        shared=st.integers(0, 3), thuringia=st.integers(1, 4), inside=st.integers(0, 2), japan=st.integers(0, 3), open_=st.booleans()
    )
    def open_event(self, shared: int, thuringia: int, inside: int, japan: int, open_: bool) -> None:
        berlin = min(inside, thuringia)
        total = shared + thuringia + japan
        self.model = ModelEvent(
            {
                ROOT: ModelPool(None, total),
                "thuringia": ModelPool(ROOT, thuringia, 1),
                "berlin": ModelPool("thuringia", berlin, 2),
                "japan": ModelPool(ROOT, japan, 3, open_to_all=open_),
            }
        )
        event = self.await_(make_event(self.connection, capacity=total, starts_at=START + timedelta(days=20), max_companions=9))
        self.event_id: UUID = event.id
        self.pool_ids = {ROOT: event.id}
        for slug in CONTINGENTS:
            self.pool_ids[slug] = self.await_(self._add_contingent(slug))
        self.minutes = 0
        self.keys = 0

    async def _add_contingent(self, slug: str) -> UUID:
        pool = self.model.pools[slug]
        assert pool.parent is not None
        return UUID(
            str(
                await self.connection.fetchval(
                    """
                    insert into pools (id, event_id, parent_id, slug, capacity, open_to_all, position)
                    values (gen_random_uuid(), $1, $2, $3, $4, $5, $6)
                    returning id
                    """,
                    self.event_id,
                    self.pool_ids[pool.parent],
                    slug,
                    pool.capacity,
                    pool.open_to_all,
                    pool.position,
                )
            )
        )

    @property
    def moment(self) -> datetime:
        return START + timedelta(minutes=self.minutes)

    @rule(
        parties=st.lists(
            st.tuples(st.integers(1, 3), st.sampled_from([None, *CONTINGENTS]), st.booleans(), st.one_of(st.none(), st.integers(1, 30))),
            min_size=1,
            max_size=4,
        )
    )
    def register(self, parties: list[tuple[int, str | None, bool, int | None]]) -> None:
        self.model.expire(self.minutes)
        requests, expected = [], []
        for size, wanted, waitlist, hold in parties:
            self.keys += 1
            key = f"k{self.keys}"
            expires = None if hold is None else self.minutes + hold
            expected.append(self.model.claim(key, size, wanted, waitlist=waitlist, expires=expires))
            claim = new_claim(sign_up(key, party_size=size, accept_waitlist=waitlist, contingent=wanted), Tokens(SECRET))
            requests.append(claim.request | {"hold_seconds": None if hold is None else hold * 60})
        rows = self.await_(queries.claim_places(self.connection, self.event_id, requests, self.moment))
        assert [row["outcome"] for row in rows] == expected
        again = self.await_(queries.claim_places(self.connection, self.event_id, requests, self.moment))
        assert [row["booking_id"] for row in again if row["replayed"]] == [row["booking_id"] for row in rows if row["booking_id"]]

    @precondition(lambda self: self.model.parties)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model.parties)))
        size = len(self.model.parties[key].places)
        numbers = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=size, unique=True))
        ids = self.await_(self._registration_ids(key))
        self.model.give_back(key, numbers, "cancelled")
        self.await_(
            queries.give_back_places(self.connection, self.event_id, [ids[n] for n in numbers], actor="guest", reason="", now=self.moment)
        )

    @rule(minutes=st.integers(1, 20), sweep=st.booleans())
    def pass_time(self, minutes: int, sweep: bool) -> None:
        self.minutes += minutes
        if sweep:
            self.model.expire(self.minutes)
            self.await_(queries.expire_holds(self.connection, self.event_id, self.moment))

    @precondition(lambda self: self.model.parties)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model.parties)))
        held = [p for p in self.model.parties[key].places if p.state == "held" and p.expires is not None and p.expires > self.minutes]
        for place in held:
            place.state, place.expires = "confirmed", None
        booking = self.await_(self._booking_id(key))
        assert self.await_(queries.confirm_held(self.connection, booking, self.moment)) == len(held)

    @rule(slug=st.sampled_from([ROOT, *CONTINGENTS]), capacity=st.integers(0, 12))
    def resize(self, slug: str, capacity: int) -> None:
        expected = self.model.resize(slug, capacity)
        answer = self.await_(self._value("select resize_pool($1, $2, $3, $4)", self.event_id, self.pool_ids[slug], capacity, self.moment))
        assert answer == expected

    @rule(slug=st.sampled_from(CONTINGENTS))
    def release(self, slug: str) -> None:
        self.model.release(slug)
        self.await_(self._value("select release_contingents($1, $2, $3)", self.event_id, self.pool_ids[slug], self.moment))

    @invariant()
    def database_agrees_with_the_model(self) -> None:
        assert self.await_(differences(self.connection)) == []
        slugs = {pool_id: slug for slug, pool_id in self.pool_ids.items()}
        stored = {slugs[row["id"]]: (row["capacity"], row["taken"], row["direct"]) for row in self.await_(self._pools())}
        assert stored == {slug: (p.capacity, self.model.taken(slug), self.model.direct(slug)) for slug, p in self.model.pools.items()}
        assert self.await_(self._line()) == [(key, self.model.parties[key].skipped) for key in self.model.line]
        places = [
            (key, number, place.state, place.pool) for key, party in self.model.parties.items() for number, place in enumerate(party.places)
        ]
        found = [(r["idempotency_key"], r["position"], r["state"], slugs.get(r["pool_id"])) for r in self.await_(self._places())]
        assert sorted(found, key=str) == sorted(places, key=str)

    async def _value(self, sql: str, *arguments: object) -> Any:
        return await self.connection.fetchval(sql, *arguments)

    async def _pools(self) -> list[Any]:
        return await self.connection.fetch(
            "select p.id, p.capacity, p.taken, d.direct from pools p join direct_places($1) d on d.id = p.id", self.event_id
        )

    async def _line(self) -> list[tuple[str, int]]:
        rows = await self.connection.fetch(
            """
            select b.idempotency_key, w.skipped
            from waitlist_entries w
            join bookings b on b.id = w.booking_id
            where w.event_id = $1 and w.state = 'waiting'
            order by w.priority desc, w.id
            """,
            self.event_id,
        )
        return [(row[0], row[1]) for row in rows]

    async def _places(self) -> list[Any]:
        return await self.connection.fetch(
            """
            select b.idempotency_key, g.position, r.state, r.pool_id
            from registrations r
            join bookings b on b.id = r.booking_id
            join guests g on g.id = r.guest_id
            where r.event_id = $1
            """,
            self.event_id,
        )

    async def _registration_ids(self, key: str) -> list[UUID]:
        rows = await self.connection.fetch(
            """
            select r.id
            from registrations r
            join bookings b on b.id = r.booking_id
            join guests g on g.id = r.guest_id
            where r.event_id = $1 and b.idempotency_key = $2
            order by g.position
            """,
            self.event_id,
            key,
        )
        return [row[0] for row in rows]

    async def _booking_id(self, key: str) -> UUID:
        return UUID(str(await self._value("select id from bookings where event_id = $1 and idempotency_key = $2", self.event_id, key)))


@pytest.fixture(scope="module")
def machine(dsn: str) -> Iterator[type[PlacesMachine]]:
    """Hypothesis is synchronous, so the machine has an event loop and a connection of its own."""
    loop = asyncio.new_event_loop()
    PlacesMachine.loop = loop
    PlacesMachine.connection = loop.run_until_complete(asyncpg.connect(dsn))
    loop.run_until_complete(prepare_connection(PlacesMachine.connection))
    yield PlacesMachine
    loop.run_until_complete(PlacesMachine.connection.close())
    loop.close()


def test_places_stay_consistent_whatever_happens(machine: type[PlacesMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)),
    )
