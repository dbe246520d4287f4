"""Which applications a list shows: what was asked for in the address, checked."""

from enum import StrEnum

import msgspec

from events.kit.i18n import N_
from events.people.keys import search_words


class Group(StrEnum):
    """Applications by what is still needed. `MINE` are those about which I have not spoken in every name I have."""

    AWAITING = "awaiting"
    MINE = "mine"
    INCOMPLETE = "incomplete"
    AGREED = "agreed"


GROUP_NAMES = {
    Group.AWAITING: N_("All that await a decision"),
    Group.MINE: N_("My word is missing"),
    Group.INCOMPLETE: N_("Something is missing"),
    Group.AGREED: N_("Somebody has agreed"),
}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the list of applications. All `words` must be found."""

    query: str = ""
    group: Group = Group.AWAITING
    words: list[str] = []

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query) or self.group != Group.AWAITING

    def address(self) -> dict[str, str]:
        """The same question as names and values of an address."""
        pairs = {"q": self.query, "group": "" if self.group == Group.AWAITING else self.group.value}
        return {name: value for name, value in pairs.items() if value}


def parse_question(*, query: str | None, group: str | None) -> Question:
    """What was asked for; what does not exist is left out, as an old address may name it."""
    typed = (query or "").strip()[:200]
    return Question(query=typed, group=Group(group) if group in GROUP_NAMES else Group.AWAITING, words=search_words(typed))
