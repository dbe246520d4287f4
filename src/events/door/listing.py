"""The list a phone carries, so that it can work alone: who comes, what holds at the doors, who went in and out.

It is cut into buckets with a digest each; a phone names the digests it has and gets the buckets that differ. All parts of one answer
are of one moment. Phones that ask at once share the reading, so a hundred phones that come back into the network together cost
little more than one.

A kiosk stands in a foyer without anybody beside it. Its list has hashes of codes, where each guest stands and which questions concern
them, but no names: whom it greets by name, the server tells it when a ticket is shown.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from events.kit import clock
from events.kit.coalesce import Coalescer
from events.kit.database import Connection, Executor, Pool
from events.kit.i18n import current_language, local, use_language
from events.kit.times import moment_label
from events.people.consents import Purpose, consent_text
from events.programme.queries import event_by_id, pools_of_event

from . import list_queries, queries, rules_queries
from .announcement import Card, card_of
from .list_queries import BUCKETS, Movement, StrangeCode
from .model import Attendance, Entrant, Phone
from .rules import DoorQuestion, DoorRules

OVERLAP = timedelta(seconds=30)  # a record counts from the moment it was written, and is seen when its transaction is through
SHAPE = "1"  # of an entry; raise it when entries show something else from the same rows
Words = dict[str, Any]


class Wish(msgspec.Struct, frozen=True):
    """What a phone has: the digests of its list, and until when it has heard of movements."""

    have: tuple[str, ...] = ()
    since: datetime | None = None


class ListEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A guest on the list. `party` is shared by who came with one booking; `unnamed` companions may still be named."""

    id: UUID
    code: str | None
    state: str
    card: Card
    search: str
    sort: str
    party: UUID | None
    position: int
    unnamed: int


class ShownMovement(msgspec.Struct, frozen=True, kw_only=True):
    """A movement as phones hear of it."""

    id: UUID
    registration_id: UUID
    kind: str
    at: datetime
    gate: str
    phone: str
    by: str
    undoes: UUID | None


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone knows besides the guests; small, and sent every time."""

    event: Words
    rules: DoorRules
    questions: list[Words]
    gates: list[Words]
    attendance: Attendance
    pools: list[Words]
    privacy: str


class GuestList(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. What is none is as the phone has it."""

    list_at: datetime
    language: str
    full: bool
    digests: list[str]
    buckets: dict[str, list[ListEntry]]
    elsewhere: dict[str, int] | None
    events: list[Words] | None
    former: list[str] | None
    movements: list[ShownMovement]
    around: Around


Key = tuple[UUID, str, bool]
"""An event, a language, and whether it is for a kiosk."""


class GuestLists:
    """One per process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._readers: Coalescer[Key, Wish, GuestList] = Coalescer(self._read, largest=10_000)
        self._digests: Coalescer[Key, None, str] = Coalescer(self._read_digest, largest=10_000)

    async def read(self, event_id: UUID, wish: Wish, *, for_kiosk: bool) -> GuestList:
        """What the phone is missing, in the current language."""
        return await self._readers.ask((event_id, current_language(), for_kiosk), wish)

    async def digest(self, event_id: UUID, *, for_kiosk: bool) -> str:
        """One word for the whole list: another one means that something on it has changed."""
        return await self._digests.ask((event_id, current_language(), for_kiosk), None)

    async def _read(self, key: Key, wishes: list[Wish]) -> list[GuestList]:
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            with use_language(key[1]):
                return await read_lists(connection, key, wishes)

    async def _read_digest(self, key: Key, askers: list[None]) -> list[str]:
        entries = "".join(await list_queries.list_digests(self._pool, key[0], _salt(key)))
        return [entries + await list_queries.rules_digest(self._pool, key[0])] * len(askers)


async def read_lists(db: Connection, key: Key, wishes: list[Wish]) -> list[GuestList]:
    """An answer to each wish, all of the moment at which the transaction began."""
    list_at = clock.now()
    event_id, _, for_kiosk = key
    digests = await list_queries.list_digests(db, event_id, _salt(key))
    wanted = [_differing(digests, wish) for wish in wishes]
    around = await _around(db, event_id, for_kiosk)
    entries = await _entries(db, event_id, sorted(set().union(*wanted) - {BUCKETS}), for_kiosk=for_kiosk)
    strange = await _strange_codes(db, event_id) if any(BUCKETS in wish for wish in wanted) else None
    movements = await _movements(db, event_id, wishes, for_kiosk)
    return [
        GuestList(
            list_at=list_at,
            language=current_language(),
            full=len(buckets) == BUCKETS + 1,
            digests=digests,
            buckets={str(bucket): entries.get(bucket, []) for bucket in sorted(buckets - {BUCKETS})},
            elsewhere=strange[0] if strange and BUCKETS in buckets else None,
            events=strange[1] if strange and BUCKETS in buckets else None,
            former=strange[2] if strange and BUCKETS in buckets else None,
            movements=[shown for shown, server_at in movements if wish.since is None or server_at > wish.since - OVERLAP],
            around=around,
        )
        for wish, buckets in zip(wishes, wanted, strict=True)
    ]


def _salt(key: Key) -> str:
    return f"{SHAPE}{key[1]}{key[2]}"


def _differing(digests: list[str], wish: Wish) -> set[int]:
    """The buckets that the phone has otherwise; with digests of another kind it has nothing."""
    if len(wish.have) != len(digests):
        return set(range(len(digests)))
    return {bucket for bucket, (had, now) in enumerate(zip(wish.have, digests, strict=True)) if had != now}


async def _entries(db: Connection, event_id: UUID, buckets: list[int], *, for_kiosk: bool) -> dict[int, list[ListEntry]]:
    """The entries by bucket. Between buckets others have their turn: five thousand names take a while to be put into words."""
    rows = await list_queries.list_entries(db, event_id, buckets) if buckets else []
    asked = _flags_asked(await rules_queries.questions_of_event(db, event_id)) if for_kiosk else set()
    entries: dict[int, list[ListEntry]] = {}
    for bucket, members in groupby(rows, key=lambda row: row["bucket"]):
        entries[bucket] = [_blank_entry(row, asked) if for_kiosk else _entry(row) for row in members]
        await asyncio.sleep(0)
    return entries


async def entries_of(db: Executor, phone: Phone, registration_ids: Sequence[UUID]) -> list[ListEntry]:
    """These guests as the phone's list has them, in any order."""
    if not registration_ids:
        return []
    rows = await list_queries.entries_of(db, phone.event_id, registration_ids)
    if not phone.is_kiosk:
        return [_entry(row) for row in rows]
    asked = _flags_asked(await rules_queries.questions_of_event(db, phone.event_id))
    return [_blank_entry(row, asked) for row in rows]


def _flags_asked(questions: list[DoorQuestion]) -> set[str]:
    return {flag for question in questions for flag in question.only_flags}


def _entry(row: Any) -> ListEntry:
    return ListEntry(
        id=row["registration_id"],
        code=row["code"],
        state=row["state"],
        card=card_of(msgspec.convert(dict(row), Entrant)),
        search=row["search_key"],
        sort=row["sort_key"],
        party=row["party"],
        position=row["position"],
        unnamed=row["unnamed"],
    )


def _blank_entry(row: Any, asked: set[str]) -> ListEntry:
    """What a kiosk may know: the table, and the flags for which a question is asked."""
    return ListEntry(
        id=row["registration_id"],
        code=row["code"],
        state=row["state"],
        card=nameless(row["registration_id"], table=row["table_name"] or "", flags=[flag for flag in row["flags"] if flag in asked]),
        search="",
        sort="",
        party=None,
        position=0,
        unnamed=0,
    )


def nameless(registration_id: UUID, *, table: str, flags: list[str]) -> Card:
    """A card that says nothing about the person."""
    return Card(
        registration_id=registration_id,
        name="",
        name_lang="",
        spoken="",
        spoken_lang="",
        also="",
        also_lang="",
        company="",
        job_title="",
        table=table,
        host="",
        diet="",
        access_needs="",
        flags=flags,
    )


def greeting(card: Card) -> Card:
    """What a kiosk may show of the guest who holds a ticket before it: names to be greeted by, and where to sit."""
    return msgspec.structs.replace(card, company="", job_title="", host="", diet="", access_needs="", flags=[])


async def _strange_codes(db: Connection, event_id: UUID) -> tuple[dict[str, int], list[Words], list[str]]:
    """Codes that open nothing here: for which other event they are, and those that were replaced."""
    strange = await list_queries.codes_elsewhere(db, event_id)
    places: dict[UUID, int] = {}
    events: list[Words] = []
    for code in strange:
        if code.event_id not in places:
            places[code.event_id] = len(events)
            events.append(_told(code))
    return {code.code: places[code.event_id] for code in strange}, events, await list_queries.former_codes(db, event_id)


def _told(code: StrangeCode) -> Words:
    return {"title": local(code.title), "when": moment_label(code.starts_at, code.time_zone, locale=current_language())}


async def _movements(db: Connection, event_id: UUID, wishes: list[Wish], for_kiosk: bool) -> list[tuple[ShownMovement, datetime]]:
    """Everything that any of these phones has not heard of, with the moment it reached the server."""
    earliest = None if any(wish.since is None for wish in wishes) else min(wish.since for wish in wishes if wish.since) - OVERLAP
    found = await list_queries.movements_since(db, event_id, earliest)
    return [(shown(movement, for_kiosk=for_kiosk), movement.server_at) for movement in found]


def shown(movement: Movement, *, for_kiosk: bool) -> ShownMovement:
    """Phones are named after who carries them; a kiosk need not know."""
    return ShownMovement(
        id=movement.id,
        registration_id=movement.registration_id,
        kind=movement.kind,
        at=movement.at,
        gate=movement.gate,
        phone="" if for_kiosk else movement.phone,
        by=movement.by,
        undoes=movement.undoes,
    )


async def _around(db: Connection, event_id: UUID, for_kiosk: bool) -> Around:
    event = await event_by_id(db, event_id)
    assert event is not None
    pools = [] if for_kiosk else await pools_of_event(db, event_id)
    return Around(
        event={
            "id": event.id,
            "title": local(event.title),
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "time_zone": event.time_zone,
        },
        rules=await rules_queries.rules_of_event(db, event_id),
        questions=[_question(question) for question in await rules_queries.questions_of_event(db, event_id)],
        gates=await list_queries.gates_of_event(db, event_id),
        attendance=await queries.attendance_of_event(db, event_id),
        pools=[{"id": pool.id, "name": local(pool.name), "free": max(pool.direct, 0)} for pool in pools],
        privacy="" if for_kiosk else consent_text(Purpose.PRIVACY),
    )


def _question(question: DoorQuestion) -> Words:
    return {"id": question.id, "label": local(question.label), "required": question.required, "only_flags": question.only_flags}
