"""The door's own pages: the scanner or the kiosk, verdicts, questions and search without a script. Only a paired phone sees them."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from events.kit import clock
from events.kit.assets import BUILT_FOLDER, asset
from events.kit.database import Pool
from events.kit.forms import Form
from events.kit.http import CONTENT_SECURITY_POLICY, wants_json
from events.kit.i18n import current_language
from events.kit.ids import new_id
from events.kit.live import Live
from events.kit.templates import page
from events.kit.times import clock_label
from events.people.keys import search_words

from . import actions, queries, rules_queries
from .announcement import VERDICT_WORDS, Announcement, Line, announce, line_of
from .desk import CheckInDesk
from .errors import PhoneRefused
from .forms import LONGEST_QUERY, parse_scan, parse_undo
from .model import Phone, PhoneRole, Reason
from .pairing_pages import answer_phone_refused
from .persons import privacy_texts
from .rules import DoorRules, Exits

AnyRequest = Request[Any, Any, State]

# The decoder is WebAssembly in a worker of its own. A worker obeys the policy it was served with, older Safaris the page's.
SCANNER_POLICY = {
    "content-security-policy": CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    + "; worker-src 'self'"
}

WORDS: dict[str, Any] = VERDICT_WORDS | {"privacy_texts": privacy_texts(), "blank": Form()}


@get("/door")
async def show_scanner(phone: NamedDependency[Phone], pool: NamedDependency[Pool], desk: NamedDependency[CheckInDesk]) -> Template:
    """The scanner, without a script two forms: a code and a search. A phone that stands there alone only greets."""
    if phone.is_kiosk:
        return page("door/kiosk.html", headers=SCANNER_POLICY, phone=phone, page_url="/door", **VERDICT_WORDS)
    rules = await rules_queries.rules_of_event(pool, phone.event_id)
    return page(
        "door/scanner.html",
        headers=SCANNER_POLICY,
        phone=phone,
        attendance=await desk.attendance(phone.event_id),
        check_in_id=new_id(),
        exits=rules.exits != Exits.OFF,
        **WORDS,
    )


@get("/door/worker.js", sync_to_thread=False)
def show_worker() -> Response[bytes]:
    """The decoder's script, under the policy that lets it compile its WebAssembly."""
    script = (BUILT_FOLDER / asset("door.worker.js").rpartition("/")[2]).read_bytes()
    headers = SCANNER_POLICY | {"cache-control": "public, max-age=31536000, immutable"}
    return Response(script, media_type="text/javascript", headers=headers)


@post("/door/check-ins", status_code=200)
async def create_check_in(
    request: AnyRequest,
    steward: NamedDependency[Phone],
    pool: NamedDependency[Pool],
    desk: NamedDependency[CheckInDesk],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Decides on one scan. The same id again answers the same, so a phone that heard nothing simply asks again."""
    scan = parse_scan(await Form.read(request), steward, clock.now())
    answer = await desk.redeem(steward.event_id, scan)
    live.mark(f"event:{steward.event_id}")
    announcement = announce(scan.id, answer, steward)
    if wants_json(request):
        return Response(announcement)
    return await _told(pool, steward, announcement)


async def _told(pool: Pool, phone: Phone, seen: Announcement) -> Template:
    """The verdict as a page; a question that is still open is asked, and the answers are a scan of their own."""
    if seen.kind == Reason.QUESTION_OPEN and seen.card:
        questions = await rules_queries.questions_of_event(pool, phone.event_id)
        asked = [question for question in questions if question.concerns(seen.card.flags)]
        return page("door/questions.html", phone=phone, card=seen.card, questions=asked, check_in_id=new_id(), page_url="/door")
    rules = await rules_queries.rules_of_event(pool, phone.event_id)
    overrules = phone.role == PhoneRole.SUPERVISOR and seen.card is not None and seen.card.registration_id is not None
    opens = _opening_time(rules, phone)
    return page(
        "door/verdict.html", phone=phone, seen=seen, undo_id=new_id(), page_url="/door", opens=opens, can_overrule=overrules, **WORDS
    )


def _opening_time(rules: DoorRules, phone: Phone) -> str:
    return clock_label(rules.doors_open_at, phone.time_zone, locale=current_language()) if rules.doors_open_at else ""


@post("/door/undos", status_code=200)
async def create_undo(
    request: AnyRequest, steward: NamedDependency[Phone], pool: NamedDependency[Pool], live: NamedDependency[Live]
) -> Response[Any]:
    """Takes back an entry that this phone let in; a supervisor's phone any."""
    undo_id, entry_id, at = parse_undo(await Form.read(request), clock.now())
    await actions.undo(pool, steward, undo_id, entry_id, at)
    live.mark(f"event:{steward.event_id}")
    if wants_json(request):
        return Response({"check_in_id": entry_id})
    return Redirect("/door", status_code=303)


@get("/door/guests")
async def show_guests(
    request: AnyRequest, steward: NamedDependency[Phone], pool: NamedDependency[Pool], q: FromQuery[str] = ""
) -> Response[Any]:
    """Guests of this event by name in any script, by company or by department."""
    query = q[:LONGEST_QUERY]
    lines = await _found(pool, steward, query)
    if wants_json(request):
        return Response(lines)
    rules = await rules_queries.rules_of_event(pool, steward.event_id)
    shown = [(line, new_id()) for line in lines]
    return page("door/guests.html", phone=steward, query=query, lines=shown, exits=rules.exits != Exits.OFF, **VERDICT_WORDS)


async def _found(pool: Pool, phone: Phone, query: str) -> list[Line]:
    words = search_words(query)
    return [line_of(found, phone) for found in await queries.find_guests(pool, phone.event_id, words)] if words else []


router = Router(
    path="/",
    route_handlers=[show_scanner, show_worker, create_check_in, create_undo, show_guests],
    exception_handlers={PhoneRefused: answer_phone_refused},
)
