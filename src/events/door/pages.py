"""The door's own pages: the scanner, its verdicts, its search. Only a paired phone sees them."""

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
from events.kit.ids import new_id
from events.kit.live import Live
from events.kit.templates import page
from events.people.keys import search_words

from . import actions, queries
from .announcement import HEADLINES, Line, announce, line_of, said_elsewhere
from .desk import CheckInDesk
from .errors import PhoneRefused
from .forms import LONGEST_QUERY, parse_scan, parse_undo
from .model import Phone
from .pairing_pages import answer_phone_refused
from .persons import privacy_texts

AnyRequest = Request[Any, Any, State]

# The decoder is WebAssembly in a worker of its own. A worker obeys the policy it was served with, older Safaris the page's.
SCANNER_POLICY = {
    "content-security-policy": CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    + "; worker-src 'self'"
}

WORDS: dict[str, Any] = {"headlines": HEADLINES, "said_elsewhere": said_elsewhere, "privacy_texts": privacy_texts(), "blank": Form()}


@get("/door")
async def show_scanner(phone: NamedDependency[Phone], desk: NamedDependency[CheckInDesk]) -> Template:
    """The scanner. Without a script it is two forms: a code and a search."""
    attendance = await desk.attendance(phone.event_id)
    return page("door/scanner.html", headers=SCANNER_POLICY, phone=phone, attendance=attendance, check_in_id=new_id(), **WORDS)


@get("/door/worker.js", sync_to_thread=False)
def show_worker() -> Response[bytes]:
    """The decoder's script, under the policy that lets it compile its WebAssembly."""
    script = (BUILT_FOLDER / asset("door.worker.js").rpartition("/")[2]).read_bytes()
    headers = SCANNER_POLICY | {"cache-control": "public, max-age=31536000, immutable"}
    return Response(script, media_type="text/javascript", headers=headers)


@post("/door/check-ins", status_code=200)
async def create_check_in(
    request: AnyRequest, phone: NamedDependency[Phone], desk: NamedDependency[CheckInDesk], live: NamedDependency[Live]
) -> Response[Any]:
    """Decides on one scan. The same id again answers the same, so a phone that heard nothing simply asks again."""
    scan = parse_scan(await Form.read(request), phone, clock.now())
    answer = await desk.redeem(phone.event_id, scan)
    live.mark(f"event:{phone.event_id}")
    announcement = announce(scan.id, answer, phone)
    if wants_json(request):
        return Response(announcement)
    return page("door/verdict.html", phone=phone, seen=announcement, undo_id=new_id(), page_url="/door", **WORDS)


@post("/door/undos", status_code=200)
async def create_undo(
    request: AnyRequest, phone: NamedDependency[Phone], pool: NamedDependency[Pool], live: NamedDependency[Live]
) -> Response[Any]:
    """Takes back an entry that this phone let in."""
    undo_id, entry_id, at = parse_undo(await Form.read(request), clock.now())
    await actions.undo(pool, phone, undo_id, entry_id, at)
    live.mark(f"event:{phone.event_id}")
    if wants_json(request):
        return Response({"check_in_id": entry_id})
    return Redirect("/door", status_code=303)


@get("/door/guests")
async def show_guests(
    request: AnyRequest, phone: NamedDependency[Phone], pool: NamedDependency[Pool], q: FromQuery[str] = ""
) -> Response[Any]:
    """Guests of this event by name in any script, by company or by department."""
    query = q[:LONGEST_QUERY]
    lines = await _found(pool, phone, query)
    if wants_json(request):
        return Response(lines)
    return page("door/guests.html", phone=phone, query=query, lines=[(line, new_id()) for line in lines])


async def _found(pool: Pool, phone: Phone, query: str) -> list[Line]:
    words = search_words(query)
    return [line_of(found, phone) for found in await queries.find_guests(pool, phone.event_id, words)] if words else []


router = Router(
    path="/",
    route_handlers=[show_scanner, show_worker, create_check_in, create_undo, show_guests],
    exception_handlers={PhoneRefused: answer_phone_refused},
)
