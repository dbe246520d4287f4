"""The cards of those with whom a guest has exchanged contacts, as files for the phone's address book."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.tickets.pages import PRIVATE

from . import queries
from .errors import NotYetExchanged
from .mails import met_at
from .model import closes_at
from .own import Own, own_of
from .vcards import MEDIA_TYPE, vcards

AnyRequest = Request[Any, Any, State]
HOME = "/t/{code:str}/contacts/{slug:str}"


@get(HOME + "/cards.vcf")
async def download_cards(
    request: AnyRequest, code: FromPath[str], slug: FromPath[str], db: NamedDependency[Connection], version: FromQuery[str] = "3.0"
) -> Response[bytes]:
    """All of them in one file."""
    own = await own_of(db, request, code, slug)
    return await _file(db, own, None, version)


@get(HOME + "/meetings/{meeting_id:uuid}/card.vcf")
async def download_card(
    *,
    request: AnyRequest,
    code: FromPath[str],
    slug: FromPath[str],
    meeting_id: FromPath[UUID],
    db: NamedDependency[Connection],
    version: FromQuery[str] = "3.0",
) -> Response[bytes]:
    """One of them."""
    own = await own_of(db, request, code, slug)
    return await _file(db, own, meeting_id, version)


async def _file(db: Connection, own: Own, meeting_id: UUID | None, version: str) -> Response[bytes]:
    """Raises `NotYetExchanged` before the exchange has closed, `NotFound` where there is nothing."""
    card, event = own.own_card(), own.admission.event
    if clock.now() <= closes_at(event):
        raise NotYetExchanged(link=own.page_url)
    cards = await queries.cards_for(db, card.registration_id, meeting_id)
    if not cards:
        raise NotFound(link=own.page_url)
    name = f'attachment; filename="contacts-{event.slug}.vcf"'
    content = vcards(cards, met=met_at(event), version=version)
    return Response(content, media_type=MEDIA_TYPE, headers=PRIVATE | {"content-disposition": name})


router = Router(path="/", route_handlers=[download_cards, download_card], include_in_schema=False)
