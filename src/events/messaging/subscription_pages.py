"""Ending courtesy mails, by the link in them or by the mailbox's own button (RFC 8058). Opening the link changes nothing."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.kit import limits
from events.kit.database import Connection
from events.kit.errors import NotFound, TooManyRequests
from events.kit.forms import Form
from events.kit.http import ANY_ORIGIN
from events.kit.templates import page
from events.kit.tokens import token_hash

from . import subscription_queries as queries
from .subscription_queries import Subscription

AnyRequest = Request[Any, Any, State]
PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "same-origin"}
TRIES_PER_MINUTE = 600  # one-click requests of a large mail provider come from few addresses


@get("/unsubscribe/{token:str}")
async def show_subscription(request: AnyRequest, token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """What would end, with the button that ends it."""
    subscription = await _found(request, db, token)
    return page("messaging/unsubscribe.html", headers=PRIVATE, subscription=subscription, token=token)


@post("/unsubscribe/{token:str}", status_code=200, opt={ANY_ORIGIN: True})
async def unsubscribe(request: AnyRequest, token: FromPath[str], tx: NamedDependency[Connection]) -> Response[Any]:
    """By the page's button or in one click by a mail provider, which shows nobody the answer. The token alone allows it."""
    subscription = await _found(request, tx, token)
    one_click = (await Form.read(request)).values.get("List-Unsubscribe") == "One-Click"
    await queries.end_subscription(tx, subscription, channel="one_click" if one_click else "page")
    if one_click:
        return Response(b"", media_type="text/plain", headers=PRIVATE)
    return Redirect(f"/unsubscribe/{token}", status_code=303, headers=PRIVATE)


@post("/unsubscribe/{token:str}/undoing", status_code=303)
async def renew_subscription(request: AnyRequest, token: FromPath[str], tx: NamedDependency[Connection]) -> Redirect:
    """Takes it back."""
    await queries.renew_subscription(tx, await _found(request, tx, token))
    return Redirect(f"/unsubscribe/{token}", status_code=303, headers=PRIVATE)


async def _found(request: AnyRequest, db: Connection, token: str) -> Subscription:
    client = limits.network_of(request.client.host if request.client else "")
    if not await limits.allow(db, "unsubscribe", who=client, limit=TRIES_PER_MINUTE, window_seconds=60):
        raise TooManyRequests
    subscription = await queries.subscription_by_hash(db, token_hash(token))
    if subscription is None:
        raise NotFound
    return subscription


router = Router("/", route_handlers=[show_subscription, unsubscribe, renew_subscription], include_in_schema=False)
