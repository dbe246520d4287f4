"""Several phones with queues, wrong clocks, lost answers and their own decisions: the records agree with the plain model of the door."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from events.door.acts import Acting
from events.door.desk import CheckInDesk
from events.door.handover import take_in
from events.door.model import Phone, PhoneRole, shown_id
from events.door.scan_forms import Handover
from events.kit.database import Pool, open_pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import TOKENS, book, make_event, make_guest
from tests.door.builders import make_phone, registration_ids

from .door_model import PASSES, DoorModel, ModelRecord, ModelScan

START = datetime(2027, 4, 22, 18, tzinfo=UTC)
GUESTS, PHONES, SUPERVISOR = 5, 3, 2
STRANGER = "ZZZZZZZZZZZZZZZZ"
DECISIONS = [None, None, None, "passed", "passed", "refused", "overruled"]
Sent = tuple[ModelScan, datetime | None]


class DoorMachine(RuleBasedStateMachine):
    """Time goes on by itself; what a phone sends carries its own wrong clock, and the true moment is what the model knows."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    pool: ClassVar[Pool]
    desk: ClassVar[CheckInDesk]
    model_kind: ClassVar[type[DoorModel]] = DoorModel
    model: DoorModel

    @initialize(
        exits=st.sampled_from(["off", "reentry", "reentry", "final"]),
        limit=st.sampled_from([None, 3, 4]),
        opens=st.sampled_from([None, None, None, 1]),
        skews=st.lists(st.integers(-600, 600), min_size=PHONES, max_size=PHONES),
    )
    def open_doors(self, exits: str, limit: int | None, opens: int | None, skews: list[int]) -> None:
        opens_at = START + timedelta(minutes=opens) if opens else None
        self.model = self.model_kind(["confirmed"] * (GUESTS - 1) + ["waitlisted"], exits, limit, 1, opens_at, {SUPERVISOR})
        self.skews = [timedelta(seconds=skew) for skew in skews]
        self.now = START
        self.queues: list[list[Sent]] = [[] for _ in range(PHONES)]
        self.made: dict[UUID, ModelScan] = {}
        self.junk = 0
        self.run(self._make_event(exits, limit, opens_at))

    def run(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    async def _make_event(self, exits: str, limit: int | None, opens_at: datetime | None) -> None:
        self.event: Event = await make_event(self.pool)
        booked = await book(self.pool, self.event, *(make_guest(str(n)) for n in range(GUESTS)))
        self.ids = await registration_ids(self.pool, booked)
        self.codes = [token_hash(ticket.code).hex() for ticket in booked.tickets]
        await self.pool.execute("update registrations set state = 'waitlisted', pool_id = null where id = $1", self.ids[-1])
        await self.pool.execute(
            "insert into door_rules (event_id, exits, fire_limit, crew_inside, doors_open_at) values ($1, $2, $3, 1, $4)",
            self.event.id,
            exits,
            limit,
            opens_at,
        )
        self.phones: list[Phone] = []
        async with self.pool.acquire() as connection:
            for n in range(PHONES):
                phone, _token = await make_phone(connection, self.event, name=f"Phone {n}", gate=f"Gate {n}")
                role = PhoneRole.SUPERVISOR if n == SUPERVISOR else PhoneRole.STEWARD
                self.phones.append(msgspec.structs.replace(phone, role=role))

    @rule(
        number=st.integers(0, PHONES - 1),
        guest=st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, None]),
        act=st.sampled_from(["entry", "entry", "entry", "exit"]),
        decision=st.sampled_from(DECISIONS),
        absurd=st.sampled_from([False] * 9 + [True]),
    )
    def scan(self, number: int, guest: int | None, act: str, decision: str | None, absurd: bool) -> None:
        self.now += timedelta(seconds=7)
        shown, reason, by = self._decided(act, decision, number)
        scan = ModelScan(new_id(), number, act, guest, shown=shown, reason=reason, by=by)
        self._keep(scan, None if absurd else self.now)

    def _decided(self, act: str, decision: str | None, number: int) -> tuple[str | None, str | None, str]:
        if decision is None or (decision == "overruled" and number != SUPERVISOR):
            return None, None, "server"
        if decision == "refused":
            return "refused", "newer_than_list", "phone"
        return "left" if act == "exit" else "admitted", None, "supervisor" if decision == "overruled" else "phone"

    def _keep(self, scan: ModelScan, moment: datetime | None) -> None:
        self.made[scan.id] = scan
        self.queues[scan.phone].append((scan, moment))

    @precondition(lambda self: any(scan.act != "undo" for scan in self.made.values()))
    @rule(number=st.integers(0, PHONES - 1), data=st.data())
    def take_back(self, number: int, data: st.DataObject) -> None:
        self.now += timedelta(seconds=7)
        of = data.draw(st.sampled_from([scan.id for scan in self.made.values() if scan.act != "undo"][-6:]))
        self._keep(ModelScan(new_id(), number, "undo", undoes=of), self.now)

    @rule(number=st.integers(0, PHONES - 1), sends_away=st.booleans())
    def give_up_waiting(self, number: int, sends_away: bool) -> None:
        """No answer in time: the phone decides by its own list about whoever still waits for one."""
        waiting = [(n, sent) for n, sent in enumerate(self.queues[number]) if sent[0].act != "undo" and sent[0].shown is None]
        for n, (scan, moment) in waiting:
            shown, reason, by = self._decided(scan.act, "refused" if sends_away else "passed", number)
            self.queues[number][n] = (ModelScan(scan.id, number, scan.act, scan.guest, shown=shown, reason=reason, by=by), moment)

    @rule(number=st.integers(0, PHONES - 1), guest=st.integers(0, GUESTS - 1), act=st.sampled_from(["entry", "exit"]))
    def hear_too_late(self, number: int, guest: int, act: str) -> None:
        """The server has judged, but by the time its answer comes the phone has sent the guest away."""
        self._keep(ModelScan(new_id(), number, act, guest), self.now)
        self._hand_over(number, self.queues[number][-1:])
        self.give_up_waiting(number, True)

    @rule(
        number=st.integers(0, PHONES - 1),
        most=st.integers(1, 6),
        lost=st.booleans(),
        backwards=st.sampled_from([False, False, False, True]),
        twice=st.booleans(),
        junk=st.sampled_from([False, False, True]),
    )
    def send(self, number: int, most: int, lost: bool, backwards: bool, twice: bool, junk: bool) -> None:  # noqa: PLR0917
        """Some of the queue, perhaps in the wrong order, perhaps each scan twice; perhaps nobody hears the answer."""
        sent = self.queues[number][:most]
        order = sent[::-1] if backwards else sent
        self._hand_over(number, [*order, *order] if twice else order, junk=junk)
        if not lost:
            del self.queues[number][:most]

    def _hand_over(self, number: int, sent: list[Sent], *, junk: bool = False) -> None:
        self.now += timedelta(seconds=1)
        self.junk += junk
        wire: list[Any] = [self._wire(number, scan, moment) for scan, moment in sent]
        handed = Handover(sent_at=self.now + self.skews[number], facts=None, scans=[*wire, {"junk": self.junk}] if junk else wire)
        acting = Acting(phone=self.phones[number], pool=self.pool, desk=self.desk, tokens=TOKENS, received_at=self.now)
        told = self.run(take_in(acting, handed))
        expected = self.model.queue([(scan, moment or self.now) for scan, moment in sent]) + ["unreadable"] * junk
        assert [each.kind for each in told] == expected
        self._compare()

    def _wire(self, number: int, scan: ModelScan, moment: datetime | None) -> dict[str, Any]:
        named = {"check_in_id": str(scan.undoes)} if scan.act == "undo" else {"code_hash": self._code(scan.guest)}
        at = (moment + self.skews[number]).isoformat() if moment else "2999-01-01T00:00:00Z"
        decided = {"verdict": scan.shown, "reason": scan.reason, "by": scan.by} if scan.shown else None
        note = "They are expected" if scan.by == "supervisor" else ""
        return {"id": str(scan.id), "act": scan.act, "source": "scan", "at": at, "decided": decided, "note": note} | named

    def _code(self, guest: int | None) -> str:
        return token_hash(STRANGER).hex() if guest is None else self.codes[guest]

    def _compare(self) -> None:
        assert self.run(self._records()) == self.model.records
        assert self.run(self._inside("presences")) == self.model.inside()
        assert self.run(self._inside("attendances")) == self.model.arrived()
        assert self.run(self._conflicts()) == self.model.conflicts()

    async def _records(self) -> dict[UUID, ModelRecord]:
        rows = await self.pool.fetch("select * from check_ins where event_id = $1", self.event.id)
        numbers = {id: n for n, id in enumerate(self.ids)}
        phones = {phone.id: n for n, phone in enumerate(self.phones)}
        return {
            row["id"]: ModelRecord(
                row["kind"],
                numbers.get(row["registration_id"]),
                row["verdict"],
                row["reason"],
                row["decided_by"],
                row["device_at"],
                phones[row["device_id"]],
                row["undoes"],
            )
            for row in rows
        }

    async def _inside(self, view: str) -> set[int]:
        rows = await self.pool.fetch(f"select registration_id from {view} where event_id = $1", self.event.id)
        assert len(rows) == len({row[0] for row in rows})
        return {self.ids.index(row[0]) for row in rows}

    async def _conflicts(self) -> dict[UUID, tuple[str, UUID | None]]:
        rows = await self.pool.fetch("select check_in_id, kind, first_check_in_id from door_conflicts where event_id = $1", self.event.id)
        assert len(rows) == len({row[0] for row in rows})
        return {row[0]: (row[1], row[2]) for row in rows}

    def teardown(self) -> None:
        """Everybody gets back into the network: every scan ever made is written down once, and nothing is dropped."""
        if not hasattr(self, "phones"):
            return
        for number, queue in enumerate(self.queues):
            if queue:
                self._hand_over(number, queue)
        stored = {id for id in self.model.records if id in self.made}
        missing = [scan for id, scan in self.made.items() if id not in stored]
        assert [scan for scan in missing if scan.act != "undo"] == []
        shown = [scan for queue in self.queues for scan, _moment in queue if scan.shown in PASSES]
        assert all(self._happened(scan) for scan in shown)
        kept = self.run(self.pool.fetchval("select count(*) from stranded_scans where event_id = $1", self.event.id))
        assert kept == self.junk + len(self.model.adrift)

    def _happened(self, scan: ModelScan) -> bool:
        """What a phone has shown stands in the records, whatever the server had said."""
        records = [self.model.records.get(id) for id in (scan.id, shown_id(scan.id))]
        return any(record is not None and record.verdict == scan.shown for record in records)


class Forgetful(DoorModel):
    """The model with the order of arrival for that of time."""

    def effective(self) -> list[tuple[datetime, UUID, ModelRecord]]:
        undone = {record.undoes for record in self.records.values() if record.undoes}
        return [(r.at, id, r) for id, r in self.records.items() if r.verdict in PASSES and id not in undone]


class Lenient(DoorModel):
    """The model of a house that does not count."""

    def inside(self) -> set[int]:
        return set()


@pytest.fixture(scope="module")
def machine(dsn: str) -> Iterator[type[DoorMachine]]:
    """Hypothesis is synchronous, so the machine has an event loop and connections of its own."""
    loop = asyncio.new_event_loop()
    DoorMachine.loop = loop
    DoorMachine.pool = loop.run_until_complete(open_pool(dsn, size=2))
    DoorMachine.desk = CheckInDesk(DoorMachine.pool)
    yield DoorMachine
    loop.run_until_complete(DoorMachine.pool.close())
    loop.close()


def test_door_agrees_with_the_plain_model(machine: type[DoorMachine]) -> None:
    run_state_machine_as_test(
        machine, settings=settings(max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    )


@pytest.mark.parametrize("model", [Forgetful, Lenient])
def test_control_another_rule_would_be_noticed(machine: type[DoorMachine], model: type[DoorModel]) -> None:
    control = type("Control", (machine,), {"model_kind": model})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            control,
            settings=settings(
                max_examples=100,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
