"""The scanner on real Chromium phones: camera, typed codes, hardware scanners, search, undo, and a network that goes away."""

import asyncio
from typing import Any

from playwright.async_api import Page, Route, expect

from events.kit.database import Pool
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import book, make_event, make_guest, make_organiser
from tests.door.builders import code_of, redeem, scan

from .conftest import PhoneWithCamera, Scanner, Server, pair

HANAKO = make_guest(
    "見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ", company="株式会社みほん光学", table_name="7", flags=["speaker"]
)  # fmt: skip


async def type_code(page: Page, code: str) -> None:
    await page.get_by_role("button", name="Type code").click()
    await page.get_by_label("Code on the ticket").fill(code)
    await page.keyboard.press("Enter")


def verdict(page: Page, word: str) -> Any:
    return expect(page.locator("section.verdict").get_by_role("heading", name=word, exact=True))


async def next_guest(page: Page) -> None:
    await page.get_by_role("link", name="Next guest").click()


async def expect_inside(page: Page, guests: int) -> None:
    await expect(page.locator("[data-figure=inside]")).to_have_text(str(guests))


async def written(pool: Pool, event: Event) -> list[str]:
    rows = await pool.fetch("select verdict from check_ins where event_id = $1 order by server_at, id", event.id)
    return [row[0] for row in rows]


async def test_camera_welcomes_refuses_and_recognises(phone_with_camera: PhoneWithCamera, server: Server, pool: Pool) -> None:
    owner = await make_organiser(pool)
    event, reception = await make_event(pool, organiser_id=owner), await make_event(pool, organiser_id=owner, title="Embassy reception")
    here, elsewhere = code_of(await book(pool, event, HANAKO)), code_of(await book(pool, reception, make_guest("Weiß", "Clara")))
    address = f"{server.url}/t/".upper()
    page = await phone_with_camera((address + here, 1.5), (None, 2.5), (address + elsewhere, 1.5), (None, 2.5))
    await pair(page, server, pool, event)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.text} {message.location}") if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto("/door")

    await page.get_by_role("button", name="Start scanning").click()
    await verdict(page, "Welcome").to_be_visible(timeout=15_000)
    for shown in ("Hanako Mihon", "見本 花子", "株式会社みほん光学", "Speaker", "7"):
        await expect(page.locator("section.verdict")).to_contain_text(shown)
    await expect(page.get_by_text("No photos")).to_be_hidden()
    await next_guest(page)
    await expect_inside(page, 1)

    await verdict(page, "Not valid here").to_be_visible(timeout=15_000)
    await expect(page.locator("section.verdict")).to_contain_text("Embassy reception")
    await expect(page.locator("section.verdict")).to_contain_text("Clara Weiß")
    await next_guest(page)

    await verdict(page, "Already inside").to_be_visible(timeout=15_000)
    await expect(page.locator("section.verdict")).to_contain_text("(JST) · Main entrance")
    assert await written(pool, event) == ["admitted", "refused", "already_in"]
    assert complaints == []


async def test_two_phones_hear_of_each_other_and_admit_once(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, make_guest("Hoffmann", "Jonas"), make_guest("Weiß", "Clara")))
    main, garden = await scanner(event), await scanner(event, gate="Garden gate")
    await expect_inside(garden, 0)

    await type_code(main, code)
    await verdict(main, "Welcome").to_be_visible()
    await expect_inside(garden, 1)
    await expect(garden.locator("[data-figure=expected]")).to_have_text("1")

    await type_code(garden, code)
    await verdict(garden, "Already inside").to_be_visible()
    await expect(garden.locator("section.verdict")).to_contain_text("Main entrance")


async def test_undo_gives_the_entry_back(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, make_guest("Hoffmann", "Jonas")))
    page = await scanner(event)
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_disabled()

    await type_code(page, code)
    await page.locator("section.verdict").get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Taken back: Jonas Hoffmann")).to_be_visible()
    await expect_inside(page, 0)

    await type_code(page, code.lower())
    await verdict(page, "Welcome").to_be_visible()
    await next_guest(page)
    await undo.click()
    await expect_inside(page, 0)
    await expect(undo).to_be_disabled()
    assert await written(pool, event) == ["admitted", "undone", "admitted", "undone"]


async def test_search_waits_while_kana_become_kanji(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    await book(pool, event, HANAKO)
    page = await scanner(event)
    await expect(page.locator("[data-net] [data-list-at]")).not_to_be_empty()
    await page.get_by_role("button", name="Find name").click()
    ime = await page.context.new_cdp_session(page)

    for composed in ("m", "み", "みほ", "みほん"):
        await ime.send("Input.imeSetComposition", {"text": composed, "selectionStart": len(composed), "selectionEnd": len(composed)})
    await page.wait_for_timeout(300)
    await expect(page.locator("[data-results] li")).to_have_count(0)
    await ime.send("Input.insertText", {"text": "見本"})

    await expect(page.locator("[data-results] li")).to_have_count(1)
    await expect(page.locator("[data-results] li")).to_contain_text("見本 花子")


async def test_hardware_scanner_is_understood_on_any_keyboard_layout(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("One", ""), make_guest("Two", ""))
    page = await scanner(event)

    await page.keyboard.type(f"HTTPS://EVENTS.EXAMPLE.COM/T/{code_of(booked)}", delay=2)
    await page.keyboard.press("Enter")
    await expect(page.locator(".verdict-name")).to_have_text("One")
    await next_guest(page)

    await page.evaluate(TYPE_ON_A_GERMAN_KEYBOARD, f"HTTPS://EVENTS.EXAMPLE.COM/T/{code_of(booked, 1)}")
    await expect(page.locator(".verdict-name")).to_have_text("Two")
    await next_guest(page)

    await page.keyboard.type("SLOWHUMAN", delay=300)
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(300)
    assert await written(pool, event) == ["admitted", "admitted"]


# The keys a scanner presses for the US layout, as a browser reports them where the German one is set: : is Ö, / is -, Y is Z.
TYPE_ON_A_GERMAN_KEYBOARD = """
text => {
  const german = { ":": "Ö", "/": "-", ".": ".", Y: "Z", Z: "Y" };
  const place = (letter) => ({ ":": "Semicolon", "/": "Slash", ".": "Period" })[letter]
    ?? (/[0-9]/.test(letter) ? `Digit${letter}` : `Key${letter}`);
  for (const letter of [...text, "Enter"]) {
    const key = letter === "Enter" ? letter : german[letter] ?? letter;
    const code = letter === "Enter" ? letter : place(letter);
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey: letter === ":", bubbles: true }));
  }
}
"""


async def test_slow_server_is_not_waited_for_and_its_other_word_is_told(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("Slow", ""), make_guest("Quick", ""))
    page = await scanner(event)
    await expect(page.locator("[data-net] [data-list-at]")).not_to_be_empty()
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await page.route("**/door/scans", hold)
    await type_code(page, code_of(booked, 0))
    await verdict(page, "Welcome").to_be_visible()
    await cancel(pool, booked)
    await next_guest(page)
    await type_code(page, code_of(booked, 1))
    await expect(page.locator(".verdict-name")).to_have_text("Quick")
    released.set()
    await expect(page.locator("[data-notices] > *").first).to_contain_text("Slow", timeout=15_000)
    await expect(page.locator(".verdict-name")).to_have_text("Quick")
    entries = "select decided_by, reason from check_ins where event_id = $1 and verdict = 'admitted' order by device_at"
    assert [tuple(row) for row in await pool.fetch(entries, event.id)] == [("phone", "cancelled"), ("phone", None)]


async def cancel(pool: Pool, booked: Outcome) -> None:
    """Takes the first guest's place away, without a word to anybody."""
    await pool.execute(
        """
        update registrations
        set state = 'cancelled',
            pool_id = null
        from guests g
        where g.id = guest_id
          and g.booking_id = $1
          and g.position = 0
        """,
        booked.booking_id,
    )


async def test_answer_lost_after_the_decision_is_asked_for_again(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, make_guest("Hoffmann", "Jonas")))
    page = await scanner(event)
    await expect(page.locator("[data-net] [data-list-at]")).not_to_be_empty()
    lost = 0

    async def lose_two_answers(route: Route) -> None:
        nonlocal lost
        if not (route.request.post_data_json or {}).get("scans") or lost == 2:
            return await route.continue_()
        lost += 1
        await route.fetch()
        return await route.abort()

    await page.route("**/door/scans", lose_two_answers)
    await type_code(page, code)

    await verdict(page, "Welcome").to_be_visible()
    await expect(page.locator("[data-net-word]")).to_have_text("Connected", timeout=15_000)
    assert lost == 2
    assert await written(pool, event) == ["admitted"]


async def test_refused_camera_leaves_codes_and_names(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    code = code_of(await book(pool, event, make_guest("Hoffmann", "Jonas")))
    page = await scanner(event)
    await page.get_by_role("button", name="Start scanning").click()
    await expect(page.get_by_text("The camera cannot be used.")).to_be_visible()

    await type_code(page, code)
    await verdict(page, "Welcome").to_be_visible()


async def test_revoked_phone_says_so_at_once(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    page = await scanner(event)
    await expect(page.locator("[data-net-word]")).to_have_text("Connected")

    await pool.execute("update devices set revoked_at = now() where event_id = $1", event.id)
    other = await scanner(event)
    await type_code(other, "AAAA AAAA AAAA AAAA")  # whatever happens at the event, every open scanner looks again

    await expect(page.get_by_role("heading", name="The organiser has disconnected this phone.")).to_be_visible()


async def test_welcome_gives_way_to_the_next_ticket_and_goes_by_itself(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("One", ""), make_guest("Two", ""))
    page = await scanner(event)
    await expect(page.locator("[data-net] [data-list-at]")).not_to_be_empty()
    for place, name in enumerate(("One", "Two")):
        await page.keyboard.type(code_of(booked, place), delay=2)
        await page.keyboard.press("Enter")
        await expect(page.locator(".verdict-name")).to_have_text(name)
    await expect(page.locator("section.verdict")).to_have_count(0, timeout=10_000)


async def test_bad_news_stay_until_somebody_has_read_them(scanner: Scanner, pool: Pool) -> None:
    event = await make_event(pool)
    booked = await book(pool, event, make_guest("One", ""), make_guest("Two", ""))
    await redeem(pool, event, scan(code_of(booked)))
    page = await scanner(event)
    await type_code(page, code_of(booked))
    await verdict(page, "Already inside").to_be_visible()
    await page.keyboard.type(code_of(booked, 1), delay=2)
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(300)
    await verdict(page, "Already inside").to_be_visible()
    assert await written(pool, event) == ["admitted", "already_in"]
