"""What a phone hands over: an envelope that must be whole, and scans that are read each alone."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from events.kit.errors import InvalidInput
from events.kit.forms import is_printable
from events.kit.json_body import MalformedJson

from .acts import ACTS, PhoneScan, Unreadable
from .model import LETS_PASS, Act, Decided, Decider, Phone, PhoneRole, Reason, Scan, Source, Verdict, corrected_time, told_apart
from .rules import SHORTEST_NOTE

MOST_SCANS = 500  # half an hour of a busy gate; a longer queue is sent in parts
LONGEST_NOTE = 500
LONGEST_KEPT = 2000  # characters of one text of a scan that nobody understands
DEEPEST_KEPT = 20

_SHOWN = {
    Act.ENTRY: (Verdict.ADMITTED, Verdict.ALREADY_IN, Verdict.REFUSED),
    Act.EXIT: (Verdict.LEFT, Verdict.REFUSED),
}


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a phone. The scans are whatever it sent."""

    sent_at: datetime | None
    facts: Any
    scans: list[Any]


class _Envelope(msgspec.Struct, frozen=True):
    scans: Annotated[list[Any], Meta(max_length=MOST_SCANS)]
    sent_at: Any = None
    facts: Any = None


class _Decided(msgspec.Struct, frozen=True):
    verdict: Verdict
    by: Decider
    reason: Reason | None = None


class _Scan(msgspec.Struct, frozen=True):
    id: UUID
    act: str
    source: Source = Source.SCAN
    code_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    registration_id: UUID | None = None
    check_in_id: UUID | None = None
    phone_id: UUID | None = None
    decided: _Decided | None = None
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
    answers: Annotated[dict[UUID, bool], Meta(max_length=50)] = {}
    person: dict[str, Any] | None = None
    at: Any = None
    list_at: Any = None


def parse_handover(body: bytes) -> Handover:
    """The envelope. Raises `MalformedJson` or `InvalidInput`; nothing inside a scan can make it."""
    try:
        sent = msgspec.convert(_loaded(body), _Envelope)
    except msgspec.ValidationError as fault:
        raise InvalidInput(errors={"scans": str(fault)}) from None
    return Handover(sent_at=_moment(sent.sent_at), facts=sent.facts, scans=sent.scans)


def _loaded(body: bytes) -> Any:
    """JSON in which every text can be stored: half characters become question marks."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(json.dumps(json.loads(body.decode(errors="replace")), ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        raise MalformedJson from None


def read_scan(given: Any, phone: Phone, *, sent_at: datetime | None, received_at: datetime) -> PhoneScan:
    """One scan. Raises `Unreadable`."""
    try:
        sent = msgspec.convert(given, _Scan)
    except (msgspec.ValidationError, RecursionError) as fault:
        raise Unreadable(str(fault)) from None
    if sent.phone_id not in (None, phone.id):
        raise Unreadable("made by another phone")
    if phone.is_kiosk and (sent.act not in (Act.ENTRY, Act.EXIT) or sent.registration_id):
        raise Unreadable("a kiosk reads tickets")
    if not is_printable(sent.note) or (sent.act == Act.UNDO) != (sent.check_in_id is not None) or sent.act not in (*Act, *ACTS):
        raise Unreadable("not an act of the door")
    return PhoneScan(
        id=sent.id,
        act=sent.act,
        at=corrected_time(_moment(sent.at), sent_at, received_at),
        source=sent.source,
        phone_at=_moment(sent.at),
        list_at=_moment(sent.list_at),
        code_hash=sent.code_hash,
        registration_id=sent.registration_id,
        check_in_id=sent.check_in_id,
        decided=_decided(sent, phone),
        note=sent.note.strip(),
        answers={str(question): said for question, said in sent.answers.items()},
        person=sent.person,
    )


def _decided(sent: _Scan, phone: Phone) -> Decided | None:
    """What the phone has shown, if it may have: only a supervisor's goes against the rules, and says why."""
    shown = sent.decided
    if shown is None or sent.act == Act.UNDO:
        return None
    allowed = _SHOWN[Act.EXIT if sent.act == Act.EXIT else Act.ENTRY]
    if shown.verdict not in allowed or (shown.verdict == Verdict.REFUSED and shown.reason is None):
        raise Unreadable("no such verdict")
    overrules = shown.by == Decider.SUPERVISOR
    if overrules and (phone.role != PhoneRole.SUPERVISOR or shown.verdict not in LETS_PASS or len(sent.note.strip()) < SHORTEST_NOTE):
        raise Unreadable("not a supervisor's reason")
    if not overrules and shown.by != Decider.PHONE:
        raise Unreadable("nobody decides like that")
    return Decided(verdict=shown.verdict, by=shown.by, reason=shown.reason)


def in_order(scans: Sequence[PhoneScan]) -> list[PhoneScan]:
    """The scans of one queue, no two at the same moment."""
    moments = told_apart(scan.at for scan in scans)
    return [msgspec.structs.replace(scan, at=at) for scan, at in zip(scans, moments, strict=True)]


def scan_of(scan: PhoneScan, phone: Phone) -> Scan:
    """The record to be made of an entry, an exit or an undo."""
    return _record(scan, phone, act=Act(scan.act), code_hash=scan.code_hash, registration_id=scan.registration_id)


def entry_of(scan: PhoneScan, phone: Phone, registration_id: UUID | None) -> Scan:
    """The entry of a guest who was made for it, or the record that none was."""
    return _record(scan, phone, act=Act.ENTRY, code_hash=None, registration_id=registration_id)


def _record(scan: PhoneScan, phone: Phone, *, act: Act, code_hash: str | None, registration_id: UUID | None) -> Scan:
    return Scan(
        id=scan.id,
        act=act,
        at=scan.at,
        operator=phone.operator,
        code_hash=code_hash,
        registration_id=registration_id,
        undoes=scan.check_in_id,
        gate_id=phone.gate_id,
        device_id=phone.id,
        source=scan.source,
        decided=scan.decided,
        note=scan.note,
        answers=scan.answers,
        phone_at=scan.phone_at,
        list_at=scan.list_at,
        may_undo_any=phone.role == PhoneRole.SUPERVISOR,
    )


def kept(given: Any, deep: int = DEEPEST_KEPT) -> Any:
    """What was sent, in a form that can be stored whatever it is. Of what is nested deeper than any scan, it is kept that it was there."""
    if isinstance(given, dict | list) and not deep:
        return "…"
    if isinstance(given, dict):
        return {kept(str(name)): kept(value, deep - 1) for name, value in given.items()}
    if isinstance(given, list):
        return [kept(value, deep - 1) for value in given]
    if isinstance(given, str):
        return given.replace("\0", "\N{REPLACEMENT CHARACTER}")[:LONGEST_KEPT]
    if isinstance(given, bool) or given is None or (isinstance(given, int | float) and math.isfinite(given) and abs(given) < 2**53):
        return given
    return str(given)[:LONGEST_KEPT]


def fingerprint(given: Any) -> bytes:
    """The same scan sent again has the same one."""
    return sha256(json.dumps(kept(given), sort_keys=True).encode()).digest()


def named_id(given: Any) -> str | None:
    """The id under which the phone keeps a scan, if that much can be read."""
    return given["id"][:100] if isinstance(given, dict) and isinstance(given.get("id"), str) else None


def _moment(given: Any) -> datetime | None:
    """An instant (RFC 3339), or none: a time that cannot be read is no reason to refuse a scan."""
    try:
        moment = msgspec.convert(given, datetime)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
