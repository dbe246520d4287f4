"""The link to Google Wallet: a token that Google can verify, short enough for every browser."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.registration.actions import cancel_places
from tests.builders import BASE_URL, book, make_event, make_guest
from tests.staff import browser, running_app
from tests.visitor import Visitor

from .wallet_house import keys, pem

ISSUER, ACCOUNT = "3388000000012345678", "tickets@example-project.iam.gserviceaccount.com"
PREFIX = "https://pay.google.com/gp/v/save/"


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    account = json.dumps(
        {"type": "service_account", "client_email": ACCOUNT, "private_key": pem(keys()[2]), "token_uri": "https://example.com"}
    )
    async with running_app(dsn, wallet_google_issuer=ISSUER, wallet_google_key=account) as running:
        yield running


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as opened:
        yield opened


async def token_of(client: httpx.AsyncClient, code: str, language: str = "en") -> str:
    answer = await client.get(f"/t/{code}/google-wallet?lang={language}")
    assert (answer.status_code, answer.headers["referrer-policy"]) == (303, "no-referrer")
    assert answer.headers["location"].startswith(PREFIX)
    return answer.headers["location"].removeprefix(PREFIX)


def verified(token: str) -> dict[str, Any]:
    """The claims, after the checks of RFC 7515, 5.2."""
    head, claims, signature = token.split(".")
    assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT"}
    keys()[2].public_key().verify(decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    found: dict[str, Any] = json.loads(decoded(claims))
    return found


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_token_is_signed_and_says_what_the_face_needs(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest("𠮷例", "次郎", table_name="7"))
    code = outcome.tickets[0].code
    token = await token_of(client, code)
    claims = verified(token)
    assert len(token) <= 1800
    assert (claims["iss"], claims["aud"], claims["typ"]) == (ACCOUNT, "google", "savetowallet")
    (event_class,), (held,) = claims["payload"]["eventTicketClasses"], claims["payload"]["eventTicketObjects"]
    assert (held["classId"], held["state"], held["seatInfo"]["seat"]["defaultValue"]["value"]) == (event_class["id"], "ACTIVE", "7")
    assert held["ticketHolderName"].encode() == "𠮷例 次郎".encode()
    assert (held["barcode"]["type"], held["barcode"]["value"]) == ("QR_CODE", f"{BASE_URL}/t/{code}".upper())
    assert event_class["eventName"]["defaultValue"] == {"language": "en", "value": "Networking dinner"}
    assert event_class["venue"]["name"]["defaultValue"]["value"] == "Harbour Terrace"
    assert event_class["dateTime"]["start"].endswith("+09:00")
    assert {event_class["id"].partition(".")[0], held["id"].partition(".")[0]} == {ISSUER}
    assert set("".join((event_class["id"], held["id"]))) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


async def test_forged_token_is_noticed(client: httpx.AsyncClient, pool: Pool) -> None:
    head, claims, signature = (await token_of(client, (await book(pool, await make_event(pool))).tickets[0].code)).split(".")
    forged = base64.urlsafe_b64encode(decoded(claims).replace(b"ACTIVE", b"BOGUS!")).decode().rstrip("=")
    with pytest.raises(InvalidSignature):
        verified(f"{head}.{forged}.{signature}")


async def test_event_that_moves_or_another_language_gets_a_class_of_its_own(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    code = (await book(pool, event)).tickets[0].code
    tokens = [await token_of(client, code), await token_of(client, code, "ja")]
    await pool.execute("update events set version = version + 1 where id = $1", event.id)
    tokens.append(await token_of(client, code))
    assert len({verified(token)["payload"]["eventTicketClasses"][0]["id"] for token in tokens}) == 3


async def test_long_words_are_left_out_before_the_link_gets_too_long(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool, title="Networking dinner Optics & Sensing")
    far = {"de": "あ" * 150, "en": "あ" * 150, "ja": "あ" * 150}
    await pool.execute("update venues set address = $2 where id = (select venue_id from events where id = $1)", event.id, far)
    token = await token_of(client, (await book(pool, event)).tickets[0].code)
    assert (len(token) <= 1800, "venue" in verified(token)["payload"]["eventTicketClasses"][0]) == (True, False)


async def test_what_does_not_fit_at_all_is_refused_with_the_next_step(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool, title="長" * 400)
    answer = await client.get(f"/t/{(await book(pool, event)).tickets[0].code}/google-wallet")
    assert (answer.status_code, "The PDF and this page work as well" in answer.text) == (409, True)


async def test_ticket_that_opens_nothing_is_not_saved(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    ids = [row[0] for row in await pool.fetch("select id from registrations where booking_id = $1", outcome.booking_id)]
    async with pool.acquire() as tx, tx.transaction():
        await cancel_places(tx, event.id, ids, actor="guest", now=now())
    assert (await client.get(f"/t/{outcome.tickets[0].code}/google-wallet")).status_code == 409
    assert (await client.get(f"/t/{'A' * 16}/google-wallet")).status_code == 404


async def test_button_leads_there_and_the_token_is_on_no_page(client: httpx.AsyncClient, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    path = f"/t/{outcome.tickets[0].code}"
    pages = [await Visitor(client).open(path), await Visitor(client).open(f"/b/{outcome.token}")]
    assert [(f"{path}/google-wallet" in page.links, "pay.google.com" in page.html) for page in pages] == [(True, False)] * 2
