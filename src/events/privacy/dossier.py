"""What somebody gets who asks what is kept about them: machine-readable as JSON, and readable as a page to print (GDPR, articles 15
and 20). Nothing is changed on the way: names are byte for byte what was typed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.kit.i18n import LANGUAGES, N_, local
from events.kit.i18n import gettext as _
from events.kit.tokens import Tokens
from events.questions.sealing import Unreadable, unseal

from .dossier_queries import everything_about, seen_by
from .model import Holdings, SeenBy

SECTIONS = {
    "guests": N_("Personal details"),
    "bookings": N_("Bookings"),
    "registrations": N_("Reserved places"),
    "tickets": N_("Tickets"),
    "check_ins": N_("Arrivals"),
    "prints": N_("Badges and printed lists"),
    "stranded_scans": N_("Scans of door phones that wait for a decision"),
    "waiting_list": N_("Waiting list"),
    "cancellations": N_("Places given back"),
    "reviews": N_("Decisions about applications"),
    "substitutions": N_("Substitutes"),
    "answers_to_questions": N_("Answers to questions"),
    "uploads": N_("Files"),
    "consents": N_("Consents"),
    "contact_cards": N_("Contact exchange"),
    "contact_meetings": N_("Contacts exchanged"),
    "hosts": N_("Hosts"),
    "invitations": N_("Invitations"),
    "invited_to": N_("Invited to"),
    "answers": N_("Answers to invitations"),
    "deputies": N_("Came for an invitation"),
    "mails": N_("Mails"),
    "unsubscribed": N_("No more news by mail"),
}
_FIELDS = {
    "honorific": N_("Title"),
    "family_name": N_("Family name"),
    "given_name": N_("Given name"),
    "family_name_kana": N_("Family name in kana"),
    "given_name_kana": N_("Given name in kana"),
    "family_name_latin": N_("Family name in Latin letters"),
    "given_name_latin": N_("Given name in Latin letters"),
    "company": N_("Company or institution"),
    "department": N_("Department"),
    "job_title": N_("Position"),
    "diet": N_("Food"),
    "access_needs": N_("Access needs"),
    "in_guest_list": N_("In the guest list"),
    "flags": N_("Notes"),
    "email": N_("E-mail"),
    "delegate_email": N_("E-mail of whoever answers for you"),
    "locale": N_("Language"),
    "source": N_("Came by"),
    "registrant_name": N_("Who filled in the form"),
    "payer": N_("Who pays"),
    "time_zone": N_("Time zone"),
    "event": N_("Event"),
    "starts_at": N_("Begins"),
    "state": N_("State"),
    "table_name": N_("Table"),
    "created_at": N_("Made at"),
    "state_changed_at": N_("Since"),
    "issued_at": N_("Issued at"),
    "verdict": N_("Verdict"),
    "reason": N_("Reason"),
    "missing": N_("Asked for"),
    "gate": N_("Gate"),
    "server_at": N_("At"),
    "at": N_("At"),
    "question": N_("Question"),
    "value": N_("Answer"),
    "is_sealed": N_("Sealed, for security only"),
    "answer": N_("Answer"),
    "note": N_("Note"),
    "answered_at": N_("Answered at"),
    "file_name": N_("File name"),
    "media_type": N_("Kind"),
    "size": N_("Size in bytes"),
    "purpose": N_("Purpose"),
    "words": N_("Words"),
    "given_at": N_("Given at"),
    "confirmed_at": N_("Confirmed at"),
    "withdrawn_at": N_("Taken back at"),
    "kind": N_("Kind"),
    "recipient": N_("To"),
    "status": N_("State"),
    "sent_at": N_("Sent at"),
    "inviter": N_("Invited by"),
    "message": N_("Message"),
    "party_size": N_("Guests"),
    "role": N_("Role"),
    "printed_at": N_("Printed"),
    "shares": N_("Shared"),
    "phone": N_("Phone"),
    "short_code": N_("Short code"),
    "agreed_at": N_("Both agreed at"),
    "host": N_("Host"),
}


# What stands in the database as a word of ours, in words for people; whatever is missing is shown as it stands.
_VALUES = {
    "confirmed": N_("Confirmed"),
    "held": N_("Kept for you"),
    "offered": N_("Offered"),
    "awaiting_approval": N_("Being decided"),
    "waitlisted": N_("On the waiting list"),
    "cancelled": N_("Given back"),
    "expired": N_("Not confirmed in time"),
    "form": N_("Form"),
    "api": N_("API"),
    "walk_in": N_("Walk-in"),
    "import": N_("Import"),
    "invitation": N_("Invitation"),
    "privacy": N_("Privacy notice"),
    "sensitive": N_("Food and access needs"),
    "guest_list": N_("Guest list"),
    "marketing": N_("News by mail"),
    "follow_up": N_("Contact after the event"),
    "contacts": N_("Contact exchange"),
    "sent": N_("Sent"),
    "queued": N_("On its way"),
    "bounced": N_("Did not arrive"),
    "failed": N_("Did not arrive"),
    "admitted": N_("Admitted"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "provisional": N_("Provisional"),
    "substituted": N_("A deputy comes"),
    **LANGUAGES,
}
_TOLD_IN_WORDS = frozenset({"state", "source", "purpose", "status", "locale", "verdict", "answer"})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row as people read it."""

    facts: list[tuple[str, str]]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of data with its rows."""

    name: str
    entries: list[Entry]


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one person at one moment."""

    made_at: datetime
    data: dict[str, list[dict[str, Any]]]
    seen_by: list[SeenBy]

    def as_json(self) -> bytes:
        """UTF-8, indented so that people can look into it as well."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)

    def sections(self) -> list[Section]:
        """What there is, in words of the current language; empty fields are left away."""
        return [
            Section(name=_(name), entries=[Entry(facts=_facts(row)) for row in self.data[section]])
            for section, name in SECTIONS.items()
            if self.data[section]
        ]


async def dossier_of(db: Executor, holdings: Holdings, *, internal: bool, now: datetime, unsealed: Tokens | None = None) -> Dossier:
    """Gathers everything. `internal` adds what the organiser's people wrote for themselves; `unsealed` opens the answers that only
    security may read otherwise: for the person whose answers they are."""
    data = await everything_about(db, holdings, internal=internal)
    answers = [_answer(row, unsealed) for row in data["answers_to_questions"]]
    return Dossier(made_at=now, data=data | {"answers_to_questions": answers}, seen_by=await seen_by(db, holdings))


def _answer(row: dict[str, Any], unsealed: Tokens | None) -> dict[str, Any]:
    """An answer as it was given; a sealed one stays closed, and says so, unless it is to be opened."""
    shown = {name: value for name, value in row.items() if name != "sealed"}
    if not row["sealed"]:
        return shown
    if unsealed is None:
        return shown | {"value": None, "is_sealed": True}
    try:
        opened = unseal(unsealed, UUID(row["question_id"]), bytes.fromhex(row["sealed"]))
    except Unreadable:
        return shown | {"value": None, "is_sealed": True}
    return shown | {"value": msgspec.json.decode(opened)}


def _facts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(_(_FIELDS[name]), _value(name, row[name])) for name in _FIELDS if name in row and row[name] not in (None, "", [], {})]


def _value(name: str, value: Any) -> str:
    if name.endswith("at"):
        return _moment(value)
    if name in _TOLD_IN_WORDS and value in _VALUES:
        return _(_VALUES[value])
    return _told(value)


def _moment(value: str) -> str:
    return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return local(value) if {"de", "en", "ja"} & set(value) else ", ".join(f"{_told(part)}" for part in value.values() if part)
    if isinstance(value, list):
        return ", ".join(_told(part) for part in value)
    return str(value)
