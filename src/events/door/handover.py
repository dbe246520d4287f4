"""A phone hands over what it scanned. Every scan is judged alone and answered; what cannot be judged is kept for people to decide."""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from events.kit.database import OUT_OF_SERVICE
from events.kit.errors import DomainError

from . import conflict_queries, listing, scan_queries, stranded_queries
from .acts import ACTS, Acting, PhoneScan, Unreadable
from .announcement import Announcement, announce
from .listing import ListEntry, ShownMovement
from .model import LETS_PASS, Act, Answer, Conflict, Decided, Decider, Phone, Reason, Scan, Verdict, shown_id
from .scan_forms import Handover, entry_of, fingerprint, in_order, kept, named_id, read_scan, scan_of

_log = logging.getLogger(__name__)

UNREADABLE = "unreadable"


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """The contradiction that a scan is part of, with the names of both gates."""

    kind: str
    at: datetime
    gate: str
    first_at: datetime | None
    first_gate: str


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What the phone hears about one scan; after that it may forget it. `now` is what the server says where the phone has refused."""

    id: UUID | str | None
    done: bool = True
    verdict: Verdict | None = None
    kind: str = UNREADABLE
    now: str | None = None
    replayed: bool = False
    announcement: Announcement | None = None
    movements: list[ShownMovement] = []
    conflict: Clash | None = None
    entry: ListEntry | None = None


T = TypeVar("T")
Judged = Answer | None
"""An answer, or nothing for a scan that was kept for people to decide."""


async def strand_all(acting: Acting, handed: Handover) -> None:
    """Keeps everything that a disconnected phone still had."""
    await _strand(acting, handed, handed.scans, why="disconnected")


async def take_in(acting: Acting, handed: Handover) -> list[Answered]:
    """Judges the scans in their order and answers in it."""
    read = [_read(given, acting, handed.sent_at) for given in handed.scans]
    ordered = iter(in_order([scan for scan in read if scan]))
    scans = [next(ordered) if scan else None for scan in read]
    judged = await _judge(acting, scans)
    adrift = [given for given, answer in zip(handed.scans, judged, strict=True) if answer is None or _undoes_nothing(answer)]
    await _strand(acting, handed, adrift, why=UNREADABLE)
    return await _told(acting, handed.scans, scans, judged)


async def judge_again(acting: Acting, scan: PhoneScan) -> Answer | None:
    """One scan that somebody has decided to take in after all; nothing if it cannot be judged even so."""
    return (await _judge(acting, [scan]))[0]


def _read(given: Any, acting: Acting, sent_at: datetime | None) -> PhoneScan | None:
    try:
        return read_scan(given, acting.phone, sent_at=sent_at, received_at=acting.received_at)
    except Unreadable as fault:
        _log.warning("device %s sent a scan that cannot be read: %s", acting.phone.id, fault)
        return None


async def _judge(acting: Acting, scans: Sequence[PhoneScan | None]) -> list[Judged]:
    judged: list[Judged] = []
    for kind, group in groupby(scans, key=lambda scan: "none" if scan is None else scan.act if scan.act in ACTS else "record"):
        run = [scan for scan in group if scan]
        if kind == "none":
            continue
        if kind == "record":
            judged += await _each_alone(acting, [scan_of(scan, acting.phone) for scan in run])
        else:
            judged += [await _guarded(lambda scan=scan: _act(acting, scan), scan.id) for scan in run]  # type: ignore[misc]
    answers = iter(judged)
    return [next(answers) if scan else None for scan in scans]


async def _each_alone(acting: Acting, scans: list[Scan]) -> list[Judged]:
    """All in few calls; if one of them cannot be written down, only that one stays behind."""
    desk, event_id = acting.desk, acting.phone.event_id
    if len(scans) > 1:
        together = await _guarded(lambda: desk.redeem_all(event_id, scans), scans[0].id)
        if together is not None:
            return list(together)
    return [await _guarded(lambda scan=scan: desk.redeem(event_id, scan), scan.id) for scan in scans]  # type: ignore[misc]


async def _guarded(judge: Callable[[], Awaitable[T]], scan_id: UUID) -> T | None:
    """The outcome, or nothing if this scan will never have one. What passes by itself is left to the phone's next try."""
    try:
        return await judge()
    except OUT_OF_SERVICE:
        raise
    except Unreadable as fault:
        _log.warning("scan %s cannot be judged: %s", scan_id, fault)
    except Exception:
        _log.exception("scan %s was not judged", scan_id)
    return None


async def _act(acting: Acting, scan: PhoneScan) -> Answer:
    """Makes the guest, if that is still to be done, and lets them in."""
    phone, shown = acting.phone, scan.decided is not None and scan.decided.verdict in LETS_PASS
    if not shown and await scan_queries.is_refused(acting.pool, phone.event_id, scan.id):
        return await acting.desk.redeem(phone.event_id, entry_of(scan, phone, None))
    made = await _made(acting, scan)
    if isinstance(made, UUID):
        return await acting.desk.redeem(phone.event_id, entry_of(scan, phone, made))
    refusal = scan.decided or Decided(verdict=Verdict.REFUSED, by=Decider.SERVER, reason=made)
    return await acting.desk.redeem(phone.event_id, msgspec.structs.replace(entry_of(scan, phone, None), decided=refusal))


async def _made(acting: Acting, scan: PhoneScan) -> UUID | Reason:
    try:
        return await ACTS[scan.act](acting, scan)
    except DomainError as refusal:
        raise Unreadable(refusal.code) from None


def _undoes_nothing(answer: Answer) -> bool:
    """Whether the record to be taken back is not here; it may still come, from a phone without network."""
    return answer.act == Act.UNDO and answer.reason == Reason.UNKNOWN


async def _strand(acting: Acting, handed: Handover, given: Sequence[Any], *, why: str) -> None:
    """Keeps the scans as they came, with what it takes to set their times right."""
    if not given:
        return
    received = {"received_at": acting.received_at.isoformat(), "sent_at": handed.sent_at and handed.sent_at.isoformat()}
    rows = [(fingerprint(one), {"scan": kept(one)} | received if not isinstance(one, dict) else kept(one) | received) for one in given]
    async with acting.pool.acquire() as connection, connection.transaction():
        await stranded_queries.keep_stranded(connection, acting.phone, rows, why=why)


class _Around(msgspec.Struct, frozen=True):
    """What the records say of the guests concerned."""

    movements: dict[UUID, list[ShownMovement]]
    conflicts: list[Conflict]
    entries: dict[UUID, ListEntry]


async def _told(acting: Acting, given: list[Any], scans: Sequence[PhoneScan | None], judged: Sequence[Judged]) -> list[Answered]:
    around = await _look_around(acting, scans, judged)
    told = []
    for one, scan, answer in zip(given, scans, judged, strict=True):
        if scan and answer:
            told.append(_answered(scan, answer, acting.phone, around))
        else:
            told.append(Answered(id=scan.id if scan else named_id(one)))
    return told


async def _look_around(acting: Acting, scans: Sequence[PhoneScan | None], judged: Sequence[Judged]) -> _Around:
    phone, pool = acting.phone, acting.pool
    pairs = [(scan, guest) for scan, answer in zip(scans, judged, strict=True) if scan and answer and (guest := _guest_of(answer))]
    known = list({guest for _scan, guest in pairs})
    made = list({guest for scan, guest in pairs if scan.act in ACTS})
    movements: dict[UUID, list[ShownMovement]] = defaultdict(list)
    for movement in await scan_queries.movements_of(pool, phone.event_id, known):
        movements[movement.registration_id].append(listing.shown(movement, for_kiosk=phone.is_kiosk))
    conflicts = await conflict_queries.conflicts_of(pool, phone.event_id, known) if known else []
    entries = await listing.entries_of(pool, phone, made)
    return _Around(movements, conflicts, {entry.id: entry for entry in entries})


def _guest_of(answer: Answer) -> UUID | None:
    return answer.guest.registration_id if answer.guest else None


def _answered(scan: PhoneScan, answer: Answer, phone: Phone, around: _Around) -> Answered:
    guest_id = _guest_of(answer)
    announcement = announce(scan.id, answer, phone)
    if phone.is_kiosk and announcement.card:
        announcement = msgspec.structs.replace(announcement, card=listing.greeting(announcement.card))
    return Answered(
        id=scan.id,
        verdict=answer.verdict,
        kind=answer.kind,
        now=answer.would_be,
        replayed=answer.replayed,
        announcement=announcement,
        movements=around.movements.get(guest_id, []) if guest_id else [],
        conflict=_clash(around.conflicts, scan.id),
        entry=around.entries.get(guest_id) if guest_id and scan.act in ACTS else None,
    )


def _clash(conflicts: Sequence[Conflict], scan_id: UUID) -> Clash | None:
    """What this scan contradicts, as long as nobody has decided about it."""
    ids = {scan_id, shown_id(scan_id)}
    for one in conflicts:
        if one.resolved_at is None and ids & {one.check_in_id, one.first_check_in_id}:
            return Clash(kind=one.kind, at=one.at, gate=one.gate, first_at=one.first_at, first_gate=one.first_gate)
    return None
