"""A ticket for the wallet of a phone, behind the ticket's own code. Fetching one changes nothing."""

import asyncio

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from events.kit import clock
from events.kit.database import Pool
from events.kit.errors import NotFound
from events.kit.tokens import Tokens

from . import actions
from .model import typed_code
from .pages import PRIVATE, next_admission
from .wallet_apple import MEDIA_TYPE, apple_pass
from .wallet_google import google_link
from .wallet_keys import Wallets
from .wallet_queries import positions_of_events


@get("/t/{code:str}/ticket.pkpass")
async def download_pass(
    *,
    code: FromPath[str],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    wallets: NamedDependency[Wallets],
) -> Response[bytes]:
    """The pass for Apple Wallet; a ticket that opens nothing any more is answered with a voided one."""
    if wallets.apple is None:
        raise NotFound(link=f"/t/{typed_code(code)}")
    ticket = await actions.find_ticket(pool, code)
    positions = await positions_of_events(pool, [one.event.id for one in ticket.valid_admissions])
    shown = next_admission(ticket, clock.now())
    made = await asyncio.to_thread(apple_pass, ticket, shown, wallets.apple, tokens=tokens, base_url=base_url, positions=positions)
    name = f"ticket-{shown.event.slug}.pkpass"
    return Response(made, media_type=MEDIA_TYPE, headers=PRIVATE | {"content-disposition": f'attachment; filename="{name}"'})


@get("/t/{code:str}/google-wallet")
async def open_google_wallet(
    *,
    code: FromPath[str],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    wallets: NamedDependency[Wallets],
) -> Redirect:
    """Leads to Google, where the ticket can be saved. The link is made at this moment, and is nowhere on our pages."""
    if wallets.google is None:
        raise NotFound(link=f"/t/{typed_code(code)}")
    ticket = await actions.find_valid_ticket(pool, code)
    moment = clock.now()
    url = google_link(ticket, next_admission(ticket, moment), wallets.google, tokens=tokens, base_url=base_url, now=moment)
    return Redirect(url, status_code=303, headers=PRIVATE)


router = Router("/", route_handlers=[download_pass, open_google_wallet], include_in_schema=False)
