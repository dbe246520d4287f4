"""The rules of capacity told a second time, plainly and slowly, for the property test to compare with."""

from dataclasses import dataclass, field

ROOT = ""


@dataclass
class ModelPool:
    parent: str | None
    capacity: int
    position: int = 0
    open_to_all: bool = True
    released: bool = False


@dataclass
class ModelPlace:
    state: str
    pool: str | None = None
    expires: int | None = None


@dataclass
class ModelParty:
    wanted: str | None
    places: list[ModelPlace]
    skipped: int = 0


@dataclass
class ModelEvent:
    """One event: its pools by slug (the root is ''), its parties in order of arrival, and those who wait."""

    pools: dict[str, ModelPool]
    parties: dict[str, ModelParty] = field(default_factory=dict)
    line: list[str] = field(default_factory=list)

    def inside(self, slug: str) -> set[str]:
        return {slug}.union(*(self.inside(s) for s, p in self.pools.items() if p.parent == slug))

    def taken(self, slug: str) -> int:
        part = self.inside(slug)
        return sum(place.pool in part for party in self.parties.values() for place in party.places)

    def kept(self, slug: str) -> int:
        return sum(p.capacity - self.taken(s) for s, p in self.pools.items() if p.parent == slug)

    def direct(self, slug: str) -> int:
        return self.pools[slug].capacity - self.taken(slug) - self.kept(slug)

    def serving(self, wanted: str | None) -> list[str]:
        if wanted is None:
            others = sorted((p.position, s) for s, p in self.pools.items() if s != ROOT and p.open_to_all)
            return [ROOT, *(slug for _, slug in others)]
        around = [wanted]
        while self.pools[around[-1]].released:
            around.append(str(self.pools[around[-1]].parent))
        return around

    def room_for(self, wanted: str | None, party: int, *, but: set[str] | frozenset[str] = frozenset()) -> list[str]:
        """The pools that would serve a party now, one entry a place; shorter than the party when there is no room."""
        places = [slug for slug in self.serving(wanted) if slug not in but for _ in range(self.direct(slug))]
        return places[:party]

    def largest_party(self, wanted: str | None) -> int:
        return max(1, self.pools[ROOT if wanted is None else self.serving(wanted)[-1]].capacity)

    def claim(self, key: str, party: int, wanted: str | None, *, waitlist: bool, expires: int | None) -> str:
        waited_for = {slug for other in self.line for slug in self.serving(self.parties[other].wanted)}
        room = self.room_for(wanted, party, but=waited_for)
        if len(room) == party:
            state = "confirmed" if expires is None else "held"
            self.parties[key] = ModelParty(wanted, [ModelPlace(state, pool, expires) for pool in room])
            return state
        if not waitlist or party > self.largest_party(wanted):
            return "full"
        self.parties[key] = ModelParty(wanted, [ModelPlace("waitlisted") for _ in range(party)])
        self.line.append(key)
        return "waitlisted"

    def give_back(self, key: str, numbers: list[int], state: str) -> None:
        leaving = [n for n in numbers if self.parties[key].places[n].state not in ("cancelled", "expired")]
        for number in leaving:
            self.parties[key].places[number] = ModelPlace(state)
        if leaving:
            self.settle()

    def expire(self, moment: int) -> None:
        over = [p for party in self.parties.values() for p in party.places if p.expires is not None and p.expires <= moment]
        for place in over:
            place.state, place.pool, place.expires = "expired", None, None
        if over:
            self.settle()

    def release(self, slug: str) -> None:
        if not self.pools[slug].released:
            self.pools[slug].released = True
            self.settle()

    def resize(self, slug: str, capacity: int) -> str:
        pool = self.pools[slug]
        if pool.released:
            return "released"
        if pool.capacity - capacity > self.direct(slug):
            return "below_taken"
        if pool.parent is not None and capacity - pool.capacity > self.direct(pool.parent):
            return "above_parent"
        pool.capacity = capacity
        self.promote()
        return "resized"

    def settle(self) -> None:
        trimmed = {s: self.taken(s) + self.kept(s) for s, p in self.pools.items() if p.released}
        for slug, capacity in trimmed.items():
            self.pools[slug].capacity = capacity
        self.promote()

    def promote(self) -> None:
        for key in list(self.line):
            party = self.parties[key]
            waiting = [place for place in party.places if place.state == "waitlisted"]
            room = self.room_for(party.wanted, len(waiting))
            if waiting and len(room) == len(waiting):
                for place, pool in zip(waiting, room, strict=True):
                    place.state, place.pool = "confirmed", pool
            elif waiting and room:
                party.skipped += 1
                continue
            elif waiting:
                continue
            self.line.remove(key)
