"""The organiser's settings of retention, the proofs, and the audit trail."""

from litestar import Litestar

from events.accounts.model import Role
from events.accounts.queries import insert_audit_entry
from events.kit.database import Pool
from events.privacy.retention import days_of, forget_what_is_due
from events.privacy.retention_rules import Kind
from tests.builders import book, make_event, make_guest, make_organiser
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, PageForm, Visitor

from .builders import end_event


def settings(page: Page) -> PageForm:
    (form,) = [one for one in page.forms if "/organiser/privacy" in one.action]
    return form


async def test_owner_chooses_shorter_times_and_never_longer_ones(app: Litestar, pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    async with browser(app, await make_session(pool, await make_staff(pool, organiser_id, role=Role.OWNER))) as client:
        form = settings(await Visitor(client).open("/organiser/privacy"))
        longer = Page(await client.post(form.action, data=dict(form.filled({"sensitive": "8", "mails": "400"}))))
        unchanged = await days_of(pool, organiser_id)
        saved = await client.post(form.action, data=dict(form.filled({"sensitive": "3", "guests": "0"})))
    audit = await pool.fetch("select action, detail from audit_entries where organiser_id = $1", organiser_id)
    after = await days_of(pool, organiser_id)
    assert {
        "longer": (longer.status, sorted(longer.errors), unchanged[Kind.SENSITIVE]),
        "shorter": (saved.status_code, after[Kind.SENSITIVE], after[Kind.SECURITY]),
        "audit": [tuple(row) for row in audit],
    } == {
        "longer": (422, ["mails", "sensitive"], 7),
        "shorter": (303, 3, 14),
        "audit": [("retention_changed", {"kind": "sensitive", "from": 7, "to": 3})],
    }


async def test_organisers_look_but_only_owners_change(app: Litestar, pool: Pool) -> None:
    organiser_id, other = await make_organiser(pool), await make_organiser(pool)
    async with browser(app, await make_session(pool, await make_staff(pool, organiser_id))) as client:
        seen = await client.get("/organiser/privacy")
        changed = await client.post("/organiser/privacy", data={"organiser": str(organiser_id), "sensitive": "3"})
    async with browser(app, await make_session(pool, await make_staff(pool, other, role=Role.OWNER))) as client:
        foreign = await client.get(f"/organiser/privacy?organiser={organiser_id}")
        foreign_change = await client.post("/organiser/privacy", data={"organiser": str(organiser_id), "sensitive": "3"})
    async with browser(app, await make_session(pool, await make_staff(pool, organiser_id, role=Role.DOOR))) as client:
        door = await client.get("/organiser/privacy")
    statuses = [one.status_code for one in (seen, changed, foreign, foreign_change, door)]
    assert (statuses, (await days_of(pool, organiser_id))[Kind.SENSITIVE]) == ([200, 403, 404, 404, 403], 7)


async def test_records_of_what_was_deleted_are_shown_to_their_organiser(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await book(pool, event, make_guest("Contoh", "", diet="halal"))
    await end_event(pool, event, days_ago=8)
    await forget_what_is_due(pool)
    pages = []
    for organiser_id in (event.organiser_id, await make_organiser(pool)):
        async with browser(app, await make_session(pool, await make_staff(pool, organiser_id))) as client:
            pages.append(await Visitor(client).open("/organiser/privacy"))
    assert [("The chain is unbroken" in page.text, "Contoh" in page.text) for page in pages] == [(True, False), (False, False)]


async def test_audit_trail_is_the_owners_in_plain_words_page_by_page(app: Litestar, pool: Pool) -> None:
    organiser_id, other = await make_organiser(pool), await make_organiser(pool)
    owner = await make_staff(pool, organiser_id, role=Role.OWNER)
    async with pool.acquire() as connection:
        for owned_by, action, times in (
            (organiser_id, "guests_exported", 1),
            (organiser_id, "mail_repeated", 60),
            (other, "person_erased", 1),
        ):
            for _ in range(times):
                await insert_audit_entry(
                    connection, organiser_id=owned_by, actor=owner.actor, action=action, subject="event:dinner", detail={"event": "dinner"}
                )
    async with browser(app, await make_session(pool, owner)) as client:
        visitor = Visitor(client)
        first = await visitor.open("/organiser/audit")
        (later,) = [one for one in first.links if "before=" in one]
        second, people = await visitor.open(later), await visitor.open("/organiser/audit?kind=people")
    async with browser(app, await make_session(pool, await make_staff(pool, organiser_id))) as client:
        refused = await client.get("/organiser/audit")
    words = ("sent a mail again", "took the guest list as a file", "erased a person")
    assert ([[page.text.count(one) for one in words] for page in (first, second, people)], refused.status_code) == (
        [[50, 0, 0], [10, 1, 0], [0, 1, 0]],
        403,
    )
