"""Pairing: the phone opens a link that works once, and from then on carries a token of its own."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.kit import clock, limits
from events.kit.database import Pool
from events.kit.errors import TooManyRequests
from events.kit.forms import Form
from events.kit.http import problem_details, wants_json
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import token_hash

from . import actions, phone_queries
from .access import PHONE_COOKIE
from .errors import PairingOver, PhoneDisconnected, PhoneNotPaired, PhoneRefused
from .model import phones_topic, ticket_code

AnyRequest = Request[Any, Any, State]

# A code has 80 bits, so this is about noise in the log more than about luck. Twenty phones behind one router may pair at once.
TRIES, WINDOW_SECONDS = 40, 900
COOKIE_SECONDS = 400 * 24 * 3600  # the longest a browser keeps one; what the token opens is decided by its row


@get("/door/pair")
async def new_pairing(code: FromQuery[str] = "") -> Response[Any]:
    """For a code that is read out instead of scanned."""
    typed = ticket_code(code)
    if typed:
        return Redirect(f"/door/pair/{typed}", status_code=303)
    return answer_pairing_needed(PhoneNotPaired(), status=200, mistyped=bool(code))


@get("/door/pair/{code:str}")
async def show_pairing(request: AnyRequest, code: FromPath[str], pool: NamedDependency[Pool]) -> Template:
    """One button, so that whatever opens links by itself does not use the code up."""
    await _limit_guesses(request, pool)
    phone = await phone_queries.phone_to_pair(pool, token_hash(code.upper()), clock.now())
    if phone is None:
        raise PairingOver(link="/door")
    return page("door/pair.html", phone=phone, form=Form([("name", phone.name)]))


@post("/door/pair/{code:str}", status_code=303)
async def create_pairing(
    request: AnyRequest,
    code: FromPath[str],
    *,
    pool: NamedDependency[Pool],
    base_url: NamedDependency[str],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Pairs this browser. The code is used up; the token is shown to nobody else."""
    await _limit_guesses(request, pool)
    form = await Form.read(request)
    name = form.text("name", longest=60)
    phone = await phone_queries.phone_to_pair(pool, token_hash(code.upper()), clock.now())
    if phone is None:
        raise PairingOver(link="/door")
    if not form.ok:
        return page("door/pair.html", status=422, phone=phone, form=form)
    async with pool.acquire() as connection, connection.transaction():
        token = await actions.pair(connection, code, name=name, now=clock.now())
    live.mark(phones_topic(phone.event_id))
    secure = base_url.startswith("https:")
    cookie = Cookie(key=PHONE_COOKIE, value=token, max_age=COOKIE_SECONDS, path="/door", secure=secure, httponly=True, samesite="lax")
    return Redirect("/door", status_code=303, cookies=[cookie])


async def _limit_guesses(request: AnyRequest, pool: Pool) -> None:
    client = limits.network_of(request.client.host if request.client else "")
    if not await limits.allow(pool, "pairing", who=client, limit=TRIES, window_seconds=WINDOW_SECONDS):
        raise TooManyRequests


def answer_phone_refused(request: AnyRequest, error: PhoneRefused) -> Response[Any]:
    """Scripts get problem details (a disconnected phone also the order to forget), people the way to a door."""
    if not wants_json(request):
        return answer_pairing_needed(error)
    wipe = {"wipe": True} if isinstance(error, PhoneDisconnected) else {}
    return Response(problem_details(error) | wipe, status_code=error.status, media_type="application/problem+json")


def answer_pairing_needed(error: PhoneRefused, *, status: int | None = None, mistyped: bool = False) -> Response[Any]:
    return page(
        "door/unpaired.html",
        status=status or error.status,
        title=error.say(),
        next_step=error.say_next_step(),
        mistyped=mistyped,
        page_url="/door",
    )


router = Router(path="/", route_handlers=[new_pairing, show_pairing, create_pairing])
