"""The list of invitations as a file for spreadsheets, the answers in one column an event."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from events.kit.csv_cells import CsvPaper
from events.kit.database import Pool
from events.kit.i18n import N_, local, use_language
from events.kit.i18n import gettext as _

from .list_filter import ANSWER_NAMES, Filter
from .list_presentation import FLAG_WORDS, mail_words
from .list_queries import InvitationLine, invitation_lines
from .list_scope import Scope
from .model import Answer

LINES_AT_ONCE = 200

COLUMNS = (
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
    N_("E-mail of the delegate"),
    N_("Language"),
    N_("Co-host"),
    N_("Contingent"),
    N_("Companions"),
    N_("Answer by (%(zone)s)"),
    N_("Mail"),
    N_("Notes"),
)


async def invitations_as_csv(pool: Pool, scope: Scope, asked: Filter, language: str) -> AsyncIterator[bytes]:
    """The file in pieces; all of it shows the same moment."""
    with use_language(language):
        header = [_(column) % {"zone": scope.time_zone} if "%" in column else _(column) for column in COLUMNS]
        paper = CsvPaper(language, [*header, *(local(event.title) for event in scope.events)])
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        written = 0
        async for line in invitation_lines(connection, scope, asked):
            with use_language(language):
                paper.write(_cells(line, scope))
            written += 1
            if written % LINES_AT_ONCE == 0:
                yield paper.take()
    yield paper.take()


def _cells(line: InvitationLine, scope: Scope) -> list[str]:
    answers = line.answers or {}
    return [
        line.honorific,
        line.family_name,
        line.given_name,
        line.family_name_kana,
        line.given_name_kana,
        line.family_name_latin,
        line.given_name_latin,
        line.company,
        line.department,
        line.job_title,
        line.email,
        line.delegate_email,
        line.locale,
        local(line.co_host),
        ", ".join(dict.fromkeys(local(texts) for texts in line.contingents or [])),
        str(line.max_companions) if line.companions != "none" else "0",
        _moment(line.answer_by, scope.time_zone),
        mail_words(line)[0],
        ", ".join(_(FLAG_WORDS[flag]) for flag in line.flags),
        *(_(ANSWER_NAMES[Answer(answers[event.slug])]) if event.slug in answers else "" for event in scope.events),
    ]


def _moment(at: datetime | None, zone: str) -> str:
    """As spreadsheets everywhere recognise it, on the clock of the programme."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else ""
