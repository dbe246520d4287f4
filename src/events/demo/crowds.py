"""Who signs up where: parties made of the invented people, as `data/crowds.toml` tells."""

from collections.abc import Iterator
from functools import cache
from itertools import chain, islice

import msgspec

from events.people.consents import Purpose, text_hash
from events.registration.model import Consent, GuestDetails, SignUp

from .model import DATA, EventPlan
from .people import Person, people


class Crowd(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The guests of one event, or of one of its contingents."""

    event: str
    groups: list[str] = msgspec.field(name="from")
    guests: int
    contingent: str | None = None
    companions: int = 0
    cancelled: int = 0
    waiting: list[int] = []
    undecided: int = 0
    no_shows: int = 0
    named_first: bool = False


class _Crowds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    crowds: list[Crowd]


@cache
def crowds() -> list[Crowd]:
    return msgspec.toml.decode((DATA / "crowds.toml").read_bytes(), type=_Crowds).crowds


class Parties(msgspec.Struct, frozen=True, kw_only=True):
    """The sign-ups of a crowd by what becomes of them, in the order in which they are made."""

    cancelled: list[SignUp]
    coming: list[SignUp]
    waiting: list[SignUp]


def parties(crowd: Crowd, plan: EventPlan) -> Parties:
    """Splits the crowd into parties. Companions come one to a guest, larger parties only wait; only who comes has a table."""
    arriving = _people_for(crowd)
    coming = [2] * crowd.companions + [1] * (crowd.guests - 2 * crowd.companions)
    made = [
        [
            _sign_up(crowd, list(islice(arriving, size)), plan, f"{kind}:{number}", seat=number if kind == "coming" else None)
            for number, size in enumerate(sizes)
        ]
        for kind, sizes in (("coming", coming), ("waiting", crowd.waiting), ("cancelled", [1] * crowd.cancelled))
    ]
    return Parties(coming=made[0], waiting=made[1], cancelled=made[2])


def _people_for(crowd: Crowd) -> Iterator[Person]:
    """The groups in turn and round again; events begin at different people, so that not everybody goes everywhere first."""
    offset = 0 if crowd.named_first else crowds().index(crowd) * 29
    rotated = [[*group[offset % len(group) :], *group[: offset % len(group)]] for group in (people()[name] for name in crowd.groups)]
    longest = max(len(group) for group in rotated)
    return chain.from_iterable((group[turn] for group in rotated if turn < len(group)) for turn in range(longest))


def _sign_up(crowd: Crowd, party: list[Person], plan: EventPlan, name: str, *, seat: int | None) -> SignUp:
    registrant = party[0]
    table = str(seat % plan.tables + 1) if plan.tables and seat is not None else None
    return SignUp(
        key=f"demo:{crowd.contingent or ''}:{name}",
        email=registrant.email,
        locale=registrant.locale,
        source="demo",
        guests=[_guest(person, registrant.locale, table) for person in party],
        contingent=crowd.contingent,
        accept_waitlist=True,
        mail=False,
    )


def _guest(person: Person, locale: str, table: str | None) -> GuestDetails:
    guest = person.guest
    given = {Purpose.PRIVACY: True, Purpose.SENSITIVE: bool(guest.diet or guest.access_needs), Purpose.GUEST_LIST: guest.in_guest_list}
    consents = [
        Consent(purpose=purpose, text_hash=text_hash(purpose, locale).hex(), channel="demo") for purpose, agreed in given.items() if agreed
    ]
    return msgspec.structs.replace(guest, table_name=table, consents=consents)
