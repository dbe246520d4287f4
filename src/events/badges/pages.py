"""The organiser's page of badges: how they look, whose are printed, the sheets."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.programme.access import event_for_staff
from events.programme.model import Event
from events.programme.queries import pools_of_event

from . import actions, papers, queries
from .errors import NobodyToPrint, TooManyBadges
from .forms import look_form, parse_choice, parse_look
from .model import Look
from .presentation import CODES, FIRST_SCRIPTS, LANGUAGE_NAMES, LAYOUTS, ORDERS, WHICH, options, row_of

AnyRequest = Request[Any, Any, State]

MOST_LISTED = 200  # fits a screen and a half; whoever looks for one guest types the name
MOST_PRINTED = 5_000  # five hundred sheets take the typesetter some seconds; a stack of paper any printer needs an hour for
MOST_PICTURES = 3


@get("/organiser/events/{slug:str}/badges")
async def show_badges(request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """Whose badges would be printed, three of them as pictures, and how they look."""
    event = await event_for_staff(db, staff, slug)
    return await _page(db, event, staff, await queries.look_of_event(db, event.id), query=_asked(request))


@post("/organiser/events/{slug:str}/badges/look", status_code=303)
async def edit_look(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Keeps how the event's badges look. Stations hear of it."""
    event = await event_for_staff(tx, staff, slug)
    form = await Form.read(request)
    look = parse_look(form)
    if look is None:
        return await _page(tx, event, staff, await queries.look_of_event(tx, event.id), query=_asked(request), form=form, status=422)
    await queries.keep_look(tx, event.id, look, clock.now())
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/badges?done=look", status_code=303)


@post("/organiser/events/{slug:str}/badges/sheets.pdf", status_code=200)
async def create_sheets(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    live: NamedDependency[Live],
) -> Response[bytes]:
    """The badges as one PDF. They count as printed from now on."""
    now = clock.now()
    async with pool.acquire() as tx, tx.transaction():
        event = await event_for_staff(tx, staff, slug)
        look = await queries.look_of_event(tx, event.id)
        choice = parse_choice(await Form.read(request), await pools_of_event(tx, event.id))
        chosen = await queries.bearers(tx, event.id, choice, look.layout, most=MOST_PRINTED + 1)
        if not chosen:
            raise NobodyToPrint(link=f"/organiser/events/{slug}/badges?which=all")
        if len(chosen) > MOST_PRINTED:
            raise TooManyBadges(link=f"/organiser/events/{slug}/badges")
        await actions.note_printed(tx, event, staff, chosen, look, now=now)
    live.mark(event.live_topic)
    pdf = await papers.sheets_pdf(event, chosen, look, tokens=tokens, base_url=base_url, now=now)
    headers = {"content-disposition": f'attachment; filename="{slug}-{look.layout.value.replace("_", "-")}s-{now:%Y-%m-%d}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@get("/organiser/events/{slug:str}/badges/{registration_id:uuid}/picture.svg")
async def show_picture(
    *,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[bytes]:
    """One badge as it will look, and as a station prints it."""
    event = await event_for_staff(pool, staff, slug, at_least=Role.DOOR)
    one = await queries.bearer(pool, event.id, registration_id)
    if one is None:
        raise NotFound
    look = await queries.look_of_event(pool, event.id)
    picture = await papers.picture(event, one, look, tokens=tokens, base_url=base_url, now=clock.now())
    return Response(picture, media_type="image/svg+xml")


@post("/organiser/events/{slug:str}/badges/{registration_id:uuid}/badge.pdf", status_code=200)
async def create_single(
    *,
    slug: FromPath[str],
    registration_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    live: NamedDependency[Live],
) -> Response[bytes]:
    """One badge as a PDF page of its own size, for label printers and browsers without scripts. It counts as printed."""
    now = clock.now()
    async with pool.acquire() as tx, tx.transaction():
        event = await event_for_staff(tx, staff, slug, at_least=Role.DOOR)
        one = await queries.bearer(tx, event.id, registration_id)
        if one is None:
            raise NotFound
        look = await queries.look_of_event(tx, event.id)
        await actions.note_printed(tx, event, staff, [one], look, now=now)
    live.mark(event.live_topic)
    pdf = await papers.single_pdf(event, one, look, tokens=tokens, base_url=base_url, now=now)
    return Response(pdf, media_type="application/pdf", headers={"content-disposition": f'inline; filename="{slug}-badge.pdf"'})


def _asked(request: AnyRequest) -> Form:
    return Form(list(request.query_params.multi_items()))


async def _page(
    db: Executor, event: Event, staff: Staff, look: Look, *, query: Form, form: Form | None = None, status: int = 200
) -> Template:
    pools = await pools_of_event(db, event.id)
    choice = parse_choice(query, pools)
    found = await queries.bearers(db, event.id, choice, look.layout, most=MOST_LISTED + 1)
    guests, printed = await queries.printed_counts(db, event.id, look.layout)
    return page(
        "badges/badges.html",
        status=status,
        event=event,
        staff=staff,
        section="badges",
        look=look,
        form=form or look_form(look),
        choice=choice,
        contingents=pools[1:],
        guests=[row_of(one, event) for one in found[:MOST_LISTED]],
        pictures=[row_of(one, event) for one in found[:MOST_PICTURES]],
        size=look.layout.size_mm,
        more=len(found) > MOST_LISTED,
        total=guests,
        printed=printed,
        words={"layouts": options(LAYOUTS), "first_script": options(FIRST_SCRIPTS), "codes": options(CODES), "which": options(WHICH),
               "orders": options(ORDERS), "languages": [*LANGUAGE_NAMES.items()]},
        done=query.values.get("done", ""),
        page_url=f"/organiser/events/{event.slug}/badges",
    )  # fmt: skip


router = Router(path="/", route_handlers=[show_badges, edit_look, create_sheets, show_picture, create_single])
