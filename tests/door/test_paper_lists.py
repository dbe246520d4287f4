"""The guest list on paper: numbers that stay, both orders, codes; and its ticks entered afterwards, once."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pytest
import zxingcpp
from litestar import Litestar
from pypdf import PdfReader

from events.accounts.model import Role, Staff
from events.door import paper_actions, paper_queries
from events.door.conflict_queries import conflicts_of_event
from events.door.paper_marks import line_mark, registration_of_mark
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.model import GuestDetails
from tests.builders import book, make_event, make_guest
from tests.door.builders import make_gate, redeem, registration_ids, scan
from tests.kit.glyphs import boxes
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Page, PageForm, Visitor

HANAKO = make_guest(
    "見本",
    "花子",
    family_name_kana="ミホン",
    given_name_kana="ハナコ",
    family_name_latin="Mihon",
    given_name_latin="Hanako",
    company="みほん光学",
)
JIRO = make_guest(
    "𠮷例",
    "次郎",
    family_name_kana="ヨシレイ",
    given_name_kana="ジロウ",
    family_name_latin="Yoshirei",
    given_name_latin="Jirō",
    flags=["vip"],
)
SABURO = make_guest("葛󠄀例", "三郎", family_name_kana="カツレイ", given_name_kana="サブロウ")
ERIKA = make_guest("Platzhalter", "Erika", honorific="Dr.", diet="vegan")
GUESTS = [JIRO, HANAKO, ERIKA, SABURO, make_guest("Öhrchen", "Ágota"), make_guest("Contoh", "")]


@pytest.fixture
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


async def make_evening(pool: Pool, *guests: GuestDetails) -> tuple[Event, list[UUID]]:
    event = await make_event(pool)
    ids = []
    async with pool.acquire() as connection:
        for guest in guests or GUESTS:
            ids += await registration_ids(connection, await book(connection, event, guest, mail=False))
        await make_gate(connection, event)
    return event, ids


async def print_list(pool: Pool, event: Event, staff: Staff | None = None) -> int:
    async with pool.acquire() as tx, tx.transaction():
        by = staff or await make_staff(tx, event.organiser_id)
        return (await paper_actions.make_list(tx, event, by, now=now())).version


async def printed(pool: Pool, event: Event, version: int = 1) -> list[UUID]:
    made = await paper_queries.list_by_version(pool, event.id, version)
    assert made is not None
    return await paper_queries.registrations_of_list(pool, made.id)


async def visitor(app: Litestar, pool: Pool, event: Event, role: Role = Role.ORGANISER) -> tuple[Visitor, Staff]:
    staff = await make_staff(pool, event.organiser_id, role=role)
    return Visitor(browser(app, await make_session(pool, staff))), staff


def home(event: Event, ending: str = "") -> str:
    return f"/organiser/events/{event.slug}/paper-lists{ending}"


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


async def let_in(pool: Pool, event: Event) -> list[tuple[UUID, str, str, str]]:
    """Whom records have let in: who, decided by what, found how, written by whom."""
    rows = await pool.fetch(
        """
        select registration_id, decided_by, source, operator
        from check_ins
        where event_id = $1
          and verdict = 'admitted'
        order by decided_by desc, device_at, id
        """,
        event.id,
    )
    return [tuple(row) for row in rows]


async def typed(visit: Visitor, event: Event, numbers: str, **answers: str | list[str]) -> Page:
    """The preview of what was typed in."""
    form = form_of(await visit.open(home(event, "/1/entries")), "/preview")
    return Page(await visit.client.post(form.action, data=_grouped(form.filled({"numbers": numbers, **answers}))))


def form_of(page: Page, ending: str) -> PageForm:
    """The page's form that goes there; the other one signs out."""
    [form] = [form for form in page.forms if form.action.endswith(ending)]
    return form


async def test_list_has_both_orders_with_the_same_numbers(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    visit, _ = await visitor(app, pool, event)
    answer = await visit.client.post(home(event, "/list.pdf"))
    said = text(answer.content)
    latin, _, kana = said.partition("By kana")
    names = ["Contoh", "Katsurei", "Mihon, Hanako", "Öhrchen, Ágota", "Platzhalter, Dr. Erika", "Yoshirei, Jirō"]
    found = [latin.find(name) for name in names if name != "Katsurei"]
    assert (answer.status_code, boxes(answer.content), -1 in found, found) == (200, 0, False, sorted(found))
    assert ("見本 花子" in latin, "ミホン ハナコ" in latin, "Platzhalter" in kana, "List 1" in said) == (True, True, False, True)
    order = [kana.find(name) for name in ("葛󠄀例 三郎", "見本 花子", "𠮷例 次郎")]
    assert (-1 in order, order) == (False, sorted(order))
    assert "destroy it once the ticks have been entered" in said


async def test_every_line_has_a_code_that_means_its_guest(app: Litestar, pool: Pool) -> None:
    event, ids = await make_evening(pool)
    visit, _ = await visitor(app, pool, event)
    pdf = (await visit.client.post(home(event, "/list.pdf"))).content
    image = pdfium.PdfDocument(pdf)[0].render(scale=300 / 72).to_pil()
    read = {registration_of_mark(code.text) for code in zxingcpp.read_barcodes(image)}
    assert read == {*ids}


@pytest.mark.parametrize("wrong", ["", "L:", "L:ABC", "HTTPS://X/T/ABCDEFGHIJKLMNOP", "L:" + "1" * 26, "L:" + "A" * 27])
def test_other_texts_are_no_mark(wrong: str) -> None:
    assert registration_of_mark(wrong) is None


async def test_numbers_keep_their_guests_when_others_come_and_go(app: Litestar, pool: Pool) -> None:
    event, ids = await make_evening(pool)
    assert [await print_list(pool, event), await print_list(pool, event)] == [1, 1]
    before = await printed(pool, event)
    async with pool.acquire() as connection:
        late = await registration_ids(connection, await book(connection, event, make_guest("Aaron"), mail=False))
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where id = $1", ids[2])
    assert await print_list(pool, event) == 2
    assert (await printed(pool, event), {*before}) == (before, {*ids})
    assert {*await printed(pool, event, 2)} == {*ids, *late} - {ids[2]}
    visit, _ = await visitor(app, pool, event)
    again = text((await visit.client.post(home(event, "/1/list.pdf"))).content)
    assert ("List 1" in again, "Aaron" in again, "Cancelled" in again) == (True, False, True)


async def test_two_who_print_at_once_print_the_same_list(pool: Pool) -> None:
    event, _ = await make_evening(pool)
    assert await asyncio.gather(*(print_list(pool, event) for _ in range(4))) == [1, 1, 1, 1]


async def test_ticks_are_shown_first_and_written_once(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    visit, staff = await visitor(app, pool, event, Role.DOOR)
    preview = await typed(visit, event, "1, 3-4")
    assert ("3 guests come in" in preview.text, await let_in(pool, event)) == (True, [])
    numbers = await printed(pool, event)
    fields = form_of(preview, "/1/entries").fields
    for _ in range(2):  # pressed twice
        answer = await visit.client.post(home(event, "/1/entries"), data=_grouped(fields))
        assert (answer.status_code, answer.headers["location"].rpartition("=")[2]) == (303, "3-0-0")
    expected = sorted((numbers[n - 1], "paper", "paper", staff.actor) for n in (1, 3, 4))
    assert sorted(await let_in(pool, event)) == expected
    done = await visit.open(home(event, "/1/entries?done=3-0-0"))
    assert "3 guests are in" in done.text


async def test_pressed_twice_at_the_same_moment_writes_once(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    visit, _ = await visitor(app, pool, event)
    fields = _grouped(form_of(await typed(visit, event, "1-6"), "/1/entries").fields)
    await asyncio.gather(*(visit.client.post(home(event, "/1/entries"), data=fields) for _ in range(4)))
    assert len(await let_in(pool, event)) == 6


async def test_who_is_in_already_is_named_and_not_written_again(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    [first, second, *_] = await printed(pool, event)
    async with pool.acquire() as connection:
        gate = await make_gate(connection, event, "Garden gate")
        await redeem(connection, event, scan(registration_id=first, gate_id=gate))
    visit, _ = await visitor(app, pool, event)
    preview = await typed(visit, event, "1-2")
    assert ("1 guest is in already" in preview.text, "Garden gate" in preview.text, "1 guest comes in" in preview.text) == (
        True,
        True,
        True,
    )
    answer = await visit.client.post(home(event, "/1/entries"), data=_grouped([*form_of(preview, "/1/entries").fields, ("line", "1")]))
    assert answer.headers["location"].endswith("=1-0-1")
    assert [(one[0], one[1]) for one in await let_in(pool, event)] == [(first, "server"), (second, "paper")]
    assert await conflicts_of_event(pool, event.id) == []


async def test_ticked_guest_without_a_place_is_let_in_and_contradicts(app: Litestar, pool: Pool) -> None:
    event, ids = await make_evening(pool)
    await print_list(pool, event)
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where id = $1", ids[2])
    number = (await printed(pool, event)).index(ids[2]) + 1
    visit, _ = await visitor(app, pool, event)
    preview = await typed(visit, event, str(number))
    assert ("1 guest has no valid place" in preview.text, "Cancelled" in preview.text) == (True, True)
    answer = await visit.client.post(home(event, "/1/entries"), data=_grouped(form_of(preview, "/1/entries").fields))
    conflicts = await conflicts_of_event(pool, event.id)
    assert answer.headers["location"].endswith("=1-1-0")
    assert [(one.registration_id, one.kind) for one in conflicts] == [(ids[2], "not_valid")]


async def test_unticked_in_the_preview_stays_out(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    visit, _ = await visitor(app, pool, event)
    preview = await typed(visit, event, "1-2")
    kept = [(name, value) for name, value in form_of(preview, "/1/entries").fields if (name, value) != ("line", "2")]
    await visit.client.post(home(event, "/1/entries"), data=_grouped(kept))
    assert [one[0] for one in await let_in(pool, event)] == (await printed(pool, event))[:1]


async def test_ticked_on_the_screen_counts_like_typed(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    visit, _ = await visitor(app, pool, event)
    preview = await typed(visit, event, "2", line=["1", "5"])
    assert "3 guests come in" in preview.text


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ("3, 300", "List 1 has no line 300; its last one is 6. Is it another version of the list?"),
        ("0, 7-9", "List 1 has no lines 0, 7, 8, 9; its last one is 6. Is it another version of the list?"),
        ("drei, 4", "This cannot be read: drei. Write numbers like 3, 7, 12-18."),
        ("5-2", "This cannot be read: 5-2. Write numbers like 3, 7, 12-18."),
        ("1-999999", "This cannot be read: 1-999999. Write numbers like 3, 7, 12-18."),
        ("", "Type at least one number, or tick a line below."),
    ],
)
async def test_numbers_that_mean_nobody_are_named_beside_the_field(app: Litestar, pool: Pool, numbers: str, said: str) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    visit, _ = await visitor(app, pool, event)
    page = await typed(visit, event, numbers)
    assert (page.status, page.errors, await let_in(pool, event)) == (422, {"numbers": said}, [])


@pytest.mark.parametrize("numbers", ["１、３〜４", "1;3 - 4", "1 3–4", "1.3.4", "01, 03-04, 3"])
async def test_numbers_are_read_as_people_write_them(app: Litestar, pool: Pool, numbers: str) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    visit, _ = await visitor(app, pool, event)
    page = await typed(visit, event, numbers)
    assert sorted(value for name, value in form_of(page, "/1/entries").fields if name == "line") == ["1", "3", "4"]


async def test_time_is_the_events_and_must_be_true(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    await pool.execute("update paper_lists set made_at = made_at - interval '3 hours' where event_id = $1", event.id)
    visit, _ = await visitor(app, pool, event)
    local = now().astimezone(ZoneInfo("Asia/Tokyo"))
    errors = []
    for at in (local + timedelta(hours=1), local - timedelta(hours=4)):
        errors.append((await typed(visit, event, "1", at=f"{at:%Y-%m-%dT%H:%M}")).errors)
    assert errors == [{"at": "This time has not come yet."}, {"at": "This list was not printed yet at that time."}]
    assert (await typed(visit, event, "1", at="soon")).errors == {"at": "This is not a valid time."}
    came = (local - timedelta(hours=1)).replace(second=0, microsecond=0)
    preview = await typed(visit, event, "1", at=f"{came:%Y-%m-%dT%H:%M}")
    await visit.client.post(home(event, "/1/entries"), data=_grouped(form_of(preview, "/1/entries").fields))
    assert await pool.fetchval("select device_at from check_ins where event_id = $1", event.id) == came


async def test_who_may_print_and_who_may_enter(app: Litestar, pool: Pool) -> None:
    event, _ = await make_evening(pool)
    await print_list(pool, event)
    other = await make_event(pool)
    door, _ = await visitor(app, pool, event, Role.DOOR)
    stranger, _ = await visitor(app, pool, other, Role.OWNER)
    reviewer, _ = await visitor(app, pool, event, Role.REVIEWER)
    posts = ["/list.pdf", "/1/list.pdf", "/1/preview", "/1/entries"]
    assert [(await door.client.post(home(event, path))).status_code for path in posts] == [403, 403, 422, 422]
    assert [(await stranger.client.post(home(event, path))).status_code for path in posts] == [404] * 4
    assert [(await reviewer.client.post(home(event, path))).status_code for path in posts] == [403] * 4
    gets = ["", "/1/entries"]
    assert [(await who.client.get(home(event, path))).status_code for who in (door, stranger, reviewer) for path in gets] == [
        200, 200, 404, 404, 403, 403,
    ]  # fmt: skip
    assert (await door.client.get(home(event, "/2/entries"))).status_code == 404
    own = await stranger.client.get(home(other, "/1/entries"))
    assert (own.status_code, await let_in(pool, event)) == (404, [])


def _grouped(fields: list[tuple[str, str]]) -> dict[str, Any]:
    grouped: dict[str, list[str]] = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    return grouped


def test_mark_is_short_enough_for_a_small_symbol() -> None:
    mark = line_mark(UUID(int=2**128 - 1))
    assert (len(mark), registration_of_mark(mark.lower())) == (28, UUID(int=2**128 - 1))
