"""The pass for Apple Wallet as a phone would check it: archive, manifest, signature, languages, code."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from litestar import Litestar
from PIL import Image

from events.kit.clock import now
from events.kit.database import Pool
from events.registration.model import GuestDetails, Outcome
from tests.builders import BASE_URL, book, make_event, make_guest, make_programme
from tests.staff import browser, running_app
from tests.visitor import Visitor

from .wallet_house import PASS_TYPE, TEAM, check_signature, keys, pem

HANAKO = make_guest("見本", "花子", family_name_latin="Mihon", given_name_latin="Hanako", table_name="7")
NAMES = [
    ("髙見本", "一郎", "髙見本 一郎"),
    ("𠮷例", "次郎", "𠮷例 次郎"),
    ("葛󠄀例", "三郎", "葛󠄀例 三郎"),
    ("Müßig-Großäcker", "Jörg", "Jörg Müßig-Großäcker"),
    ("Przykład", "Łukasz", "Łukasz Przykład"),
    ('O"Neill\\', "Seán", 'Seán O"Neill\\'),
    ("Contoh", "", "Contoh"),
]


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    _authority_key, authority, pass_key, certificate = keys()
    settings = {"wallet_apple_certificate": pem(certificate), "wallet_apple_key": pem(pass_key), "wallet_apple_wwdr": pem(authority)}
    async with running_app(dsn, **settings) as running:
        yield running


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as opened:
        yield opened


async def fetch(client: httpx.AsyncClient, code: str) -> dict[str, bytes]:
    answer = await client.get(f"/t/{code}/ticket.pkpass")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.apple.pkpass")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def passed(client: httpx.AsyncClient, outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await fetch(client, outcome.tickets[0].code))["pass.json"])
    return found


def strings(files: dict[str, bytes], language: str) -> dict[str, str]:
    text = files[f"{language}.lproj/pass.strings"].decode("utf-16")
    pairs = re.findall(r'^"((?:[^"\\]|\\.)*)" = "((?:[^"\\]|\\.)*)";$', text, re.MULTILINE)
    assert len(pairs) == len(text.splitlines())
    return {_plain(key): _plain(value) for key, value in pairs}


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], quoted)


async def test_manifest_lists_every_file_and_its_signature_holds(client: httpx.AsyncClient, pool: Pool) -> None:
    files = await fetch(client, (await book(pool, await make_event(pool), HANAKO)).tickets[0].code)
    manifest = json.loads(files["manifest.json"])
    others = {name: content for name, content in files.items() if name not in ("manifest.json", "signature")}
    assert manifest == {name: hashlib.sha1(content).hexdigest() for name, content in others.items()}  # noqa: S324 (the format's)
    _key, authority, _pass_key, certificate = keys()
    assert check_signature(files["signature"], files["manifest.json"], authority) == certificate


async def test_changed_pass_is_noticed(client: httpx.AsyncClient, pool: Pool) -> None:
    files = await fetch(client, (await book(pool, await make_event(pool))).tickets[0].code)
    authority = keys()[1]
    with pytest.raises(AssertionError, match="made for another content"):
        check_signature(files["signature"], files["manifest.json"].replace(b"icon.png", b"evil.png"), authority)
    forged = files["signature"][:-1] + bytes([files["signature"][-1] ^ 1])
    with pytest.raises(InvalidSignature):
        check_signature(forged, files["manifest.json"], authority)


async def test_pass_says_who_when_and_where(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    await pool.execute(
        "update venues set latitude = 35.4658, longitude = 139.6433 where id = (select venue_id from events where id = $1)", event.id
    )
    outcome = await book(pool, event, HANAKO)
    facts = await passed(client, outcome)
    assert (facts["passTypeIdentifier"], facts["teamIdentifier"], facts["formatVersion"]) == (PASS_TYPE, TEAM, 1)
    (barcode,) = facts["barcodes"]
    assert (barcode["format"], barcode["message"]) == ("PKBarcodeFormatQR", f"{BASE_URL}/t/{outcome.tickets[0].code}".upper())
    assert facts["locations"] == [{"latitude": 35.4658, "longitude": 139.6433}]
    instants = [datetime.fromisoformat(facts[name]) for name in ("relevantDate", "expirationDate")]
    assert instants == [at.replace(microsecond=0) for at in (event.doors_at, event.ends_at)]
    assert [at.utcoffset() for at in instants] == [timedelta(hours=9)] * 2
    fields = {field["key"]: field["value"] for group in facts["eventTicket"].values() for field in group}
    assert (fields["event"], fields["guest"], fields["where"], fields["table"]) == (
        "Networking dinner",
        "Hanako Mihon",
        "Harbour Terrace",
        "7",
    )
    assert "JST" in fields["when"] or "Japan" in fields["when"]
    assert "voided" not in facts


async def test_every_text_is_there_in_three_languages(client: httpx.AsyncClient, pool: Pool) -> None:
    files = await fetch(client, (await book(pool, await make_event(pool), HANAKO)).tickets[0].code)
    english, german, japanese = (strings(files, language) for language in ("en", "de", "ja"))
    assert set(english) == set(german) == set(japanese)
    assert {key: key for key in english} == english
    assert (german["Harbour Terrace"], japanese["Harbour Terrace"]) == ("Hafenterrasse", "ハーバーテラス")
    assert (german["Hanako Mihon"], japanese["Hanako Mihon"]) == ("Hanako Mihon", "見本 花子")
    facts = json.loads(files["pass.json"])
    shown = {field[part] for group in facts["eventTicket"].values() for field in group for part in ("label", "value")}
    assert shown - set(english) == {"7"}


@pytest.mark.parametrize(("family_name", "given_name", "written"), NAMES)
async def test_names_are_byte_exact(client: httpx.AsyncClient, pool: Pool, family_name: str, given_name: str, written: str) -> None:
    outcome = await book(pool, await make_event(pool), GuestDetails(family_name=family_name, given_name=given_name))
    files = await fetch(client, outcome.tickets[0].code)
    (guest,) = json.loads(files["pass.json"])["eventTicket"]["secondaryFields"]
    found = [guest["value"], *(strings(files, language)[guest["value"]] for language in ("en", "de", "ja"))]
    assert {name.encode() for name in found} == {written.encode()}


async def test_ticket_of_several_events_shows_the_next_and_lists_all(client: httpx.AsyncClient, pool: Pool) -> None:
    programme_id = await make_programme(pool)
    later, sooner = await make_event(pool, programme_id=programme_id), await make_event(
        pool, programme_id=programme_id, title="Workshop Photonics and Sensing", starts_at=now() + timedelta(days=3)
    )  # fmt: skip
    outcome, other = await book(pool, later), await book(pool, sooner)
    guest_id = await pool.fetchval("select id from guests where booking_id = $1", outcome.booking_id)
    await pool.execute("update registrations set guest_id = $2 where booking_id = $1", other.booking_id, guest_id)
    facts = await passed(client, outcome)
    fields = {field["key"]: field["value"] for group in facts["eventTicket"].values() for field in group}
    assert fields["event"] == "Workshop Photonics and Sensing"
    assert [line.partition(" · ")[2] for line in fields["events"].splitlines()] == ["Workshop Photonics and Sensing", "Networking dinner"]
    assert datetime.fromisoformat(facts["expirationDate"]) == later.ends_at.replace(microsecond=0)


@pytest.mark.parametrize(
    "change",
    [
        "update events set status = 'cancelled' where id = $1",
        "update registrations set state = 'cancelled', pool_id = null where event_id = $1",
    ],
)
async def test_pass_of_a_place_that_is_gone_is_void_and_without_code(client: httpx.AsyncClient, pool: Pool, change: str) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    await pool.execute(change, event.id)
    facts = await passed(client, outcome)
    assert (facts["voided"], "barcodes" in facts, outcome.tickets[0].code in json.dumps(facts)) == (True, False, False)
    assert "/ticket.pkpass" not in (await client.get(f"/t/{outcome.tickets[0].code}")).text


async def test_pictures_are_the_seal(client: httpx.AsyncClient, pool: Pool) -> None:
    files = await fetch(client, (await book(pool, await make_event(pool))).tickets[0].code)
    sizes = {}
    for name, content in files.items():
        if name.endswith(".png"):
            picture = Image.open(io.BytesIO(content))
            picture.load()
            sizes[name] = picture.size[0]
            middle = (picture.size[0] // 4, picture.size[1] * 7 // 8)
            assert (picture.getpixel((0, 0)), picture.getpixel(middle)) == ((0, 0, 0, 0), (192, 57, 43, 255))
    assert sizes == {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87, "logo.png": 50, "logo@2x.png": 100, "logo@3x.png": 150}


async def test_buttons_stand_on_ticket_and_booking(client: httpx.AsyncClient, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    path = f"/t/{outcome.tickets[0].code}/ticket.pkpass"
    pages = [await Visitor(client).open(f"/t/{outcome.tickets[0].code}"), await Visitor(client).open(f"/b/{outcome.token}")]
    assert [(path in page.links, "Add to Apple Wallet" in page.text, "Google" in page.text) for page in pages] == [(True, True, False)] * 2


@pytest.mark.parametrize("code", ["A" * 16, "x", "%00"])
async def test_unknown_code_has_no_pass(client: httpx.AsyncClient, code: str) -> None:
    assert (await client.get(f"/t/{code}/ticket.pkpass")).status_code == 404


async def test_without_settings_there_is_no_button_and_no_pass(dsn: str, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    path = f"/t/{outcome.tickets[0].code}"
    async with running_app(dsn) as bare, browser(bare) as client:
        pages = [await client.get(path), await client.get(f"/b/{outcome.token}")]
        answers = [(await client.get(f"{path}/{file}")).status_code for file in ("ticket.pkpass", "google-wallet")]
    assert (["Wallet" in page.text for page in pages], answers) == ([False, False], [404, 404])
