"""Guests see each other only where the organiser shares the list, and only those who agreed."""

from litestar import Litestar

from events.accounts.model import Role
from events.kit.database import Pool
from events.people.consents import Purpose
from events.programme.model import Event
from tests.builders import book, fill, make_event, make_guest
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, Visitor

from .builders import consent

AGREED = [consent(Purpose.PRIVACY), consent(Purpose.GUEST_LIST)]
HANAKO = make_guest(
    "見本",
    "花子",
    family_name_kana="ミホン",
    given_name_kana="ハナコ",
    company="株式会社みほん光学",
    job_title="課長",
    diet="vegan",
    in_guest_list=True,
    consents=AGREED,
)
ERIKA = make_guest(honorific="Dr.", company="Musterlinse GmbH", in_guest_list=True, consents=AGREED)
SILENT = make_guest("Müßig-Großäcker", "Jörg", company="Beispiel Sensorik AG")
TICKED_ONLY = make_guest("Przykład", "Łukasz", in_guest_list=True)


async def share(pool: Pool, event: Event) -> None:
    await pool.execute("insert into guest_lists (event_id, opened_at, opened_by) values ($1, now(), 'staff:x')", event.id)


async def test_confirmed_guests_see_name_and_company_of_those_who_agreed(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool, capacity=5)
    mine = await book(pool, event, SILENT)
    for guest in (HANAKO, ERIKA, TICKED_ONLY):
        await book(pool, event, guest, email="somebody@example.org")
    await book(pool, event, make_guest("Gone", "Guest", in_guest_list=True, consents=AGREED))
    await pool.execute("update guests set erased_at = now() where family_name = 'Gone'")
    await book(pool, event, make_guest("Waiting", "Guest", in_guest_list=True, consents=AGREED), accept_waitlist=True)
    await share(pool, event)
    page = await visitor.open(f"/b/{mine.token}/guest-list")
    japanese = Page(await visitor.client.get(f"/b/{mine.token}/guest-list?lang=ja"))
    seen = ["Dr. Erika Platzhalter", "Musterlinse GmbH", "見本 花子", "株式会社みほん光学"]
    leaked = ["Przykład", "Müßig", "Waiting", "Gone", "課長", "somebody@example.org", "Vegan", "ミホン"]
    assert {
        "seen": [text for text in seen if text not in page.text],
        "leaked": [text for text in leaked if text in page.html],
        "order": page.text.index("Platzhalter") < page.text.index("見本"),
        "in Japanese": [text for text in ("見本 花子", "Erika Platzhalter") if text not in japanese.text],
    } == {"seen": [], "leaked": [], "order": True, "in Japanese": []}


async def test_others_do_not_see_it(visitor: Visitor, pool: Pool) -> None:
    event, closed = await make_event(pool, capacity=1), await make_event(pool)
    await share(pool, event)
    await fill(pool, event, 1)
    waiting = await book(pool, event, SILENT, accept_waitlist=True)
    unshared = await book(pool, closed, ERIKA)
    gone = await book(pool, closed, ERIKA)
    await share(pool, closed)
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where booking_id = $1", gone.booking_id)
    await pool.execute("delete from guest_lists where event_id = $1", closed.id)
    pages = [await visitor.open(f"/b/{outcome.token}/guest-list") for outcome in (waiting, unshared, gone)]
    assert [(page.status, "Platzhalter" in page.text) for page in pages] == [(404, False)] * 3


async def test_another_events_list_cannot_be_asked_for(visitor: Visitor, pool: Pool) -> None:
    mine_at, other = await make_event(pool), await make_event(pool)
    mine = await book(pool, mine_at, SILENT)
    await book(pool, other, ERIKA)
    for event in (mine_at, other):
        await share(pool, event)
    page = await visitor.open(f"/b/{mine.token}/guest-list?event={other.slug}")
    assert (page.status, "Platzhalter" in page.text) == (404, False)


async def test_organiser_shares_and_closes_the_list(app: Litestar, visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, ERIKA)
    here = f"/organiser/events/{event.slug}/guest-list"
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        organiser = Visitor(client)
        seen = []
        for _ in range(2):
            page = await organiser.open(here)
            (form,) = [one for one in page.forms if one.action.endswith("/guest-list")]
            await client.post(form.action, data={"shared": "yes"} if "Show it to confirmed guests" in page.text else {})
            seen.append((await visitor.open(f"/b/{outcome.token}/guest-list")).status)
    audit = await pool.fetch("select action from audit_entries where organiser_id = $1 order by id", event.organiser_id)
    assert (seen, [row[0] for row in audit]) == ([200, 404], ["guest_list_opened", "guest_list_closed"])


async def test_other_organisers_and_door_staff_cannot_share_it(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    foreign = await make_staff(pool, (await make_event(pool)).organiser_id)
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    here, statuses = f"/organiser/events/{event.slug}/guest-list", []
    for staff in (foreign, door):
        async with browser(app, await make_session(pool, staff)) as client:
            statuses.append([(await client.get(here)).status_code, (await client.post(here, data={"shared": "yes"})).status_code])
    assert (statuses, await pool.fetchval("select count(*) from guest_lists where event_id = $1", event.id)) == (
        [[404, 404], [403, 403]],
        0,
    )
