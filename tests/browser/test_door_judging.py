"""A phone judges by its list exactly as the server does: random evenings, every scan judged by both before it is written down."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from playwright.async_api import Browser, Page, Route

from events.door.listing import Wish, read_lists
from events.door.model import Act, Answer, Phone, Scan, Verdict
from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import book, make_event, make_guest, make_organiser
from tests.door.board_builders import set_rules
from tests.door.builders import code_of, make_phone, redeem, registration_ids

SCRIPTS = Path(__file__).parents[2] / "src/events/static/js"
SITE = "http://door.test"
STEPS = 90
STATES = ("cancelled", "waitlisted", "awaiting_approval", "held", "offered", "expired")

JUDGE = """
async ({ list, scan, own }) => {
  const [{ GuestList }, { decideByList }] = [await import("/_door_list.js"), await import("/_door_verdicts.js")];
  const known = new GuestList((iso) => iso);
  known.take(list);
  const entry = scan.code_hash ? known.entryOfCode(scan.code_hash) : known.entry(scan.registration_id);
  const shown = decideByList(scan, { entry, hash: scan.code_hash, wellFormed: true }, { list: known, shown: new Set(own) });
  return { kind: shown.kind, verdict: shown.verdict, first_at: shown.first_at, first_gate: shown.first_gate, count: known.count() };
}
"""


@pytest.fixture(scope="module")
async def judge(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page beside the phone's own modules."""
    context = await chromium.new_context()
    await context.route(f"{SITE}/**", _serve)
    page = await context.new_page()
    await page.goto(f"{SITE}/")
    yield page
    await context.close()


async def _serve(route: Route) -> None:
    name = route.request.url.removeprefix(f"{SITE}/")
    if name:
        await route.fulfill(body=(SCRIPTS / name).read_text(), content_type="text/javascript")
    else:
        await route.fulfill(body="<!doctype html>", content_type="text/html")


class Evening:
    """One event with guests in every state, two phones, and whoever walks in and out at random."""

    def __init__(self, db: Connection, event: Event, dice: random.Random) -> None:
        self.db, self.event, self.dice = db, event, dice
        self.begins = now() - timedelta(hours=3)
        self.targets: list[dict[str, str]] = []
        self.questions: list[UUID] = []
        self.owners: dict[UUID, UUID] = {}
        self.phones: list[Phone] = []

    async def prepare(self, **rules: object) -> None:
        await set_rules(self.db, self.event, **rules)
        self.phones = [(await make_phone(self.db, self.event, gate=gate))[0] for gate in ("Main entrance", "Garden gate")]
        guests = [make_guest(f"Guest {n}", "", flags=["speaker"] if n % 3 == 0 else []) for n in range(4)]
        bookings = [await book(self.db, self.event, *guests) for _ in range(3)]
        ids = [place for booking in bookings for place in await registration_ids(self.db, booking)]
        for place, state in zip(ids[-len(STATES) :], STATES, strict=True):
            await self.db.execute(
                """
                update registrations
                set state = $2,
                    pool_id = case when $2 in ('held', 'offered') then pool_id end,
                    expires_at = case when $2 in ('held', 'offered') then now() end
                where id = $1
                """,
                place,
                state,
            )
        self.targets = [{"registration_id": str(place)} for place in ids]
        self.targets += [{"code_hash": _hash(code_of(bookings[0], place))} for place in range(4)]
        self.targets += [{"code_hash": _hash("UNKNOWNUNKNOWNXX")}, {"code_hash": await self._elsewhere()}]

    async def _elsewhere(self) -> str:
        other = await make_event(self.db, organiser_id=self.event.organiser_id, title="Reception")
        return _hash(code_of(await book(self.db, other)))

    async def ask(self, label: str, *, is_required: bool, only_flags: list[str]) -> None:
        self.questions.append(new_id())
        await self.db.execute(
            "insert into door_questions (id, event_id, position, label, only_flags, is_required) values ($1, $2, $3, $4, $5, $6)",
            self.questions[-1],
            self.event.id,
            len(self.questions),
            {"en": label, "de": label, "ja": label},
            only_flags,
            is_required,
        )

    def scan(self, phone: Phone) -> Scan:
        """Mostly later than the one before, at times much earlier: a phone that had no network."""
        dice = self.dice
        act = dice.choices([Act.ENTRY, Act.EXIT, Act.UNDO], [6, 3, 2])[0]
        at = self.begins + timedelta(seconds=dice.uniform(0, 9000), microseconds=dice.randrange(1000))
        what: dict[str, Any] = {"undoes": dice.choice([*self.owners, new_id()])} if act == Act.UNDO else dice.choice(self.targets)
        answers = {str(question): dice.choice([True, True, False]) for question in self.questions if dice.random() < 0.8}
        return msgspec.convert(
            {"id": new_id(), "at": at, "act": act, "operator": phone.operator, "gate_id": phone.gate_id, "device_id": phone.id}
            | {"answers": answers if act == Act.ENTRY else {}}
            | what,
            Scan,
        )

    async def list_of(self, phone: Phone) -> Any:
        """What a phone that has just heard from the server knows."""
        [read] = await read_lists(self.db, (self.event.id, "en", False), [Wish()])
        answer = msgspec.to_builtins(read)
        return answer | answer.pop("around") | {"phone": {"id": str(phone.id), "gate": phone.gate, "role": "steward"}}


def _hash(code: str) -> str:
    return token_hash(code).hex()


def told(scan: Scan) -> dict[str, Any]:
    """The scan as the phone has it, its time set right."""
    words: dict[str, Any] = msgspec.to_builtins(scan)
    return words | {"check_in_id": words["undoes"]}


def kind_of(scan: Scan, answer: Answer) -> str:
    """The server's verdict in the phone's word."""
    if scan.act == Act.UNDO:
        return "undone" if answer.verdict == Verdict.UNDONE else "not_undone"
    if answer.verdict == Verdict.LEFT:
        return "goodbye"
    refused = answer.verdict == Verdict.REFUSED
    return "newer_than_list" if answer.reason == "unknown" else str(answer.reason) if refused else str(answer.verdict)


@pytest.mark.parametrize(
    ("seed", "rules"),
    [
        (1, {"exits": "off"}),
        (2, {"exits": "reentry", "fire_limit": 5, "crew_inside": 2}),
        (3, {"exits": "final"}),
        (4, {"exits": "reentry", "opens": timedelta(minutes=40)}),
    ],
)
async def test_phone_and_server_say_the_same(judge: Page, pool: Pool, seed: int, rules: dict[str, Any]) -> None:
    dice = random.Random(seed)  # noqa: S311
    async with pool.acquire() as db:
        evening = Evening(db, await make_event(db, organiser_id=await make_organiser(db)), dice)
        opens: timedelta | None = rules.pop("opens", None) if "opens" in rules else None
        await evening.prepare(doors_open_at=evening.begins + opens if opens else None, **rules)
        await evening.ask("Passport seen", is_required=True, only_flags=["speaker"])
        await evening.ask("Badge handed out", is_required=False, only_flags=[])
        differing: list[Any] = []
        kinds: set[str] = set()
        for _step in range(STEPS):
            phone = dice.choice(evening.phones)
            scan = evening.scan(phone)
            own = [str(written) for written, owner in evening.owners.items() if owner == phone.id]
            case = {"list": await evening.list_of(phone), "scan": told(scan), "own": own}
            said = await judge.evaluate(JUDGE, case)
            [answer] = await redeem(db, evening.event, scan)
            expected = kind_of(scan, answer)
            kinds.add(expected)
            first_at = _moment(answer.first.at) if answer.first else None
            if (said["kind"], said["first_at"] and _moment(said["first_at"])) != (expected, first_at):
                differing.append((scan, said, expected, first_at))
            if answer.verdict != Verdict.UNDONE:
                evening.owners[scan.id] = phone.id
        assert differing == []
        assert len(kinds) >= 10, kinds


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at.replace("Z", "+00:00")) if isinstance(at, str) else at
