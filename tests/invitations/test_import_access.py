"""Whose lists somebody sees and brings: their organiser's, or as a co-host's their own; and what a bad request is told."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.builders import make_event, make_organiser, make_programme
from tests.invitations.builders import make_invitation
from tests.invitations.import_builders import Bringer, book_of, csv_of, import_id
from tests.staff import browser, make_session, make_staff

GET = ("", "/columns", "/defaults", "/progress")
KENJI = {"family_name": "Satō", "given_name": "Kenji", "email": "kenji@example.com"}
POST = ("/columns", "/encoding", "/defaults", "/decisions", "/run", "/continuation", "/bad-rows.csv", "/undoing", "/removal")


async def answers(client: Bringer, import_id: UUID) -> set[int]:
    """The statuses of every address of a list."""
    here = f"/organiser/imports/{import_id}"
    got = [(await client.client.get(here + page)).status_code for page in GET]
    posted = [(await client.client.post(here + page, data={"encoding": "utf-8"})).status_code for page in POST]
    return {*got, *posted}


@pytest.fixture
async def capital(pool: Pool, dinner: Event) -> UUID:
    """A co-host with a contingent at the dinner."""
    co_host_id = new_id()
    await pool.execute(
        "insert into co_hosts (id, organiser_id, slug, name) values ($1, $2, $3, $4)",
        co_host_id,
        dinner.organiser_id,
        "capital",
        {"en": "Capital Region Partner"},
    )
    await pool.execute("update pools set co_host_id = $1 where event_id = $2 and slug = 'thuringia'", co_host_id, dinner.id)
    return co_host_id


@pytest.fixture
async def partner(import_app: Litestar, pool: Pool, dinner: Event, visit: Event, capital: UUID) -> AsyncIterator[Bringer]:
    """Somebody who works for the co-host and for nobody else."""
    staff = await make_staff(pool, await make_organiser(pool), role=Role.DOOR)
    await pool.execute("insert into co_host_members (co_host_id, staff_id) values ($1, $2)", capital, staff.id)
    programme_id = await pool.fetchval("select programme_id from events where id = $1", dinner.id)
    async with browser(import_app, await make_session(pool, staff)) as client:
        yield Bringer(client, target=f"programme-{programme_id}-for-{capital}")


async def test_lists_of_others_do_not_exist(import_app: Litestar, pool: Pool, bringer: Bringer, dinner: Event) -> None:
    page = await bringer.look(csv_of(("Secret", "Sara", "sara@example.com", "")), {f"at-{dinner.slug}": "yes"})
    stranger = await make_staff(pool, await make_organiser(pool), role=Role.OWNER)
    door = await make_staff(pool, dinner.organiser_id, role=Role.DOOR)

    seen = {}
    for name, staff in (("stranger", stranger), ("door", door)):
        async with browser(import_app, await make_session(pool, staff)) as client:
            seen[name] = await answers(Bringer(client, target=""), import_id(page))

    assert seen == {"stranger": {404}, "door": {403}}
    assert await pool.fetchval("select state from imports where id = $1", import_id(page)) == "staged"


async def test_nobody_brings_lists_for_programmes_of_others(pool: Pool, bringer: Bringer) -> None:
    foreign = await make_programme(pool)
    await make_event(pool, programme_id=foreign)
    bringer.target = f"programme-{foreign}"

    page = await bringer.upload(csv_of(("a", "b", "c@example.com", "")))

    assert page.status == 422
    assert await pool.fetchval("select count(*) from imports where programme_id = $1", foreign) == 0


async def test_list_page_shows_own_lists_only(import_app: Litestar, pool: Pool, bringer: Bringer, dinner: Event) -> None:
    await bringer.upload(csv_of(("a", "b", "c@example.com", "")), name="confidential.csv")
    async with browser(import_app, await make_session(pool, await make_staff(pool, await make_organiser(pool)))) as client:
        strange = await Bringer(client, target="").open("/organiser/imports")

    assert "confidential.csv" in (await bringer.open("/organiser/imports")).text
    assert "confidential.csv" not in strange.text


async def test_co_host_brings_guests_into_the_own_contingent_only(
    partner: Bringer, pool: Pool, dinner: Event, visit: Event, capital: UUID
) -> None:
    header = ("Family name", "E-mail", "Contingent", "Events", "Co-host")
    content = csv_of(
        ("Own", "own@example.com", "", "", ""),
        ("Greedy", "greedy@example.com", "japan", "", ""),
        ("Strange", "strange@example.com", "", visit.slug, ""),
        header=header,
    )

    page = await partner.bring(content, {f"at-{dinner.slug}": "yes"})

    assert (page.status, "2 lines need correction" in page.text) == (200, True)
    rows = await pool.fetch(
        """
        select i.family_name, i.co_host_id, p.slug
        from invitations i
        join invitation_events e on e.invitation_id = i.id
        left join pools p on p.id = e.pool_id
        where i.organiser_id = $1
        """,
        dinner.organiser_id,
    )
    assert [tuple(row) for row in rows] == [("Own", capital, "thuringia")]


async def test_co_host_learns_nothing_of_guests_of_others(partner: Bringer, pool: Pool, dinner: Event) -> None:
    programme_id = await pool.fetchval("select programme_id from events where id = $1", dinner.id)
    await make_invitation(
        pool, dinner, programme_id=programme_id, family_name="Satō", given_name="Kenji", email="kenji@example.com", company="Hidden AG"
    )

    page = await partner.look(csv_of(("Satoh", "Kenji", "kenji@example.com", "")), {f"at-{dinner.slug}": "yes"})

    assert "A guest of another host" in page.text
    assert [word for word in ("Satō", "Hidden AG") if word in page.html] == []
    choices = page.html.partition('name="line-2"')[2].partition("</select>")[0]
    assert re.findall(r'value="(\w+)"', choices) == ["skip", "import"]


async def test_organiser_sees_whose_guest_a_twin_is(bringer: Bringer, pool: Pool, dinner: Event, capital: UUID) -> None:
    programme_id = await pool.fetchval("select programme_id from events where id = $1", dinner.id)
    await make_invitation(
        pool, dinner, programme_id=programme_id, co_host_id=capital, family_name="Satō", given_name="Kenji", email="kenji@example.com"
    )

    page = await bringer.look(csv_of(("Satoh", "Kenji", "kenji@example.com", "")), {f"at-{dinner.slug}": "yes"})

    assert "invited already , to all of it · Capital Region Partner" in page.text.replace("already,", "already ,")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("guests.pdf", b"%PDF-1.7", "neither a CSV file nor an Excel workbook"),
        ("guests.csv", b"", "This list is empty."),
        ("guests.csv", b"Name\n", "This list has headings, but nobody in it."),
        ("guests.xlsx", b"PK\x03\x04rubbish", "This workbook is damaged"),
        ("guests.csv", b"Name\n" + b"x" * 10_000_001, "This file is larger than 10 MB."),
        ("guests.xlsx", book_of(["x"] * 300, header=["x"] * 300), "This list has 300 columns"),
        ("", b"", "No file was chosen."),
    ],
)
async def test_file_that_cannot_be_read_is_told_beside_its_field(bringer: Bringer, name: str, content: bytes, said: str) -> None:
    page = await bringer.upload(content, name=name)

    assert page.status == 422
    assert said in page.errors["file"]


async def test_wrong_values_never_break_a_page(bringer: Bringer, dinner: Event) -> None:
    page = await bringer.look(csv_of(("a", "b", "c@example.com", "")), {f"at-{dinner.slug}": "yes"})
    here = f"/organiser/imports/{import_id(page)}"
    tries: list[tuple[str, dict[str, str]]] = [
        ("/columns", {"column-0": "password"}),
        ("/columns", {}),
        ("/encoding", {"encoding": "utf-7"}),
        (
            "/defaults",
            {"locale": "xx", "companions": "many", "answer_by": "tomorrow", f"pool-{dinner.slug}": "x", f"at-{dinner.slug}": "yes"},
        ),
        ("/defaults", {"companions": "later", "companions_by": "2001-01-01T00:00", "max_companions": "99", "co_host": "x"}),
        ("/decisions", {"kind": "all", "decision": "delete"}),
        ("/decisions", {"line-99999999999": "skip", "line-x": "skip", "line-2": "explode"}),
    ]

    statuses = [(await bringer.client.post(here + path, data=data)).status_code for path, data in tries]

    assert statuses == [422, 422, 422, 422, 422, 303, 303]


async def test_strange_characters_never_break_a_page(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    content = book_of(("a_x0000_b", "b", "c@example.com", "\u202ed\u2066"))

    page = await bringer.bring(content, {f"at-{dinner.slug}": "yes"})
    named = await bringer.upload(content, name="\x07\udcff.xlsx".encode("utf-8", "replace").decode())

    assert (page.status, named.status) == (200, 200)


async def test_list_that_is_taken_in_cannot_be_changed(bringer: Bringer, dinner: Event) -> None:
    page = await bringer.bring(csv_of(("a", "b", "c@example.com", "")), {f"at-{dinner.slug}": "yes"})
    here = f"/organiser/imports/{import_id(page)}"

    defaults = {"locale": "en", f"at-{dinner.slug}": "yes"}
    refused = [
        (await bringer.client.post(f"{here}/defaults", data=defaults)).status_code,
        (await bringer.client.post(f"{here}/encoding", data={"encoding": "cp1252"})).status_code,
        (await bringer.client.post(f"{here}/removal")).status_code,
    ]

    assert refused == [409, 409, 409]


async def test_examples_come_in_as_they_are(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    outcomes = []
    for language in ("de", "en", "ja"):
        for kind in ("csv", "xlsx"):
            example = (await bringer.client.get(f"/organiser/imports/example.{kind}", headers={"accept-language": language})).content
            page = await bringer.look(example, {f"at-{dinner.slug}": "yes"})
            outcomes.append(("Take in 3 people" in page.text, "needs correction" in page.text))

    assert outcomes == [(True, False)] * 6
