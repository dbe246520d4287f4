"""What was ticked on paper, as it is typed in afterwards: numbers, a time, a gate."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.i18n import ngettext
from events.kit.ids import new_id
from events.programme.model import Event

from .paper_model import LONGEST_NUMBERS, PaperList, read_numbers

MOST_NAMED = 5  # unknown numbers told one by one; a misread list has hundreds


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The ticks of one sheet. `id` is made with the page, so that sending it again changes nothing."""

    id: UUID
    numbers: list[int]
    at: datetime
    gate_id: UUID | None


def parse_entry(form: Form, event: Event, made: PaperList, gates: list[tuple[UUID, str]], *, now: datetime) -> Entry | None:
    """The numbers typed and the boxes ticked, both; none with an error, each beside its field."""
    numbers = _numbers(form, made)
    at = _moment(form, event, made, now)
    gate = form.choice("gate", [str(id) for id, _name in gates] if gates else [""], default="")
    id = _id(form)
    if not form.ok or at is None or id is None:
        return None
    return Entry(id=id, numbers=numbers, at=at, gate_id=UUID(gate) if gate else None)


def _numbers(form: Form, made: PaperList) -> list[int]:
    typed = form.text("numbers", longest=LONGEST_NUMBERS)
    found = read_numbers(typed, most=made.lines)
    ticked = [int(number) for number in form.chosen("line") if number.isascii() and number.isdigit() and len(number) < 7]
    numbers = sorted({*found.numbers, *ticked})
    unknown = [number for number in numbers if not 1 <= number <= made.lines]
    if found.unreadable:
        form.error("numbers", _("This cannot be read: %(parts)s. Write numbers like 3, 7, 12-18.") % {"parts": _some(found.unreadable)})
    elif unknown:
        words = {"numbers": _some([str(number) for number in unknown]), "version": made.version, "most": made.lines}
        form.error(
            "numbers",
            ngettext(
                "List %(version)s has no line %(numbers)s; its last one is %(most)s. Is it another version of the list?",
                "List %(version)s has no lines %(numbers)s; its last one is %(most)s. Is it another version of the list?",
                len(unknown),
            )
            % words,
        )
    elif not numbers:
        form.error("numbers", _("Type at least one number, or tick a line below."))
    return numbers


def _moment(form: Form, event: Event, made: PaperList, now: datetime) -> datetime | None:
    """The time on the event's own clock, as a browser's field of date and time writes it: not before the list was printed, not to come."""
    typed = form.text("at", required=True, longest=30)
    try:
        local = datetime.fromisoformat(typed) if typed else None
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None:
        form.error("at", _("This is not a valid time."))
        return None
    try:
        at = local.replace(tzinfo=ZoneInfo(event.time_zone)).astimezone(now.tzinfo)
    except OverflowError:
        form.error("at", _("This is not a valid time."))
        return None
    if at > now + timedelta(minutes=1):
        form.error("at", _("This time has not come yet."))
    elif at < made.made_at - timedelta(minutes=1):
        form.error("at", _("This list was not printed yet at that time."))
    return min(at, now)


def _id(form: Form) -> UUID | None:
    try:
        return UUID(form.values.get("entry_id", ""))
    except ValueError:
        form.error("numbers", _("This page was not complete. Please look at the numbers and send it again."))
        form.put("entry_id", str(new_id()))
        return None


def _some(parts: list[str]) -> str:
    return ", ".join(parts[:MOST_NAMED]) + (" …" if len(parts) > MOST_NAMED else "")


def local_minute(at: datetime, zone: str) -> str:
    """An instant as a browser's field of date and time wants it, in the event's zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
