"""Who goes where, and who has a ticket already: one guest has one ticket for the programme, and is never at two places at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, zip_longest
from uuid import UUID

import msgspec

from events.itinerary.ways import distance_km, estimated_minutes
from events.registration.model import GuestDetails

from .model import EventPlan, frame
from .people import Person, people

_ANY_DAY = date(2000, 1, 8)
_NO_GUESTS: list[str] = []


class KnownGuest(msgspec.Struct, frozen=True):
    """Somebody with a ticket: the party's first booking, and who they are in it."""

    lead_id: UUID
    guest_id: UUID


class Schedule:
    """Kept while the story is loaded."""

    def __init__(self) -> None:
        self._plans: dict[str, list[EventPlan]] = {}
        self._seated: dict[str, list[int]] = {}
        self._aside: set[str] = set()
        self._known: dict[tuple[str, str], KnownGuest] = {}

    def pick(
        self, groups: Sequence[str], plan: EventPlan, *, named_first: bool = False, spare: Sequence[str] = _NO_GUESTS
    ) -> Iterator[Person]:
        """People who have time, of the groups in turn and then of the spare ones; who has been nowhere comes first, unless the named
        ones are wanted. Each one picked goes there."""
        for person in chain(self._in_turn(groups, plan, named_first), self._in_turn(spare, plan, named_first=False)):
            if self.has_time(person, plan):
                self.attends(person, plan)
                yield person

    def companion(self, group: str, plan: EventPlan) -> Person:
        """Somebody of the group who has no ticket yet, and comes to nothing else."""
        found = next(one for one in reversed(people()[group]) if one.key not in self._plans and one.key not in self._aside)
        self.attends(found, plan)
        self.keep_aside(found)
        return found

    def table(self, plan: EventPlan, guests: int) -> str | None:
        """The table with the most room; a party sits together."""
        if not plan.tables:
            return None
        seated = self._seated.setdefault(plan.slug, [0] * plan.tables)
        number = seated.index(min(seated))
        seated[number] += guests
        return str(number + 1)

    def attends(self, person: Person, plan: EventPlan) -> None:
        self._plans.setdefault(person.key, []).append(plan)

    def keep_aside(self, person: Person) -> None:
        """Somebody who signs up for nothing else, because they come with another guest or have not accepted an invitation."""
        self._aside.add(person.key)

    def goes_to(self, person: Person, slug: str) -> bool:
        return any(plan.slug == slug for plan in self._plans.get(person.key, []))

    def has_time(self, person: Person, plan: EventPlan, *, but: str = "") -> bool:
        """Whether the event goes with everything the person attends, leaving out the one called `but`."""
        others = [other for other in self._plans.get(person.key, []) if other.slug != but]
        return person.key not in self._aside and not any(clash(plan, other) for other in others)

    def note(self, person: Person, plan: EventPlan, known: KnownGuest) -> None:
        self._known.setdefault((plan.organiser, person.key), known)

    def known(self, person: Person, plan: EventPlan) -> KnownGuest | None:
        """The person as a guest of the event's organiser, if they are one already."""
        return self._known.get((plan.organiser, person.key))

    def details(self, person: Person, plan: EventPlan, details: GuestDetails) -> GuestDetails:
        """With the ticket they have; consents were given once."""
        known = self.known(person, plan)
        return msgspec.structs.replace(details, guest_id=known.guest_id, consents=[]) if known else details

    def _in_turn(self, groups: Iterable[str], plan: EventPlan, named_first: bool) -> Iterator[Person]:
        queues = [self._order(people()[group], named_first) for group in groups]
        return (person for turn in zip_longest(*queues) for person in turn if person is not None)

    def _order(self, group: Sequence[Person], named_first: bool) -> list[Person]:
        return list(group) if named_first else sorted(group, key=lambda person: len(self._plans.get(person.key, [])))


def clash(one: EventPlan, other: EventPlan) -> bool:
    """Whether nobody can attend both: at the same time, or too far apart for the time between."""
    first, second = sorted((one, other), key=lambda plan: (plan.day, plan.starts))
    between = second.at(second.starts, _ANY_DAY) - first.at(first.ends, _ANY_DAY)
    venues = frame().venues
    minutes = 0 if first.venue == second.venue else estimated_minutes(distance_km(venues[first.venue].place, venues[second.venue].place))
    return between < timedelta(minutes=minutes)
