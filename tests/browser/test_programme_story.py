"""A whole programme in the browser: invited, answered, approved, waitlisted, substituted, cancelled, let in at the door.

Organisers, guests, delegates, co-hosts and door staff each have a browser of their own; what they know they read on a page or in a
mail. Before anybody opens a mail, a scanner has followed every link of it.
"""

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from events.accounts.model import Role
from events.invitations import reconcile as invitations
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration import reconcile as registration
from tests.browser.conftest import OpenPage, Server
from tests.builders import make_event, make_organiser, make_programme
from tests.invitations.import_builders import csv_of
from tests.staff import make_staff

from .story_mails import Mailbox, link_in, text_of
from .story_steps import (
    add_co_host,
    add_contingent,
    choose,
    matrix,
    new_door_phone,
    path_of,
    press,
    save_answers,
    send_wave,
    sign_in,
    sign_up,
    take_in,
    type_into,
    upload_list,
)

VARIANT = "葛\U000e0100例"
HEADER = ("姓", "名", "セイ", "メイ", "メールアドレス", "秘書メール", "会社名", "言語", "Anrede")
OF_THE_REGION = (
    ("髙見本", "一郎", "タカミホン", "イチロウ", "ichiro@example.com", "", "株式会社みほん光学", "ja", ""),
    ("𠮷例", "次郎", "ヨシレイ", "ジロウ", "jiro@example.com", "office@embassy.example.com", "例示大使館", "ja", ""),
    (VARIANT, "三郎", "クズレイ", "サブロウ", "saburo@example.com", "", "例示電機", "ja", ""),
    ("Satō", "Kenji", "", "", "kenji@example.com", "", "例示電機", "en", ""),
)
OF_THE_CLUSTER = (
    ("Müßig-Großäcker", "Jörg", "", "", "joerg@example.com", "", "Universität Beispielstadt", "de", "Prof. Dr.-Ing."),
    ("Contoh", "", "", "", "contoh@example.com", "", "Contoh Sensors", "en", ""),
    ("Satoh", "Kenji", "", "", "kenji@example.com", "", "例示電機", "en", ""),
    ("Przykład", "Łukasz", "", "", "lukasz@example.com", "", "Beispiel Sensorik AG", "en", ""),
)


@dataclass
class Story:
    """Where it happens, and everybody's mail."""

    open_page: OpenPage
    pool: Pool
    mailbox: Mailbox
    office: str
    programme: str
    dinner: Event
    visit: Event
    reception: Event

    async def opened(self, link: str, **context: Any) -> Page:
        """Somebody opens a mail's link in a browser of their own."""
        return await self.open_page(path_of(link), **context)

    async def invitation_of(self, email: str) -> str:
        """The link of the invitation that went to the address."""
        (mail,) = [mail for mail in self.mailbox.mails(email) if "/i/" in text_of(mail) or "/d/" in text_of(mail)]
        return link_in(mail, "/i/" if "/i/" in text_of(mail) else "/d/")

    async def everything(self) -> list[tuple[str, str]]:
        """What is stored about people and places, as digests: two looks at it are equal when nothing has changed between them."""
        tables = ("invitations", "invitation_events", "answers", "bookings", "registrations", "guests", "tickets", "waitlist_entries",
                  "check_ins", "consents", "unsubscriptions", "pools", "reviews")  # fmt: skip
        digest = "select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {} t"
        return [(table, await self.pool.fetchval(digest.format(table))) for table in tables]

    async def scanned(self) -> None:
        """Every link of every mail is opened by a scanner, several times: nothing changes."""
        before = await self.everything()
        seen = await self.mailbox.scan()
        assert await self.everything() == before
        assert max(seen) < 500

    async def adds_up(self) -> None:
        assert await registration.differences(self.pool) + await invitations.differences(self.pool) == []


@pytest.fixture
async def story(open_page: OpenPage, server: Server, pool: Pool) -> Story:
    """A programme with a public dinner, an invitation-only reception and a visit with two places."""
    organiser_id = await make_organiser(pool)
    programme_id = await make_programme(pool, organiser_id=organiser_id)
    office = f"office-{organiser_id.hex[-8:]}@example.com"
    await make_staff(pool, organiser_id, role=Role.OWNER, email=office)
    starts = now() + timedelta(days=30)
    given: dict[str, Any] = {"programme_id": programme_id}
    return Story(
        open_page=open_page,
        office=office,
        pool=pool,
        mailbox=Mailbox(Path(server.command[-1])),
        programme=await pool.fetchval("select slug from programmes where id = $1", programme_id),
        dinner=await make_event(pool, capacity=12, title="Networking dinner", starts_at=starts, **given),
        visit=await make_event(pool, capacity=2, title="Company visit", kind="visit", starts_at=starts + timedelta(days=1), **given),
        reception=await make_event(pool, title="Embassy reception", kind="reception", starts_at=starts + timedelta(days=2), **given),
    )


async def change_event(desk: Page, event: Event, *ticked: str, **chosen: str) -> None:
    """Changes an event's settings on its page."""
    await desk.goto(f"/organiser/events/{event.slug}/edit")
    for box in ticked:
        name, _, value = box.partition("=")
        await desk.locator(f"[name='{name}']" + (f"[value='{value}']" if value else "")).check()
    for name, value in chosen.items():
        await desk.locator(f"[name='{name}']").select_option(value)
    await press(desk, "Save")
    await expect(desk.locator("main")).to_contain_text("Saved.")


async def invite_everybody(story: Story, tmp_path: Path) -> Page:
    """Two co-hosts, their lists, one duplicate between them, one wave. Answers the organiser's page."""
    desk = await sign_in(story.open_page, story.mailbox, story.office)
    await change_event(desk, story.reception, "access=invited", "approval_required", "reviewer_roles=host", "reviewer_roles=security")
    for contingent, partner in (("Region", "Capital Region Partner"), ("Cluster", "Optics Cluster")):
        email = f"{contingent.lower()}-{story.office}"
        await add_contingent(desk, story.dinner, name=contingent, places=4)
        await add_co_host(desk, name=partner, contingent=contingent, member=f"Of {contingent}", email=email)
    companions = {"companions": "later", "max_companions": "1", "companions_by": f"{now() + timedelta(days=20):%Y-%m-%dT%H:%M}"}
    first, second = tmp_path / "region.csv", tmp_path / "cluster.csv"
    first.write_bytes(csv_of(*OF_THE_REGION, header=HEADER, encoding="utf-8-sig"))
    second.write_bytes(csv_of(*OF_THE_CLUSTER, header=HEADER))
    events = {story.visit.slug: "", story.reception.slug: ""}
    await upload_list(desk, first, events={story.dinner.slug: "Region"} | events, co_host="Capital Region Partner", more=companions)
    await take_in(desk)
    await upload_list(desk, second, events={story.dinner.slug: "Cluster"} | events, co_host="Optics Cluster", more=companions)
    await expect(desk.locator("#twins")).to_contain_text("One person may be there already")
    await expect(desk.locator(".column-triple")).to_contain_text(["Satoh"])
    await take_in(desk)
    await send_wave(desk, story.programme)
    await expect(desk.locator("[data-fragment=progress]")).to_contain_text("7 of 7")
    return desk


async def test_lists_become_invitations_answers_deputies_and_guests_at_the_door(story: Story, tmp_path: Path) -> None:
    desk = await invite_everybody(story, tmp_path)
    await story.scanned()
    await answer_on_a_phone_in_japanese(story)
    await answer_for_a_principal(story)
    await send_a_deputy(story)
    await enter_a_call(story, desk)
    await story.scanned()
    await meet_at_the_door(story, desk)
    await remind_the_silent(story, desk)
    assert await matrix(desk, story.programme) == {
        "Networking dinner": ["7", "7", "3", "0", "2", "1", "1", "5 / 12"],
        "Company visit": ["7", "7", "6", "0", "0", "0", "1", "0 / 2"],
        "Embassy reception": ["7", "7", "6", "1", "0", "0", "0", "0 / 120"],
    }
    await names_are_exact(story, desk)
    await story.adds_up()


async def answer_on_a_phone_in_japanese(story: Story) -> None:
    """Accepts one event with a companion, declines another, answers the third provisionally; sends the form twice."""
    mail = await story.mailbox.newest("ichiro@example.com", "/i/")
    assert "髙見本 一郎" in text_of(mail)
    phone = await story.opened(link_in(mail, "/i/"), locale="ja-JP")
    await expect(phone.locator(".invitation-name")).to_contain_text("髙見本 一郎")
    await choose(phone, story.dinner, "accepted")
    await choose(phone, story.visit, "declined")
    await choose(phone, story.reception, "provisional")
    await phone.locator(".invitation-companions .companion-name").click()
    names = {"family_name": "見本", "given_name": "花子", "family_name_kana": "ミホン", "given_name_kana": "ハナコ"}
    await type_into(phone, {f"companion-1-{name}": value for name, value in names.items()})
    await phone.locator("[name=privacy]").check()
    await save_answers(phone)
    await expect(phone.locator("main")).to_contain_text("ご回答ありがとうございます。保存しました")
    await save_answers(phone)
    await phone.go_back()
    await phone.goto(phone.url)
    await expect(phone.locator(f"[name='at-{story.visit.slug}-answer'][value=declined]")).to_be_checked()
    ticket = await story.mailbox.newest("ichiro@example.com", "見本 花子")
    assert "髙見本 一郎" in text_of(ticket)


async def answer_for_a_principal(story: Story) -> None:
    """The office accepts for the ambassador, and names the spouse days later."""
    letter = await story.mailbox.newest("office@embassy.example.com", "𠮷例")
    office = await story.opened(link_in(letter, "/d/"), locale="ja-JP")
    await choose(office, story.dinner, "accepted")
    await office.locator("[name=privacy]").check()
    await save_answers(office)
    await office.goto(office.url.split("?")[0])
    await office.locator(".invitation-companions .companion-name").click()
    names = {"family_name": "𠮷例", "given_name": "桜", "family_name_kana": "ヨシレイ", "given_name_kana": "サクラ"}
    await type_into(office, {f"companion-1-{name}": value for name, value in names.items()})
    await office.locator(f"[name='at-{story.dinner.slug}-with'][value='companion-1']").check()
    await save_answers(office)
    await expect(office.locator(".invitation-companions")).to_contain_text("𠮷例 桜")
    assert story.mailbox.mails("jiro@example.com") == []


async def send_a_deputy(story: Story) -> None:
    """Accepts, and cannot come after all."""
    guest = await story.opened(await story.invitation_of("joerg@example.com"), locale="de-DE")
    await choose(guest, story.dinner, "accepted")
    await guest.locator("[name=privacy]").check()
    await save_answers(guest)
    await story.mailbox.newest("joerg@example.com", "Müßig-Großäcker")
    await choose(guest, story.dinner, "substituted")
    deputy = f"at-{story.dinner.slug}-deputy-"
    await type_into(guest, {f"{deputy}family_name": "Vertretung", f"{deputy}given_name": "Vera", f"{deputy}email": "vera@example.com"})
    await save_answers(guest)
    await story.mailbox.newest("vera@example.com", "Vertretung")


async def enter_a_call(story: Story, desk: Page) -> None:
    """Contoh has called: no dinner."""
    await desk.goto(f"/organiser/programmes/{story.programme}/invitations?q=contoh")
    await desk.get_by_role("link", name="Contoh", exact=True).click()
    await choose(desk, story.dinner, "declined")
    await desk.locator("#source").select_option("phone")
    await type_into(desk, {"note": "Called on Monday, on holiday in May."})
    await press(desk, "Enter the answers")
    await expect(desk.locator("main")).to_contain_text("Called on Monday")


async def meet_at_the_door(story: Story, desk: Page) -> None:
    """The deputy is found by name and let in; who sent them is refused with the old ticket."""
    old = link_in(next(mail for mail in story.mailbox.mails("joerg@example.com") if "/t/" in text_of(mail)), "/t/")
    door = await new_door_phone(desk, story.open_page, story.dinner)
    await door.goto("/door/guests?q=Vertretung")
    await press(door, "Check in")
    await expect(door.locator("[data-verdict='admitted']")).to_contain_text("Vera Vertretung")
    await door.goto("/door")
    await door.get_by_role("button", name="Type code").click()
    await door.locator("[name=code]").fill(old.rpartition("/t/")[2].split("?")[0])
    await door.get_by_role("button", name="Check", exact=True).click()
    await expect(door.locator("[data-verdict='refused']")).to_be_visible()
    await desk.goto(f"/organiser/events/{story.dinner.slug}")
    await expect(desk.locator("dl [data-figure='arrived']")).to_contain_text("1")


async def remind_the_silent(story: Story, desk: Page) -> None:
    before = {email: len(story.mailbox.mails(email)) for email in ("ichiro@example.com", "lukasz@example.com", "joerg@example.com")}
    await send_wave(desk, story.programme, kind="reminder")
    await story.mailbox.newest("lukasz@example.com", "/i/")
    after = {email: len(story.mailbox.mails(email)) - number for email, number in before.items()}
    assert after == {"ichiro@example.com": 0, "lukasz@example.com": 1, "joerg@example.com": 0}


async def names_are_exact(story: Story, desk: Page) -> None:
    """In the lists of guests and of invitations, as they are taken away."""
    invited = await taken_away(desk, f"/organiser/programmes/{story.programme}/invitations", "invitations.csv")
    coming = await taken_away(desk, f"/organiser/events/{story.dinner.slug}/guests", "guests.csv")
    lists = [row for row in (*OF_THE_REGION, *OF_THE_CLUSTER) if row[0] != "Satoh"]
    assert {cell for row in lists for cell in (row[0], row[1]) if cell} - invited == set()
    assert {"髙見本", "一郎", "見本", "花子", "𠮷例", "次郎", "桜", "Vertretung"} - coming == set()


async def taken_away(desk: Page, path: str, name: str) -> set[str]:
    """Every cell of a list that the organiser downloads."""
    await desk.goto(path)
    async with desk.expect_download() as started:
        await desk.locator(f"form[action$='{name}'] button, button[formaction$='{name}']").first.click()
    content = Path(await (await started.value).path()).read_text(encoding="utf-8-sig")
    return {cell for row in csv.reader(io.StringIO(content)) for cell in row}


async def applied(story: Story, email: str, *, locale: str) -> None:
    """Accepts the reception, which the hosts still have to agree to."""
    guest = await story.opened(await story.invitation_of(email), locale=locale)
    await choose(guest, story.reception, "accepted")
    await guest.locator("[name=privacy]").check()
    await save_answers(guest)


async def give_word(page: Page, event: Event, name: str, verdict: str, *, role: str = "", reason: str = "") -> None:
    """Somebody who judges says a word about one guest."""
    await page.goto(f"/organiser/events/{event.slug}/applications")
    await page.get_by_label(f"Choose {name}").check()
    if role:
        await page.locator(f"[name=role][value={role}]").check(force=True)
    await page.locator(f"[name=verdict][value={verdict}]").check(force=True)
    await type_into(page, {"reason": reason})
    await press(page, "Save my word")


async def test_applications_are_judged_and_places_given_back(story: Story, tmp_path: Path) -> None:
    desk = await invite_everybody(story, tmp_path)
    await desk.goto(f"/organiser/events/{story.reception.slug}/edit")
    await desk.locator("[name=invited_are_approved]").uncheck()
    await press(desk, "Save")
    await desk.goto("/organiser/team")
    await type_into(desk, {"member": "Sec Urity", "email": f"security-{story.office}"})
    await desk.locator("#role").select_option("reviewer")
    await desk.locator("[name=reviews][value=security]").check(force=True)
    await press(desk, "Save")
    security = await sign_in(story.open_page, story.mailbox, f"security-{story.office}")

    await applied(story, "saburo@example.com", locale="ja-JP")
    await applied(story, "lukasz@example.com", locale="en-GB")
    await give_word(desk, story.reception, f"{VARIANT} 三郎", "approved")
    assert [mail for mail in story.mailbox.mails("saburo@example.com") if "/t/" in text_of(mail)] == []
    await give_word(security, story.reception, f"{VARIANT} 三郎", "approved")
    await give_word(security, story.reception, "Łukasz Przykład", "rejected", reason="Known to have thrown a plate")

    ticket = await story.mailbox.newest("saburo@example.com", "/t/")
    assert f"{VARIANT} 三郎" in text_of(ticket)
    sorry = await story.mailbox.newest("lukasz@example.com", "we cannot offer a place this time")
    assert "plate" not in sorry.as_string()
    await give_one_of_several_back(story)
    await story.scanned()
    counted = await matrix(desk, story.programme)
    assert {title: line[-1] for title, line in counted.items()} == {
        "Networking dinner": "1 / 12",
        "Company visit": "0 / 2",
        "Embassy reception": "1 / 120",
    }
    await story.adds_up()


async def give_one_of_several_back(story: Story) -> None:
    """Accepts two events in one go, and gives one of them back later."""
    guest = await story.opened(await story.invitation_of("kenji@example.com"), locale="en-GB")
    await choose(guest, story.dinner, "accepted")
    await choose(guest, story.visit, "accepted")
    await guest.locator("[name=privacy]").check()
    await save_answers(guest)
    await guest.get_by_role("link", name="Your places and tickets").click()
    await guest.locator(f"#{story.visit.slug} a.button-danger").click()
    await press(guest, "Yes, give back")
    await expect(guest.locator(f"#{story.dinner.slug}")).to_contain_text("Confirmed")
    await story.mailbox.newest("kenji@example.com", "given back")


async def test_full_visit_moves_on_from_one_to_the_next(story: Story) -> None:
    desk = await sign_in(story.open_page, story.mailbox, story.office)
    await change_event(desk, story.visit, "waiting_list", offer_hours="24")
    pages = {name: await story.open_page("/") for name in ("Anna", "Ben", "Contoh", "Dora", "Eva")}
    bookings = {name: await sign_up(page, story.visit, family_name=name, email=f"{name}@example.com") for name, page in pages.items()}
    pair = await story.open_page("/")
    await sign_up(pair, story.visit, family_name="Paar", email="paar@example.com", companions=["Paarmann"])
    await story.mailbox.newest("paar@example.com", "waiting list")
    await story.scanned()

    await give_back(pages["Anna"], bookings["Anna"])
    offer = await story.mailbox.newest("Contoh@example.com", "A place has become free for you")
    await story.scanned()
    guest = await story.opened(link_in(offer, "/b/"))
    await press(guest, "No, thank you")
    second = await story.mailbox.newest("Dora@example.com", "A place has become free for you")
    assert story.mailbox.mails("Eva@example.com")[-1]["Subject"] == story.mailbox.mails("Eva@example.com")[0]["Subject"]
    guest = await story.opened(link_in(second, "/b/"))
    await press(guest, "Yes, I am coming")
    await expect(guest.locator("main .booked")).to_contain_text("Confirmed")
    await guest.go_back()
    await guest.reload()
    assert link_in(await story.mailbox.newest("Dora@example.com", "/t/"), "/t/")

    await desk.goto(f"/organiser/events/{story.visit.slug}/waiting-list")
    await expect(desk.locator("#line ~ .datatable tbody th")).to_contain_text(["Eva", "Paar"])
    await desk.goto(f"/organiser/events/{story.visit.slug}")
    assert await figures(desk, "expected", "free") == {"expected": 2, "free": 0}
    await story.adds_up()


async def give_back(page: Page, booking: str) -> None:
    await page.goto(f"{booking}/cancellation")
    await press(page, "Yes, give back")


async def figures(board: Page, *names: str) -> dict[str, int]:
    """Figures of the organiser's board."""
    texts = {name: await board.locator(f"dl [data-figure='{name}']").inner_text() for name in names}
    return {name: int("".join(letter for letter in text if letter.isdigit())) for name, text in texts.items()}
