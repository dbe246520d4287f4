"""The page, the paper and the calendar entry of a ticket, asked for as a guest's phone does."""

import io
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import zxingcpp
from icalendar import Calendar
from litestar import Litestar
from PIL import Image, ImageDraw
from pypdf import PdfReader

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.actions import cancel_places
from events.registration.model import Outcome
from events.registration.queries import booking_by_id
from events.tickets.model import number
from tests.builders import BASE_URL, book, make_event, make_guest
from tests.staff import browser, running_app

HANAKO = make_guest(
    "見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", family_name_latin="Mihon", given_name_latin="Hanako",
    company="株式会社みほん光学", table_name="7",
)  # fmt: skip


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as opened:
        yield opened


async def test_page_shows_guest_event_table_and_a_code_that_decodes(client: httpx.AsyncClient, pool: Pool) -> None:
    code = (await book(pool, await make_event(pool), HANAKO)).tickets[0].code
    answer = await client.get(f"/t/{code}?lang=ja")
    assert answer.status_code == 200
    for shown in (
        "見本 花子 様",
        "Hanako Mihon",
        "ミホン ハナコ",
        "株式会社みほん光学",
        "日本時間",
        "ハーバーテラス",
        "<dd>7</dd>",
        "テーブル",
    ):
        assert shown in answer.text
    assert _decoded(answer.text) == f"{BASE_URL.upper()}/T/{code}"


async def test_page_keeps_to_itself(client: httpx.AsyncClient, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), email="registrant@example.com")
    answer = await client.get(f"/t/{outcome.tickets[0].code}")
    assert {name: answer.headers[name] for name in ("cache-control", "x-robots-tag", "referrer-policy")} == {
        "cache-control": "private, no-store",
        "x-robots-tag": "noindex, nofollow",
        "referrer-policy": "no-referrer",
    }
    assert "registrant@example.com" not in answer.text
    assert outcome.token not in answer.text


@pytest.mark.parametrize("form", ["/T/{}", "/t/{}", "/t/{lower}", "/t/{spaced}"])
async def test_code_is_understood_however_it_was_typed(client: httpx.AsyncClient, pool: Pool, form: str) -> None:
    code = (await book(pool, await make_event(pool))).tickets[0].code
    spaced = "%20".join(code[i : i + 4] for i in range(0, 16, 4))
    answer = await client.get(form.format(code, lower=code.lower(), spaced=spaced))
    assert (answer.status_code, _decoded(answer.text)) == (200, f"{BASE_URL.upper()}/T/{code}")


@pytest.mark.parametrize("path", ["/t/AAAAAAAAAAAAAAAA", "/T/x", "/t/%F0%9F%8E%AB", "/t/AAAAAAAAAAAAAAAA/ticket.pdf", "/t/A/event.ics"])
async def test_unknown_code_is_answered_with_the_next_step(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "We do not know this ticket." in answer.text
    assert "Please open the link in the newest mail" in answer.text


async def test_replaced_ticket_is_unknown(client: httpx.AsyncClient, pool: Pool) -> None:
    code = (await book(pool, await make_event(pool))).tickets[0].code
    await pool.execute(
        "update tickets set issue = 2, code_hash = $1 where code_hash = sha256($2::bytea)", b"new" + code.encode(), code.encode()
    )
    assert (await client.get(f"/t/{code}")).status_code == 404


async def test_cancelled_place_shows_no_code_and_the_way_back(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    await _cancel(pool, event, outcome)
    answer = await client.get(f"/t/{outcome.tickets[0].code}")
    assert (answer.status_code, "ticket-qr" in answer.text, number(outcome.tickets[0].code) in answer.text) == (200, False, False)
    assert "This place was given back" in answer.text
    assert f'href="/e/{event.slug}"' in answer.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("update events set status = 'cancelled' where id = $1", "This event has been called off"),
        (
            "update registrations set state = 'awaiting_approval' where event_id = $1",
            "The organiser is still reviewing this registration",
        ),
        ("update registrations set state = 'held', expires_at = now() where event_id = $1", "This place is held but not confirmed yet"),
    ],
)
async def test_place_that_is_not_confirmed_shows_no_code(client: httpx.AsyncClient, pool: Pool, change: str, words: str) -> None:
    event = await make_event(pool)
    code = (await book(pool, event)).tickets[0].code
    await pool.execute(change, event.id)
    page, pdf, ics = [await client.get(f"/t/{code}{part}") for part in ("", "/ticket.pdf", "/event.ics")]
    assert (page.status_code, "ticket-qr" in page.text, words in page.text) == (200, False, True)
    assert (pdf.status_code, ics.status_code) == (409, 409)
    assert "This ticket opens no event at the moment." in pdf.text


async def test_waiting_guest_reads_what_happens_next(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool, capacity=0)
    code = (await book(pool, event, accept_waitlist=True)).tickets[0].code
    answer = await client.get(f"/t/{code}?lang=de")
    assert ("ticket-qr" in answer.text, "Sie stehen auf der Warteliste" in answer.text) == (False, True)


async def test_second_event_of_a_guest_is_listed_with_its_state(client: httpx.AsyncClient, pool: Pool) -> None:
    event, reception = await make_event(pool), await make_event(pool, title="Reception")
    outcome = await book(pool, event)
    await pool.execute(
        """
        insert into registrations (id, event_id, booking_id, guest_id, state, created_at, state_changed_at)
        select gen_random_uuid(), $1, g.booking_id, g.id, 'waitlisted', now(), now() from guests g where g.booking_id = $2
        """,
        reception.id,
        outcome.booking_id,
    )
    text = (await client.get(f"/t/{outcome.tickets[0].code}")).text
    assert "ticket-qr" in text
    assert re.search(r"All events of this ticket.*Networking dinner.*Valid.*Reception.*Waiting list", text, re.DOTALL)


async def test_pdf_carries_the_same_code_under_a_speaking_name(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    code = (await book(pool, event, HANAKO)).tickets[0].code
    answer = await client.get(f"/t/{code}/ticket.pdf?lang=ja")
    assert (answer.headers["content-type"], answer.headers["content-disposition"]) == (
        "application/pdf",
        f'attachment; filename="ticket-{event.slug}.pdf"',
    )
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert ("見本 花子 様" in text, code[:4] in text, "Networking dinner" in text) == (True, True, True)


async def test_calendar_entry_is_an_attachment(client: httpx.AsyncClient, pool: Pool) -> None:
    event = await make_event(pool)
    code = (await book(pool, event)).tickets[0].code
    answer = await client.get(f"/t/{code}/event.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{event.slug}.ics"'
    [entry] = Calendar.from_ical(answer.content).events
    assert (entry["summary"], entry["url"], entry.start) == (
        "Networking dinner",
        f"{BASE_URL}/t/{code}",
        event.starts_at.replace(microsecond=0),
    )


async def test_downloads_write_nothing(client: httpx.AsyncClient, pool: Pool) -> None:
    code = (await book(pool, await make_event(pool))).tickets[0].code
    before = await _row_counts(pool)
    for part in ("", "/ticket.pdf", "/event.ics"):
        assert (await client.get(f"/t/{code}{part}")).status_code == 200
    assert await _row_counts(pool) == before


async def _row_counts(pool: Pool) -> list[int]:
    tables = ("tickets", "registrations", "jobs", "mails", "check_ins", "audit_entries")
    return [await pool.fetchval(f"select count(*) from {table}") for table in tables]


async def _cancel(pool: Pool, event: Event, outcome: Outcome) -> None:
    booking = await booking_by_id(pool, outcome.booking_id)
    assert booking is not None
    async with pool.acquire() as tx, tx.transaction():
        await cancel_places(tx, event.id, [place.registration_id for place in booking.places], actor="guest", now=now())


def _decoded(html: str) -> str:
    """What a camera reads from the drawing on the page."""
    found = re.search(r'<svg[^>]*viewBox="0 0 (\d+) \1"[^>]*><path d="([^"]+)"', html.partition('class="ticket-qr"')[2])
    assert found
    size = int(found[1])
    image = Image.new("L", (size * 4, size * 4), 255)
    draw = ImageDraw.Draw(image)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", found[2]):
        draw.rectangle((int(x) * 4, int(y) * 4, (int(x) + int(length)) * 4 - 1, int(y) * 4 + 3), fill=0)
    [code] = zxingcpp.read_barcodes(image)
    return code.text
