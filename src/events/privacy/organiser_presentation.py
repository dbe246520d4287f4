"""People, consents and deletion records as organisers read them."""

from typing import Any

from msgspec.structs import replace

from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.people.names import full_name, is_family_first, kana_name, second_script

from .consent_proofs import MarketingConsent
from .dossier import Dossier
from .model import DeletionRecord, Trace
from .presentation import moment
from .records import PERSON
from .retention_rules import PERIODS, Kind

# What the person's page shows only after somebody said so: everything else of these sections stays.
_SENSITIVE_FIELDS = {"guests": ("diet", "access_needs"), "invitations": ("message",)}
_SENSITIVE_SECTIONS = ("answers_to_questions", "uploads", "reviews")

MARKETING_COLUMNS = (
    N_("E-mail"),
    N_("Language"),
    N_("Title"),
    N_("Family name"),
    N_("Given name"),
    N_("Family name in Latin letters"),
    N_("Given name in Latin letters"),
    N_("Company or institution"),
    N_("Agreed at"),
    N_("Confirmed at"),
    N_("Words"),
)


def person_line(traces: list[Trace]) -> dict[str, Any]:
    """A person in a list: the name in both scripts, work, address, and where they are known from."""
    locale, first = current_language(), traces[0]
    return {
        "url": f"/organiser/people/{first.kind}/{first.id}",
        "name": full_name(first, locale),
        "lang": "ja" if is_family_first(full_name(first, locale)) else "",
        "other": second_script(first, locale),
        "kana": kana_name(first) if locale == "ja" else "",
        "work": " · ".join(part for part in (first.company, first.job_title) if part),
        "email": first.email,
        "events": list(dict.fromkeys(local(event) for trace in traces for event in trace.events)),
        "is_guest": any(trace.kind == "guests" for trace in traces),
        "is_invited": any(trace.kind == "invitations" for trace in traces),
    }


def without_sensitive(dossier: Dossier) -> Dossier:
    """The dossier as it may be looked at without being asked who looks."""
    kept = {name: rows for name, rows in dossier.data.items() if name not in _SENSITIVE_SECTIONS}
    for section, fields in _SENSITIVE_FIELDS.items():
        kept[section] = [{name: value for name, value in row.items() if name not in fields} for row in kept[section]]
    return replace(dossier, data=kept | {section: [] for section in _SENSITIVE_SECTIONS})


def marketing_line(one: MarketingConsent) -> dict[str, str]:
    """Somebody who wants news."""
    locale = current_language()
    return {
        "name": full_name(one, locale),
        "address": one.address,
        "company": one.company,
        "language": one.locale,
        "confirmed": moment(one.confirmed_at),
    }


def marketing_header() -> list[str]:
    return [_(column) for column in MARKETING_COLUMNS]


def marketing_cells(one: MarketingConsent) -> list[str]:
    """A line of the file; the names exactly as they were typed."""
    return [
        one.address,
        one.locale,
        one.honorific,
        one.family_name,
        one.given_name,
        one.family_name_latin,
        one.given_name_latin,
        one.company,
        f"{one.given_at:%Y-%m-%d %H:%M} UTC",
        f"{one.confirmed_at:%Y-%m-%d %H:%M} UTC",
        one.words,
    ]


def record_line(record: DeletionRecord) -> dict[str, Any]:
    """A deletion in words, with the beginning of its seal."""
    return {
        "kind": _("A person, erased") if record.kind == PERSON else _(PERIODS[Kind(record.kind)].name),
        "deleted": record.deleted,
        "remaining": record.remaining,
        "before": moment(record.due_before),
        "at": moment(record.at),
        "seal": record.digest.hex()[:16],
    }
