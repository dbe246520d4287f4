"""Many phones at once: one entry a ticket, never more people than the house may hold, and nothing of ten thousand scans lost."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from events.door.acts import Acting
from events.door.desk import CheckInDesk
from events.door.handover import Answered, take_in
from events.door.model import Phone, PhoneRole
from events.door.scan_forms import Handover
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import TOKENS, make_event
from tests.door.builders import crowd, make_phone
from tests.door.phones import sent, set_rules, shown

PHONES = 16


async def test_sixteen_phones_on_the_same_tickets_let_everybody_in_once(pool: Pool) -> None:
    event, codes = await house(pool, guests=60)
    doors = await doors_of(pool, event, PHONES)

    told = await asyncio.gather(*(door.hand_over([sent(code) for code in shuffled(codes, n)]) for n, door in enumerate(doors)))

    assert Counter(each.kind for answers in told for each in answers) == {"admitted": 60, "already_in": 60 * (PHONES - 1)}
    assert await pool.fetchval("select count(*) from door_conflicts where event_id = $1", event.id) == 0


async def test_house_never_holds_more_than_the_limit(pool: Pool) -> None:
    assert await fullest(pool) == 20


async def test_control_without_its_turn_the_house_overflows(pool: Pool) -> None:
    """The count and the entry are then two moments."""
    unlocked = "create or replace function lock_door(p_event uuid) returns void language sql as $$ select pg_sleep(0.002) $$"
    definition = await pool.fetchval("select pg_get_functiondef('lock_door'::regproc)")
    await pool.execute(unlocked)
    try:
        assert await fullest(pool) > 20
    finally:
        await pool.execute(definition)


async def fullest(pool: Pool) -> int:
    """The most guests at once, as the records were written, when sixteen phones let people in and out of a house for twenty."""
    event, codes = await house(pool, guests=60)
    await set_rules(pool, event, exits="reentry", fire_limit=25, crew_inside=5)
    doors = await doors_of(pool, event, PHONES)

    async def work(n: int, door: "Door") -> None:
        for code in shuffled(codes, n)[:30]:
            await door.hand_over([sent(code, act="exit" if door.chance.random() < 0.4 else "entry")])

    await asyncio.gather(*(work(n, door) for n, door in enumerate(doors)))
    rows = await pool.fetch(
        "select kind from check_ins where event_id = $1 and verdict in ('admitted', 'left') order by server_at, id", event.id
    )
    inside = most = 0
    for row in rows:
        inside += 1 if row["kind"] == "entry" else -1
        most = max(most, inside)
    return most


async def test_two_processes_take_the_same_queue_in_opposite_orders(pool: Pool) -> None:
    event, codes = await house(pool, guests=40)
    [phone] = await doors_of(pool, event, 1)
    queue = [sent(code) for code in [*codes, *(stranger(n) for n in range(60))]]
    other = Door(msgspec.structs.replace(phone.acting, desk=CheckInDesk(pool)), 1)

    told = await asyncio.gather(*(door.hand_over(q) for door in (phone, other) for q in (queue, queue[::-1])))

    kinds = [{str(each.id): each.kind for each in answers} for answers in told]
    assert kinds == [kinds[0]] * 4
    assert Counter(kinds[0].values()) == {"admitted": 40, "unknown": 60}
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == 100


async def test_ten_thousand_scans_with_everything_wrong_in_them(pool: Pool) -> None:
    """Duplicates, unknown tickets, absurd clocks, junk, from four phones at once, and every batch twice."""
    event, codes = await house(pool, guests=800)
    doors, chance = await doors_of(pool, event, 4), random.Random(4)  # noqa: S311
    real = [
        sent(chance.choice(codes), at=strange_time(chance), decided=chance.choice([None, None, shown("admitted")])) for _ in range(5500)
    ]
    strange = [sent(stranger(n), at=strange_time(chance)) for n in range(1500)]
    junk: list[Any] = [chance.choice([{"n": n}, [n], {"id": str(new_id()), "act": n}, f"{n}", n]) for n in range(500)]
    scans = [*real, *strange, *junk]
    chance.shuffle(scans)
    queues = [scans[n :: len(doors)] for n in range(len(doors))]
    told = await asyncio.gather(*(hand_over_all(door, queue, chance) for door, queue in zip(doors, queues, strict=True)))

    assert sum(len(answers) for answers in told) == 10_000
    kinds = Counter(each.kind for answers in told for each in answers)
    assert set(kinds) == {"admitted", "already_in", "unknown", "unreadable"}
    assert await stored(pool, event) == {UUID(scan["id"]) for scan in [*real, *strange]}
    assert await pool.fetchval("select count(*) from stranded_scans where event_id = $1", event.id) == len(junk)
    scanned = {scan["code_hash"] for scan in real}
    assert await pool.fetchval("select count(*) from presences where event_id = $1", event.id) == len(scanned)
    entries = await pool.fetchval("select count(*) from check_ins where event_id = $1 and verdict = 'admitted'", event.id)
    conflicts = await pool.fetchval("select count(*) from door_conflicts where event_id = $1 and kind = 'twice'", event.id)
    assert conflicts == entries - len(scanned)


class Door:
    """A phone at the door, as the server meets it."""

    def __init__(self, acting: Acting, seed: int) -> None:
        self.acting, self.chance = acting, random.Random(seed)  # noqa: S311

    async def hand_over(self, scans: list[Any]) -> list[Answered]:
        acting = msgspec.structs.replace(self.acting, received_at=now())
        return await take_in(acting, Handover(sent_at=datetime.now(UTC), facts=None, scans=scans))


async def hand_over_all(door: Door, queue: list[Any], chance: random.Random) -> list[Answered]:
    """In batches of up to 500, a third of each sent again at once because its answer was lost."""
    told: list[Answered] = []
    for start in range(0, len(queue), 375):
        batch = queue[start : start + 375]
        first = await door.hand_over(batch + chance.sample(batch, len(batch) // 3))
        told += first
        again = await door.hand_over(batch)
        assert [each.kind for each in again] == [each.kind for each in first[: len(batch)]]
    return told


async def stored(pool: Pool, event: Event) -> set[UUID]:
    rows = await pool.fetch("select id from check_ins where event_id = $1", event.id)
    return {row[0] for row in rows}


async def house(pool: Pool, *, guests: int) -> tuple[Event, list[str]]:
    async with pool.acquire() as connection:
        event = await make_event(connection, capacity=guests)
        return event, await crowd(connection, event, guests)


async def doors_of(pool: Pool, event: Event, phones: int) -> list[Door]:
    """Phones of two processes."""
    desks = [CheckInDesk(pool), CheckInDesk(pool)]
    async with pool.acquire() as connection:
        paired: list[Phone] = [(await make_phone(connection, event, name=f"Phone {n}", gate=f"Gate {n % 3}"))[0] for n in range(phones)]
    assert {phone.role for phone in paired} == {PhoneRole.STEWARD}
    return [Door(Acting(phone=phone, pool=pool, desk=desks[n % 2], tokens=TOKENS, received_at=now()), n) for n, phone in enumerate(paired)]


def shuffled(codes: list[str], seed: int) -> list[str]:
    return random.Random(seed).sample(codes, len(codes))  # noqa: S311


def stranger(n: int) -> str:
    """A code that looks right and opens nothing."""
    return token_hash(str(n)).hex()[:16].translate(str.maketrans("0189", "OABC")).upper()


def strange_time(chance: random.Random) -> Any:
    """Mostly a clock that is a little wrong, now and then one that is absurd."""
    wrong = datetime.now(UTC) + timedelta(seconds=chance.randint(-600, 600))
    return chance.choice([wrong.isoformat()] * 8 + ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon", None, 7])
