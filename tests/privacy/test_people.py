"""The organiser's page of one person: everything of theirs, nothing of other organisers, and every look at it written down."""

import json

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.database import Pool
from events.registration.reconcile import differences
from tests.builders import book, make_event, make_guest, make_organiser
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, Visitor

from .builders import EMAIL, NEEDLES, SAID, WORDS, make_known_person
from .whole_database import columns_holding


async def test_one_person_is_found_in_any_script_and_by_address(app: Litestar, pool: Pool) -> None:
    known = await make_known_person(pool)
    async with browser(app, await make_session(pool, await make_staff(pool, known.organiser_id))) as client:
        visitor = Visitor(client)
        found = {}
        for query in (WORDS["family_name"], "ゼッタイ", "yoshirei", "QUORVEX", EMAIL.upper(), "nobody"):
            page = await visitor.open(f"/organiser/people?q={query}")
            found[query] = len({link for link in page.links if link.startswith("/organiser/people/")})
    assert list(found.values()) == [1, 1, 1, 1, 1, 0]


async def test_page_shows_what_is_sensitive_only_after_noting_who_looks(app: Litestar, pool: Pool) -> None:
    known = await make_known_person(pool)
    staff = await make_staff(pool, known.organiser_id)
    here = f"/organiser/people/guests/{known.guest_id}"
    hidden = ["zwetschgenknoedel", "xylophone", SAID["answer"], SAID["reason"], SAID["message"], SAID["note"]]
    async with browser(app, await make_session(pool, staff)) as client:
        page = Page(await client.get(here))
        before = await pool.fetchval("select count(*) from audit_entries where organiser_id = $1", known.organiser_id)
        opened = Page(await client.post(f"{here}/details"))
    entries = await pool.fetch("select action, actor, subject from audit_entries where organiser_id = $1", known.organiser_id)
    assert {
        "at first": [word for word in hidden if word in page.text],
        "entries": before,
        "opened": [word for word in hidden if word not in opened.text],
        "known": [word for word in ("Quorvex GmbH", EMAIL) if word not in page.text],
        "audit": [tuple(entry) for entry in entries],
    } == {
        "at first": [],
        "entries": 0,
        "opened": [],
        "known": [],
        "audit": [("person_viewed", staff.actor, f"guest:{known.guest_id}")],
    }


async def test_export_holds_every_word_byte_for_byte(app: Litestar, pool: Pool) -> None:
    known = await make_known_person(pool)
    async with browser(app, await make_session(pool, await make_staff(pool, known.organiser_id))) as client:
        answer = await client.post(f"/organiser/people/invitations/{known.invitation.id}/data.json")
    data = json.loads(answer.content)["data"]
    (guest,) = data["guests"]
    told = answer.content.decode()
    assert {
        "guest": {name: guest[name] for name in WORDS},
        "said": [word for name, word in SAID.items() if word not in told and name not in ("imported",)],
        "sections": [section for section, rows in data.items() if not rows],
    } == {"guest": WORDS, "said": [], "sections": ["substitutions"]}


@pytest.mark.usefixtures("nobody_else")
async def test_organiser_erases_with_a_reason_and_after_a_question(app: Litestar, pool: Pool) -> None:
    known = await make_known_person(pool)
    staff = await make_staff(pool, known.organiser_id)
    async with browser(app, await make_session(pool, staff)) as client:
        visitor = Visitor(client)
        page = await visitor.open(f"/organiser/people/guests/{known.guest_id}/erasure")
        (form,) = [one for one in page.forms if "/erasure?" in one.action]
        without_reason = await client.post(form.action, data={})
        still_there = await columns_holding(pool, [EMAIL])
        erased = await client.post(form.action, data={"reason": "asked"})
        again = await client.get(f"/organiser/people/guests/{known.guest_id}")
    entry = await pool.fetchrow("select action, actor, detail from audit_entries where organiser_id = $1", known.organiser_id)
    assert entry is not None
    assert {
        "without a reason": (without_reason.status_code, bool(still_there)),
        "with one": (erased.status_code, again.status_code, await columns_holding(pool, NEEDLES), await differences(pool)),
        "audit": tuple(entry),
    } == {
        "without a reason": (422, True),
        "with one": (303, 404, [], []),
        "audit": ("person_erased", staff.actor, {"reason": "asked", "guests": 1, "invitations": 1}),
    }


async def test_a_namesake_with_another_address_is_only_offered(app: Litestar, pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    event = await make_event(pool, organiser_id=organiser_id)
    first = await book(pool, event, make_guest("Satō", "Yui"), email="sato@example.com")
    second = await book(pool, event, make_guest("Satoh", "Yui"), email="yui@example.org")
    one, other = [await pool.fetchval("select id from guests where booking_id = $1", outcome.booking_id) for outcome in (first, second)]
    async with browser(app, await make_session(pool, await make_staff(pool, organiser_id))) as client:
        page = Page(await client.get(f"/organiser/people/guests/{one}"))
        await client.post(f"/organiser/people/guests/{one}/erasure", data={"reason": "asked"})
    left = await pool.fetchval("select family_name from guests where id = $1", other)
    assert ("Perhaps the same person" in page.text, f"/organiser/people/guests/{other}" in page.links, left) == (True, True, "Satoh")


async def test_other_organisers_find_nobody(app: Litestar, pool: Pool) -> None:
    known = await make_known_person(pool)
    here = f"/organiser/people/guests/{known.guest_id}"
    paths = [here, f"{here}/erasure", f"/organiser/people/invitations/{known.invitation.id}"]
    async with browser(app, await make_session(pool, await make_staff(pool, await make_organiser(pool)))) as client:
        page = Page(await client.get(f"/organiser/people?q={EMAIL}"))
        statuses = [(await client.get(path)).status_code for path in paths]
        statuses += [(await client.post(path, data={"reason": "asked"})).status_code for path in (f"{here}/erasure", f"{here}/details")]
        statuses += [(await client.post(f"{here}/data.json")).status_code]
    async with browser(app, await make_session(pool, await make_staff(pool, known.organiser_id, role=Role.DOOR))) as client:
        door = [(await client.get(path)).status_code for path in ("/organiser/people", *paths)]
    name = await pool.fetchval("select family_name from guests where id = $1", known.guest_id)
    assert (statuses, door, "Quorvex" in page.text, name) == ([404] * 6, [403] * 4, False, WORDS["family_name"])
