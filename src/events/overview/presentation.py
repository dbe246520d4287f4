"""Guests as lines of a list, in the words and scripts of the page's language."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.people.names import full_name, is_family_first, kana_name, second_script
from events.programme.model import Event
from events.registration.model import RegistrationState

from .mail_lines import MAIL_WORDS
from .model import GuestLine

STATE_WORDS: dict[str, tuple[str, str]] = {
    RegistrationState.CONFIRMED: (N_("Confirmed"), ""),
    RegistrationState.AWAITING_APPROVAL: (N_("Awaiting approval"), "warn"),
    RegistrationState.HELD: (N_("On hold"), "brand"),
    RegistrationState.OFFERED: (N_("Place offered"), "brand"),
    RegistrationState.WAITLISTED: (N_("Waiting list"), "brand"),
    RegistrationState.CANCELLED: (N_("Cancelled"), "bad"),
    RegistrationState.EXPIRED: (N_("Not answered in time"), "bad"),
}
FLAG_WORDS = {"speaker": N_("Speaker"), "vip": N_("VIP"), "no_photo": N_("No photo"), "wheelchair": N_("Wheelchair")}


class ShownGuest(msgspec.Struct, frozen=True, kw_only=True):
    """One row: the name as readers of this language expect it, then in its other script and as it sounds."""

    registration_id: UUID
    name: str
    name_lang: str
    other_name: str
    other_lang: str
    kana: str
    company: str
    job_title: str
    email: str
    contingent: str
    table: str
    state: str
    state_word: str
    state_tone: str
    arrived: str
    left: str
    mail_word: str
    mail_tone: str
    flags: list[str]
    is_walk_in: bool


def present_guest(line: GuestLine, event: Event) -> ShownGuest:
    """A guest in the list of one event."""
    language = current_language()
    name, other = full_name(line.person, language), second_script(line.person, language)
    word, tone = STATE_WORDS[line.state]
    mail_word, mail_tone = MAIL_WORDS[line.mail_status] if line.mail_status else ("", "")
    return ShownGuest(
        registration_id=line.registration_id,
        name=name,
        name_lang="ja" if is_family_first(name) else "",
        other_name=other,
        other_lang="ja" if is_family_first(other) else "",
        kana=kana_name(line.person) if language == "ja" else "",
        company=line.person.company,
        job_title=line.job_title,
        email=line.email,
        contingent=local(line.contingent),
        table=line.table_name or "",
        state=line.state,
        state_word=_(word),
        state_tone=tone,
        arrived=clock_of(line.arrived_at, event.time_zone) if line.arrived_at else "",
        left=clock_of(line.left_at, event.time_zone) if line.left_at else "",
        mail_word=_(mail_word) if mail_word else "",
        mail_tone=mail_tone,
        flags=[_(FLAG_WORDS[flag]) for flag in line.flags],
        is_walk_in=line.source == "walk_in",
    )


def clock_of(at: datetime, zone: str) -> str:
    """The time on the event's own clock."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
