"""Events that move: what the organiser is told before, and every guest afterwards; and the one mail about several events."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from litestar import Litestar
from pypdf import PdfReader

from events.accounts.model import Role
from events.itinerary.jobs import programme_mailer
from events.itinerary.moves import clashes_by_move
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.kit.mail_folder import FolderTransport, kept_mail, kept_names
from events.messaging.outbox import Outbox
from events.programme.form_fields import typed_moment
from events.programme.model import Event
from events.tickets.jobs import booking_mailer
from tests.builders import BASE_URL, TOKENS, book, make_event, make_guest, make_programme
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Page, Visitor

from .builders import HANEDA, YOKOHAMA, book_together, make_event_at, place_venue, venue_of

HANAKO = make_guest("見本", "花子", family_name_kana="ミホン", given_name_kana="ハナコ")


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def events(pool: Pool) -> list[Event]:
    """A visit in Haneda and a dinner in Yokohama, well apart."""
    programme_id = await make_programme(pool)
    visit = await make_event_at(pool, 0, title="Visit", programme_id=programme_id, at=HANEDA)
    return [visit, await make_event_at(pool, 6, title="Dinner", programme_id=programme_id, at=YOKOHAMA)]


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, events: list[Event]) -> AsyncIterator[Visitor]:
    staff = await make_staff(pool, events[0].organiser_id)
    async with browser(app, await make_session(pool, staff)) as client:
        yield Visitor(client)


async def opened(visitor: Visitor, path: str) -> Page:
    """An organiser's page with its own form; the one that signs out stands before it."""
    return _own_form(await visitor.open(path))


async def sent(visitor: Visitor, page: Page, answers: dict[str, Any]) -> Page:
    return _own_form(await visitor.send(page, answers))


def _own_form(page: Page) -> Page:
    page.forms = page.forms[-1:]
    return page


async def sent_mails(pool: Pool, folder: Path) -> list[EmailMessage]:
    """What the worker writes for the jobs that wait, oldest first."""
    outbox = Outbox(FolderTransport(folder), TOKENS, base_url=BASE_URL, sender="Empfang <events@example.com>")
    handlers = {"booking_mail": booking_mailer(outbox, clashes_by_move=clashes_by_move), "programme_mail": programme_mailer(outbox)}
    await Worker(pool, handlers).run_until_idle()
    found = [kept_mail(folder, name) for name in kept_names(folder)]
    return [mail for mail in reversed(found) if mail is not None]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


async def move(organiser: Visitor, event: Event, *, hours: float, **answers: Any) -> Page:
    """The organiser moves the whole event on its own form."""
    moved = {
        name: typed_moment(getattr(event, name) + timedelta(hours=hours), event.time_zone) for name in ("doors_at", "starts_at", "ends_at")
    }
    return await sent(organiser, await opened(organiser, f"/organiser/events/{event.slug}/edit"), moved | answers)


async def test_move_that_makes_guests_clash_is_announced_before_it_is_saved(organiser: Visitor, pool: Pool, events: list[Event]) -> None:
    visit, dinner = events
    await book_together(pool, [visit, dinner], HANAKO, make_guest())
    await book(pool, dinner)
    refused = await move(organiser, dinner, hours=-4.75)
    assert (refused.status, await pool.fetchval("select starts_at from events where id = $1", dinner.id)) == (422, dinner.starts_at)
    assert "With this change 2 guests can hardly come to everything they are registered for." in refused.text
    assert "The way to Harbour Terrace takes about 55 minutes; “Dinner” begins at 10:15 (JST)." in refused.text
    [answer] = [part.split('"')[0] for part in refused.html.split('name="move_known" value="')[1:]]
    saved = await sent(organiser, refused, {"move_known": answer})
    assert (saved.status, await pool.fetchval("select version from events where id = $1", dinner.id)) == (200, 2)


async def test_move_without_new_clashes_is_simply_saved(organiser: Visitor, pool: Pool, events: list[Event]) -> None:
    visit, dinner = events
    await book_together(pool, [visit, dinner])
    assert (await move(organiser, dinner, hours=1)).status == 200
    assert (await move(organiser, visit, hours=-1)).status == 200


async def test_clash_that_was_there_before_asks_nobody_again(organiser: Visitor, pool: Pool, events: list[Event]) -> None:
    visit, _dinner = events
    programme_id = await pool.fetchval("select programme_id from events where id = $1", visit.id)
    talk = await make_event_at(pool, 0.25, 2, title="Talk", programme_id=programme_id)
    await book_together(pool, [visit, talk])
    assert (await move(organiser, talk, hours=0.25)).status == 200


async def test_every_booking_of_the_party_hears_of_the_move_and_its_clashes(
    organiser: Visitor, pool: Pool, events: list[Event], tmp_path: Path
) -> None:
    await pool.execute("truncate jobs")
    visit, dinner = events
    await book_together(pool, [visit, dinner], HANAKO, email="both@example.com", locale="ja")
    await book(pool, dinner, email="one@example.com", mail=False)
    refused = await move(organiser, dinner, hours=-4.75)
    [answer] = [part.split('"')[0] for part in refused.html.split('name="move_known" value="')[1:]]
    await sent(organiser, refused, {"move_known": answer})
    by_reader = {mail["To"]: mail for mail in await sent_mails(pool, tmp_path)}
    assert sorted(by_reader) == ["both@example.com", "one@example.com"]
    for kind in ("plain", "html"):
        assert "ハーバーテラスまでの移動に約55分かかりますが、「Dinner」は10:15（日本時間）に始まります。" in text_of(
            by_reader["both@example.com"], kind
        )
        assert "some of them do not go together" not in text_of(by_reader["one@example.com"], kind)


async def test_one_mail_tells_of_all_events_with_one_ticket_and_all_dates(
    pool: Pool, events: list[Event], app: Litestar, tmp_path: Path
) -> None:
    await pool.execute("truncate jobs")
    visit, dinner = events
    await pool.execute("update events set approval_required = true where id = $1", visit.id)
    programme = await pool.fetchval("select p.slug from programmes p join events e on e.programme_id = p.id where e.id = $1", visit.id)
    typed: dict[str, str | list[str]] = {
        "given_name": "Erika", "family_name": "Platzhalter", "email": "erika@example.com", "privacy": "yes",
        "companion-1-family_name": "Contoh", "companion-1-events": [dinner.slug], "events": [visit.slug, dinner.slug],
    }  # fmt: skip
    async with browser(app) as client:
        visitor = Visitor(client, locale="de")
        await visitor.send(await visitor.open(f"/p/{programme}/registrations?lang=de"), typed)
    [mail] = await sent_mails(pool, tmp_path)
    visit_programme = await pool.fetchval("select programme_id from events where id = $1", visit.id)
    lead_id = await pool.fetchval("select id from bookings where event_id = $1", visit.id)
    assert (mail["To"], mail["Subject"]) == ("erika@example.com", "Ihre 2 Veranstaltungen: Japan delegation")
    for text in (text_of(mail), text_of(mail, "html")):
        assert [word in text for word in ("Visit", "Dinner", "In Prüfung", "Bestätigt", "/c/")] == [True] * 5
    files = {part.get_filename(): part for part in mail.iter_attachments()}
    pages = PdfReader(io.BytesIO(files[f"tickets-{programme}.pdf"].get_content())).pages
    dates = [str(entry["summary"]) for entry in Calendar.from_ical(files[f"{programme}.ics"].get_content()).events]
    assert (len(pages), dates) == (2, ["Dinner"])
    order = {"programme_id": visit_programme, "key": "programme:again", "lead_id": lead_id}
    await pool.execute("insert into jobs (name, payload) values ('programme_mail', $1)", order)
    assert len(await sent_mails(pool, tmp_path)) == 1  # nothing new to tell


async def test_plan_where_every_event_refused_sends_no_mail(pool: Pool, events: list[Event], tmp_path: Path) -> None:
    await pool.execute("truncate jobs")
    programme_id = await pool.fetchval("select programme_id from events where id = $1", events[0].id)
    order = {"programme_id": programme_id, "key": "programme:nobody", "lead_id": None}
    await pool.execute("insert into jobs (name, payload) values ('programme_mail', $1)", order)
    assert await sent_mails(pool, tmp_path) == []


async def test_organiser_says_where_the_venue_is_and_how_long_the_way_takes(organiser: Visitor, pool: Pool, events: list[Event]) -> None:
    visit, dinner = events
    field = f"minutes-{await venue_of(pool, dinner)}"
    page = await opened(organiser, f"/organiser/events/{visit.slug}/ways")
    assert "Left empty: about 55 minutes, from the map." in page.text
    saved = await sent(organiser, page, {"place": "35.5, 139.8", field: "40"})
    assert (saved.status, dict(saved.form.fields)["place"], dict(saved.form.fields)[field]) == (200, "35.5, 139.8", "40")
    again = await sent(organiser, await opened(organiser, f"/organiser/events/{dinner.slug}/ways"), {})
    assert dict(again.form.fields)[f"minutes-{await venue_of(pool, visit)}"] == "40"
    await sent(organiser, again, {f"minutes-{await venue_of(pool, visit)}": ""})
    assert await pool.fetchval("select count(*) from travel_times where from_venue_id = $1", await venue_of(pool, visit)) == 0


@pytest.mark.parametrize(("typed", "field"), [("Yokohama", "place"), ("91, 10", "place"), ("10, 181", "place"), ("1e1, 2", "place")])
async def test_what_is_no_place_is_asked_again(organiser: Visitor, events: list[Event], typed: str, field: str) -> None:
    page = await sent(organiser, await opened(organiser, f"/organiser/events/{events[0].slug}/ways"), {"place": typed})
    assert (page.status, list(page.errors), dict(page.form.fields)["place"]) == (422, [field], typed)


async def test_nobody_else_may_look_at_or_change_the_ways(app: Litestar, pool: Pool, events: list[Event]) -> None:
    path = f"/organiser/events/{events[0].slug}/ways"
    stranger = await make_staff(pool, (await make_event(pool)).organiser_id)
    steward = await make_staff(pool, events[0].organiser_id, role=Role.DOOR)
    for staff, status in ((stranger, 404), (steward, 403)):
        async with browser(app, await make_session(pool, staff)) as client:
            assert [(await client.get(path)).status_code, (await client.post(path, data={"place": "1, 2"})).status_code] == [status] * 2


async def test_event_without_a_venue_has_no_ways(organiser: Visitor, pool: Pool, events: list[Event]) -> None:
    await place_venue(pool, events[0], HANEDA)
    await pool.execute("update events set venue_id = null where id = $1", events[0].id)
    assert (await organiser.open(f"/organiser/events/{events[0].slug}/ways")).status == 404
