"""The exported guest list, as a spreadsheet reads it."""

import csv
import io

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.clock import now
from events.kit.csv_cells import harmless
from events.kit.database import Pool
from events.overview.export import COLUMNS
from events.programme.model import Event
from tests.builders import book, fill, make_event, make_guest
from tests.overview.doors import arrive, registrations_of
from tests.staff import browser, make_session, make_staff


async def export(client: httpx.AsyncClient, event: Event, *, lang: str = "en", **asked: str) -> httpx.Response:
    return await client.post(f"/organiser/events/{event.slug}/guests.csv", params={"lang": lang}, data=asked)


def rows(answer: httpx.Response, separator: str = ",") -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=separator))


async def test_export_opens_in_excel_with_every_name_intact(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    guest = make_guest(
        "葛󠄀例", "三郎", family_name_kana="クズレイ", company='Müller, "Łódź" & Söhne; GmbH', diet="vegan", flags=["vip", "no_photo"]
    )
    (registration,) = await registrations_of(pool, await book(pool, event, guest, contingent="japan", email="saburo@example.com"))
    await arrive(pool, event, registration, now())

    answer = await export(organiser, event)

    header, line = rows(answer)
    by_name = dict(zip(header, line, strict=True))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n") == 2
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{event.slug}-{now():%Y-%m-%d}.csv"'
    assert [by_name[name] for name in ("State", "Family name", "Given name", "Family name (kana)", "Company", "Contingent", "Notes")] == [
        "Confirmed",
        "葛󠄀例",
        "三郎",
        "クズレイ",
        'Müller, "Łódź" & Söhne; GmbH',
        "Japan",
        "VIP, No photo",
    ]
    assert by_name["Arrived at (Asia/Tokyo)"][:4].isdigit()


@pytest.mark.parametrize(("lang", "separator"), [("de", ";"), ("en", ","), ("ja", ",")])
async def test_separator_is_the_one_that_excel_of_that_language_splits_at(
    organiser: httpx.AsyncClient, pool: Pool, event: Event, lang: str, separator: str
) -> None:
    await book(pool, event)

    assert {len(row) for row in rows(await export(organiser, event, lang=lang), separator)} == {len(COLUMNS)}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_cell_that_looks_like_a_formula_becomes_text(sign: str) -> None:
    assert (harmless(f'{sign}HYPERLINK("http://evil.example")'), harmless(f"a{sign}")) == (
        f'\'{sign}HYPERLINK("http://evil.example")',
        f"a{sign}",
    )


async def test_formula_typed_by_a_guest_arrives_as_text(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await book(pool, event, make_guest("=1+1", company='@SUM(A1:A9)|"x"'))

    (_header, line) = rows(await export(organiser, event))

    assert ("'=1+1" in line, '\'@SUM(A1:A9)|"x"' in line, any(cell.startswith(("=", "@")) for cell in line)) == (True, True, False)


async def test_export_holds_the_filtered_list_only_and_nothing_of_other_events(
    organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    await book(pool, event, make_guest("Wanted"), contingent="japan")
    await book(pool, event, make_guest("Elsewhere"), contingent="thuringia")
    await book(pool, await make_event(pool), make_guest("Foreign"))

    def families(answer: httpx.Response) -> list[str]:
        return [row[2] for row in rows(answer)[1:]]

    assert families(await export(organiser, event)) == ["Elsewhere", "Wanted"]
    assert families(await export(organiser, event, contingent="japan")) == ["Wanted"]
    assert families(await export(organiser, event, q="elsew")) == ["Elsewhere"]


async def test_who_took_the_list_is_written_down_without_what_was_searched_for(
    organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    await book(pool, event, make_guest("Secret"))
    await export(organiser, event, q="Secret", group="confirmed")

    staff_id = await pool.fetchval("select staff_id from memberships where organiser_id = $1", event.organiser_id)
    entries = await pool.fetch("select actor, action, subject, detail from audit_entries where organiser_id = $1", event.organiser_id)
    assert [tuple(entry) for entry in entries] == [
        (
            f"staff:{staff_id}",
            "guests_exported",
            f"event:{event.slug}",
            {"format": "csv", "group": "confirmed", "contingent": "", "searched": True},
        )
    ]


async def test_export_is_refused_to_door_staff_strangers_and_links(app: Litestar, pool: Pool, event: Event) -> None:
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    stranger = await make_staff(pool, (await make_event(pool)).organiser_id, role=Role.OWNER)
    codes = []
    for staff in (door, stranger):
        async with browser(app, await make_session(pool, staff)) as client:
            codes.append((await export(client, event)).status_code)
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        codes.append((await client.get(f"/organiser/events/{event.slug}/guests.csv")).status_code)

    assert (codes, await pool.fetchval("select count(*) from audit_entries where organiser_id = $1", event.organiser_id)) == (
        [403, 404, 405],
        0,
    )


async def test_long_list_is_complete_and_in_order(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    big = await make_event(pool, capacity=700, organiser_id=event.organiser_id)
    await fill(pool, big, 650, party_size=10)

    names = [row[2] for row in rows(await export(organiser, big))[1:]]

    assert (len(names), len(set(names)), names) == (650, 650, sorted(names))
