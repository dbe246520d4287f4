"""The ticket on paper: every name of the guest list drawn, the code readable, long words within the page."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from events.kit.i18n import use_language
from events.kit.ids import new_id
from events.kit.pdf import typeset_strictly
from events.kit.places import templates_folder
from events.programme.model import Event, EventKind, EventStatus
from events.registration.model import RegistrationState
from events.tickets.model import Admission, Ticket
from events.tickets.papers import paper, ticket_pdf
from tests.builders import BASE_URL, TOKENS, make_guest
from tests.kit.glyphs import boxes, faces

TICKET_ID = new_id()
NOW = datetime(2027, 4, 1, tzinfo=UTC)
STARTS_AT = datetime(2027, 4, 22, 9, 30, tzinfo=UTC)
GUESTS = [
    make_guest("Platzhalter", "Erika", honorific="Dr.", company="Musterlinse GmbH"),
    make_guest("Müßig-Großäcker", "Jörg", honorific="Prof. Dr.-Ing.", company="Universität Beispielstadt"),
    make_guest("見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", company="株式会社みほん光学", job_title="課長"),
    make_guest("髙見本", "一郎", company="例示電機"),
    make_guest("𠮷例", "次郎"),
    make_guest("葛󠄀例", "三郎"),
    make_guest("Contoh", ""),
    make_guest("Przykład", "Łukasz", company="Beispiel Sensorik AG"),
    make_guest("Nguyễn", "Thị Ánh", company="Ő Ű Ğ İ Ş Č Ř Ž Ø Å"),
]


def ticket(guest: Any, *events: Event) -> Ticket:
    admissions = [
        Admission(registration_id=new_id(), state=RegistrationState.CONFIRMED, table_name="7", expires_at=None, event=event)
        for event in events or [dinner()]
    ]
    return Ticket(
        id=new_id(),
        issue=1,
        guest_id=new_id(),
        booking_id=new_id(),
        email="guest@example.com",
        locale="ja",
        organiser_email="office@example.com",
        guest=guest,
        admissions=admissions,
    )


def dinner(**changes: Any) -> Event:
    event = Event(
        id=new_id(), organiser_id=new_id(), organiser_slug="thuringia", programme_slug="japan", slug="dinner",
        organiser_name={"de": "Delegationsbüro Thüringen", "en": "Thuringia Delegation Office", "ja": "テューリンゲン州代表団事務局"},
        programme_title={"de": "Delegationsreise", "en": "Japan delegation", "ja": "日本訪問団"},
        venue_name={"de": "Hafenterrasse", "en": "Harbour Terrace", "ja": "ハーバーテラス横浜"},
        venue_address={"en": "1-1 Example, Yokohama", "ja": "横浜市例示1-1"},
        kind=EventKind.DINNER, status=EventStatus.PUBLISHED,
        title={"de": "Netzwerk-Dinner", "en": "Networking dinner", "ja": "フォトニクス・センシング交流ディナー"},
        lead={}, agenda=[], facts={}, hue=266, time_zone="Asia/Tokyo", doors_at=STARTS_AT - timedelta(minutes=30), starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(hours=3), registration_opens_at=None, registration_closes_at=STARTS_AT, changes_until=STARTS_AT,
        approval_required=False, waiting_list=True, max_companions=3, version=1,
    )  # fmt: skip
    return msgspec.structs.replace(event, **changes)


@pytest.mark.parametrize("language", ["de", "en", "ja"])
async def test_no_name_has_an_empty_box(language: str) -> None:
    with use_language(language):
        pdf = await ticket_pdf([ticket(guest) for guest in GUESTS], TOKENS, base_url=BASE_URL, now=NOW)
    assert boxes(pdf) == 0
    assert faces(pdf) == {"InstrumentSans", "Newsreader", "NotoSansJP"}
    assert len(PdfReader(io.BytesIO(pdf)).pages) == len(GUESTS)


async def test_name_without_a_glyph_is_noticed_and_still_printed() -> None:
    pdf = await ticket_pdf([ticket(make_guest("\U000f1234", "Erika"))], TOKENS, base_url=BASE_URL, now=NOW)
    assert boxes(pdf) == 1


async def test_variation_selector_chooses_the_other_form() -> None:
    chosen, plain = [await _pixels(make_guest(name, "三郎")) for name in ("葛󠄀例", "葛例")]
    again = await _pixels(make_guest("葛󠄀例", "三郎"))
    assert (chosen == again, chosen == plain) == (True, False)


async def test_code_on_paper_decodes() -> None:
    guest = ticket(GUESTS[2])
    with use_language("ja"):
        image = _drawn(await ticket_pdf([guest], TOKENS, base_url=BASE_URL, now=NOW))
    [code] = zxingcpp.read_barcodes(image)
    assert code.text == f"{BASE_URL.upper()}/T/{guest.code(TOKENS)}"


async def test_paper_tells_everything_about_the_evening() -> None:
    with use_language("de"):
        pdf = await ticket_pdf([ticket(GUESTS[0])], TOKENS, base_url=BASE_URL, now=NOW)
    text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    for said in (
        "Netzwerk-Dinner",
        "Do., 22. April 2027, 18:30–21:30 Uhr (JST; 11:30–14:30 MESZ)",
        "Hafenterrasse",
        "Dr. Erika Platzhalter",
        "Musterlinse GmbH",
        "Tisch",
        "18:00 Uhr (JST)",
        "Delegationsbüro Thüringen",
        "office@example.com",
    ):
        assert said in text


async def test_ticket_for_many_events_lists_them_and_leaves_out_what_is_off() -> None:
    evening = dinner(title={"en": "Evening"})
    off = dinner(title={"en": "Called off"}, status=EventStatus.CANCELLED)
    with use_language("en"):
        [page] = paper([ticket(GUESTS[0], dinner(), evening, off)], TOKENS, BASE_URL)["tickets"]
    assert [event["title"] for event in page["events"]] == ["Networking dinner", "Evening"]


def test_longest_words_stay_on_one_page() -> None:
    guest = make_guest("Wolfeschlegelsteinhausenbergerdorff" * 3, "Donaudampfschifffahrtsgesellschaft" * 2, company="Ö" * 200)
    with use_language("en"):
        data = paper([ticket(guest, dinner(title={"en": "Very long title of an event " * 8}))], TOKENS, BASE_URL)
    pdf = typeset_strictly(templates_folder() / "tickets" / "ticket.typ", data, made_at=NOW)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


async def _pixels(guest: Any) -> bytes:
    kept = msgspec.structs.replace(ticket(guest), id=TICKET_ID)
    with use_language("ja"):
        return _drawn(await ticket_pdf([kept], TOKENS, base_url=BASE_URL, now=NOW)).tobytes()


def _drawn(pdf: bytes) -> Image.Image:
    """The first page as a printer sees it."""
    image: Image.Image = pdfium.PdfDocument(pdf)[0].render(scale=1.5).to_pil()
    return image
