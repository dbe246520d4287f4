"""Requests as bytes: the same ones that browsers and programs send."""

import itertools
import json
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

GUEST = {
    "family_name": "見本",
    "given_name": "花子",
    "family_name_kana": "ミホン",
    "given_name_kana": "ハナコ",
    "family_name_latin": "Mihon",
    "given_name_latin": "Hanako",
    "company": "株式会社みほん光学",
    "department": "光学開発部",
    "position": "部長",
    "diet": "vegetarian",
}
_BROWSER = "accept: text/html\r\naccept-language: ja\r\naccept-encoding: identity\r\nsec-fetch-site: same-origin\r\n"


def get(path: str) -> Callable[[], bytes]:
    """A page, again and again."""
    request = f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{_BROWSER}\r\n".encode()
    return lambda: request


def question() -> Callable[[], bytes]:
    body = b'{"number": 41}'
    request = _head("POST /question", "content-type: application/json\r\n", len(body)) + body
    return lambda: request


def sign_up_by_api(slug: str, token: str) -> Callable[[], bytes]:
    """A new booking of one guest with every field filled in; a fresh key each time."""
    body = json.dumps(
        {"registrant": {"email": "hanako.mihon@example.com", "locale": "ja"}, "guests": [GUEST], "accept_waitlist": False}
    ).encode()
    headers = f"content-type: application/json\r\nauthorization: Bearer {token}\r\n"
    head, tail = _head(f"POST /api/v1/events/{slug}/registrations", headers, len(body)).split(b"\r\n\r\n")[0], b"\r\n\r\n" + body
    key = uuid4().hex[:12]
    numbers = itertools.count()
    return lambda: b"%b\r\nidempotency-key: %b-%d%b" % (head, key.encode(), next(numbers), tail)


def sign_up_by_form(slug: str) -> Callable[[], bytes]:
    """The real form, sent by a browser that reads Japanese; a fresh key of 22 characters each time."""
    fields = {name: value for name, value in GUEST.items() if name not in ("position", "diet")}
    fields |= {"job_title": GUEST["position"], "email": "hanako.mihon@example.com", "privacy": "yes", "diet": "", "guest_list": "yes"}
    body = urlencode(fields).encode() + b"&key="
    headers = f"content-type: application/x-www-form-urlencoded\r\n{_BROWSER}"
    start = _head(f"POST /e/{slug}/registrations", headers, len(body) + 26) + body
    key = uuid4().hex[:14].encode()
    numbers = itertools.count()
    return lambda: b"%b%b%012d" % (start, key, next(numbers))


def check_in(slug: str, token: str, codes: list[str]) -> Callable[[], bytes]:
    """A scan of each ticket in turn; should they run out, the first ones come again and are told so."""
    headers = f"content-type: application/json\r\nauthorization: Bearer {token}\r\n"
    body = b'{"id": "%b", "code": "%b"}'
    head = _head(f"POST /api/v1/events/{slug}/check-ins", headers, len(body) - 4 + 36 + 16)
    waiting = itertools.cycle(codes)
    return lambda: head + body % (str(uuid4()).encode(), next(waiting).encode())


def _head(line: str, headers: str, length: int) -> bytes:
    return f"{line} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n".encode()
