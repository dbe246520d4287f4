"""Which guests a list shows: what was asked for in the address, checked."""

from enum import StrEnum
from uuid import UUID

import msgspec

from events.kit.i18n import N_
from events.people.keys import search_words
from events.programme.model import Pool
from events.registration.model import RegistrationState as State


class Group(StrEnum):
    """Guests by where they stand. `CURRENT` leaves out those who cancelled."""

    CURRENT = "current"
    CONFIRMED = "confirmed"
    EXPECTED = "expected"
    ARRIVED = "arrived"
    INSIDE = "inside"
    GONE = "gone"
    AWAITING_APPROVAL = "awaiting_approval"
    HELD = "held"
    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


GROUP_NAMES = {
    Group.CURRENT: N_("All guests"),
    Group.CONFIRMED: N_("With a place"),
    Group.EXPECTED: N_("Still expected"),
    Group.ARRIVED: N_("Arrived"),
    Group.INSIDE: N_("Inside now"),
    Group.GONE: N_("Has left"),
    Group.AWAITING_APPROVAL: N_("Awaiting approval"),
    Group.HELD: N_("On hold"),
    Group.OFFERED: N_("Place offered"),
    Group.WAITLISTED: N_("On the waiting list"),
    Group.CANCELLED: N_("Cancelled"),
}

STATES: dict[Group, list[State]] = {
    Group.CURRENT: [State.CONFIRMED, State.AWAITING_APPROVAL, State.HELD, State.OFFERED, State.WAITLISTED],
    Group.CONFIRMED: [State.CONFIRMED],
    Group.EXPECTED: [State.CONFIRMED],
    Group.ARRIVED: [State.CONFIRMED],
    Group.INSIDE: [*State],  # whoever was let in is in, whatever the list says
    Group.GONE: [*State],
    Group.AWAITING_APPROVAL: [State.AWAITING_APPROVAL],
    Group.HELD: [State.HELD],
    Group.OFFERED: [State.OFFERED],
    Group.WAITLISTED: [State.WAITLISTED],
    Group.CANCELLED: [State.CANCELLED, State.EXPIRED],
}

SHARED = "-"
"""Stands for the places shared by all in the choice of contingents; no contingent's slug can be a lone hyphen."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the guest list. `words` must all be found, `address_part` in the mail address; `pool_ids` none means
    every contingent."""

    query: str = ""
    group: Group = Group.CURRENT
    contingent: str = ""
    words: list[str] = []
    address_part: str = ""
    pool_ids: list[UUID] | None = None

    @property
    def states(self) -> list[State]:
        return STATES[self.group]

    @property
    def arrived(self) -> bool | None:
        """Whether only those who have come, or only those who have not, are asked for."""
        return {Group.ARRIVED: True, Group.GONE: True, Group.EXPECTED: False}.get(self.group)

    @property
    def inside(self) -> bool | None:
        """Whether only those who are in the house now, or only those who are not, are asked for."""
        return {Group.INSIDE: True, Group.GONE: False}.get(self.group)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query or self.contingent or self.group != Group.CURRENT)

    def address(self) -> dict[str, str]:
        """The same question as names and values of an address."""
        pairs = {"q": self.query, "group": "" if self.group == Group.CURRENT else self.group.value, "contingent": self.contingent}
        return {name: value for name, value in pairs.items() if value}


def parse_listing(pools: list[Pool], *, query: str | None, group: str | None, contingent: str | None) -> Listing:
    """What was asked for; what does not exist is left out, as an old address may name it."""
    typed = (query or "").strip()[:200]
    pool_ids = _pools_within(pools, contingent) if contingent else []
    return Listing(
        query=typed,
        group=Group(group) if group in GROUP_NAMES else Group.CURRENT,
        contingent=contingent or "" if pool_ids else "",
        words=[] if "@" in typed else search_words(typed),
        address_part=typed.lower() if "@" in typed else "",
        pool_ids=pool_ids or None,
    )


def _pools_within(pools: list[Pool], slug: str) -> list[UUID]:
    """The contingent with all inside it; for the shared places the root alone."""
    if slug == SHARED:
        return [pools[0].id]
    ids = [pool.id for pool in pools if pool.slug == slug]
    known = 0
    while known < len(ids):
        known = len(ids)
        ids += [pool.id for pool in pools if pool.parent_id in ids and pool.id not in ids]
    return ids
