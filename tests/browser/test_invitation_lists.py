"""The organiser's pages about invitations in a real browser: accessible and narrow enough, and the bar that moves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import Staff
from events.invitations.list_scope import Scope
from events.invitations.model import Invitation
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import NARROW, faults
from tests.builders import make_event, make_organiser, make_programme
from tests.invitations.builders import make_invitation
from tests.invitations.wave_builders import Mailboxes, mail_server, scope_of, send_wave, wave_worker, work_off
from tests.staff import make_session, make_staff

PEOPLE: list[dict[str, Any]] = [
    {"family_name": "Müßig-Großäcker", "given_name": "Jörg", "honorific": "Prof. Dr.-Ing.", "locale": "de",
     "company": "Universität Beispielstadt"},
    {"family_name": "見本", "given_name": "花子", "family_name_kana": "ミホン", "given_name_kana": "ハナコ", "locale": "ja",
     "family_name_latin": "Mihon", "given_name_latin": "Hanako", "company": "株式会社みほん光学", "job_title": "課長", "honorific": ""},
    {"family_name": "葛󠄀例", "given_name": "三郎", "honorific": "", "locale": "ja", "company": "例示電機", "flags": ("vip", "no_photo")},
    {"family_name": "Contoh", "given_name": "", "honorific": "", "locale": "en", "company": "Contoh Sensors"},
    {"family_name": "Przykład", "given_name": "Łukasz", "honorific": "", "locale": "en", "company": "Beispiel Sensorik AG"},
]  # fmt: skip


class Scene:
    """A programme with two events, five guests, a wave that bounced once, and somebody who organises it."""

    staff: Staff
    scope: Scope
    event: Event
    guests: list[Invitation]
    programme: str
    wave_id: UUID


async def make_scene(pool: Pool) -> Scene:
    scene = Scene()
    organiser_id = await make_organiser(pool)
    programme_id = await make_programme(pool, organiser_id=organiser_id)
    scene.staff = await make_staff(pool, organiser_id)
    scene.event = await make_event(pool, programme_id=programme_id, contingents={"thuringia": 40, "japan": 60})
    visit = await make_event(
        pool, programme_id=programme_id, title="Company visit to Mihon Optics", kind="visit", starts_at=now() + timedelta(days=31)
    )
    co_host = new_id()
    statement = "insert into co_hosts (id, organiser_id, slug, name) values ($1, $2, 'capital', $3)"
    await pool.execute(statement, co_host, organiser_id, {"en": "Capital Region Partner"})
    scene.guests = [
        await make_invitation(
            pool, scene.event, visit, programme_id=programme_id, email=f"guest-{n}@example.com", answer_by=now() + timedelta(days=14),
            co_host_id=co_host if n % 2 else None, companions="named", max_companions=1, inviter="Max Beispiel", **person
        )
        for n, person in enumerate(PEOPLE)
    ]  # fmt: skip
    await make_invitation(pool, scene.event, programme_id=programme_id, email="", family_name="Letter", given_name="Only")
    scene.programme = await pool.fetchval("select slug from programmes where id = $1", programme_id)
    scene.scope = await scope_of(pool, programme_slug=scene.programme)
    mailboxes = Mailboxes()
    mailboxes.refusals["guest-4@example.com"] = "550 5.1.1 no such user here"
    async with mail_server(mailboxes) as url:
        scene.wave_id = (await send_wave(pool, scene.scope, scene.guests)).id
        await work_off(pool, wave_worker(pool, url))
    answers = [(scene.guests[0], scene.event, "accepted"), (scene.guests[1], visit, "provisional"), (scene.guests[2], visit, "declined")]
    for guest, event, given in answers:
        await pool.execute("update invitation_events set answer = $3 where invitation_id = $1 and event_id = $2", guest.id, event.id, given)
    return scene


async def signed_in(open_page: OpenPage, server: Server, pool: Pool, staff: Staff, **options: Any) -> Page:
    page = await open_page("/sign-in", **options)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": await make_session(pool, staff), "url": server.url}])
    return page


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark")])
async def test_pages_of_invitations_are_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    scene = await make_scene(pool)
    page = await signed_in(open_page, server, pool, scene.staff, locale=locale, viewport=NARROW, color_scheme=scheme)
    programme, event = f"/organiser/programmes/{scene.programme}/invitations", f"/organiser/events/{scene.event.slug}/invitations"
    rooms = (
        "",
        "?group=troubled",
        "?q=nobody",
        "/new",
        "/withdrawal",
        "/deadline",
        "/contingent",
        "/letters",
        "/waves",
        "/waves/new?kind=reminder",
    )
    seen = {}
    for path in [
        *(f"{programme}{room}" for room in rooms),
        f"{programme}/waves/{scene.wave_id}",
        event,
        f"{event}/waves/new",
        f"{event}/new",
    ]:
        answer = await page.goto(path)
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(page)]
    assert {path: found for path, found in seen.items() if found} == {}


async def test_ticked_guests_are_carried_to_the_letter_and_the_bar_moves_by_itself(open_page: OpenPage, server: Server, pool: Pool) -> None:
    scene = await make_scene(pool)
    page = await signed_in(open_page, server, pool, scene.staff, locale="en")
    await page.goto(f"/organiser/programmes/{scene.programme}/invitations")
    await page.locator(f"input[value='{scene.guests[3].id}']").check()
    await page.locator("#bulk [name=which]").select_option("ticked")
    await page.locator("#bulk [value=invitation]").click()
    await expect(page.locator("main")).to_contain_text("One guest is written to.")
    await expect(page.frame_locator(".wave-letter").first.locator("body")).to_contain_text("Contoh")
    await page.locator("button[value=now]").click()
    await expect(page.locator("[data-fragment=progress]")).to_contain_text("1 of 1", timeout=20_000)
