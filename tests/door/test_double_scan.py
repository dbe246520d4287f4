"""One ticket at many phones at once admits one guest; the control shows that the harness would notice otherwise."""

import asyncio
import sys
from pathlib import Path

import msgspec

from events.door.desk import CheckInDesk
from events.door.model import Verdict
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, make_event, make_guest

from .builders import code_of, scan
from .doormen import Order

PHONES = 8
GUESTS = 12
TWO_PROCESSES = range(2)


async def test_ticket_scanned_by_all_phones_at_once_admits_one(pool: Pool, dsn: str, tmp_path: Path) -> None:
    event, codes = await guests(pool)

    admitted = await in_processes(Order(dsn=dsn, event_id=event.id, codes=codes, phones=PHONES), tmp_path)

    assert admitted == GUESTS
    assert await entries(pool, event) == {"admitted": GUESTS, "already_in": GUESTS * (PHONES * len(TWO_PROCESSES) - 1)}


async def test_control_check_then_insert_admits_guests_twice(pool: Pool, dsn: str, tmp_path: Path) -> None:
    event, codes = await guests(pool)

    admitted = await in_processes(Order(dsn=dsn, event_id=event.id, codes=codes, phones=PHONES, naive=True), tmp_path)

    assert admitted > GUESTS


async def test_desk_coalesces_and_still_answers_each_phone(pool: Pool) -> None:
    event, codes = await guests(pool)
    desks = [CheckInDesk(pool), CheckInDesk(pool)]
    scans = [scan(code) for code in codes for _ in range(PHONES)]

    answers = await asyncio.gather(*(desks[n % 2].redeem(event.id, each) for n, each in enumerate(scans)))

    verdicts = [answer.verdict for answer in answers]
    assert (verdicts.count(Verdict.ADMITTED), verdicts.count(Verdict.ALREADY_IN)) == (GUESTS, GUESTS * (PHONES - 1))
    for n in range(0, len(scans), PHONES):
        of_one_guest = answers[n : n + PHONES]
        assert [answer.verdict for answer in of_one_guest].count(Verdict.ADMITTED) == 1
        assert [answer.guest for answer in of_one_guest] == [of_one_guest[0].guest] * PHONES


async def test_retry_that_meets_its_own_first_try_is_written_once(pool: Pool) -> None:
    event, codes = await guests(pool)
    desks = [CheckInDesk(pool) for _ in range(4)]
    scans = [scan(code) for code in [*codes, "no ticket", "no ticket either"]]

    tries = await asyncio.gather(*(desk.redeem(event.id, each) for each in scans for desk in desks))

    for n in range(0, len(tries), len(desks)):
        assert len({(answer.verdict, answer.reason) for answer in tries[n : n + len(desks)]}) == 1
        assert [answer.replayed for answer in tries[n : n + len(desks)]].count(False) == 1
    assert await entries(pool, event) == {"admitted": GUESTS, "refused": 2}


async def guests(pool: Pool) -> tuple[Event, list[str]]:
    async with pool.acquire() as connection:
        event = await make_event(connection)
        booked = [await book(connection, event, *(make_guest(f"Guest {n}") for n in range(4))) for _ in range(GUESTS // 4)]
    return event, [code_of(booking, place) for booking in booked for place in range(4)]


async def in_processes(order: Order, folder: Path) -> int:
    """How many guests the phones of all processes admitted."""
    job = folder / "job.json"
    job.write_bytes(msgspec.json.encode(order))
    command = [sys.executable, "-m", "tests.door.doormen", str(job)]
    processes = [await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE) for _ in TWO_PROCESSES]
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    return sum(int(output) for output, _ in outputs)


async def entries(pool: Pool, event: Event) -> dict[str, int]:
    rows = await pool.fetch("select verdict, count(*)::int from check_ins where event_id = $1 group by verdict", event.id)
    return dict(sorted((row[0], row[1]) for row in rows))
