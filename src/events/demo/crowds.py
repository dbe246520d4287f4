"""Who signs up where: parties made of the invented people, as `data/crowds.toml` tells."""

from functools import cache

import msgspec

from events.people.consents import Purpose, text_hash
from events.registration.model import Consent, GuestDetails

from .model import DATA, EventPlan
from .people import Person, people
from .schedule import Schedule

COMPANY = dict.fromkeys(("thuringia", "berlin", "international"), "partners")  # who comes along with whom
SPARE = ("international", "berlin", "japan")  # who fills up where the groups have no time
DAY_SECONDS = 24 * 60 * 60


class Crowd(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The guests of one event, or of one of its contingents."""

    event: str
    groups: list[str] = msgspec.field(name="from")
    guests: int = 0
    contingent: str | None = None
    companions: int = 0
    cancelled: int = 0
    waiting: list[int] = []
    undecided: int = 0
    offers: int = 0
    hold_days: int | None = None
    clashes_with: str = ""
    no_shows: int = 0
    named_first: bool = False


class _Crowds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    crowds: list[Crowd]


@cache
def crowds() -> list[Crowd]:
    return msgspec.toml.decode((DATA / "crowds.toml").read_bytes(), type=_Crowds).crowds


class Party(msgspec.Struct, frozen=True):
    """People who come together, and the table they are given."""

    people: list[Person]
    table: str | None = None


class Parties(msgspec.Struct, frozen=True, kw_only=True):
    """The parties of a crowd by what becomes of them, in the order in which they sign up."""

    cancelled: list[Party]
    coming: list[Party]
    waiting: list[Party]


def parties(crowd: Crowd, plan: EventPlan, schedule: Schedule) -> Parties:
    """Splits the crowd into parties. Companions come one to a guest, larger parties only wait; only who comes has a table."""
    arriving = schedule.pick(crowd.groups, plan, named_first=crowd.named_first, spare=SPARE)
    singles = crowd.guests - 2 * crowd.companions
    if crowd.clashes_with:
        return Parties(coming=[Party([_torn(crowd, plan, schedule)])], waiting=[], cancelled=[])
    coming = [_party(next(arriving), size, plan, schedule) for size in [2] * crowd.companions + [1] * singles]
    return Parties(
        coming=[Party(party, schedule.table(plan, len(party))) for party in coming],
        waiting=[Party(_party(next(arriving), size, plan, schedule)) for size in crowd.waiting],
        cancelled=[Party([next(arriving)]) for _each in range(crowd.cancelled)],
    )


def _party(registrant: Person, size: int, plan: EventPlan, schedule: Schedule) -> list[Person]:
    return [registrant, *(schedule.companion(COMPANY.get(registrant.group, "japan"), plan) for _each in range(size - 1))]


def _torn(crowd: Crowd, plan: EventPlan, schedule: Schedule) -> Person:
    """Somebody who has promised to be somewhere else at that time, and only there."""
    for group in crowd.groups:
        for person in people()[group]:
            if schedule.goes_to(person, crowd.clashes_with) and schedule.has_time(person, plan, but=crowd.clashes_with):
                schedule.attends(person, plan)
                return person
    raise AssertionError(f"nobody of {crowd.groups} goes to {crowd.clashes_with}")


def guest(person: Person, *, channel: str, table_name: str | None = None) -> GuestDetails:
    """What the person types, with the consents that go with it."""
    details = person.guest
    given = {
        Purpose.PRIVACY: True,
        Purpose.SENSITIVE: bool(details.diet or details.access_needs),
        Purpose.GUEST_LIST: details.in_guest_list,
        Purpose.FOLLOW_UP: person.number % 9 == 5,
    }
    consents = [
        Consent(purpose=purpose, text_hash=text_hash(purpose, person.locale).hex(), channel=channel)
        for purpose, agreed in given.items()
        if agreed
    ]
    return msgspec.structs.replace(details, table_name=table_name, consents=consents)
