"""Bringing a list in a real browser: accessible and narrow enough at every step, with a bar that moves by itself."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page

from events.accounts.access import SESSION_COOKIE
from events.kit.database import Pool
from events.programme.model import Event
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import NARROW, faults
from tests.builders import make_event, make_organiser, make_programme
from tests.invitations.builders import make_invitation
from tests.invitations.import_builders import csv_of
from tests.staff import make_session, make_staff

HEADER = ("姓", "名", "メールアドレス", "会社名", "言語", "Notes")
PEOPLE = (
    ("髙見本", "一郎", "ichiro@example.com", "株式会社みほん光学", "ja", ""),
    ("葛\U000e0100例", "三郎", "saburo@example.com", "例示電機", "ja", "x"),
    ("Müßig-Großäcker", "Jörg", "joerg@example.com", "Beispiel Sensorik AG", "de", ""),
    ("Satoh", "Kenji", "kenji@example.com", "例示電機", "ja", ""),
    ("Contoh", "", "", "Contoh Embassy", "en", ""),
    ("", "Nameless", "nameless@example", "Unternehmensgruppe mit einem ungewöhnlich langen Namen GmbH & Co. KG", "fr", ""),
)


async def programme(pool: Pool) -> tuple[UUID, Event]:
    """A programme with two events, to one of which somebody is invited already."""
    programme_id = await make_programme(pool, organiser_id=await make_organiser(pool))
    dinner = await make_event(pool, programme_id=programme_id, contingents={"thuringia": 40, "japan": 60})
    await make_event(pool, programme_id=programme_id, title="Company visit with a long title that has to go over several lines")
    await make_invitation(pool, dinner, programme_id=programme_id, family_name="Satō", given_name="Kenji", email="kenji@example.com")
    return programme_id, dinner


async def organiser_page(open_page: OpenPage, server: Server, pool: Pool, event: Event, **context: Any) -> Page:
    page = await open_page("/sign-in", **context)
    session = await make_session(pool, await make_staff(pool, event.organiser_id))
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": server.url}])
    await page.goto("/organiser/imports")
    return page


async def choose_file(page: Page, folder: Path, content: bytes) -> None:
    path = folder / "guests.csv"
    path.write_bytes(content)
    await page.set_input_files("#file", path)
    await page.locator("form[enctype] .button-primary").click()


@pytest.mark.parametrize("look", [{"locale": "de", "color_scheme": "light"}, {"locale": "ja", "color_scheme": "dark"}])
async def test_every_step_is_accessible(open_page: OpenPage, server: Server, pool: Pool, tmp_path: Path, look: dict[str, str]) -> None:
    _, dinner = await programme(pool)
    page = await organiser_page(open_page, server, pool, dinner, viewport=NARROW, **look)
    seen = {"upload": await faults(page)}
    await choose_file(page, tmp_path, b"%PDF-1.7")
    seen["refused file"] = await faults(page)
    await choose_file(page, tmp_path, csv_of(*PEOPLE, header=HEADER, encoding="utf-8-sig"))
    seen["columns"] = await faults(page)
    await page.locator("form[action$='/columns'] .button-primary").click()
    seen["defaults"] = await faults(page)
    await page.locator("form[action$='/defaults'] .button-primary").click()
    seen["no event chosen"] = await faults(page)
    await page.check(f"#at-{dinner.slug}")
    await page.locator("form[action$='/defaults'] .button-primary").click()
    seen["look"] = await faults(page)
    await page.locator("form[action$='/run'] button").click()
    seen["outcome"] = await faults(page)
    await page.locator("form[action$='/undoing'] button").click()
    seen["undone"] = await faults(page)
    await page.goto("/organiser/imports")
    seen["lists"] = await faults(page)

    assert {step: found for step, found in seen.items() if found} == {}


async def test_bar_moves_until_the_outcome_is_there(open_page: OpenPage, server: Server, pool: Pool, tmp_path: Path) -> None:
    _, dinner = await programme(pool)
    page = await organiser_page(open_page, server, pool, dinner)
    many = [(f"Guest {n}", "", f"guest-{n}@example.com", "", "", "") for n in range(3_000)]
    await choose_file(page, tmp_path, csv_of(*many, header=HEADER))
    await page.locator("form[action$='/columns'] .button-primary").click()
    await page.check(f"#at-{dinner.slug}")
    await page.locator("form[action$='/defaults'] .button-primary").click()
    await page.locator("form[action$='/run'] button").click()
    under_way = await faults(page)

    await page.get_by_text("3000 people have come in").wait_for(timeout=60_000)

    assert under_way == []
    assert await pool.fetchval("select count(*) from invitation_events where event_id = $1", dinner.id) == 3_001
