"""The guest list as a file that spreadsheets open with a double click."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from events.kit.csv_cells import CsvPaper
from events.kit.database import Pool
from events.kit.i18n import N_, local, use_language
from events.kit.i18n import gettext as _
from events.programme.model import Event

from .guest_queries import guest_records
from .listing import Listing
from .model import GuestRecord
from .presentation import FLAG_WORDS, STATE_WORDS

LINES_AT_ONCE = 200

COLUMNS = (
    N_("State"),
    N_("Honorific"),
    N_("Family name"),
    N_("Given name"),
    N_("Family name (kana)"),
    N_("Given name (kana)"),
    N_("Family name (Latin)"),
    N_("Given name (Latin)"),
    N_("Company"),
    N_("Department"),
    N_("Position"),
    N_("E-mail"),
    N_("Language"),
    N_("Contingent"),
    N_("Table"),
    N_("Diet"),
    N_("Access needs"),
    N_("Notes"),
    N_("Signed up through"),
    N_("Signed up at (%(zone)s)"),
    N_("Arrived at (%(zone)s)"),
)
_SOURCES = {
    "form": N_("Form"),
    "api": N_("API"),
    "walk_in": N_("Walk-in"),
    "import": N_("Import"),
    "demo": N_("Demo"),
    "invitation": N_("Invitation"),
}


async def guests_as_csv(pool: Pool, event: Event, listing: Listing, language: str) -> AsyncIterator[bytes]:
    """The file in pieces; all of it shows the same moment."""
    with use_language(language):
        header = [_(column) % {"zone": event.time_zone} if "%" in column else _(column) for column in COLUMNS]
    paper = CsvPaper(language, header)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        written = 0
        async for record in guest_records(connection, event.id, listing):
            with use_language(language):
                paper.write(_cells(record, event.time_zone))
            written += 1
            if written % LINES_AT_ONCE == 0:
                yield paper.take()
    yield paper.take()


def _cells(record: GuestRecord, zone: str) -> list[str]:
    return [
        _(STATE_WORDS[record.state][0]),
        record.honorific,
        record.family_name,
        record.given_name,
        record.family_name_kana,
        record.given_name_kana,
        record.family_name_latin,
        record.given_name_latin,
        record.company,
        record.department,
        record.job_title,
        record.email,
        record.locale,
        local(record.contingent),
        record.table_name or "",
        record.diet,
        record.access_needs,
        ", ".join(_(FLAG_WORDS[flag]) for flag in record.flags),
        _(_SOURCES[record.source]),
        _moment(record.registered_at, zone),
        _moment(record.arrived_at, zone),
    ]


def _moment(at: datetime | None, zone: str) -> str:
    """As spreadsheets everywhere recognise it, on the event's own clock."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else ""
