"""The guest's own page for exchanging contacts, beside the ticket. Nothing changes on GET, and nobody is checked in by a scan."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

from events.kit import clock
from events.kit.assets import BUILT_FOLDER, asset
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.http import wants_json
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.tokens import Tokens
from events.people.consents import Purpose
from events.tickets.pages import PRIVATE

from . import actions, meeting_queries, queries
from .card_page import DECODER_POLICY, card_page
from .errors import ContactsOff
from .forms import LONGEST_SCAN, parse_card
from .model import Stage, stage_of, topic_of
from .own import Own, key_cookie, key_of, own_of
from .presentation import told
from .stream import meetings_stream

AnyRequest = Request[Any, Any, State]
HOME = "/t/{code:str}/contacts/{slug:str}"


@get(HOME)
async def show_contacts(
    *,
    request: AnyRequest,
    code: FromPath[str],
    slug: FromPath[str],
    db: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Template:
    """What the guest shares, and with whom; or the form to begin."""
    own = await own_of(db, request, code, slug)
    return await card_page(db, tokens, base_url, own)


@post(HOME, status_code=303)
async def save_card(
    *,
    request: AnyRequest,
    code: FromPath[str],
    slug: FromPath[str],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[Any]:
    """Switches the exchange on for this guest, or changes what is shared."""
    own = await own_of(tx, request, code, slug)
    event, now = own.admission.event, clock.now()
    if stage_of(event, is_open=await queries.is_open(tx, event.id), now=now) in (Stage.OFF, Stage.OVER):
        raise ContactsOff(link=f"/t/{own.code}")
    form = await Form.read(request)
    details = parse_card(form)
    if own.card is None and not form.checked(Purpose.CONTACTS):
        form.error(Purpose.CONTACTS, _("Please agree to it first: without that nothing is shared."))
    if not form.ok:
        return await card_page(tx, tokens, base_url, own, form=form, status=422)
    if own.card is not None:
        await queries.update_card(tx, own.own_card().registration_id, details)
        return _back(own)
    key = key_of(request)
    await actions.share_card(tx, own.admission.registration_id, own.ticket.guest_id, details, key=key, now=now)
    return Redirect(own.page_url, status_code=303, cookies=[key_cookie(request, key)])


@post(HOME + "/withdrawal", status_code=303)
async def create_withdrawal(
    *,
    request: AnyRequest,
    code: FromPath[str],
    slug: FromPath[str],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Takes the consent back: the card goes, and every meeting with it."""
    own = await own_of(tx, request, code, slug)
    card = own.own_card()
    partners = await meeting_queries.partners_of(tx, [card.registration_id])
    await queries.remove_cards(tx, [card.registration_id], clock.now())
    _mark(live, card.registration_id, *partners)
    return _back(own)


@post(HOME + "/scans", status_code=200)
async def create_scan(
    *,
    request: AnyRequest,
    code: FromPath[str],
    slug: FromPath[str],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    live: NamedDependency[Live],
) -> Response[Any]:
    """The other guest's ticket, scanned or typed."""
    own = await own_of(pool, request, code, slug)
    card = own.own_card()
    form = await Form.read(request)
    text = form.text("code", longest=LONGEST_SCAN)
    await actions.limit_scans(pool, card, text)
    async with pool.acquire() as connection, connection.transaction():
        outcome, other = await actions.scan(connection, own.admission.event, card, text, now=clock.now())
        if other:
            _mark(live, card.registration_id, other)
        if wants_json(request):
            return Response(told(outcome), headers=PRIVATE)
        return await card_page(connection, tokens, base_url, own, outcome=outcome)


@post(HOME + "/meetings/{meeting_id:uuid}/agreement", status_code=303)
async def create_agreement(
    *,
    request: AnyRequest,
    code: FromPath[str],
    slug: FromPath[str],
    meeting_id: FromPath[UUID],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Yes to the guest who has scanned this one's ticket."""
    own = await own_of(tx, request, code, slug)
    card, event = own.own_card(), own.admission.event
    if stage_of(event, is_open=await queries.is_open(tx, event.id), now=clock.now()) != Stage.OPEN:
        raise ContactsOff(link=own.page_url)
    asked_by = await meeting_queries.agree(tx, meeting_id, card.registration_id, clock.now())
    if asked_by is None:
        raise NotFound(link=own.page_url)
    _mark(live, card.registration_id, asked_by)
    return _back(own)


@post(HOME + "/meetings/{meeting_id:uuid}/refusal", status_code=303)
async def create_refusal(
    *,
    request: AnyRequest,
    code: FromPath[str],
    slug: FromPath[str],
    meeting_id: FromPath[UUID],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """No; or the guest's own question taken back. The other one is told nothing."""
    own = await own_of(tx, request, code, slug)
    card = own.own_card()
    partners = await meeting_queries.partners_of(tx, [card.registration_id])
    await meeting_queries.refuse(tx, meeting_id, card.registration_id, clock.now())
    _mark(live, card.registration_id, *partners)
    return _back(own)


@get(HOME + "/stream")
async def stream_meetings(
    request: AnyRequest, code: FromPath[str], slug: FromPath[str], pool: NamedDependency[Pool], live: NamedDependency[Live]
) -> Stream:
    """The guest's meetings as they change."""
    own = await own_of(pool, request, code, slug)
    headers = PRIVATE | {"x-accel-buffering": "no"}  # proxies that buffer (nginx) are told not to
    stream = meetings_stream(live, pool, own.own_card().registration_id, page_url=own.page_url)
    return Stream(stream, media_type="text/event-stream", headers=headers)


@get("/t/decoder.js", sync_to_thread=False)
def show_decoder() -> Response[bytes]:
    """The decoder's script, under the policy that lets it compile its WebAssembly."""
    script = (BUILT_FOLDER / asset("door.worker.js").rpartition("/")[2]).read_bytes()
    headers = DECODER_POLICY | {"cache-control": "public, max-age=31536000, immutable"}
    return Response(script, media_type="text/javascript", headers=headers)


def _back(own: Own) -> Redirect:
    return Redirect(own.page_url, status_code=303)


def _mark(live: Live, *registration_ids: UUID) -> None:
    for registration_id in registration_ids:
        live.mark(topic_of(registration_id))


router = Router(
    path="/",
    route_handlers=[
        show_contacts,
        save_card,
        create_withdrawal,
        create_scan,
        create_agreement,
        create_refusal,
        stream_meetings,
        show_decoder,
    ],
    include_in_schema=False,
)
