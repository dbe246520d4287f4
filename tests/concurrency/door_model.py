"""The rules of the door told a second time, in plain Python, one scan after the other: nothing here knows of SQL, locks or batches."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

PASSES = ("admitted", "left")
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class ModelScan:
    """What a steward did: `guest` is a number, or none for a ticket nobody knows; `undoes` the scan that is taken back."""

    id: UUID
    phone: int
    act: str
    guest: int | None = None
    undoes: UUID | None = None
    shown: str | None = None
    reason: str | None = None
    by: str = "server"


@dataclass(frozen=True)
class ModelRecord:
    kind: str
    guest: int | None
    verdict: str
    reason: str | None
    by: str
    at: datetime
    phone: int
    undoes: UUID | None = None


@dataclass
class DoorModel:
    """The door of one event: the states of its guests, its rules, and everything that was written down."""

    states: list[str]
    exits: str
    fire_limit: int | None
    crew: int
    opens_at: datetime | None
    supervisors: set[int]
    records: dict[UUID, ModelRecord] = field(default_factory=dict)
    adrift: set[UUID] = field(default_factory=set)

    def effective(self) -> list[tuple[datetime, UUID, ModelRecord]]:
        """Entries and exits that nobody took back, in the order in which they happened."""
        undone = {record.undoes for record in self.records.values() if record.undoes}
        return sorted((r.at, id, r) for id, r in self.records.items() if r.verdict in PASSES and id not in undone)

    def movements(self, guest: int | None) -> list[tuple[datetime, UUID, ModelRecord]]:
        return [one for one in self.effective() if one[2].guest == guest]

    def inside(self) -> set[int]:
        """Whose last movement is an entry."""
        last = {r.guest: r.kind for _at, _id, r in self.effective() if r.guest is not None}
        return {guest for guest, kind in last.items() if kind == "entry"}

    def arrived(self) -> set[int]:
        return {r.guest for _at, _id, r in self.effective() if r.guest is not None and r.kind == "entry"}

    def conflicts(self) -> dict[UUID, tuple[str, UUID | None]]:
        """The entries that contradict something: what, and which entry they meet."""
        found: dict[UUID, tuple[str, UUID | None]] = {}
        before: dict[int | None, tuple[UUID, str]] = {}
        for _at, id, record in self.effective():
            last = before.get(record.guest) if record.guest is not None else None
            before[record.guest] = (id, record.kind)
            if record.kind != "entry" or record.by == "supervisor":
                continue
            if last and last[1] == "entry":
                found[id] = ("twice", last[0])
            elif record.reason:
                found[id] = ("over_limit" if record.reason == "house_full" else "not_valid", None)
        return found

    def queue(self, scans: list[tuple[ModelScan, datetime]]) -> list[str]:
        """The words for a queue of scans with their true moments; those of one moment follow each other."""
        words: list[str] = []
        last: datetime | None = None
        for scan, moment in scans:
            tied = last is not None and last - 500 * TICK <= moment <= last
            last = last + TICK if tied and last else moment
            words.append(self.take(scan, last))
        return words

    def take(self, scan: ModelScan, at: datetime) -> str:
        """The word for one scan."""
        id, record = scan.id, self.records.get(scan.id)
        if record and scan.shown in PASSES and record.verdict not in PASSES:
            id = uuid5(scan.id, "shown")
            record = self.records.get(id)
        if record and scan.shown == "refused" and record.verdict in PASSES and record.by == "server" and self._sent_away(scan, at):
            return word("refused", scan.reason)
        if record:
            return word(record.verdict, record.reason)
        if scan.act == "undo":
            return self._undo(scan, at)
        objection = self._objection(scan, at, id)
        if scan.shown:
            verdict, reason = scan.shown, (None if objection == "already_in" else objection) if scan.shown in PASSES else scan.reason
        elif objection is None:
            verdict, reason = ("left" if scan.act == "exit" else "admitted"), None
        elif objection == "already_in":
            verdict, reason = "already_in", None
        else:
            verdict, reason = "refused", objection
        self.records[id] = ModelRecord(scan.act, scan.guest, verdict, reason, scan.by, at, scan.phone)
        return word(verdict, reason)

    def _sent_away(self, scan: ModelScan, at: datetime) -> bool:
        """Takes back what the phone never heard of, if the guest has not moved since."""
        id, record = uuid5(scan.id, "sent away"), self.records[scan.id]
        is_undone = any(other.undoes == scan.id for other in self.records.values())
        has_moved = any((moment, other) > (record.at, scan.id) for moment, other, r in self.movements(record.guest))
        if id not in self.records and not is_undone and not has_moved:
            self.records[id] = ModelRecord("undo", record.guest, "undone", None, "server", at, scan.phone, undoes=scan.id)
        return id in self.records

    def _undo(self, scan: ModelScan, at: datetime) -> str:
        assert scan.undoes
        ids = [id for id in (uuid5(scan.undoes, "shown"), scan.undoes) if id in self.records]
        ids.sort(key=lambda id: self.records[id].verdict not in PASSES)
        if not ids:
            self.adrift.add(scan.id)
        if not ids or self.records[ids[0]].verdict not in PASSES:
            return "not_undone"
        entry = self.records[ids[0]]
        if entry.phone != scan.phone and scan.phone not in self.supervisors:
            return "not_undone"
        if all(record.undoes != ids[0] for record in self.records.values()):
            self.records[scan.id] = ModelRecord("undo", entry.guest, "undone", None, "server", at, scan.phone, undoes=ids[0])
        return "undone"

    def _objection(self, scan: ModelScan, at: datetime, id: UUID) -> str | None:
        if scan.guest is None:
            return "unknown"
        kinds = [(r.kind, (moment, other) < (at, id)) for moment, other, r in self.movements(scan.guest)]
        before = next((kind for kind, earlier in reversed(kinds) if earlier), None)
        after = next((kind for kind, earlier in kinds if not earlier), None)
        if scan.act == "exit":
            return "exits_off" if self.exits == "off" else "not_inside" if before != "entry" else None
        objections = {
            self.states[scan.guest]: self.states[scan.guest] != "confirmed",
            "too_early": self.opens_at is not None and at < self.opens_at,
            "already_in": "entry" in (before, after),
            "left": self.exits == "final" and before == "exit",
            "house_full": self.fire_limit is not None and len(self.inside()) + self.crew >= self.fire_limit and after is None,
        }
        return next((objection for objection, holds in objections.items() if holds), None)


def word(verdict: str, reason: str | None) -> str:
    """The word that a steward sees."""
    return {"left": "goodbye", "refused": reason or ""}.get(verdict, verdict)
