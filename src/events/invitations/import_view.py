"""What the pages of an import show."""

from uuid import UUID

from litestar.response import Template

from events.accounts.model import Role, Staff
from events.kit.database import Executor
from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, current_language, local
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.times import home_zone, moment_label
from events.people.names import kana_name, native_name

from . import import_queries as queries
from . import import_target_queries as targets
from .import_access import choice_value, choices_for_staff
from .import_columns import Field
from .import_forms import (
    COMPANION_WORDS,
    DECISION_WORDS,
    column_choices,
    column_field,
    event_field,
    pool_choices,
    pool_field,
)
from .import_model import Import, ImportState, StagedRow, Target
from .import_papers import field_word, said
from .import_target_queries import Choice
from .importing import target_of_import
from .spreadsheet import WORKBOOK

ROWS_SHOWN = 100
FIRST_ROWS = 8
ENCODING_WORDS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big endian)",
    "cp932": "Shift_JIS (Windows-31J)",
    "cp1252": "Windows-1252",
    "iso8859-15": "ISO 8859-15",
}


async def imports_page(db: Executor, staff: Staff, form: Form, *, status: int = 200, done: str | None = None) -> Template:
    """The form for a new list, and the last lists."""
    choices = await choices_for_staff(db, staff)
    form.values["target"] = await _offered(db, form.values.get("target", ""), choices)
    co_hosts = await targets.co_hosts_of_staff(db, staff.id)
    lists = await queries.latest_imports(db, staff.organisers(Role.ORGANISER), co_hosts)
    titles = {choice.id: local(choice.title) for choice in choices.values()}
    return page(
        "invitations/imports.html",
        status=status,
        staff=staff,
        form=form,
        choices=[(choice_value(choice), _choice_words(choice)) for choice in choices.values()],
        lists=[(one, _title(one, titles), _when(one)) for one in lists],
        done=done,
        page_url="/organiser/imports",
    )


async def columns_page(db: Executor, staff: Staff, list_: Import, form: Form, *, status: int = 200) -> Template:
    """Every column of the file with what stands in its first lines, and what it is taken for."""
    target = await target_of_import(db, list_)
    sample = list_.sample
    columns = [
        (column_field(number), heading or _("Column %(number)s") % {"number": number + 1}, _cells(sample.rows, number))
        for number, heading in enumerate(sample.header)
    ]
    return page(
        "invitations/import_columns.html",
        status=status,
        staff=staff,
        list=list_,
        target=target,
        form=form,
        columns=columns,
        fields=column_choices(target),
        labels={name: heading for name, heading, _cells in columns},
        encodings=[] if list_.encoding == WORKBOOK else list(ENCODING_WORDS.items()),
        page_url=f"/organiser/imports/{list_.id}/columns",
    )


def defaults_page(staff: Staff, list_: Import, target: Target, form: Form, *, status: int = 200) -> Template:
    """What holds for everybody."""
    when = {event.id: moment_label(event.starts_at, event.time_zone, locale=current_language()) for event in target.events}
    events = [(event, event_field(event), pool_field(event), pool_choices(event, target), when[event.id]) for event in target.events]
    return page(
        "invitations/import_defaults.html",
        status=status,
        staff=staff,
        list=list_,
        target=target,
        form=form,
        events=events,
        events_by_line=Field.EVENTS in list_.columns,
        languages_offered=list(LANGUAGES.items()),
        co_hosts=[("", _("Ourselves")), *((str(one.id), local(one.name)) for one in target.co_hosts)],
        rules=[(rule.value, _(words)) for rule, words in COMPANION_WORDS.items()],
        page_url=f"/organiser/imports/{list_.id}/defaults",
    )


async def import_page(db: Executor, staff: Staff, list_: Import, *, after: int, done: str | None) -> Template:
    """The look at what would come, the progress, or the outcome."""
    target = await target_of_import(db, list_)
    progress = await queries.progress_of(db, list_.id)
    twins = await queries.twin_rows(db, list_.id, after=after, limit=ROWS_SHOWN + 1) if list_.state == ImportState.STAGED else []
    bad = await queries.bad_rows(db, list_.id, limit=ROWS_SHOWN)
    first = await queries.first_rows(db, list_.id, FIRST_ROWS) if list_.state == ImportState.STAGED else []
    here = f"/organiser/imports/{list_.id}"
    return page(
        "invitations/import.html",
        staff=staff,
        list=list_,
        target=target,
        progress=progress,
        bad=[(row, [(field_word(problem), said(problem)) for problem in row.problems]) for row in bad],
        twins=[_twin(row) for row in twins[:ROWS_SHOWN]],
        later=f"{here}?after={twins[ROWS_SHOWN - 1].line}#twins" if len(twins) > ROWS_SHOWN else "",
        earlier=f"{here}#twins" if after else "",
        first=[_person(row, target) for row in first],
        decisions=[(decision.value, _(words)) for decision, words in DECISION_WORDS.items()],
        whole_names=Field.WHOLE_NAME in list_.columns,
        when=_when(list_),
        done=done,
        page_url=here,
    )


async def _offered(db: Executor, asked: str, choices: dict[str, Choice]) -> str:
    """The choice that is asked for; for an event of a programme that programme."""
    if asked in choices or not asked.startswith("event-"):
        return asked
    try:
        programme_id = await targets.programme_of_event(db, UUID(asked.removeprefix("event-")))
    except ValueError:
        return ""
    return f"programme-{programme_id}"


def _twin(row: StagedRow) -> dict[str, object]:
    assert row.details is not None
    assert row.twin is not None
    return {
        "line": row.line,
        "name": native_name(row.details),
        "email": row.details.mail_address,
        "company": row.details.company,
        "twin": row.twin,
        "decision": row.decision.value,
        "decisions": [(decision.value, _(DECISION_WORDS[decision])) for decision in row.twin.decisions],
    }


def _person(row: StagedRow, target: Target) -> dict[str, object]:
    details = row.details
    assert details is not None
    events = [event for event in target.events if event.id in details.events]
    pools = {local(pool.name) for event in events for pool in event.pools if pool.id == details.events[event.id]}
    return {
        "line": row.line,
        "name": native_name(details),
        "reading": kana_name(details),
        "family_name": details.family_name,
        "given_name": details.given_name,
        "company": details.company,
        "email": details.mail_address,
        "locale": LANGUAGES[details.locale],
        "events": [local(event.title) for event in events],
        "contingents": sorted(pools),
        "flags": details.flags,
        "companions": details.max_companions,
    }


def _cells(rows: list[list[str]], number: int) -> list[str]:
    return [row[number] for row in rows if number < len(row) and row[number]]


def _choice_words(choice: Choice) -> str:
    title = local(choice.title)
    return f"{title} – {local(choice.co_host_name)}" if choice.co_host_name else title


def _when(list_: Import) -> str:
    return moment_label(list_.created_at, home_zone(current_language()) or "UTC", locale=current_language())


def _title(list_: Import, titles: dict[UUID, str]) -> str:
    target_id = list_.programme_id or list_.event_id
    return titles.get(target_id, "") if target_id else ""
