"""The guest list as a file that spreadsheets open with a double click.

UTF-8 with a byte order mark, without which Excel reads Ł and 髙 as rubbish; CRLF as RFC 4180 wants it. The separator follows
the page's language: a German Excel splits at semicolons, because its comma is the decimal mark; Japanese and English ones split
at commas. (A first line "sep=;" would serve both, but makes Excel forget the encoding.)
"""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from events.kit.database import Pool
from events.kit.i18n import N_, local, use_language
from events.kit.i18n import gettext as _
from events.programme.model import Event

from .guest_queries import guest_records
from .listing import Listing
from .model import GuestRecord
from .presentation import FLAG_WORDS, STATE_WORDS

BYTE_ORDER_MARK = "\ufeff"
SEPARATORS = {"de": ";"}
LINES_AT_ONCE = 200

# What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection), full-width forms included: Japanese Excel reads
# them as the same signs. Such a cell is shown as text by the apostrophe before it.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

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
_SOURCES = {"form": N_("Form"), "api": N_("API"), "walk_in": N_("Walk-in"), "import": N_("Import"), "demo": N_("Demo")}


async def guests_as_csv(pool: Pool, event: Event, listing: Listing, language: str) -> AsyncIterator[bytes]:
    """The file in pieces; all of it shows the same moment."""
    paper = io.StringIO()
    writer = csv.writer(paper, delimiter=SEPARATORS.get(language, ","), lineterminator="\r\n")
    with use_language(language):
        header = [_(column) % {"zone": event.time_zone} if "%" in column else _(column) for column in COLUMNS]
    writer.writerow([BYTE_ORDER_MARK + header[0], *header[1:]])
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        written = 0
        async for record in guest_records(connection, event.id, listing):
            with use_language(language):
                writer.writerow([harmless(cell) for cell in _cells(record, event.time_zone)])
            written += 1
            if written % LINES_AT_ONCE == 0:
                yield _taken(paper)
    yield _taken(paper)


def harmless(cell: str) -> str:
    """The cell as text, never as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


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


def _taken(paper: io.StringIO) -> bytes:
    text = paper.getvalue()
    paper.seek(0)
    paper.truncate()
    return text.encode("utf-8")
