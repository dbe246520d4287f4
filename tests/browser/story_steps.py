"""What people do on the pages, one step a function: they only read, type and press."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from events.programme.model import Event
from tests.browser.conftest import OpenPage

from .story_mails import Mailbox, link_in

DESK = {"width": 1280, "height": 900}


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


async def press(page: Page, button: str) -> None:
    """Presses the button of that name and waits for the next page."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=button, exact=True).click()


async def type_into(page: Page, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        await page.locator(f"[name='{name}']").fill(value)


async def sign_in(open_page: OpenPage, mailbox: Mailbox, email: str) -> Page:
    """Somebody with a mail address becomes somebody at a desk."""
    page = await open_page("/sign-in", viewport=DESK)
    await type_into(page, {"email": email})
    await press(page, "Send me a link")
    await page.goto(link_in(await mailbox.newest(email, "/sign-in/"), "/sign-in/"))
    await press(page, "Sign in")
    return page


async def add_contingent(page: Page, event: Event, *, name: str, places: int) -> None:
    await page.goto(f"/organiser/events/{event.slug}/contingents/new")
    await type_into(page, {"name_en": name, "capacity": str(places)})
    await press(page, "Save")
    await expect(page.locator("main")).to_contain_text("The places are set aside.")


async def add_co_host(page: Page, *, name: str, contingent: str, member: str, email: str) -> None:
    """A co-host that has the contingent in its hands, and one person who acts for it."""
    await page.goto("/organiser/co-hosts")
    await type_into(page, {"name_en": name})
    await press(page, "Add the co-host")
    if not re.search(r"/co-hosts/[0-9a-f-]{36}", page.url):
        await page.get_by_role("link", name=name, exact=True).click()
    await page.locator("label", has_text=contingent).click()
    await press(page, "Save")
    await type_into(page, {"member": member, "email": email})
    await press(page, "Add")
    await expect(page.locator("main")).to_contain_text(email)


async def upload_list(page: Page, path: Path, *, events: dict[str, str], co_host: str, more: dict[str, str] | None = None) -> None:
    """Brings the list of a co-host, up to the look at it. `events` are slugs with the name of a contingent ("" for shared places)."""
    await page.goto("/organiser/imports")
    await page.locator("#target").select_option(index=0)
    programme = page.locator("#target option[value^='programme-']")
    await page.locator("#target").select_option(value=str(await programme.first.get_attribute("value")))
    await page.set_input_files("#file", path)
    await press(page, "Upload and check")
    await press(page, "Continue")
    for slug, contingent in events.items():
        await page.check(f"#at-{slug}")
        if contingent:
            await page.locator(f"#pool-{slug}").select_option(label=contingent)
    await page.locator("#co_host").select_option(label=co_host)
    for name, value in (more or {}).items():
        control = page.locator(f"[name='{name}']")
        if await control.first.get_attribute("type") == "radio":
            await page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            await control.fill(value)
    await press(page, "Check the list")


async def take_in(page: Page) -> None:
    await page.locator("form[action$='/run'] button").click()
    await expect(page.locator("h1")).to_have_text("The list is taken in", timeout=20_000)


async def choose(page: Page, event: Event, answer: str) -> None:
    await page.locator(f"[name='at-{event.slug}-answer'][value='{answer}']").check()


async def save_answers(page: Page) -> None:
    async with page.expect_navigation(url=re.compile("said=saved")):
        await page.locator("form .button-primary.button-wide").click()


async def send_wave(page: Page, programme: str, *, kind: str = "invitation") -> None:
    """To everybody in the list, now; waits for the bar to arrive."""
    await page.goto(f"/organiser/programmes/{programme}/invitations")
    async with page.expect_navigation():
        await page.locator(f"#bulk [value={kind}]").click()
    await press(page, "Send now")
    await expect(page.locator("[data-fragment=progress]")).to_contain_text("Done", timeout=30_000)


async def matrix(page: Page, programme: str) -> dict[str, list[str]]:
    """Event → the figures of its line: invited, written to, no answer, provisional, accepted, deputies, declined, places."""
    await page.goto(f"/organiser/programmes/{programme}/invitations")
    rows = page.locator(".list-counts tbody tr")
    found = {}
    for number in range(await rows.count()):
        title = (await rows.nth(number).locator("th").inner_text()).strip()
        found[title] = [text.strip() for text in await rows.nth(number).locator("td").all_inner_texts()]
    return found


async def new_door_phone(desk: Page, open_page: OpenPage, event: Event) -> Page:
    """The organiser adds a phone, somebody opens the address on it and connects."""
    await desk.goto(f"/organiser/events/{event.slug}/phones")
    await type_into(desk, {"name": "Aiko", "gate": "Main entrance"})
    await press(desk, "Add a phone")
    address = await desk.locator("a.phones-url").get_attribute("href")
    phone = await open_page(path_of(str(address)))
    await press(phone, "Connect")
    return phone


async def sign_up(page: Page, event: Event, *, family_name: str, email: str, companions: list[str] | None = None) -> str:
    """Signs up on the event's own page; answers the booking's address."""
    await page.goto(f"/e/{event.slug}")
    await type_into(page, {"family_name": family_name, "email": email})
    for number, name in enumerate(companions or [], start=1):
        await page.locator(".companion-name").nth(number - 1).click()
        await type_into(page, {f"companion-{number}-family_name": name})
    await page.locator("[name=privacy]").check()
    async with page.expect_navigation(url=re.compile("/b/")):
        await page.locator("form.form-card button.button-primary").click()
    return page.url.split("?")[0]
