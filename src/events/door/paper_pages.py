"""The guest list on paper, printed by the organiser; and its ticks, entered afterwards by whoever stood at the door."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.ids import new_id
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import moment_label
from events.people.names import full_name, is_family_first, second_script
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import paper_actions, paper_queries
from .desk import CheckInDesk
from .paper_actions import Foreseen
from .paper_forms import Entry, local_minute, parse_entry
from .paper_model import Line, PaperGuest, PaperList
from .paper_sheets import list_pdf, state_word

AnyRequest = Request[Any, Any, State]

LINES_A_PAGE = 100  # to tick on the screen


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list in the words of the page's language."""

    number: int
    name: str
    name_lang: str
    other_name: str
    other_lang: str
    company: str
    state: str
    since: str = ""


def below(path: str = "") -> str:
    return f"/organiser/events/{{slug:str}}/paper-lists{path}"


@get(below())
async def show_lists(slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """The versions that were printed, and how many of each were let in by paper."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    return page(
        "door/paper_lists.html",
        event=event,
        staff=staff,
        section="paper-lists",
        lists=[(made, _told(made, event)) for made in await paper_queries.lists_of_event(db, event.id)],
        entered=await paper_queries.entered_of_lists(db, event.id),
        home=_home(event),
    )


@post(below("/list.pdf"), status_code=200)
async def create_list(slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Response[bytes]:
    """The list of this moment as a PDF: a new version where the guests have changed since the last one."""
    now = clock.now()
    async with pool.acquire() as tx, tx.transaction():
        event = await event_for_staff(tx, staff, slug)
        made = await paper_actions.make_list(tx, event, staff, now=now)
        guests = await paper_actions.list_to_print(tx, event, made, staff)
    return _pdf(event, made, await list_pdf(event, made, guests, now=now))


@post(below("/{version:int}/list.pdf"), status_code=200)
async def create_copy(
    slug: FromPath[str], version: FromPath[int], staff: NamedDependency[Staff], pool: NamedDependency[Pool]
) -> Response[bytes]:
    """The numbers of an earlier version once more, with what is known now."""
    async with pool.acquire() as tx, tx.transaction():
        event = await event_for_staff(tx, staff, slug)
        made = await _list(tx, event, version)
        guests = await paper_actions.list_to_print(tx, event, made, staff)
    return _pdf(event, made, await list_pdf(event, made, guests, now=clock.now()))


@get(below("/{version:int}/entries"))
async def new_entry(
    *,
    slug: FromPath[str],
    version: FromPath[int],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    start: FromQuery[int] = 1,
    done: FromQuery[str] = "",
) -> Template:
    """The form for what was ticked; after one, what became of it."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    made = await _list(db, event, version)
    at = local_minute(min(clock.now(), max(event.ends_at, made.made_at)), event.time_zone)
    gates = await paper_queries.gates_of_event(db, event.id)
    form = Form([("entry_id", str(new_id())), ("at", at), *([("gate", str(gates[0][0]))] if gates else [])])
    return await _form(db, event, made, staff, form, start=start, done=done)


@post(below("/{version:int}/preview"), status_code=200)
async def preview_entry(
    request: AnyRequest, slug: FromPath[str], version: FromPath[int], *, staff: NamedDependency[Staff], db: NamedDependency[Connection]
) -> Template:
    """What the ticks would do. Nothing is written yet."""
    event = await event_for_staff(db, staff, slug, at_least=Role.DOOR)
    made = await _list(db, event, version)
    form = await Form.read(request)
    entry = await _entry(db, event, made, form)
    if entry is None:
        return await _form(db, event, made, staff, form, start=1, status=422)
    foreseen = await paper_actions.foresee(db, made, entry)
    gates = await paper_queries.gates_of_event(db, event.id)
    return _preview(event, made, staff, form=form, entry=entry, foreseen=foreseen, gates=gates)


@post(below("/{version:int}/entries"), status_code=303)
async def create_entry(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    version: FromPath[int],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    desk: NamedDependency[CheckInDesk],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Lets in who was ticked. Sent twice, it says the same twice and writes once."""
    event = await event_for_staff(pool, staff, slug, at_least=Role.DOOR)
    made = await _list(pool, event, version)
    form = await Form.read(request)
    entry = await _entry(pool, event, made, form)
    if entry is None:
        return await _form(pool, event, made, staff, form, start=1, status=422)
    entered = await paper_actions.enter(pool, desk, event, made, entry, actor=staff.actor)
    async with pool.acquire() as tx, tx.transaction():
        await insert_audit_entry(
            tx,
            organiser_id=event.organiser_id,
            actor=staff.actor,
            action="paper_list_entered",
            subject=f"event:{event.id}",
            detail={"version": made.version, "guests": entered.written},
        )
    live.mark(event.live_topic)
    done = f"{entered.written}-{entered.against}-{entered.inside}"
    return Redirect(f"{_home(event)}/{made.version}/entries?done={done}", status_code=303)


async def _list(db: Executor, event: Event, version: int) -> PaperList:
    made = await paper_queries.list_by_version(db, event.id, version) if 0 < version < 2**31 else None
    if made is None:
        raise NotFound(link=_home(event))
    return made


async def _entry(db: Executor, event: Event, made: PaperList, form: Form) -> Entry | None:
    return parse_entry(form, event, made, await paper_queries.gates_of_event(db, event.id), now=clock.now())


async def _form(
    db: Executor, event: Event, made: PaperList, staff: Staff, form: Form, *, start: int, done: str = "", status: int = 200
) -> Template:
    first = min(max(start, 1), max(made.lines, 1))
    guests = await paper_queries.guests_of_lines(db, made.id, first, LINES_A_PAGE)
    return page(
        "door/paper_entry.html",
        status=status,
        event=event,
        staff=staff,
        section="paper-lists",
        made=made,
        form=form,
        gates=[(str(id), name) for id, name in await paper_queries.gates_of_event(db, event.id)],
        lines=[_shown(number, guest) for number, guest in guests.items()],
        ticked={*form.chosen("line")},
        pages=range(1, made.lines + 1, LINES_A_PAGE),
        first=first,
        last=min(first + LINES_A_PAGE - 1, made.lines),
        done=_counts(done),
        home=_home(event),
        page_url=f"{_home(event)}/{made.version}/entries",
    )


def _preview(
    event: Event, made: PaperList, staff: Staff, *, form: Form, entry: Entry, foreseen: Foreseen, gates: list[tuple[UUID, str]]
) -> Template:
    return page(
        "door/paper_preview.html",
        event=event,
        staff=staff,
        section="paper-lists",
        made=made,
        form=form,
        gate=dict(gates).get(entry.gate_id) if entry.gate_id else "",
        when=moment_label(entry.at, event.time_zone, locale=current_language()),
        welcome=[_line(line, event) for line in foreseen.welcome],
        against=[_line(line, event) for line in foreseen.against],
        inside=[_line(line, event) for line in foreseen.inside],
        home=_home(event),
        page_url=f"{_home(event)}/{made.version}/entries",
    )


def _shown(number: int, guest: PaperGuest, since: str = "") -> ShownLine:
    language = current_language()
    name, other = full_name(guest.person, language), second_script(guest.person, language)
    return ShownLine(
        number=number,
        name=name,
        name_lang="ja" if is_family_first(name) else "",
        other_name=other,
        other_lang="ja" if is_family_first(other) else "",
        company=guest.person.company,
        state=state_word(guest.state),
        since=since,
    )


def _line(line: Line, event: Event) -> ShownLine:
    since = f"{line.in_since.astimezone(ZoneInfo(event.time_zone)):%H:%M}" if line.in_since else ""
    return _shown(line.number, line.guest, " · ".join(part for part in (since, line.in_gate) if part))


def _counts(done: str) -> list[int]:
    """What the address says became of the last entry: written, of those without a place, in already. Empty for anything else."""
    parts = done.split("-")
    return (
        [int(part) for part in parts]
        if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts)
        else []
    )


def _told(made: PaperList, event: Event) -> str:
    return moment_label(made.made_at, event.time_zone, locale=current_language())


def _pdf(event: Event, made: PaperList, pdf: bytes) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{event.slug}-list-{made.version}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _home(event: Event) -> str:
    return f"/organiser/events/{event.slug}/paper-lists"


router = Router(path="/", route_handlers=[show_lists, create_list, create_copy, new_entry, preview_entry, create_entry])
