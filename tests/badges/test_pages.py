"""The page of badges: whose are printed, how they look, what is written down; and who may see it."""

import io
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from pypdf import PdfReader

from events.accounts.model import Role, Staff
from events.badges.model import Layout
from events.badges.queries import look_of_event
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import make_event, make_guest
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Page, Visitor

from .builders import chosen, confirm, make_look, prints


@pytest.fixture
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


async def visitor(app: Litestar, pool: Pool, event: Event, *, role: Role = Role.ORGANISER) -> tuple[Visitor, Staff]:
    staff = await make_staff(pool, event.organiser_id, role=role)
    return Visitor(browser(app, await make_session(pool, staff))), staff


def home(event: Event) -> str:
    return f"/organiser/events/{event.slug}/badges"


def form_of(page: Page, ending: str) -> list[tuple[str, str]]:
    [form] = [form for form in page.forms if form.action.endswith(ending)]
    return form.fields


def names(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


async def test_sheets_are_printed_once_and_again_if_wanted(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    hanako, erika = await confirm(pool, event, make_guest("見本", "花子", family_name_kana="ミホン"), make_guest())
    visit, staff = await visitor(app, pool, event)
    page = await visit.open(home(event))
    sent = await visit.client.post(f"{home(event)}/sheets.pdf", data=dict(form_of(page, "sheets.pdf")))
    assert (sent.status_code, sent.headers["content-type"]) == (200, "application/pdf")
    assert [name in names(sent.content) for name in ("見本 花子", "Erika Platzhalter")] == [True, True]
    assert sorted(await prints(pool, event)) == sorted((one, "card", staff.actor) for one in (hanako, erika))
    again = await visit.open(home(event))
    assert "Nobody is waiting for a badge" in again.text
    await confirm(pool, event, make_guest("Nachzügler"))
    late = await visit.client.post(f"{home(event)}/sheets.pdf", data={"which": "unprinted"})
    assert (names(late.content).count("Nachzügler"), names(late.content).count("Platzhalter")) == (1, 0)
    picked = await visit.client.post(f"{home(event)}/sheets.pdf", data={"which": "unprinted", "guest": str(hanako)})
    assert ("見本" in names(picked.content), "Platzhalter" in names(picked.content)) == (True, False)
    assert len(await prints(pool, event)) == 4


async def test_place_cards_do_not_count_as_badges(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await confirm(pool, event)
    visit, _ = await visitor(app, pool, event)
    await visit.client.post(f"{home(event)}/sheets.pdf", data={})
    await make_look(pool, event, layout=Layout.PLACE_CARD)
    assert "0 of 1 guests with a place have theirs" in (await visit.open(home(event))).text


async def test_only_places_are_printed(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await confirm(pool, event)
    await confirm(pool, event, make_guest("Wartend"), accept_waitlist=True)
    assert [one.person.family_name for one in await chosen(pool, event)] == ["Platzhalter"]


async def test_choice_by_contingent_name_and_table(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, contingents={"japan": 5})
    [late] = await confirm(pool, event, make_guest("Zebra"))
    [early] = await confirm(pool, event, make_guest("Ahorn"))
    await confirm(pool, event, make_guest("見本", "花子"), contingent="japan")
    await pool.execute("update registrations set table_name = '2' where id = $1", late)
    await pool.execute("update registrations set table_name = '10' where id = $1", early)
    visit, _ = await visitor(app, pool, event)
    japan = await visit.client.get(home(event), params={"contingent": "japan"})
    assert ("見本" in japan.text, "Zebra" in japan.text) == (True, False)
    found = await visit.client.get(home(event), params={"q": "zeb"})
    assert ("Zebra" in found.text, "Ahorn" in found.text) == (True, False)
    by_table = (await visit.client.get(home(event), params={"order": "table"})).text
    positions = [
        by_table.index(f"Choose Erika {name}") if name != "見本" else by_table.index("Choose 見本") for name in ("Zebra", "Ahorn", "見本")
    ]
    assert positions == sorted(positions)


async def test_look_is_kept_and_shown(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    visit, _ = await visitor(app, pool, event)
    page = await visit.open(home(event))
    fields = dict(form_of(page, "/look")) | {"layout": "fold", "words": "de", "qr": "mark", "on_arrival": "yes"}
    answer = await visit.client.post(f"{home(event)}/look", data=fields)
    look = await look_of_event(pool, event.id)
    assert (answer.status_code, look.layout, look.words, look.qr, look.on_arrival) == (303, "fold", "de", "mark", True)
    picture = await visit.client.get(f"{home(event)}/{one}/picture.svg")
    assert (picture.status_code, picture.headers["content-type"], "0 0 297.6" in picture.text) == (200, "image/svg+xml", True)
    wrong = await visit.client.post(f"{home(event)}/look", data=fields | {"layout": "poster"})
    assert (wrong.status_code, Page(wrong).errors) == (422, {"layout": "Please choose one of the options."})


async def test_nothing_to_print_is_said(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    visit, _ = await visitor(app, pool, event)
    answer = await visit.client.post(f"{home(event)}/sheets.pdf", data={})
    assert (answer.status_code, "All guests" in answer.text) == (422, True)
    assert await prints(pool, event) == []


async def test_single_badge_counts_as_printed(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    [one] = await confirm(pool, event)
    visit, staff = await visitor(app, pool, event, role=Role.DOOR)
    answer = await visit.client.post(f"{home(event)}/{one}/badge.pdf")
    assert ("Erika Platzhalter" in names(answer.content), await prints(pool, event)) == (True, [(one, "card", staff.actor)])


@pytest.mark.parametrize(("role", "statuses"), [(Role.DOOR, [403, 200, 200]), (Role.REVIEWER, [403, 403, 403]), (None, [404, 404, 404])])
async def test_door_staff_reach_the_station_alone(app: Litestar, pool: Pool, role: Role | None, statuses: list[int]) -> None:
    event, other = await make_event(pool), await make_event(pool)
    [one] = await confirm(pool, event)
    visit, _ = await visitor(app, pool, event if role else other, role=role or Role.OWNER)
    paths = (home(event), f"{home(event)}/station", f"{home(event)}/{one}/picture.svg")
    assert [(await visit.client.get(path)).status_code for path in paths] == statuses


async def test_guests_of_other_events_have_no_badge_here(app: Litestar, pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    [foreign] = await confirm(pool, other)
    await confirm(pool, event)
    visit, _ = await visitor(app, pool, event)
    sheets = await visit.client.post(f"{home(event)}/sheets.pdf", data={"guest": str(foreign)})
    single = await visit.client.post(f"{home(event)}/{foreign}/badge.pdf")
    picture = await visit.client.get(f"{home(event)}/{foreign}/picture.svg")
    assert (sheets.status_code, single.status_code, picture.status_code) == (422, 404, 404)
    assert (await prints(pool, event), await prints(pool, other)) == ([], [])


async def test_badge_knows_the_contact_code_of_who_takes_part(pool: Pool) -> None:
    event = await make_event(pool)
    one, _ = await confirm(pool, event, make_guest("Ahorn"), make_guest("Birke"))
    guest = await pool.fetchval("select guest_id from registrations where id = $1", one)
    consent = await pool.fetchval(
        """
        insert into consents (guest_id, purpose, text_hash, locale, channel, given_at)
        values ($1, 'contacts', 'words', 'en', 'form', now())
        returning id
        """,
        guest,
    )
    await pool.execute(
        "insert into contact_cards (registration_id, event_id, guest_id, consent_id, key_hash, short_code, shares, created_at)"
        " values ($1, $2, $3, $4, $5, 'K7Q2M9', '{}', now())",
        one,
        event.id,
        guest,
        consent,
        b"key",
    )
    assert [(who.person.family_name, who.contact_code) for who in await chosen(pool, event)] == [("Ahorn", "K7Q2M9"), ("Birke", None)]
