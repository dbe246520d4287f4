"""Fields that the organiser's forms share: instants typed on the clock of a zone, texts in each language."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from events.kit.forms import Form
from events.kit.i18n import LANGUAGES
from events.kit.i18n import gettext as _

from .model import Texts

YEARS = range(2000, 2200)  # near the ends of the calendar an instant has no date in every zone
_TYPED = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> sends and wants (HTML Living Standard, 2.3.5)
_CONTINENTS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def time_zones() -> list[str]:
    """Every zone named after a place, in the order of the alphabet."""
    return sorted(zone for zone in available_timezones() if zone.startswith(_CONTINENTS))


def typed_moment(at: datetime | None, zone: str) -> str:
    """An instant as a date-and-time field wants it."""
    return f"{at.astimezone(ZoneInfo(zone)):{_TYPED}}" if at else ""


def parse_moment(form: Form, name: str, zone: str, *, required: bool = True) -> datetime | None:
    """An instant. Of an hour told twice (clocks going back) the first is meant; one that is left out is an error."""
    typed = form.text(name, required=required)
    if not typed or zone not in time_zones():
        return None
    try:
        at = datetime.strptime(typed[:16], _TYPED).replace(tzinfo=ZoneInfo(zone))
        if at.year not in YEARS:
            raise ValueError("no year for an event")
        told = at.timestamp()
    except ValueError:
        form.error(name, _("Please enter day and time."))
        return None
    if datetime.fromtimestamp(told, ZoneInfo(zone)).replace(tzinfo=None) != at.replace(tzinfo=None):
        form.error(name, _("This hour does not exist: the clocks are put forward that night."))
    return datetime.fromtimestamp(told, ZoneInfo("UTC"))


def parse_texts(form: Form, name: str, *, longest: int) -> Texts:
    """What was typed, by language; languages left empty are left out."""
    typed = {language: form.text(f"{name}_{language}", longest=longest) for language in LANGUAGES}
    return {language: text for language, text in typed.items() if text}


def typed_texts(name: str, texts: Texts) -> dict[str, str]:
    """A text as the fields of each language want it."""
    return {f"{name}_{language}": texts.get(language, "") for language in LANGUAGES}
