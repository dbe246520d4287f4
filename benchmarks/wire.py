"""Requests as bytes: the same ones that browsers and programs send."""

import itertools
import json
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

from events.demo.people import people

GUESTS = [person for group in people().values() for person in group]
_NAMES = (
    "family_name", "given_name", "family_name_kana", "given_name_kana", "family_name_latin", "given_name_latin",
    "company", "department",
)  # fmt: skip
BROWSER = "accept: text/html\r\naccept-language: ja\r\naccept-encoding: identity\r\nsec-fetch-site: same-origin\r\n"


def get(path: str) -> Callable[[], bytes]:
    """A page, again and again."""
    request = f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{BROWSER}\r\n".encode()
    return lambda: request


def question() -> Callable[[], bytes]:
    body = b'{"number": 41}'
    request = head("POST /question", "content-type: application/json\r\n", len(body)) + body
    return lambda: request


def sign_up_by_api(slug: str, token: str) -> Callable[[], bytes]:
    """A new booking of one guest with every field filled in: another person of the demo and a fresh key each time."""
    headers = f"content-type: application/json\r\nauthorization: Bearer {token}\r\n"
    line = f"POST /api/v1/events/{slug}/registrations"
    prepared = []
    for person in GUESTS:
        names = {name: getattr(person.guest, name) for name in _NAMES}
        guest = names | {"position": person.guest.job_title, "diet": "vegetarian"}
        body = json.dumps(
            {"registrant": {"email": person.email, "locale": person.locale}, "guests": [guest], "accept_waitlist": False}
        ).encode()
        prepared.append((head(line, headers, len(body))[:-2], b"\r\n\r\n" + body))
    requests, numbers, run = itertools.cycle(prepared), itertools.count(), uuid4().hex[:12].encode()

    def request() -> bytes:
        head, body = next(requests)
        return b"%bidempotency-key: %b-%d%b" % (head, run, next(numbers), body)

    return request


def sign_up_by_form(slug: str) -> Callable[[], bytes]:
    """The real form, sent by a browser that reads Japanese: another person and a fresh key of 26 characters each time."""
    headers = f"content-type: application/x-www-form-urlencoded\r\n{BROWSER}"
    prepared = []
    for person in GUESTS:
        fields = {name: getattr(person.guest, name) for name in _NAMES}
        fields |= {"family_name_kana": fields["family_name_kana"] or "カナ", "given_name_kana": fields["given_name_kana"] or "カナ"}
        fields |= {"job_title": person.guest.job_title, "email": person.email, "privacy": "yes", "diet": "", "guest_list": "yes"}
        body = urlencode(fields).encode() + b"&key="
        prepared.append(head(f"POST /e/{slug}/registrations", headers, len(body) + 26) + body)
    requests, numbers, run = itertools.cycle(prepared), itertools.count(), uuid4().hex[:14].encode()
    return lambda: b"%b%b%012d" % (next(requests), run, next(numbers))


def check_in(slug: str, token: str, codes: list[str]) -> Callable[[], bytes]:
    """A scan of each ticket in turn; should they run out, the first ones come again and are told so."""
    headers = f"content-type: application/json\r\nauthorization: Bearer {token}\r\n"
    body = b'{"id": "%b", "code": "%b"}'
    line = head(f"POST /api/v1/events/{slug}/check-ins", headers, len(body) - 4 + 36 + 16)
    waiting = itertools.cycle(codes)
    return lambda: line + body % (str(uuid4()).encode(), next(waiting).encode())


def head(line: str, headers: str, length: int) -> bytes:
    return f"{line} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n".encode()
