"""The guest list as a PDF: a part by Latin letters, and one by kana where names have a reading."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.pdf import typeset
from events.kit.places import templates_folder
from events.kit.qr import qr_svg
from events.kit.times import moment_label, span_label
from events.people.model import Person
from events.people.names import is_family_first, kana_name, latin_name, native_name
from events.programme.model import Event

from .paper_marks import line_mark
from .paper_model import PaperGuest, PaperList, kana_initial, kana_order, latin_initial, latin_order

STATES = {
    "confirmed": "",
    "awaiting_approval": N_("Awaiting approval"),
    "held": N_("On hold"),
    "offered": N_("Place offered"),
    "waitlisted": N_("Waiting list"),
    "cancelled": N_("Cancelled"),
    "expired": N_("Not answered in time"),
}
# The letter beside the shape is the same in every language; the legend at the foot says what it stands for.
FLAGS = {"speaker": "S", "vip": "V", "no_photo": "F", "wheelchair": "R", "needs": "D"}


async def list_pdf(event: Event, made: PaperList, guests: Mapping[int, PaperGuest], *, now: datetime) -> bytes:
    """The list in the current language, with what is known now beside the numbers of that version. Needs no database.

    The codes of thousands of lines take seconds to draw, so that is done in a thread as well."""
    data = await asyncio.to_thread(paper, event, made, guests, now=now)
    return await typeset(templates_folder() / "door" / "paper_list.typ", data, made_at=now)


def paper(event: Event, made: PaperList, guests: Mapping[int, PaperGuest], *, now: datetime) -> dict[str, Any]:
    """What the template is given; see its top."""
    language = current_language()
    return {
        "lang": language,
        "title": _("Guest list") + f" – {local(event.title)}",
        "organiser": local(event.organiser_name),
        "event": local(event.title),
        "when": " · ".join(
            part for part in (span_label(event.starts_at, event.ends_at, event.time_zone, locale=language), local(event.venue_name)) if part
        ),
        "list": _("List %(version)s") % {"version": made.version},
        "as_of": _("as of %(time)s") % {"time": moment_label(now, event.time_zone, locale=language)},
        "legend": _("● S speaker   ◆ V VIP   ⊘ F no photo   ▣ R wheelchair   ▲ D diet or access needs")
        + "   "
        + _("Tick who comes in, and note the time now and then."),
        "privacy": _("Names of guests: keep it with you, show it to nobody, and destroy it once the ticks have been entered."),
        "labels": {
            "name": _("Name"), "company": _("Company"), "table": _("Table"), "party": _("Party"), "flags": _("Notes"), "state": _("State"),
            "mark": _("Code of this line"),
        },
        "codes": {str(number): qr_svg(line_mark(guest.registration_id)) for number, guest in guests.items()},
        "parts": _parts(guests),
    }  # fmt: skip


def _parts(guests: Mapping[int, PaperGuest]) -> list[dict[str, Any]]:
    japanese = {number: guest for number, guest in guests.items() if not kana_order(guest)[0] or is_family_first(native_name(guest.person))}
    parts = [{"title": _("By Latin letters"), "note": "", "groups": _groups(guests, latin_order, latin_initial, _family_first)}]
    if japanese:
        note = _("The same guests with the same numbers, by the reading of their names. Tick here or there, not in both places.")
        parts.append({"title": _("By kana"), "note": note, "groups": _groups(japanese, kana_order, kana_initial, native_name)})
    return parts


def _groups(
    guests: Mapping[int, PaperGuest],
    order: Callable[[PaperGuest], tuple[bool, str]],
    initial: Callable[[PaperGuest], str],
    called: Callable[[Person], str],
) -> list[dict[str, Any]]:
    ordered = sorted(guests.items(), key=lambda item: (order(item[1]), item[0]))
    grouped = groupby(ordered, key=lambda item: initial(item[1]))
    return [{"letter": letter or "–", "rows": [_row(number, guest, called) for number, guest in group]} for letter, group in grouped]


def _row(number: int, guest: PaperGuest, called: Callable[[Person], str]) -> dict[str, Any]:
    person = guest.person
    name, latin, native = called(person), latin_name(person), native_name(person)
    shown = {name, latin} if called is _family_first else {name}
    others = [other for other in (native, latin, kana_name(person)) if other and other not in shown]
    flags = [flag for flag in FLAGS if flag in guest.flags or (flag == "needs" and guest.has_needs)]
    return {
        "number": number,
        "name": name,
        "others": " · ".join(dict.fromkeys(others)),
        "company": person.company,
        "table": guest.table_name or "",
        "party": f"{guest.party_place}/{guest.party_size} {guest.party_name}" if guest.party_size > 1 else "",
        "flags": [{"kind": flag, "letter": FLAGS[flag]} for flag in flags],
        "state": state_word(guest.state),
    }


def _family_first(person: Person) -> str:
    """As an index of Latin letters has it: "Platzhalter, Dr. Erika"; whoever has no name in them, as it is written."""
    latin = latin_name(person)
    for family in (person.family_name_latin, person.family_name):
        if family and latin.endswith(f" {family}"):
            return f"{family}, {latin.removesuffix(f' {family}')}"
    return latin or native_name(person)


def state_word(state: str) -> str:
    """Where a guest stands who has no place (yet); empty for one who has."""
    return _(STATES[state]) if STATES[state] else ""
