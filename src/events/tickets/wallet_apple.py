"""A ticket as a pass for Apple Wallet: a signed archive (Apple, "Wallet Passes", style event ticket) in three languages.

Texts stand in pass.json in English and are looked up in `<language>.lproj/pass.strings`, so a phone in any other language shows
English. There is no update service: a pass shows what held when it was fetched, and the door decides by what holds then.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from events.kit.colours import hex_colour
from events.kit.i18n import LANGUAGES, local, use_language
from events.kit.i18n import gettext as _
from events.kit.times import home_zone, span_label
from events.kit.tokens import Tokens
from events.people.names import full_name

from .model import Admission, Ticket, number, qr_text
from .wallet_keys import ApplePasses
from .wallet_pictures import seal_png

MEDIA_TYPE = "application/vnd.apple.pkpass"
BASE = "en"
MOST_LOCATIONS = 10  # Apple takes no more
_PICTURES = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87, "logo.png": 50, "logo@2x.png": 100, "logo@3x.png": 150}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date an archive can hold: the same pass is the same bytes but for its signature


def apple_pass(
    ticket: Ticket, shown: Admission, passes: ApplePasses, *, tokens: Tokens, base_url: str, positions: Mapping[UUID, tuple[float, float]]
) -> bytes:
    """The archive. `shown` is the event on its face; all others that it opens stand on the back. One that opens nothing is voided."""
    files = {name: seal_png(size) for name, size in _PICTURES.items()}
    words = {language: _words(ticket, shown, language) for language in LANGUAGES}
    face = _pass(ticket, shown, words[BASE], code=ticket.code(tokens), base_url=base_url, positions=positions)
    identity = {"passTypeIdentifier": passes.pass_type, "teamIdentifier": passes.team}
    files["pass.json"] = msgspec.json.encode(identity | face)
    for language in LANGUAGES:
        files[f"{language}.lproj/pass.strings"] = _strings(words[BASE], words[language])
    manifest = msgspec.json.encode({name: hashlib.sha1(content).hexdigest() for name, content in sorted(files.items())})  # noqa: S324 (Apple's format says SHA-1)
    return _archive(files | {"manifest.json": manifest, "signature": signature(manifest, passes)})


def signature(manifest: bytes, passes: ApplePasses) -> bytes:
    """PKCS #7, detached, with the signing and the intermediate certificate (RFC 5652)."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest).add_signer(passes.certificate, passes.key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.add_certificate(passes.intermediate).sign(Encoding.DER, options)


def _pass(
    ticket: Ticket,
    shown: Admission,
    words: dict[str, str],
    *,
    code: str,
    base_url: str,
    positions: Mapping[UUID, tuple[float, float]],
) -> dict[str, Any]:
    valid, event = ticket.valid_admissions, shown.event
    facts: dict[str, Any] = {
        "formatVersion": 1,
        "serialNumber": f"{ticket.id}.{ticket.issue}",
        "organizationName": words["organiser"],
        "description": words["description"],
        "logoText": words["organiser"],
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(226, 230, 245)",
        "backgroundColor": _rgb(hex_colour(0.27, 0.085, event.hue)),
        "sharingProhibited": True,
        "eventTicket": _fields(words, table=shown.table_name or "", several=len(valid) > 1),
    }
    if not valid:
        return facts | {"voided": True}
    places = [positions[one.event.id] for one in valid if one.event.id in positions][:MOST_LOCATIONS]
    barcode = {"format": "PKBarcodeFormatQR", "message": qr_text(base_url, code), "messageEncoding": "iso-8859-1", "altText": number(code)}
    return facts | {
        "barcodes": [barcode],
        "relevantDate": _instant(event.doors_at, event.time_zone),
        "expirationDate": _instant(max(one.event.ends_at for one in valid), event.time_zone),
        **({"locations": [{"latitude": latitude, "longitude": longitude} for latitude, longitude in places]} if places else {}),
    }


def _fields(words: dict[str, str], *, table: str, several: bool) -> dict[str, Any]:
    def field(key: str, label: str, value: str) -> dict[str, str]:
        return {"key": key, "label": words[label], "value": value}

    back = [field("address", "where_label", words["address"]), field("note", "note_label", words["note"])]
    if several:
        back.insert(0, field("events", "events_label", words["events"]))
    return {
        "headerFields": [field("table", "table_label", table)] if table else [],
        "primaryFields": [{"key": "event", "label": words["event_label"], "value": words["event"]}],
        "secondaryFields": [field("guest", "guest_label", words["guest"])],
        "auxiliaryFields": [field("when", "when_label", words["when"]), field("where", "where_label", words["venue"])],
        "backFields": [one for one in back if one["value"]],
    }


def _words(ticket: Ticket, shown: Admission, language: str) -> dict[str, str]:
    """Everything on the pass that depends on the language."""
    event = shown.event
    with use_language(language):
        return {
            "organiser": local(event.organiser_name),
            "description": _("Ticket: %(event)s") % {"event": local(event.title)},
            "event_label": local(event.programme_title) or _("Event"),
            "event": local(event.title),
            "guest_label": _("Guest"),
            "guest": full_name(ticket.guest, language),
            "when_label": _("When"),
            "when": _when(shown, language),
            "where_label": _("Where"),
            "venue": local(event.venue_name),
            "address": local(event.venue_address),
            "table_label": _("Table"),
            "events_label": _("All events of this ticket"),
            "events": "\n".join(f"{_when(one, language)} · {local(one.event.title)}" for one in ticket.valid_admissions),
            "note_label": _("Please note"),
            "note": _("This pass shows what held when it was saved. Should anything change, we write to you."),
        }


def _when(admission: Admission, language: str) -> str:
    event = admission.event
    return span_label(event.starts_at, event.ends_at, event.time_zone, locale=language, guest_zone=home_zone(language))


def _strings(base: dict[str, str], words: dict[str, str]) -> bytes:
    """A table of strings as Apple's tools write it; UTF-16 keeps every name as it is written."""
    lines = {f'"{_quoted(base[key])}" = "{_quoted(words[key])}";' for key in base if base[key]}
    return ("\n".join(sorted(lines)) + "\n").encode("utf-16")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _instant(at: datetime, zone: str) -> str:
    """ISO 8601 with the event's own offset."""
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=_LONG_AGO), content)
    return packed.getvalue()
