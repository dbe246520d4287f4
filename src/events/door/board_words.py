"""Records and conflicts of the door in the words of the page's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date

from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.people.model import Person
from events.people.names import full_name, is_family_first, kana_name, second_script

from .board_model import ConflictLine, Crowding, Decision, DoorRecord
from .verdict_kinds import HEADLINES

RECORD_WORDS = {
    "admitted": (N_("In"), "ok"),
    "already_in": (N_("Again"), "warn"),
    "left": (N_("Out"), ""),
    "refused": (N_("Refused"), "bad"),
    "undone": (N_("Undone"), ""),
}
DECIDED_BY = {
    "phone": N_("decided by the phone, without a connection"),
    "supervisor": N_("against the rules"),
    "paper": N_("from the paper list"),
}
DECISIONS = {
    Decision.SAME_PERSON: N_("The same person, scanned twice"),
    Decision.SENT_OUT: N_("Sent out: the entry is taken back"),
    Decision.LET_STAY: N_("May stay"),
    Decision.MISTAKE: N_("A mistake, nobody came in: the entry is taken back"),
}
CROWDING_TONES = {Crowding.ROOM: "ok", Crowding.CROWDED: "warn", Crowding.FULL: "bad", Crowding.OVER: "bad"}


class Name(msgspec.Struct, frozen=True):
    """A guest as readers of this language expect the name, then in its other script; `lang` for fonts and screen readers."""

    name: str
    lang: str = ""
    other: str = ""
    other_lang: str = ""
    kana: str = ""
    company: str = ""


class ShownRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the feed or of a guest's history."""

    record: DoorRecord
    at: str
    name: Name
    word: str
    tone: str
    about: str


class ShownConflict(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict: what it is, and where each of its entries was made."""

    conflict: ConflictLine
    name: Name
    word: str
    why: str
    first: str
    second: str
    decision: str
    resolved: str


def name_of(guest: Person | None) -> Name:
    """The name of a guest; a ticket nobody knows has none."""
    if guest is None:
        return Name(_("Unknown ticket"))
    language = current_language()
    name, other = full_name(guest, language), second_script(guest, language)
    kana = kana_name(guest) if language == "ja" else ""
    return Name(name, _lang(name), other, _lang(other), kana, guest.company)


def show_record(record: DoorRecord, *, zone: str, now: datetime, of_many: bool = False) -> ShownRecord:
    """A record in words, among those `of_many` guests with the table. Who undid it stands in the record of the undo."""
    word, tone = RECORD_WORDS[record.verdict]
    why = headline(record.reason) if record.reason and (record.verdict == "refused" or record.decided_by != "server") else ""
    decided = _(DECIDED_BY[record.decided_by]) if record.decided_by in DECIDED_BY and record.verdict in ("admitted", "left") else ""
    walk_in = _("Walk-in") if record.source == "walk_in" else ""
    table = _("Table %(name)s") % {"name": record.table_name} if of_many and record.table_name and record.verdict == "admitted" else ""
    return ShownRecord(
        record=record,
        at=told(record.at, zone, now=now),
        name=name_of(record.guest),
        word=_(word),
        tone="" if record.undone else tone,
        about=" · ".join(part for part in (why, decided, walk_in, table, record.gate, record.who, record.note) if part),
    )


def show_conflict(conflict: ConflictLine, *, zone: str, now: datetime) -> ShownConflict:
    """A conflict in words, both of its entries with time, gate and phone."""
    first = conflict.first_at and _where(told(conflict.first_at, zone, now=now), conflict.first_gate, conflict.first_who)
    resolved = (told(conflict.resolved_at, zone, now=now), conflict.resolved_by or "") if conflict.resolved_at else ()
    return ShownConflict(
        conflict=conflict,
        name=name_of(conflict.guest),
        word=_conflict_word(conflict.kind),
        why=headline(conflict.reason) if conflict.kind == "not_valid" and conflict.reason else "",
        first=first or "",
        second=_where(told(conflict.at, zone, now=now), conflict.gate, conflict.who),
        decision=_(DECISIONS[Decision(conflict.decision)]) if conflict.decision else "",
        resolved=" · ".join(part for part in resolved if part),
    )


def headline(reason: str) -> str:
    """The word that stewards read for a reason."""
    return _(HEADLINES[reason]) if reason in HEADLINES else reason.replace("_", " ")


def told(at: datetime, zone: str, *, now: datetime) -> str:
    """The time on the event's own clock, with the day where it is another one than today's."""
    local, here = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if local.date() == here.date():
        return f"{local:%H:%M}"
    pattern = {"de": "d.M.", "ja": "M/d"}.get(current_language(), "d MMM")
    return f"{format_date(local.date(), pattern, locale=current_language())} {local:%H:%M}"


def _conflict_word(kind: str) -> str:
    if kind == "twice":
        return _("One ticket, two entries")
    return _("Let in over the fire limit") if kind == "over_limit" else _("Let in, although the ticket was not valid")


def _where(at: str, gate: str | None, who: str | None) -> str:
    return " · ".join(part for part in (at, gate, who) if part)


def _lang(text: str) -> str:
    return "ja" if is_family_first(text) else ""
