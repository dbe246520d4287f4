"""The rules of offers, approvals, priorities and substitutes told a second time, on top of the plain model of places."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .places_model import ModelEvent, ModelParty, ModelPlace

OVER = ("cancelled", "expired")


def fair_deadline(now: datetime, hours: int | None, zone: str, starts_at: datetime) -> datetime | None:
    """Waking hours are from ten in the morning to nine in the evening; the last word is two hours before the event."""
    if hours is None:
        return None
    ends = (now + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if ends.time() < time(10):
        ends = ends.replace(hour=10, minute=0, second=0)
    elif ends.time() > time(21):
        ends = (ends + timedelta(days=1)).replace(hour=10, minute=0, second=0)
    latest = (starts_at - timedelta(hours=2)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if latest < ends:
        ends = latest
        if ends.time() < time(10):
            ends = (ends - timedelta(days=1)).replace(hour=21, minute=0, second=0)
        elif ends.time() > time(21):
            ends = ends.replace(hour=21, minute=0, second=0)
    moment = ends.replace(tzinfo=ZoneInfo(zone)).astimezone(now.tzinfo)
    return moment if moment > now + timedelta(hours=1) else None


@dataclass
class SelectionEvent(ModelEvent):
    """Places as before. Per party: whether it is approved, its priority, and where it reads its mail; per guest the position."""

    approval_required: bool = False
    pending_holds_place: bool = True
    substitutes_need_approval: bool = False
    offer_hours: int | None = None
    starts_at: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    beginning: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    minutes: int = 0
    zones: dict[str, str] = field(default_factory=dict)
    priorities: dict[str, int] = field(default_factory=dict)
    approved: dict[str, list[bool]] = field(default_factory=dict)
    seats: dict[str, list[int]] = field(default_factory=dict)
    changed: dict[str, list[int]] = field(default_factory=dict)

    def sign_up(self, key: str, party: int, wanted: str | None, *, waitlist: bool, approved: bool, priority: int, zone: str) -> str:
        if self.approval_required and not self.pending_holds_place and not approved:
            if party > self.largest_party(wanted):
                return "full"
            self.parties[key] = ModelParty(wanted, [ModelPlace("awaiting_approval") for _ in range(party)])
            outcome = "awaiting_approval"
        else:
            outcome = self.claim(key, party, wanted, waitlist=waitlist, expires=None)
        if outcome == "full":
            return outcome
        if outcome == "confirmed" and self.approval_required and not approved:
            outcome = "awaiting_approval"
            for place in self.parties[key].places:
                place.state = outcome
        self.zones[key], self.priorities[key] = zone, priority
        self.approved[key], self.seats[key] = [approved] * party, list(range(party))
        self._put_line_in_order()
        return outcome

    def promote(self) -> None:
        for key in list(self.line):
            self._serve(key)

    def serve_out_of_turn(self, key: str) -> bool:
        before = len(self.line)
        self._serve(key)
        return len(self.line) < before

    def _serve(self, key: str) -> None:
        party = self.parties[key]
        waiting = [n for n, place in enumerate(party.places) if place.state == "waitlisted"]
        room = self.room_for(party.wanted, len(waiting))
        if len(room) < len(waiting):
            party.skipped += bool(room)
            return
        self.line.remove(key)
        if not waiting:
            return
        state, expires = self._served_state(key, waiting)
        for number, pool in zip(sorted(waiting, key=self.seats[key].__getitem__), room, strict=True):
            party.places[number] = ModelPlace(state, pool, expires)

    def _served_state(self, key: str, waiting: list[int]) -> tuple[str, int | None]:
        if self.approval_required and not all(self.approved[key][n] for n in waiting):
            return "awaiting_approval", None
        now = self.beginning + timedelta(minutes=self.minutes)
        deadline = fair_deadline(now, self.offer_hours, self.zones[key], self.starts_at)
        return ("offered", int((deadline - self.beginning).total_seconds()) // 60) if deadline else ("confirmed", None)

    def accept(self, key: str, numbers: list[int]) -> bool:
        """Takes some of an offer; the others go back first. Answers whether there was still something to take."""
        offered = [n for n, place in enumerate(self.parties[key].places) if place.state == "offered"]
        taken = [n for n in offered if n in numbers and (self.parties[key].places[n].expires or 0) > self.minutes]
        confirmed = any(place.state == "confirmed" for place in self.parties[key].places)
        if not taken and not confirmed:
            return False
        self.give_back(key, [n for n in offered if n not in numbers], "cancelled")
        for number in taken:
            self.parties[key].places[number] = ModelPlace("confirmed", self.parties[key].places[number].pool)
        return True

    def approve(self, chosen: dict[str, list[int]], order: dict[str, tuple[int, str]]) -> dict[tuple[str, int], str]:
        """`chosen` are numbers in the order of the registrations' ids, `order` when and as what each party came."""
        outcomes: dict[tuple[str, int], str] = {}
        open_: dict[str, list[int]] = {}
        for key, numbers in chosen.items():
            for number in numbers:
                place = self.parties[key].places[number]
                if place.state == "awaiting_approval" and place.pool is not None:
                    place.state, self.approved[key][number] = "confirmed", True
                    outcomes[key, number] = "confirmed"
                elif place.state == "awaiting_approval":
                    open_.setdefault(key, []).append(number)
        for key in sorted(open_, key=order.__getitem__):
            outcome = self._approve_open(key, open_[key])
            outcomes |= {(key, number): outcome for number in open_[key]}
        return outcomes

    def _approve_open(self, key: str, numbers: list[int]) -> str:
        party = self.parties[key]
        waited_for = {slug for other in self.line for slug in self.serving(self.parties[other].wanted)}
        room = self.room_for(party.wanted, len(numbers), but=waited_for)
        if len(room) < len(numbers) and len(numbers) > self.largest_party(party.wanted):
            return "full"
        for number in numbers:
            self.approved[key][number] = True
        if len(room) == len(numbers):
            for number, pool in zip(numbers, room, strict=True):
                party.places[number] = ModelPlace("confirmed", pool)
            return "confirmed"
        self._stand_in_line(key, numbers)
        return "waitlisted"

    def wait_again(self, key: str) -> int:
        numbers = [n for n, place in enumerate(self.parties[key].places) if place.state == "expired"]
        if numbers:
            self._stand_in_line(key, numbers)
            self.promote()
        return len(numbers)

    def _stand_in_line(self, key: str, numbers: list[int]) -> None:
        for number in numbers:
            self.parties[key].places[number] = ModelPlace("waitlisted")
        if key not in self.line:
            self.line.append(key)
            self.priorities[key], self.parties[key].skipped = 0, 0
            self._put_line_in_order()

    def substitute(self, key: str, number: int) -> None:
        place = self.parties[key].places[number]
        self.seats[key][number] = max(self.seats[key] + self.changed.get(key, [])) + 1
        self.changed.setdefault(key, []).append(self.seats[key][number])
        if self.substitutes_need_approval and place.state == "confirmed":
            place.state, self.approved[key][number] = "awaiting_approval", False

    def _put_line_in_order(self) -> None:
        self.line.sort(key=lambda key: -self.priorities[key])
