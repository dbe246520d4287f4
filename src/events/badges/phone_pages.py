"""A steward asks for a badge from the phone: the event's print station prints it."""

from typing import Any

import msgspec
from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from events.door.errors import PhoneRefused
from events.door.model import Phone
from events.door.pairing_pages import answer_phone_refused
from events.kit import clock
from events.kit.database import Connection
from events.kit.errors import InvalidInput
from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.json_body import MalformedJson
from events.kit.live import Live

from . import actions
from .forms import uuid_of

AnyRequest = Request[Any, Any, State]


@post("/door/badges", status_code=200)
async def create_door_badge(
    request: AnyRequest, steward: NamedDependency[Phone], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Response[Any]:
    """Asks for the badge of a guest of this phone's event. The id is made on the phone: asking again asks once."""
    fields = await _fields(request)
    request_id, registration_id = uuid_of(fields.get("id", "")), uuid_of(fields.get("registration_id", ""))
    if request_id is None or registration_id is None:
        wrong = "id" if request_id is None else "registration_id"
        raise InvalidInput(errors={wrong: _("This is not a valid id.")})
    waiting = await actions.request_badge(
        tx, event_id=steward.event_id, registration_id=registration_id, actor=steward.operator, now=clock.now(), request_id=request_id
    )
    live.mark(f"event:{steward.event_id}")
    return Response({"id": waiting.id, "registration_id": waiting.bearer.registration_id, "state": waiting.state})


async def _fields(request: AnyRequest) -> dict[str, str]:
    if request.content_type[0] != "application/json":
        return (await Form.read(request)).values
    try:
        sent = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedJson from None
    return {name: value for name, value in sent.items() if isinstance(value, str)} if isinstance(sent, dict) else {}


router = Router(path="/", route_handlers=[create_door_badge], exception_handlers={PhoneRefused: answer_phone_refused})
