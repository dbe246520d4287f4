"""A host's guest in words: how the name is said, where the guest is, and what is told the moment somebody arrives."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.people.names import is_family_first, native_name, second_script, spoken_name
from events.programme.model import Event
from events.registration.model import RegistrationState

from .model import HostedGuest

_STATES = {
    RegistrationState.HELD: N_("Not confirmed yet"),
    RegistrationState.OFFERED: N_("Not confirmed yet"),
    RegistrationState.AWAITING_APPROVAL: N_("Not approved yet"),
    RegistrationState.WAITLISTED: N_("On the waiting list"),
    RegistrationState.CANCELLED: N_("Is not coming"),
    RegistrationState.EXPIRED: N_("Is not coming"),
}
FLAGS = {
    "speaker": N_("Speaker"),
    "vip": N_("VIP"),
    "no_photo": N_("No photos"),
    "wheelchair": N_("Wheelchair"),
}


class GuestCard(msgspec.Struct, frozen=True, kw_only=True):
    """One guest on the host's page. `arrived` is empty while expected; `place` orders the expected ones, `moment` the arrived."""

    id: str
    name: str
    name_lang: str
    spoken: str
    spoken_lang: str
    other: str
    work: str
    flags: list[str]
    note: str
    word: str
    tone: str
    arrived: str
    gate: str
    table: str
    place: str
    moment: str


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What is announced: one sentence, and the card's note beside it."""

    id: str
    words: str
    work: str
    note: str


def guest_card(guest: HostedGuest, event: Event, place: int) -> GuestCard:
    """The guest as this page's reader needs it."""
    language = current_language()
    name, spoken = native_name(guest), spoken_name(guest, language)
    word, tone = _standing(guest, event)
    return GuestCard(
        id=str(guest.registration_id),
        name=name,
        name_lang=_language_of(name),
        spoken="" if spoken == name else spoken,
        spoken_lang=_language_of(spoken),
        other=_third_script(guest, {name, spoken}),
        work=" · ".join(part for part in (guest.company, guest.department, guest.job_title) if part),
        flags=[_(FLAGS[flag]) for flag in guest.flags if flag in FLAGS],
        note=guest.note,
        word=word,
        tone=tone,
        arrived=arrival_time(guest, event),
        gate=guest.gate or "",
        table=guest.table_name or "",
        place=f"{place:05}",
        moment=guest.arrived_at.isoformat() if guest.arrived_at else "",
    )


def arrival_of(guest: HostedGuest, event: Event) -> Arrival:
    """What is said about somebody who has come, late news as such."""
    card = guest_card(guest, event, 0)
    words = {"name": said_name(guest), "gate": card.gate, "arrived": _clock(guest.arrived_at, event), "told": _clock(guest.told_at, event)}
    if guest.is_late_news and guest.gate:
        said = _("%(name)s arrived at %(arrived)s at %(gate)s (told at %(told)s).")
    elif guest.is_late_news:
        said = _("%(name)s arrived at %(arrived)s (told at %(told)s).")
    else:
        said = _("%(name)s is at %(gate)s now.") if guest.gate else _("%(name)s is here now.")
    return Arrival(id=card.id, words=said % words, work=card.work, note=card.note)


def said_name(guest: HostedGuest) -> str:
    """The name as written and as said: 見本 花子 (Hanako Mihon)."""
    language = current_language()
    name, spoken = native_name(guest), spoken_name(guest, language)
    if spoken in ("", name):
        return name
    return f"{name}（{spoken}）" if language == "ja" else f"{name} ({spoken})"


def arrival_time(guest: HostedGuest, event: Event) -> str:
    """ "18:02", or "18:02, told 18:20" where the news were late; empty for somebody who has not come."""
    if guest.arrived_at is None:
        return ""
    if not guest.is_late_news:
        return _clock(guest.arrived_at, event)
    times = {"arrived": _clock(guest.arrived_at, event), "told": _clock(guest.told_at, event)}
    return _("arrived %(arrived)s, told %(told)s") % times


def _standing(guest: HostedGuest, event: Event) -> tuple[str, str]:
    if guest.arrived_at and guest.has_left:
        return _("Has left"), ""
    if guest.arrived_at:
        return _("Here"), "ok"
    if guest.state == RegistrationState.CONFIRMED:
        return _("Expected"), "brand"
    return _(_STATES[guest.state]), "warn"


def _third_script(guest: HostedGuest, shown: set[str]) -> str:
    other = second_script(guest, current_language())
    return "" if other in shown else other


def _language_of(name: str) -> str:
    return "ja" if is_family_first(name) else ""


def _clock(at: datetime | None, event: Event) -> str:
    """The time at the event; the page's head names the zone."""
    return f"{at.astimezone(ZoneInfo(event.time_zone)):%H:%M}" if at else ""
