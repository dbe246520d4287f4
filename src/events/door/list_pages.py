"""The list for a phone, and its word that it has forgotten everything."""

import asyncio
import gzip
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromQuery

from events.kit import clock
from events.kit.database import Pool
from events.kit.errors import InvalidInput
from events.kit.i18n import gettext as _
from events.kit.live import Live

from . import phone_queries
from .access import PHONE_COOKIE, Sender
from .errors import PhoneRefused, PhoneStillConnected
from .listing import GuestList, GuestLists, Wish
from .model import Phone, phones_topic
from .pairing_pages import answer_phone_refused

AnyRequest = Request[Any, Any, State]

_GZIP = b"\x1f\x8b"
LONGEST_HAVE = 500  # 33 digests of eight letters
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)  # no list is older; times near year 1 cannot be reckoned with


@get("/door/list")
async def show_list(
    request: AnyRequest,
    phone: NamedDependency[Phone],
    lists: NamedDependency[GuestLists],
    *,
    have: FromQuery[str] = "",
    since: FromQuery[str] = "",
) -> Response[Any]:
    """What this phone is missing, with the moment until which it may show it without hearing from us again."""
    wish = Wish(tuple(have[:LONGEST_HAVE].split(",")) if have else (), _moment(since))
    read = await lists.read(phone.event_id, wish, for_kiosk=phone.is_kiosk)
    # Three megabytes of a large list take a tenth of a second: not where everybody else's scans would wait for it.
    body = await asyncio.to_thread(_packed, _answer(phone, read, clock.now()), gzipped="gzip" in request.headers.get("accept-encoding", ""))
    headers = {"vary": "Accept-Encoding"} | ({"content-encoding": "gzip"} if body[:2] == _GZIP else {})
    return Response(body, media_type="application/json", headers=headers)


def _packed(answer: dict[str, Any], *, gzipped: bool) -> bytes:
    encoded = msgspec.json.encode(answer)
    return gzip.compress(encoded, compresslevel=4) if gzipped else encoded


@post("/door/wiped", status_code=204)
async def note_wiped(sender: NamedDependency[Sender], pool: NamedDependency[Pool], live: NamedDependency[Live]) -> Response[None]:
    """The last word of a phone that was disconnected: it has forgotten everything. Its cookie goes as well.

    A phone that nobody took back says so in vain: it is still connected, and gets its list again.
    """
    if not await phone_queries.note_wiped(pool, sender.phone.id, clock.now()):
        raise PhoneStillConnected
    live.mark(phones_topic(sender.phone.event_id))
    forgotten = Cookie(key=PHONE_COOKIE, value="", max_age=0, path="/door", httponly=True, samesite="lax")
    return Response(None, status_code=204, cookies=[forgotten])


def _answer(phone: Phone, read: GuestList, now: datetime) -> dict[str, Any]:
    own = {
        "id": phone.id,
        "name": phone.name,
        "gate": phone.gate,
        "gate_id": phone.gate_id,
        "role": phone.role,
        "lease_until": phone.lease_until(now, read.around.rules.lease_hours),
    }
    answer = msgspec.structs.asdict(read)
    around: Any = answer.pop("around")
    return answer | msgspec.structs.asdict(around) | {"phone": own}


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return max(msgspec.convert(text.replace(" ", "+"), datetime).astimezone(UTC), OLDEST)
    except (msgspec.ValidationError, ValueError, OverflowError):
        raise InvalidInput(errors={"since": _("This is not a valid time.")}) from None


router = Router(path="/", route_handlers=[show_list, note_wiped], exception_handlers={PhoneRefused: answer_phone_refused})
