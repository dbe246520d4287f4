"""Parties of the waiting list in the words of the page's language."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.i18n import current_language, local, ngettext
from events.kit.times import moment_label
from events.programme.model import Event

from .model import EntryState, Party
from .presentation import ShownName, present_name


class ShownParty(msgspec.Struct, frozen=True, kw_only=True):
    """One party. `note` says why it was passed over, `can_be_served` whether enough is free for it just now."""

    booking_id: UUID
    state: EntryState
    name: ShownName
    company: str
    party_size: int
    contingent: str
    position: int | None
    priority: int
    priority_reason: str
    note: str
    free: int
    can_be_served: bool
    out_of_turn: bool
    joined: str
    settled: str
    deadline: str


def present_party(party: Party, event: Event) -> ShownParty:
    return ShownParty(
        booking_id=party.booking_id,
        state=party.state,
        name=present_name(party.person),
        company=party.person.company,
        party_size=party.party_size,
        contingent=local(party.contingent),
        position=party.position,
        priority=party.priority,
        priority_reason=party.priority_reason,
        note=_note(party, event),
        free=party.free,
        can_be_served=party.state == EntryState.WAITING and party.free >= party.party_size,
        out_of_turn=party.out_of_turn,
        joined=_moment(party.joined_at, event),
        settled=_moment(party.settled_at, event),
        deadline=_moment(party.deadline, event, party.time_zone),
    )


def _note(party: Party, event: Event) -> str:
    """Why the party was passed over, and how often."""
    if not party.skipped or party.skipped_at is None:
        return ""
    words = {"party": party.party_size, "free": party.skipped_free or 0, "time": _moment(party.skipped_at, event), "num": party.skipped}
    last = ngettext(
        "needs %(party)s, %(free)s was free on %(time)s", "needs %(party)s, %(free)s were free on %(time)s", party.skipped_free or 0
    )
    times = ngettext("passed over once", "passed over %(num)s times", party.skipped)
    return f"{times % words}: {last % words}"


def _moment(at: datetime | None, event: Event, guest_zone: str | None = None) -> str:
    return moment_label(at, event.time_zone, locale=current_language(), guest_zone=guest_zone) if at else ""
