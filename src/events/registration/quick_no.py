"""The quick no: on a busy day most sign-ups come too late, and hearing so must not cost more than a plain page.

Before the framework takes a sign-up of the JSON API into its hands, this desk looks whether everything about it is at hand in
this process: the caller's token, the event, and that the event was sold out when anybody last asked. Then it asks the database
whether that is still so (a read shared by everybody who asks meanwhile) and answers exactly what the handler would answer.
In every other case the request goes on to the handler, untouched.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from events.accounts.access import ApiClients
from events.accounts.model import Scope
from events.kit.database import OUT_OF_SERVICE
from events.kit.errors import DomainError
from events.kit.http import problem_details, raw_headers
from events.kit.i18n import negotiate, use_language
from events.kit.openapi import PROBLEM
from events.programme.shelf import EventShelf

from .api import BODY, api_key
from .claims import ClaimDesk
from .errors import EventFull

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

USUAL_SIZE = 50_000  # a party of ten with everything filled in has under 10 kB

_ADDRESS = re.compile(r"/api/v1/events/([a-z0-9-]+)/registrations")
_WANTED = frozenset({b"authorization", b"idempotency-key", b"accept-language"})


class QuickNo:
    """One per process."""

    def __init__(self, clients: ApiClients, shelf: EventShelf, claims: ClaimDesk) -> None:
        self._clients, self._shelf, self._claims = clients, shelf, claims

    async def answer(self, scope: Message, receive: Receive, send: Send) -> Receive | None:
        """Nothing when the no was sent; otherwise what the application shall receive, the body from the beginning."""
        address = _ADDRESS.fullmatch(scope["path"])
        if scope["method"] != "POST" or address is None:
            return receive
        headers = {name: value for name, value in scope["headers"] if name in _WANTED}
        event_id, key = self._at_hand(address[1], headers)
        if event_id is None or not key or not self._claims.was_full(event_id):
            return receive
        messages, body = await _read(receive)
        if _waits_for_no_place(body) and await self._is_still_full(event_id, key):
            await _refuse(send, headers.get(b"accept-language", b""))
            return None
        return _again(messages, receive)

    async def _is_still_full(self, event_id: UUID, key: str) -> bool:
        """What goes wrong here goes wrong for the handler as well, and there it gets its proper answer."""
        try:
            return await self._claims.is_surely_full(event_id, key)
        except OUT_OF_SERVICE:
            return False

    def _at_hand(self, slug: str, headers: dict[bytes, bytes]) -> tuple[Any, str]:
        """The event's id and the sign-up's key, if caller and event are known here and go together."""
        client = self._clients.remembered(headers.get(b"authorization", b"").decode("latin-1"))
        event = self._shelf.remembered(slug)
        key = headers.get(b"idempotency-key", b"").decode("latin-1")
        if client is None or event is None or event.organiser_id != client.organiser_id or Scope.WRITE_REGISTRATIONS not in client.scopes:
            return None, key
        return event.id, api_key(client.organiser_id, key)


async def _read(receive: Receive) -> tuple[list[Message], bytes]:
    """The messages of the body as they came, and the body if it is whole and of the usual size; else nothing of it."""
    messages, body = [await receive()], b""
    while messages[-1]["type"] == "http.request":
        body += messages[-1].get("body", b"")
        if not messages[-1].get("more_body") or len(body) > USUAL_SIZE:
            break
        messages.append(await receive())
    return messages, b"" if messages[-1].get("more_body", True) else body


def _waits_for_no_place(body: bytes) -> bool:
    """Whether this is a sign-up, by every rule, that does not ask for the waiting list."""
    try:
        return not BODY.decode(body).accept_waitlist
    except DomainError:
        return False


async def _refuse(send: Send, accept_language: bytes) -> None:
    headers, body = _no(negotiate(None, None, accept_language.decode("latin-1")))
    await send({"type": "http.response.start", "status": EventFull.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@lru_cache
def _no(language: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    with use_language(language):
        body = msgspec.json.encode(problem_details(EventFull()))
    return raw_headers([(b"content-type", PROBLEM.encode()), (b"content-length", str(len(body)).encode())], "/api/"), body


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Receives these messages once more and then the others."""
    waiting = iter(messages)

    async def receive_again() -> Any:
        return next(waiting, None) or await receive()

    return receive_again
