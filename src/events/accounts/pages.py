"""Sign-in by a link that comes by mail, and sign-out. Nothing happens on GET: mail scanners follow every link."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.kit import clock, limits
from events.kit.database import Connection, Pool
from events.kit.errors import TooManyRequests
from events.kit.forms import Form
from events.kit.templates import page
from events.kit.tokens import token_hash

from . import actions, queries
from .access import SESSION_COOKIE
from .errors import LinkUsed
from .forms import own_page, parse_address

AnyRequest = Request[Any, Any, State]

LIMIT_WINDOW_SECONDS = 900  # as long as a link lasts
LINKS_PER_ADDRESS = 5  # nobody's mailbox is filled by a stranger
LINKS_PER_CLIENT = 30  # a whole office behind one address may sign in
COOKIE_SECONDS = 365 * 24 * 3600  # how long it really lasts is decided by the session's row


@get("/sign-in")
async def new_sign_in(next_page: FromQuery[str | None] = None, sent: FromQuery[bool] = False) -> Template:
    """Asks for the address."""
    return page("accounts/sign_in.html", form=Form(), next_page=own_page(next_page), sent=sent)


@post("/sign-in", status_code=200)
async def create_sign_in_link(request: AnyRequest, pool: NamedDependency[Pool]) -> Response[Any]:
    """Orders the mail. The answer is the same whether or not the address belongs to anybody."""
    form = await Form.read(request)
    email, next_page = parse_address(form), own_page(form.values.get("next_page"))
    if not form.ok:
        return page("accounts/sign_in.html", status=422, form=form, next_page=next_page, sent=False)
    await _limit(request, pool, email)
    async with pool.acquire() as connection, connection.transaction():
        await actions.request_link(connection, email, next_path=next_page)
    return Redirect("/sign-in?sent=true", status_code=303)


@get("/sign-in/{token:str}")
async def show_sign_in_link(token: FromPath[str], db: NamedDependency[Connection], next_page: FromQuery[str | None] = None) -> Template:
    """One button, so that a mail scanner that opens the link does not use it up."""
    if await queries.staff_of_link(db, token_hash(token), clock.now()) is None:
        raise LinkUsed(link="/sign-in")
    return page("accounts/sign_in_link.html", next_page=own_page(next_page))


@post("/sign-in/{token:str}", status_code=303)
async def create_session(
    request: AnyRequest, token: FromPath[str], tx: NamedDependency[Connection], base_url: NamedDependency[str]
) -> Redirect:
    """Signs in: a fresh session, and the one this browser had before is over."""
    form = await Form.read(request)
    session_token = await actions.sign_in(tx, token, clock.now())
    if former := request.cookies.get(SESSION_COOKIE):
        await actions.sign_out(tx, former)
    cookie = _cookie(session_token, COOKIE_SECONDS, base_url)
    return Redirect(own_page(form.values.get("next_page")), status_code=303, cookies=[cookie])


@post("/sign-out", status_code=303)
async def delete_session(request: AnyRequest, tx: NamedDependency[Connection], base_url: NamedDependency[str]) -> Redirect:
    """Signs out in this browser; other browsers of the same person stay signed in."""
    if session_token := request.cookies.get(SESSION_COOKIE):
        await actions.sign_out(tx, session_token)
    return Redirect("/sign-in", status_code=303, cookies=[_cookie("", 0, base_url)])


async def _limit(request: AnyRequest, pool: Pool, email: str) -> None:
    client = limits.network_of(request.client.host if request.client else "")
    for rule, who, limit in (("sign-in client", client, LINKS_PER_CLIENT), ("sign-in address", email, LINKS_PER_ADDRESS)):
        if not await limits.allow(pool, rule, who=who, limit=limit, window_seconds=LIMIT_WINDOW_SECONDS):
            raise TooManyRequests


def _cookie(value: str, max_age: int, base_url: str) -> Cookie:
    secure = base_url.startswith("https:")
    return Cookie(key=SESSION_COOKIE, value=value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="lax")


router = Router(path="/", route_handlers=[new_sign_in, create_sign_in_link, show_sign_in_link, create_session, delete_session])
