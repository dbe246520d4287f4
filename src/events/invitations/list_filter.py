"""Which invitations a list shows: what was asked for in the address, checked."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

import msgspec

from events.kit.i18n import LANGUAGES, N_
from events.people.keys import search_words

from .list_scope import Scope
from .model import Answer

MOST_TICKED = 100  # a page shows fewer; more come by the filter


class Group(StrEnum):
    """Invitations by what there is to do about them. All but `WITHDRAWN` leave out the withdrawn ones."""

    OPEN = "open"
    NOT_WRITTEN = "not_written"
    NO_ADDRESS = "no_address"
    TROUBLED = "troubled"
    SILENT = "silent"
    OVERDUE = "overdue"
    PROVISIONAL = "provisional"
    COMING = "coming"
    DECLINED = "declined"
    COMPANIONS_UNNAMED = "companions_unnamed"
    VIP = "vip"
    WITHDRAWN = "withdrawn"


GROUP_NAMES = {
    Group.OPEN: N_("All invitations"),
    Group.NOT_WRITTEN: N_("Not written to yet"),
    Group.NO_ADDRESS: N_("No mail address"),
    Group.TROUBLED: N_("Mail did not arrive"),
    Group.SILENT: N_("Silent"),
    Group.OVERDUE: N_("Silent past the date"),
    Group.PROVISIONAL: N_("Provisional somewhere"),
    Group.COMING: N_("Coming somewhere"),
    Group.DECLINED: N_("Declined everything"),
    Group.COMPANIONS_UNNAMED: N_("Companions still to be named"),
    Group.VIP: N_("VIP"),
    Group.WITHDRAWN: N_("Withdrawn"),
}

ANSWER_NAMES = {
    Answer.NONE: N_("No answer yet"),
    Answer.PROVISIONAL: N_("Provisional"),
    Answer.ACCEPTED: N_("Accepted"),
    Answer.SUBSTITUTED: N_("Deputy comes"),
    Answer.DECLINED: N_("Declined"),
}

OWN = "-"
"""Stands for the organiser's own guests in the choice of co-hosts, and for shared places in that of contingents."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the list. `words` must all be found. With `ticked` only those, whatever else was asked."""

    query: str = ""
    group: Group = Group.OPEN
    event: str = ""
    event_id: UUID | None = None
    answer: str = ""
    contingent: str = ""
    co_host: str = ""
    lang: str = ""
    words: list[str] = []
    address_part: str = ""
    ticked: list[UUID] | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.address())

    def address(self) -> dict[str, str]:
        """The same question as names and values of an address, without what was ticked."""
        pairs = {
            "q": self.query,
            "group": "" if self.group == Group.OPEN else self.group.value,
            "event": self.event,
            "answer": self.answer,
            "contingent": self.contingent,
            "co_host": self.co_host,
            "language": self.lang,
        }
        return {name: value for name, value in pairs.items() if value}

    def hidden(self) -> list[tuple[str, str]]:
        """The same question with what was ticked, as fields of a form."""
        ticked = [("invitation", str(invitation_id)) for invitation_id in self.ticked or []]
        return [*self.address().items(), *([("which", "ticked"), *ticked] if self.ticked is not None else [])]


def parse_filter(scope: Scope, asked: Mapping[str, str], ticked: Iterable[str] = ()) -> Filter:
    """What was asked for; what does not exist is left out, as an old address may name it.

    `which=ticked` means only the ticked invitations (then possibly none); otherwise all that the filter finds.
    """
    typed = asked.get("q", "").strip()[:200]
    group, answer, lang = asked.get("group", ""), asked.get("answer", ""), asked.get("language", "")
    chosen = next((event for event in scope.events if event.slug == asked.get("event")), None) if scope.programme else None
    return Filter(
        query=typed,
        group=Group(group) if group in GROUP_NAMES else Group.OPEN,
        event=chosen.slug if chosen else "",
        event_id=chosen.id if chosen else scope.event_id,
        answer=answer if answer in ANSWER_NAMES else "",
        contingent=asked.get("contingent", "")[:80],
        co_host=asked.get("co_host", "")[:80],
        lang=lang if lang in LANGUAGES else "",
        words=[] if "@" in typed else search_words(typed),
        address_part=typed.lower() if "@" in typed else "",
        ticked=_ids(ticked) if asked.get("which") == "ticked" else None,
    )


def _ids(values: Iterable[str]) -> list[UUID]:
    ids = []
    for value in list(values)[:MOST_TICKED]:
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return ids
