"""The measurements of one run, side by side, and the proof that nothing was lost or sold twice meanwhile."""

import itertools
import math
import os
import platform
import statistics
from pathlib import Path
from uuid import UUID

import asyncpg
import click
import msgspec

from events.invitations import reconcile as invitations
from events.kit.database import Connection, prepare_connection
from events.registration.reconcile import differences
from events.settings import Settings

from . import wire
from .answers import answer_requests, counted, invite_wave
from .direct import claims_per_second
from .door_list import GUESTS, list_rates
from .imports import LINES, import_rates
from .invitation_mails import invitation_rates
from .load import Measured, NextRequest, TakeAnswer, drive, drive_all
from .mails import mail_rates
from .papers import SHEETS_FOR, paper_rates
from .phones import PHONES, QUEUE, pair_phones, queues_of_phones, scans_of_phones
from .promotion import PARTIES, promotions
from .stage import Stage, add_event, stage

ENDLESS = 3_000_000  # places of the hot event: more than any run can take
SMALL = 120  # the dinner: what its page shows as chairs
WARM_UP_SECONDS = 0.5
# Every database connection plans each statement of the functions anew for its first five calls, which costs it about 50 ms.
FIRST_WARM_UP_SECONDS = 3.0
DATABASE_CLIENTS = 10  # as many connections as the service holds
PLAIN_PAGE, JSON_ENDPOINT = "plain page", "minimal JSON endpoint, one round trip"
WAVE, WAVE_SECONDS = 5000, 60  # answers to invitations, and how soon all of them have to be saved
WAVE_PAGES, WAVE_ANSWERS = "invitation, its page", "invitation, an answer for three events"
BATCH = 32  # what one coalesced call of the service may carry


class Plan(msgspec.Struct, frozen=True):
    clients: int
    seconds: float
    rounds: int


class Run:
    """Counts on both sides of the wire: what was acknowledged here, what stands in the database there."""

    def __init__(self, built: Stage, plan: Plan, db: Connection) -> None:
        self.stage, self.plan, self.db = built, plan, db
        self.rates: dict[str, list[float]] = {}
        self.spread: dict[str, list[tuple[float, float]]] = {}
        self.booked = {"api": 0, "form": 0}
        self.admitted = 0
        self.codes: list[str] = []
        self.phones: list[str] = []

    async def http(
        self, name: str, port: int, request: NextRequest, *, expect: int, take: TakeAnswer | None = None, **options: float
    ) -> Measured:
        """One measurement after a short warm-up. An unexpected answer ends the run: a fast wrong answer is worth nothing."""
        clients = int(options.get("clients", self.plan.clients))
        total = 0
        for seconds in (WARM_UP_SECONDS, self.plan.seconds):
            measured = await drive(port, request, clients=clients, seconds=seconds, take=take)
            if set(measured.statuses) != {expect}:
                raise RuntimeError(f"{name}: expected {expect}, got {dict(measured.statuses)}")
            total += measured.answers
        self.note(name, measured.rate, (measured.latency(0.5), measured.latency(0.99)))
        return msgspec.structs.replace(measured, statuses=type(measured.statuses)({expect: total}))

    def note(self, name: str, rate: float, latency: tuple[float, float] | None = None) -> None:
        self.rates.setdefault(name, []).append(rate)
        if latency:
            self.spread.setdefault(name, []).append(latency)

    def count_admitted(self, _request: bytes, answer: bytes) -> None:
        self.admitted += answer.count(b'"verdict":"admitted"')

    def rate(self, name: str) -> float:
        return statistics.median(self.rates[name])

    def share(self, name: str, beside: str) -> float:
        """How the rate compares with what was measured right before and after it; the median of the rounds."""
        around = zip(self.rates[beside][::2], self.rates[beside][1::2], strict=True)
        return statistics.median(rate / statistics.mean(pair) for rate, pair in zip(self.rates[name], around, strict=True))


async def bench(settings: Settings, plan: Plan) -> int:
    """Measures, prints a table and verifies the totals. Answers 1 when a total is wrong or an aim is missed."""
    click.echo(_machine())
    async with stage(settings) as built:
        db = await asyncpg.connect(built.dsn)
        await prepare_connection(db)
        run = Run(built, plan, db)
        await _prepare(run)
        for number in range(plan.rounds):
            click.echo(f"round {number + 1} of {plan.rounds} …")
            for measurement in (_sold_out, _sign_ups, _claims, _pages, _check_ins, _phones, _mails):
                await measurement(run)
        await _lists(run)
        await _door_lists(run)
        await _papers(run)
        await _invitations(run)
        faults = await _wave(run) + await _waiting_list(run) + await _verify(run)
        await db.close()
    _show(run)
    for fault in faults:
        click.echo(f"WRONG  {fault}")
    return 1 if faults or not _aims(run) else 0


async def _prepare(run: Run) -> None:
    for slug, capacity in (("hot", ENDLESS), ("direct", ENDLESS), ("open", SMALL), ("full", SMALL)):
        run.stage.events[slug] = await add_event(run.db, slug, capacity)
    filling = wire.sign_up_by_api("full", run.stage.token)
    await _warm_up(run)
    run.phones = await pair_phones(run.db, run.stage.events["hot"])
    while set((await drive(run.stage.service, filling, clients=1, seconds=0.2)).statuses) == {201}:
        pass


async def _warm_up(run: Run) -> None:
    """Sign-ups by both ways on an event of its own, before anything is counted."""
    run.stage.events["warm"] = await add_event(run.db, "warm", ENDLESS)
    for request in (wire.sign_up_by_api("warm", run.stage.token), wire.sign_up_by_form("warm")):
        await drive(run.stage.service, request, clients=run.plan.clients, seconds=FIRST_WARM_UP_SECONDS)


async def _claims(run: Run) -> None:
    """One guest a call from as many connections as the service has, then calls as the service's queue makes them: one at a time."""
    direct, whole = run.stage.events["direct"], max(1, round(run.plan.seconds))
    one = await claims_per_second(run.stage.dsn, direct, batch=1, clients=DATABASE_CLIENTS, seconds=whole)
    run.note("claim by pgbench, one guest a call", one)
    many = await claims_per_second(run.stage.dsn, direct, batch=BATCH, clients=1, seconds=whole)
    run.note(f"claim by pgbench, {BATCH} guests a call", many)


async def _sign_ups(run: Run) -> None:
    """Between two measurements of the endpoint they are compared with, so that a busy neighbour slows both."""

    def keep_code(_request: bytes, answer: bytes) -> None:
        run.codes.append(msgspec.json.decode(answer)["tickets"][0]["code"])

    await run.http(JSON_ENDPOINT, run.stage.reference, wire.question(), expect=201)
    by_api = wire.sign_up_by_api("hot", run.stage.token)
    done = await run.http("sign-ups through the API", run.stage.service, by_api, expect=201, take=keep_code)
    run.booked["api"] += done.answers
    await run.http(JSON_ENDPOINT, run.stage.reference, wire.question(), expect=201)
    done = await run.http("sign-ups through the form", run.stage.service, wire.sign_up_by_form("hot"), expect=303)
    run.booked["form"] += done.answers


async def _sold_out(run: Run) -> None:
    await run.http(PLAIN_PAGE, run.stage.reference, wire.get("/page"), expect=200)
    await run.http("sold out, answer of the API", run.stage.service, wire.sign_up_by_api("full", run.stage.token), expect=409)
    await run.http(PLAIN_PAGE, run.stage.reference, wire.get("/page"), expect=200)
    await run.http("sold out, answer of the form", run.stage.service, wire.sign_up_by_form("full"), expect=409)


async def _pages(run: Run) -> None:
    await run.http("event page, open", run.stage.service, wire.get("/e/open"), expect=200)
    await run.http("event page, sold out", run.stage.service, wire.get("/e/full"), expect=200)


async def _check_ins(run: Run) -> None:
    """A third of this round's tickets, with every client and then with four turnstiles as at a real door."""
    request = wire.check_in("hot", run.stage.token, run.codes[::3])
    await run.http("check-ins", run.stage.service, request, expect=200, take=run.count_admitted)
    await run.http("check-ins, four turnstiles", run.stage.service, request, expect=200, take=run.count_admitted, clients=4)


async def _phones(run: Run) -> None:
    """The other tickets: scan by scan at sixteen phones, and as queues that were kept without a network, one after the other."""
    single, queued = run.codes[1::3], run.codes[2::3]
    scans = scans_of_phones(run.phones, single)
    await run.http(f"scans of phones, {PHONES} at once", run.stage.service, scans, expect=200, take=run.count_admitted, clients=PHONES)
    queues = itertools.islice(iter(queues_of_phones(run.phones, queued), b""), len(queued) // QUEUE)
    measured = await drive(run.stage.service, queues.__next__, clients=1, seconds=math.inf, take=run.count_admitted)
    run.note(f"queues of {QUEUE} scans handed over", measured.rate, (measured.latency(0.5), measured.latency(0.99)))
    run.codes.clear()


async def _wave(run: Run) -> list[str]:
    """Everybody of a wave answers at once, and each answer stands with its place."""
    click.echo(f"a wave of {WAVE:,} invitations …")
    addresses = await invite_wave(run.db, WAVE)
    await run.http(WAVE_PAGES, run.stage.service, wire.get(addresses[0]), expect=200)
    measured = await drive_all(run.stage.service, answer_requests(addresses), clients=run.plan.clients)
    run.note(WAVE_ANSWERS, measured.rate, (measured.latency(0.5), measured.latency(0.99)))
    each = dict.fromkeys(("accepted", "declined", "provisional"), WAVE)
    faults = [] if measured.statuses == {303: WAVE} else [f"answers to the wave: {dict(measured.statuses)}"]
    if (stored := await counted(run.db)) != each | {"places": WAVE}:
        faults.append(f"answers stored: {stored}")
    if measured.seconds > WAVE_SECONDS:
        faults.append(f"the wave took {measured.seconds:.0f} s")
    return faults + await invitations.differences(run.db)


async def _lists(run: Run) -> None:
    """A long list of guests, read, looked through and taken in, beside a bare COPY of the same rows."""
    click.echo(f"a list of {LINES:,} guests …")
    rates = await import_rates(run.stage.dsn, await add_event(run.db, "list", SMALL))
    run.note("guest list, lines read and looked through", rates.staged)
    run.note("guest list, lines taken in", rates.taken_in)
    run.note("guest list, bare COPY of the same rows", rates.bare_copy)


async def _door_lists(run: Run) -> None:
    """What a phone fetches when it comes to the door, and every time it asks again."""
    click.echo(f"a door list of {GUESTS:,} guests …")
    rates = await list_rates(run.stage.dsn, await add_event(run.db, "door-list", SMALL))
    run.note(f"door list of {GUESTS:,}, whole", rates.whole)
    run.note(f"door list of {GUESTS:,}, unchanged", rates.unchanged)
    run.note(f"door list of {GUESTS:,}, bare JSON dump", rates.bare_dump)
    told = f"{rates.whole / rates.bare_dump:.0%} whole, {rates.unchanged / rates.bare_dump:.0%} unchanged"
    click.echo(f"door list beside a bare dump of the rows: {told}")


async def _papers(run: Run) -> None:
    """Badges and the guest list on paper, and how long the rest of the process waits for its turn meanwhile."""
    click.echo(f"papers for {SHEETS_FOR:,} guests …")
    badges, lines = await paper_rates()
    run.note("badges set with a code", badges.rate)
    run.note("lines of the paper list set, in both orders", lines.rate)
    click.echo(f"longest wait beside them: {badges.longest_wait_ms:.0f} ms and {lines.longest_wait_ms:.0f} ms")


async def _mails(run: Run) -> None:
    """A wave to guests of this run, beside what the mail server on the other side takes at all."""
    alone, ours = await mail_rates(run.stage.dsn, run.stage.events["hot"])
    run.note("mail server alone", alone)
    run.note("mails through the outbox", ours)


async def _invitations(run: Run) -> None:
    """A wave of invitations with everything that belongs to it, beside the same mail server."""
    alone, ours = await invitation_rates(run.stage.dsn, run.stage.events["open"])
    run.note("mail server alone", alone)
    run.note("invitations of a wave", ours)


async def _waiting_list(run: Run) -> list[str]:
    """A thousand parties in line are served, beside what it takes them to join it."""
    click.echo(f"a waiting list of {PARTIES:,} parties …")
    measured = await promotions(run.db, "line")
    run.note(f"waiting list, {BATCH} parties join in a call", measured.joining)
    run.note("waiting list, all served at once", measured.at_once)
    run.note("waiting list, served one by one", measured.one_by_one)
    return measured.faults


async def _verify(run: Run) -> list[str]:
    """Every acknowledged booking and check-in stands in the database once, and every counter is right."""
    hot, full = run.stage.events["hot"], run.stage.events["full"]
    rows = await run.db.fetch("select source, count(*) from bookings where event_id = $1 group by source", hot)
    booked = {row["source"]: row["count"] for row in rows}
    admitted = await run.db.fetchval("select count(*) from attendances where event_id = $1", hot)
    faults = await differences(run.db)
    if booked != run.booked:
        faults.append(f"acknowledged {run.booked} sign-ups, stored {booked}")
    if admitted != run.admitted:
        faults.append(f"acknowledged {run.admitted} check-ins, stored {admitted}")
    if (sold := await _taken(run.db, full)) != SMALL:
        faults.append(f"{sold} places of {SMALL} sold")
    return faults


async def _taken(db: Connection, event_id: UUID) -> int:
    return int(await db.fetchval("select taken from pools where id = $1", event_id))


def _show(run: Run) -> None:
    click.echo(f"\n{run.plan.clients} clients, {run.plan.rounds} rounds, {run.plan.seconds:g} s each, medians\n")
    click.echo(f"{'':42} {'per second':>10} {'p50 ms':>8} {'p99 ms':>8}")
    for name in run.rates:
        latency = run.spread.get(name)
        told = "".join(f" {statistics.median(pair[part] for pair in latency):8.1f}" for part in (0, 1)) if latency else ""
        click.echo(f"{name:42} {run.rate(name):10,.0f}{told}")
    total = run.booked["api"] + run.booked["form"]
    click.echo(f"\nverified: {total:,} sign-ups and {run.admitted:,} check-ins acknowledged and stored, {SMALL} of {SMALL} places sold")


def _aims(run: Run) -> bool:
    aims = (
        ("sign-ups through the API", JSON_ENDPOINT, 0.5),
        ("sold out, answer of the API", PLAIN_PAGE, 1.0),
    )
    reached = True
    for name, beside, aim in aims:
        share = run.share(name, beside)
        click.echo(f"{'reached' if share >= aim else 'MISSED '}  {name}: {share:.0%} of {beside} (aim {aim:.0%})")
        reached = reached and share >= aim
    return reached


def _machine() -> str:
    model = next((line.partition(":")[2].strip() for line in _cpu_info() if line.startswith("model name")), platform.processor())
    return f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _cpu_info() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
