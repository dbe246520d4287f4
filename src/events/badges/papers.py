"""Badges and place cards as they leave the house: sheets to cut, or one card in its own size."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.door.paper_marks import line_mark
from events.kit.i18n import gettext as _
from events.kit.i18n import local, use_language
from events.kit.pdf import draw, typeset
from events.kit.places import templates_folder
from events.kit.qr import qr_svg
from events.kit.tokens import Tokens
from events.people.model import Person
from events.people.names import is_family_first, kana_name, latin_name, native_name
from events.programme.model import Event
from events.tickets.model import qr_text

from .model import Bearer, Code, FirstScript, Layout, Look


async def sheets_pdf(event: Event, bearers: Sequence[Bearer], look: Look, *, tokens: Tokens, base_url: str, now: datetime) -> bytes:
    """A4 sheets with marks to cut along. Needs no database; thousands of codes take seconds to draw, so that is done in a thread."""
    data = await asyncio.to_thread(paper, event, bearers, look, tokens=tokens, base_url=base_url)
    return await typeset(_template(), data, made_at=now)


async def single_pdf(event: Event, one: Bearer, look: Look, *, tokens: Tokens, base_url: str, now: datetime) -> bytes:
    """One card on a page of its own size, as label printers want it."""
    data = paper(event, [one], look, tokens=tokens, base_url=base_url) | {"single": True}
    return await typeset(_template(), data, made_at=now)


async def picture(event: Event, one: Bearer, look: Look, *, tokens: Tokens, base_url: str, now: datetime) -> bytes:
    """The same card as an SVG whose letters are outlines: any browser prints it with the right faces, rare kanji included."""
    data = paper(event, [one], look, tokens=tokens, base_url=base_url) | {"single": True}
    return await draw(_template(), data, made_at=now)


def paper(event: Event, bearers: Sequence[Bearer], look: Look, *, tokens: Tokens, base_url: str) -> dict[str, Any]:
    """What the template is given; see its top. Its words are in the language the event's badges speak."""
    with use_language(look.words):
        title, kind = local(event.title), _("Place cards") if look.layout is Layout.PLACE_CARD else _("Badges")
        return {
            "lang": look.words,
            "title": f"{kind} – {title}",
            "organiser": local(event.organiser_name),
            "event": title,
            "hue": event.hue,
            "layout": look.layout.value,
            "single": False,
            "labels": {"table": _("Table"), "qr": _("QR code of this badge"), "no_photo": _("No photo")},
            "guests": [_card(one, look, tokens=tokens, base_url=base_url) for one in bearers],
        }


def _card(one: Bearer, look: Look, *, tokens: Tokens, base_url: str) -> dict[str, Any]:
    first, second = _names(one.person, look.first_script)
    kana = kana_name(one.person)
    return {
        "first": first,
        "second": second,
        "kana": "" if kana.replace(" ", "") in ("".join(first), "".join(second)) else kana,
        "company": one.person.company,
        "position": " · ".join(part for part in (one.person.department, one.job_title) if part),
        "table": (one.table_name or "") if look.shows_table else "",
        "roles": [{"kind": role, "word": _role_word(role)} for role in one.roles] if look.shows_roles else [],
        "no_photo": "no_photo" in one.flags,
        "qr": _code(one, look.qr, tokens, base_url),
    }


def _names(person: Person, first_script: FirstScript) -> tuple[list[str], list[str]]:
    """The name in the script that leads and in the other one, each in the parts that may stand below each other."""
    native, latin = _parts(person, native_name(person)), _parts(person, latin_name(person))
    if not latin or native == latin:
        return native, []
    return (latin, native) if first_script is FirstScript.LATIN else (native, latin)


def _parts(person: Person, name: str) -> list[str]:
    """Where a long name is broken first: between family and given name."""
    if not name or is_family_first(name):
        return [name] if name else []
    for family in (person.family_name, person.family_name_latin):
        if family and name.endswith(f" {family}"):
            return [name.removesuffix(f" {family}"), family]
    return [name]


def _role_word(role: str) -> str:
    return {"speaker": _("Speaker"), "vip": _("VIP"), "host": _("Host")}[role]


def _code(one: Bearer, code: Code, tokens: Tokens, base_url: str) -> str:
    if code is Code.MARK:
        return qr_svg(line_mark(one.registration_id))
    if code is Code.CONTACT and one.contact_code:
        return qr_svg(one.contact_code)
    if code is Code.TICKET and one.ticket_id:
        return qr_svg(qr_text(base_url, tokens.code("ticket", one.ticket_id, one.ticket_issue)))
    return ""


def _template() -> Any:
    return templates_folder() / "badges" / "sheet.typ"
