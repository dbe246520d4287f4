"""Where organisers choose the words of their mails, for all events or for one, with the real mail beside them."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit import clock
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.http import CONTENT_SECURITY_POLICY
from events.kit.i18n import gettext as _
from events.kit.templates import page

from . import text_queries as queries
from .editing import Desk, desk_of, place_of, write
from .kinds import PLACEHOLDERS, SAMPLES, MailKinds
from .model import PARTS, Wording
from .preview import FRAMED, Scene, framed_html, previewed
from .texts import laid_over, parse_wording

AnyRequest = Request[Any, Any, State]
LISTS = ["/organiser/mail-texts/{organiser:str}", "/organiser/events/{slug:str}/mail-texts"]
EDITORS = [f"{path}/{{kind:str}}/{{locale:str}}" for path in LISTS]
_WITH_FRAME = {"content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"}
_NEWEST_VERSION = 10**8


@get("/organiser/mail-texts")
async def choose_sender(staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Redirect:
    """The words of the first organiser this person works for; the page leads to the others."""
    found = await queries.senders(db, staff.organisers(Role.ORGANISER))
    if not found:
        raise Forbidden
    return Redirect(f"/organiser/mail-texts/{found[0].slug}", status_code=303)


@get(LISTS)
async def show_texts(
    request: AnyRequest, staff: NamedDependency[Staff], db: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Template:
    """Every kind of mail, with the languages in which there are own words."""
    place = await place_of(db, staff, request.path_params)
    return page(
        "messaging/texts.html",
        staff=staff,
        place=place,
        event=place.event,
        section="mails",
        kinds=list(mail_kinds.by_name.values()),
        own=await queries.saved_texts(db, place.sender.id, place.event_id),
        everywhere=await queries.saved_texts(db, place.sender.id, None) if place.event else {},
        senders=[] if place.event else await queries.senders(db, staff.organisers(Role.ORGANISER)),
    )


@get(EDITORS)
async def edit_text(
    request: AnyRequest, staff: NamedDependency[Staff], db: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Template:
    """The words that hold now."""
    desk = await desk_of(db, staff, mail_kinds, request.path_params)
    return _editor(staff, desk, _form_of(desk), done=request.query_params.get("done"))


@post(EDITORS, status_code=303)
async def save_text(
    request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Response[Any]:
    """Saves what differs from what would be said anyway. Whoever was slower sees the other's words and decides."""
    desk = await desk_of(tx, staff, mail_kinds, request.path_params)
    form = await Form.read(request)
    wording, version = parse_wording(form, desk.kind, desk.wider), form.number("version", least=0, most=_NEWEST_VERSION)
    if not form.ok:
        return _editor(staff, desk, form, status=422)
    if not await write(tx, staff, desk, wording, version=version):
        form.values["version"] = str(desk.saved.version)
        return _editor(staff, desk, form, status=409)
    return Redirect(f"{desk.path}?done=saved", status_code=303)


@post([f"{path}/reset" for path in EDITORS], status_code=303)
async def reset_text(
    request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Response[Any]:
    """Back to what would be said without these words."""
    desk = await desk_of(tx, staff, mail_kinds, request.path_params)
    form = await Form.read(request)
    if not await write(tx, staff, desk, Wording(), version=form.number("version", least=0, most=_NEWEST_VERSION)):
        return _editor(staff, desk, _form_of(desk), status=409)
    return Redirect(f"{desk.path}?done=reset", status_code=303)


@get([f"{path}/preview" for path in EDITORS])
async def show_preview(
    request: AnyRequest, staff: NamedDependency[Staff], db: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Response[str]:
    """The mail with the words that hold now."""
    desk = await desk_of(db, staff, mail_kinds, request.path_params)
    return _framed(desk, mail_kinds, desk.saved.wording, _first_sample(desk))


@post([f"{path}/preview" for path in EDITORS], status_code=200)
async def preview_draft(
    request: AnyRequest, staff: NamedDependency[Staff], db: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Response[str]:
    """The mail with the words as typed, right or wrong. Saves nothing."""
    desk = await desk_of(db, staff, mail_kinds, request.path_params)
    form = await Form.read(request)
    return _framed(desk, mail_kinds, parse_wording(form, desk.kind, desk.wider), form.values.get("sample", ""))


def _framed(desk: Desk, kinds: MailKinds, wording: Wording, sample: str) -> Response[str]:
    assert desk.place.shown is not None
    scene = Scene(
        kind=desk.kind,
        event=desk.place.shown,
        people=SAMPLES.get(sample, SAMPLES["erika"])[1],
        locale=desk.locale,
        contact=desk.place.sender.contact_email,
        now=clock.now(),
    )
    message = previewed(scene, kinds.stationery, laid_over(wording, desk.everywhere))
    return Response(framed_html(message), media_type="text/html", headers={"content-security-policy": FRAMED})


def _first_sample(desk: Desk) -> str:
    return "takamimoto" if desk.locale == "ja" else "erika"


def _form_of(desk: Desk) -> Form:
    parts = [(part, getattr(desk.holding, part) or "") for part in PARTS]
    return Form([*parts, ("version", str(desk.saved.version)), ("sample", _first_sample(desk))])


def _editor(staff: Staff, desk: Desk, form: Form, *, status: int = 200, done: str | None = None) -> Template:
    return page(
        "messaging/text.html",
        status=status,
        headers=_WITH_FRAME,
        page_url=desk.path,
        staff=staff,
        desk=desk,
        place=desk.place,
        event=desk.place.event,
        section="mails",
        form=form,
        placeholders=[(name, _(PLACEHOLDERS[name])) for name in desk.kind.placeholders],
        samples=[(key, _(name)) for key, (name, _people) in SAMPLES.items()],
        done=done,
    )


handlers = [choose_sender, show_texts, edit_text, save_text, reset_text, show_preview, preview_draft]
router = Router("/", route_handlers=handlers, include_in_schema=False)
