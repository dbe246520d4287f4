"""The contact exchange in words: what came of a scan, and each meeting as its guest sees it."""

from typing import Any

import msgspec

from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.people.names import full_name, is_family_first, kana_name, second_script, spoken_name

from .model import Card, Meeting, Outcome

# Outcome → tone, what happened, and the next step. Nothing here says who the other guest is.
SAID: dict[Outcome, tuple[str, str]] = {
    Outcome.AGREED: ("ok", N_("You have exchanged contacts. You both get the other’s card after the event.")),
    Outcome.ALREADY: ("ok", N_("You have exchanged contacts already; nothing more to do.")),
    Outcome.ASKED: ("brand", N_("Now it is the other person’s turn: they scan your ticket, or say yes on their own page.")),
    Outcome.OWN: ("warn", N_("That is your own ticket. Please scan the ticket of the person you are talking with.")),
    Outcome.UNREADABLE: ("warn", N_("That is no ticket. Please scan the other person’s ticket, or type the short code from their page.")),
    Outcome.UNKNOWN: ("warn", N_("We do not know this code. Please scan the ticket again, or ask for the short code.")),
    Outcome.FOREIGN: ("warn", N_("That ticket is for another event, so contacts cannot be exchanged here.")),
    Outcome.CANCELLED: ("warn", N_("That ticket is not valid at this event any more. Please ask the person for a business card.")),
    Outcome.NO_CARD: (
        "warn",
        N_("The other person has not switched on contact exchange yet: on the page of their ticket, “Exchange contacts”. Then scan again."),
    ),
    Outcome.EARLY: ("warn", N_("Contacts can be exchanged once the doors are open.")),
    Outcome.OVER: ("warn", N_("The event is over, so contacts are no longer exchanged. Cards you have exchanged stand below.")),
    Outcome.OFF: ("warn", N_("The organiser has switched the exchange of contacts off.")),
}


class MeetingView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the page. `asks`: the other waits for this guest's word; `waits`: this guest waits for the other's."""

    id: str
    number: int
    name: str
    name_lang: str
    other: str
    spoken: str
    company: str
    asks: bool
    waits: bool


def meeting_view(meeting: Meeting) -> MeetingView:
    language = current_language()
    agreed = meeting.agreed_at is not None
    name = full_name(meeting, language) if agreed else ""
    spoken = spoken_name(meeting, language) if agreed else ""
    return MeetingView(
        id=str(meeting.id),
        number=meeting.number,
        name=name,
        name_lang="ja" if is_family_first(name) else "",
        other=second_script(meeting, language) if agreed else "",
        spoken="" if spoken == name else spoken,
        company=meeting.company,
        asks=not agreed and not meeting.is_mine and meeting.declined_at is None,
        waits=not agreed and meeting.is_mine,
    )


def meetings_shown(meetings: list[Meeting]) -> dict[str, Any]:
    """What the list shows: questions first, then what waits, then those who have exchanged. A refusal shows to nobody."""
    views = [meeting_view(meeting) for meeting in meetings]
    return {
        "asking": [view for view in views if view.asks],
        "waiting": [view for view in views if view.waits],
        "exchanged": [view for view in views if view.name],
    }


def told(outcome: Outcome) -> dict[str, str]:
    """The outcome for page and script."""
    tone, words = SAID[outcome]
    return {"kind": outcome.value, "tone": tone, "words": _(words)}


def own_preview(card: Card) -> list[str]:
    """What the other gets, line by line."""
    language = current_language()
    names = [full_name(card, language), second_script(card, language), kana_name(card)]
    return [line for line in (*names, card.shared_company, card.shared_job_title, card.email, card.phone) if line]
