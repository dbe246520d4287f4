"""What a phone sends: scans, undos and its own name, by the page's script or by its plain forms."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from events.kit.errors import InvalidInput
from events.kit.forms import Form
from events.kit.i18n import gettext as _

from .model import LONGEST_CODE, Act, Decided, Decider, Phone, PhoneRole, Scan, Verdict, corrected_time
from .rules import SHORTEST_NOTE

LONGEST_QUERY = 100
LONGEST_NOTE = 200


def parse_scan(form: Form, phone: Phone, now: datetime) -> Scan:
    """A scan by code or by guest. The phone's own clock (`at`, `sent_at`) is optional and set right. Raises `InvalidInput`.

    With a `note` it is a supervisor's word against the rules; other phones have none.
    """
    note = form.text("note", longest=LONGEST_NOTE) if phone.role == PhoneRole.SUPERVISOR else ""
    if note and len(note) < SHORTEST_NOTE:
        form.error("note", _("Please say why in a few words."))
    act, passed = (Act.EXIT, Verdict.LEFT) if form.values.get("act") == Act.EXIT else (Act.ENTRY, Verdict.ADMITTED)
    scan = Scan(
        id=_uuid(form, "id"),
        code=form.text("code", longest=LONGEST_CODE) or None,
        registration_id=_uuid(form, "registration_id") if form.values.get("registration_id") else None,
        at=_corrected(form, now),
        operator=phone.operator,
        gate_id=phone.gate_id,
        device_id=phone.id,
        act=act,
        answers=_answers(form),
        note=note,
        decided=Decided(verdict=passed, by=Decider.SUPERVISOR) if note else None,
    )
    if scan.code is None and scan.registration_id is None:
        form.error("code", _("Please fill this in."))
    _refuse_errors(form)
    return scan


def parse_undo(form: Form, now: datetime) -> tuple[UUID, UUID, datetime]:
    """The undo's own id, the entry to take back, and when it was asked for. Raises `InvalidInput`."""
    undo = _uuid(form, "id"), _uuid(form, "check_in_id"), _corrected(form, now)
    _refuse_errors(form)
    return undo


def _answers(form: Form) -> dict[str, bool]:
    """Of the door's questions: fields `answer-<question>` with yes or no."""
    given = {name.removeprefix("answer-"): value for name, value in form.values.items() if name.startswith("answer-")}
    return {question: value == "yes" for question, value in given.items() if value in ("yes", "no")}


def _uuid(form: Form, name: str) -> UUID:
    try:
        return UUID(form.values.get(name, ""))
    except ValueError:
        form.error(name, _("This is not a valid id."))
        return UUID(int=0)


def _corrected(form: Form, now: datetime) -> datetime:
    return corrected_time(_moment(form, "at"), _moment(form, "sent_at"), now)


def _moment(form: Form, name: str) -> datetime | None:
    """An instant with its offset (RFC 3339), as `Date.toISOString` writes it."""
    value = form.values.get(name)
    if not value:
        return None
    try:
        return msgspec.convert(value, datetime).astimezone(UTC)
    except (msgspec.ValidationError, ValueError, OverflowError):
        form.error(name, _("This is not a valid time."))
        return None


def _refuse_errors(form: Form) -> None:
    if not form.ok:
        raise InvalidInput(errors=form.errors)
