"""Bringing a list of guests: upload, columns, what holds for everybody, a look at the outcome, the import and its undoing."""

from typing import Any
from uuid import UUID

from litestar import MediaType, Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.tokens import Tokens

from . import import_queries as queries
from . import import_view as view
from . import importing
from .import_access import choices_for_staff, import_for_staff, target_for_choice
from .import_errors import ImportUnderWay
from .import_forms import SURE, columns_form, defaults_form, parse_columns, parse_decisions, parse_defaults
from .import_model import Decision, Import, ImportState, TwinKind
from .import_papers import bad_rows_csv, example_book, example_csv
from .spreadsheet import MOST_BYTES, FileRefused, NoFile
from .spreadsheet_text import ENCODINGS

AnyRequest = Request[Any, Any, State]
LARGEST_UPLOAD = MOST_BYTES + 2_000_000  # a little more than may be, so that we and not the framework say what is wrong
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HOME = "/organiser/imports"
_OPEN = (ImportState.UPLOADED, ImportState.STAGED)


@get(_HOME)
async def show_imports(
    staff: NamedDependency[Staff], db: NamedDependency[Connection], target: FromQuery[str | None] = None, done: FromQuery[str | None] = None
) -> Template:
    """A new list, and the last ones. `target` is what the page from which somebody comes is about."""
    return await view.imports_page(db, staff, Form([("target", target or "")]), done=done)


@post(_HOME, status_code=303, request_max_body_size=LARGEST_UPLOAD)
async def create_import(request: AnyRequest, staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Response[Any]:
    """Keeps the file; nothing of it comes in yet."""
    form, choices = await Form.read(request), await choices_for_staff(pool, staff)
    chosen, file = form.choice("target", choices), form.files.get("file")
    try:
        if file is None or not file.name:
            raise NoFile
        if form.ok:
            target = await target_for_choice(pool, choices[chosen])
            import_id = await importing.upload(pool, target, actor=staff.actor, file_name=file.name, content=file.content, now=clock.now())
            return Redirect(f"{_HOME}/{import_id}/columns", status_code=303)
    except FileRefused as refusal:
        form.error("file", f"{refusal.say()} {refusal.say_next_step()}")
    return await view.imports_page(pool, staff, form, status=422)


@get(f"{_HOME}/example.csv", media_type=MediaType.TEXT)
async def show_example_csv(staff: NamedDependency[Staff]) -> Response[bytes]:
    """A list to fill in, in the page's language."""
    return _file(example_csv(current_language()), "text/csv", "example.csv")


@get(f"{_HOME}/example.xlsx")
async def show_example_book(staff: NamedDependency[Staff]) -> Response[bytes]:
    """The same as a workbook."""
    return _file(example_book(current_language()), BOOK_TYPE, "example.xlsx")


@get(f"{_HOME}/{{import_id:uuid}}/columns")
async def edit_columns(import_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Response[Any]:
    """Which column says what, as the headings suggest."""
    list_ = await import_for_staff(db, staff, import_id)
    if list_.state not in _OPEN:
        return _to(list_)
    return await view.columns_page(db, staff, list_, columns_form(list_))


@post(f"{_HOME}/{{import_id:uuid}}/columns", status_code=303)
async def update_columns(
    request: AnyRequest, import_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    list_ = await import_for_staff(tx, staff, import_id)
    form, target = await Form.read(request), await importing.target_of_import(tx, list_)
    columns = parse_columns(form, list_, target)
    if not form.ok:
        return await view.columns_page(tx, staff, list_, form, status=422)
    await queries.set_columns(tx, list_.id, columns)
    return _to(list_, "/defaults")


@post(f"{_HOME}/{{import_id:uuid}}/encoding", status_code=303)
async def update_encoding(
    request: AnyRequest, import_id: FromPath[UUID], staff: NamedDependency[Staff], pool: NamedDependency[Pool]
) -> Response[Any]:
    """Reads the file in another encoding."""
    list_ = await import_for_staff(pool, staff, import_id)
    form = await Form.read(request)
    encoding = form.choice("encoding", ENCODINGS)
    try:
        if form.ok:
            await importing.read_again(pool, list_, encoding)
            return _to(list_, "/columns")
    except FileRefused as refusal:
        form.error("encoding", f"{refusal.say()} {refusal.say_next_step()}")
    columns = columns_form(list_)
    columns.errors |= form.errors
    return await view.columns_page(pool, staff, list_, columns, status=422)


@get(f"{_HOME}/{{import_id:uuid}}/defaults")
async def edit_defaults(import_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Response[Any]:
    """What holds for everybody on the list who has nothing else in their line."""
    list_ = await import_for_staff(db, staff, import_id)
    if list_.state not in _OPEN:
        return _to(list_)
    target = await importing.target_of_import(db, list_)
    return view.defaults_page(staff, list_, target, defaults_form(list_, target))


@post(f"{_HOME}/{{import_id:uuid}}/defaults", status_code=303)
async def update_defaults(
    request: AnyRequest,
    import_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
) -> Response[Any]:
    """Reads every line of the list and shows what would come of it."""
    list_ = await import_for_staff(pool, staff, import_id)
    form, target = await Form.read(request), await importing.target_of_import(pool, list_)
    defaults = parse_defaults(form, list_, target, now=clock.now())
    if defaults is None:
        return view.defaults_page(staff, list_, target, form, status=422)
    await importing.stage(pool, list_, target, defaults, tokens=tokens)
    return _to(list_)


@get(f"{_HOME}/{{import_id:uuid}}")
async def show_import(
    import_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    after: FromQuery[int] = 0,
    done: FromQuery[str | None] = None,
) -> Response[Any]:
    """What would come of the list, how far it is, or what came of it."""
    list_ = await import_for_staff(db, staff, import_id)
    if list_.state == ImportState.UPLOADED:
        return _to(list_, "/columns")
    return await view.import_page(db, staff, list_, after=after, done=done)


@get(f"{_HOME}/{{import_id:uuid}}/progress")
async def show_progress(import_id: FromPath[UUID], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> dict[str, int | bool]:
    """For the page's script: how many lines are done, of how many."""
    list_ = await import_for_staff(db, staff, import_id)
    progress = await queries.progress_of(db, list_.id)
    return {"done": progress.done, "total": progress.total, "running": list_.state == ImportState.RUNNING}


@post(f"{_HOME}/{{import_id:uuid}}/decisions", status_code=303)
async def update_decisions(
    request: AnyRequest, import_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """What happens with people who may be there already: line by line, or for all of a kind."""
    list_ = await import_for_staff(tx, staff, import_id)
    form = await Form.read(request)
    if kind := form.values.get("kind"):
        kinds = SURE if kind == "sure" else (TwinKind.NAMESAKE,)
        decision = form.choice("decision", [decision.value for decision in Decision])
        if form.ok:
            await queries.decide_kind(tx, list_.id, kinds, Decision(decision))
    else:
        await queries.decide(tx, list_.id, parse_decisions(form))
    return _to(list_, "?done=decided#twins")


@post(f"{_HOME}/{{import_id:uuid}}/run", status_code=303)
async def create_run(
    import_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection], tokens: NamedDependency[Tokens]
) -> Response[Any]:
    """Takes the good lines in."""
    list_ = await import_for_staff(tx, staff, import_id)
    target = await importing.target_of_import(tx, list_)
    await importing.start(tx, list_, target, tokens=tokens, now=clock.now())
    return _to(list_)


@post(f"{_HOME}/{{import_id:uuid}}/continuation", status_code=303)
async def create_continuation(import_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[Any]:
    """Goes on with a list that stands still, as after an outage."""
    list_ = await import_for_staff(tx, staff, import_id)
    await importing.go_on(tx, list_)
    return _to(list_)


@post(f"{_HOME}/{{import_id:uuid}}/bad-rows.csv", status_code=200)
async def create_bad_rows_file(import_id: FromPath[UUID], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Stream:
    """The lines that need correction, as a file. Who took them is written down."""
    list_ = await import_for_staff(pool, staff, import_id)
    async with pool.acquire() as connection, connection.transaction():
        await insert_audit_entry(
            connection,
            organiser_id=list_.organiser_id,
            actor=staff.actor,
            action="import_rows_exported",
            subject=f"import:{list_.id}",
            detail={"format": "csv"},
        )
    headers = {"content-disposition": f'attachment; filename="corrections-{clock.now():%Y-%m-%d}.csv"'}
    return Stream(bad_rows_csv(pool, list_, current_language()), media_type="text/csv", headers=headers)


@post(f"{_HOME}/{{import_id:uuid}}/undoing", status_code=303)
async def create_undoing(import_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[Any]:
    """Takes the whole import back."""
    list_ = await import_for_staff(tx, staff, import_id)
    await importing.undo(tx, list_.id, actor=staff.actor)
    return _to(list_, "?done=undone")


@post(f"{_HOME}/{{import_id:uuid}}/removal", status_code=303)
async def create_removal(import_id: FromPath[UUID], staff: NamedDependency[Staff], tx: NamedDependency[Connection]) -> Response[Any]:
    """Throws a list away of which nothing has come in."""
    list_ = await import_for_staff(tx, staff, import_id)
    if list_.state not in _OPEN:
        raise ImportUnderWay
    await queries.delete_import(tx, list_.id)
    return Redirect(f"{_HOME}?done=removed", status_code=303)


def _to(list_: Import, page: str = "") -> Response[Any]:
    return Redirect(f"{_HOME}/{list_.id}{page}", status_code=303)


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


router = Router(
    path="/",
    route_handlers=[
        show_imports,
        create_import,
        show_example_csv,
        show_example_book,
        edit_columns,
        update_columns,
        update_encoding,
        edit_defaults,
        update_defaults,
        show_import,
        show_progress,
        update_decisions,
        create_run,
        create_continuation,
        create_bad_rows_file,
        create_undoing,
        create_removal,
    ],
)
