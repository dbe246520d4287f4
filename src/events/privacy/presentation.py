"""People, consents and records in the words of the pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.kit.times import moment_label
from events.people.consents import OF_ONE_EVENT, OF_THE_CONTACT, Purpose, consent_text
from events.people.diet import diet_words
from events.people.names import full_name, is_family_first, second_script

from .model import GivenConsent, Listed, Party, PartyGuest, SeenBy

ROLE_WORDS = {
    "owner": N_("the organiser's owner"),
    "organiser": N_("the organiser"),
    "reviewer": N_("a reviewer"),
    "door": N_("the door staff"),
    "staff": N_("somebody who worked for the organiser"),
    "token": N_("a program of the organiser"),
    "co_host": N_("a co-host"),
}
SEEN_WORDS = {
    "guests_exported": N_("took the guest list as a file"),
    "person_viewed": N_("looked at food, access and answers"),
    "person_exported": N_("took your details as a file"),
    "marketing_exported": N_("took the list of those who want news"),
    "answers_exported": N_("took the answers to questions as a file"),
    "answers_viewed": N_("opened sealed answers"),
    "upload_viewed": N_("opened a file of yours"),
    "list_taken": N_("took the list of applications as a file"),
    "invitations_exported": N_("took the invitations as a file"),
    "letters_printed": N_("printed invitations"),
}


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """A consent with its switch. `state` is "given", "waiting" or "none"; without buttons where erasing is the way."""

    purpose: str
    words: str
    state: str
    since: str
    can_give: bool
    can_withdraw: bool


class GuestCard(msgspec.Struct, frozen=True, kw_only=True):
    """A guest of the booking on the privacy page."""

    id: UUID
    position: int
    name: str
    other_name: str
    work: str
    diet: str
    access_needs: str
    is_erased: bool
    consents: list[ConsentView]


def guest_cards(party: Party, given: list[GivenConsent], zone: str) -> list[GuestCard]:
    """Every guest of the party with what they agreed to."""
    return [_card(guest, [one for one in given if one.guest_id == guest.id], zone) for guest in party.guests]


def listed_lines(guests: list[Listed]) -> list[dict[str, str]]:
    """The lines of a guest list: each name in the script and order that readers of the page expect."""
    locale = current_language()
    return [
        {
            "name": full_name(guest, locale),
            "lang": "ja" if is_family_first(full_name(guest, locale)) else "",
            "other": second_script(guest, locale),
            "company": guest.company,
        }
        for guest in guests
    ]


def seen_lines(seen: list[SeenBy], zone: str) -> list[dict[str, str]]:
    """Who looked, by role."""
    locale = current_language()
    return [
        {
            "who": _(ROLE_WORDS.get(one.role, ROLE_WORDS["staff"])),
            "what": _(SEEN_WORDS[one.action]) if one.action in SEEN_WORDS else _("looked at your details"),
            "when": moment_label(one.last_at, zone, locale=locale),
            "times": str(one.times),
        }
        for one in seen
    ]


def moment(at: datetime | None, zone: str = "UTC") -> str:
    """An instant in the language of the page; empty for none."""
    return moment_label(at, zone, locale=current_language()) if at else ""


def _card(guest: PartyGuest, given: list[GivenConsent], zone: str) -> GuestCard:
    locale = current_language()
    return GuestCard(
        id=guest.id,
        position=guest.position,
        name=full_name(guest, locale),
        other_name=second_script(guest, locale),
        work=" · ".join(part for part in (guest.company, guest.department, guest.job_title) if part),
        diet=diet_words(guest.diet),
        access_needs=guest.access_needs,
        is_erased=guest.erased_at is not None,
        consents=[] if guest.erased_at else _consents(guest, given, zone),
    )


def _consents(guest: PartyGuest, given: list[GivenConsent], zone: str) -> list[ConsentView]:
    standing: dict[Any, GivenConsent] = {one.purpose: one for one in given}
    shown = [purpose for purpose in Purpose if guest.position == 0 or purpose not in OF_THE_CONTACT]
    return [_consent(purpose, standing.get(purpose), zone) for purpose in shown if purpose in standing or _can_be_given(purpose)]


def _consent(purpose: Purpose, given: GivenConsent | None, zone: str) -> ConsentView:
    return ConsentView(
        purpose=purpose.value,
        words=consent_text(purpose),
        state="none" if given is None else "waiting" if given.waits else "given",
        since=moment((given.confirmed_at or given.given_at) if given else None, zone),
        can_give=given is None and _can_be_given(purpose),
        can_withdraw=given is not None and purpose != Purpose.PRIVACY,
    )


def _can_be_given(purpose: Purpose) -> bool:
    return purpose not in (Purpose.PRIVACY, Purpose.SENSITIVE, *OF_ONE_EVENT)
