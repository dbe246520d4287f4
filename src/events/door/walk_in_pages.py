"""Writing a person down at the door on a plain page, for phones without a script: the same act, judged at once."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from events.kit import clock
from events.kit.database import Executor, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, current_language, local
from events.kit.i18n import gettext as _
from events.kit.ids import new_id
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.people.kana import is_kana
from events.people.names import native_name

from . import rules_queries, walk_in_queries
from .acts import Acting
from .announcement import VERDICT_WORDS
from .desk import CheckInDesk
from .errors import PhoneRefused
from .handover import Answered, take_in
from .model import Phone, Reason
from .pairing_pages import answer_phone_refused
from .persons import LONGEST_COMPANY, LONGEST_NAME, privacy_texts
from .scan_forms import Handover

AnyRequest = Request[Any, Any, State]

WALK_IN = "walk_in"
ACTS = (WALK_IN, "companion", "substitute")
NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana")


@get("/door/walk-ins")
async def new_walk_in(
    steward: NamedDependency[Phone], pool: NamedDependency[Pool], act: FromQuery[str] = WALK_IN, guest: FromQuery[UUID | None] = None
) -> Template:
    """The form. A companion or a substitute names the guest they come with or for."""
    return await _form_page(pool, steward, Form([("id", str(new_id())), ("act", act), ("guest", str(guest or ""))]))


@post("/door/walk-ins", status_code=200)
async def create_walk_in(
    request: AnyRequest,
    *,
    steward: NamedDependency[Phone],
    pool: NamedDependency[Pool],
    desk: NamedDependency[CheckInDesk],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Writes the person down and judges; the same form sent twice is one guest."""
    form = await Form.read(request)
    scan = _scan(form)
    if not form.ok:
        return await _form_page(pool, steward, form, status=422)
    now = clock.now()
    acting = Acting(phone=steward, pool=pool, desk=desk, tokens=tokens, received_at=now)
    [answered] = await take_in(acting, Handover(sent_at=now, facts=None, scans=[scan]))
    live.mark(f"event:{steward.event_id}")
    if answered.kind == Reason.FULL and form.values["act"] == WALK_IN:
        form.put("id", str(new_id()))  # a refusal stands; the waiting list is another act
        return await _form_page(pool, steward, form, full=True, status=409)
    return _verdict(steward, answered)


def _scan(form: Form) -> dict[str, Any]:
    """What a phone with a script would have sent."""
    act = form.choice("act", ACTS, default=WALK_IN)
    person: dict[str, Any] = {name: form.text(name, required=name == "family_name", longest=LONGEST_NAME) for name in NAMES}
    for name in NAMES[2:]:
        if person[name] and not is_kana(person[name]) and not person[name].isascii():
            form.error(name, _("Please write this in kana."))
    person |= {"company": form.text("company", longest=LONGEST_COMPANY), "email": form.email("email", required=False)}
    person["language"] = form.choice("language", LANGUAGES, default=current_language())
    if act == WALK_IN:
        hashes = {text_hash for _language, _name, _words, text_hash in privacy_texts()}
        if form.values.get("privacy") not in hashes:
            form.error("privacy", _("Please let the guest read and confirm this."))
        person |= {"privacy": form.values.get("privacy"), "pool_id": form.values.get("pool_id") or None, "waits": form.checked("waits")}
    guest = {"registration_id": form.values.get("guest", "")} if act != WALK_IN else {}
    source = "walk_in" if act == WALK_IN else "search"
    return {"id": form.values.get("id", ""), "at": clock.now().isoformat(), "act": act, "source": source, "person": person} | guest


def _verdict(phone: Phone, answered: Answered) -> Template:
    if answered.announcement is None:  # the form did not name a guest of this event, or not in a readable way
        raise NotFound
    return page("door/verdict.html", phone=phone, seen=answered.announcement, undo_id=new_id(), page_url="/door", **VERDICT_WORDS)


async def _form_page(db: Executor, phone: Phone, form: Form, *, full: bool = False, status: int = 200) -> Template:
    rules = await rules_queries.rules_of_event(db, phone.event_id)
    act = form.values.get("act", WALK_IN)
    pools = await walk_in_queries.contingents_with_places(db, phone.event_id)
    return page(
        "door/walk_in.html",
        status=status,
        page_url="/door/walk-ins",
        phone=phone,
        form=form,
        act=act,
        guest=await _name_of(db, phone, form),
        taken=rules.walk_ins or act != WALK_IN,
        full=full,
        privacy_texts=privacy_texts(),
        pools=[] if rules.walk_in_pool_id else [(pool_id, _pool_words(name, free)) for pool_id, name, free in pools],
        free=next((free for pool_id, _name, free in pools if pool_id == (rules.walk_in_pool_id or phone.event_id)), 0),
    )


def _pool_words(name: dict[str, str] | None, free: int) -> str:
    return f"{local(name) or _('For everybody')} ({_('free:')} {free})"


async def _name_of(db: Executor, phone: Phone, form: Form) -> str:
    """The guest whom the person comes with or for; nobody's name of another event."""
    if form.values.get("act", WALK_IN) == WALK_IN:
        return ""
    try:
        guest = await walk_in_queries.guest_here(db, phone.event_id, UUID(form.values.get("guest", "")))
    except ValueError:
        guest = None
    if guest is None:
        raise NotFound
    return native_name(guest)


router = Router(path="/", route_handlers=[new_walk_in, create_walk_in], exception_handlers={PhoneRefused: answer_phone_refused})
