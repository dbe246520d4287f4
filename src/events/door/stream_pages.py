"""The stream of an open phone."""

from typing import Any

from litestar import Request, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent

from .access import Sender, provide_sender
from .errors import PhoneRefused
from .model import Standing
from .pairing_pages import answer_phone_refused
from .stream import DoorNews, PhoneStream, last_word

AnyRequest = Request[Any, Any, State]


@get("/door/stream")
async def stream_door(request: AnyRequest, sender: NamedDependency[Sender], door_news: NamedDependency[DoorNews]) -> ServerSentEvent:
    """News of the event for this phone; one that may not work hears that, and nothing else."""

    async def look() -> Sender:
        return await provide_sender(request, request.app.state)

    if sender.standing != Standing.LIVE:
        return ServerSentEvent(iter([last_word(sender.standing)]))
    return ServerSentEvent(PhoneStream(door_news, sender.phone, look).messages(), headers={"x-accel-buffering": "no"})


router = Router(path="/", route_handlers=[stream_door], exception_handlers={PhoneRefused: answer_phone_refused})
