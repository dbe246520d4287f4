"""What an organiser decides about a list before it comes in, and after."""

from uuid import UUID

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import book, make_guest
from tests.invitations.builders import make_invitation
from tests.invitations.import_builders import Bringer, csv_of, import_id
from tests.visitor import Page

KENJI = ("Satoh", "Kenji", "kenji@example.com", "")


async def satos(pool: Pool, programme_id: UUID) -> list[str]:
    rows = await pool.fetch("select family_name from invitations where programme_id = $1 order by family_name", programme_id)
    return [row[0] for row in rows]


def state(page: Page) -> str:
    return "look" if any(form.action.endswith("/run") for form in page.forms) else "nothing to do"


async def invite_sato(pool: Pool, dinner: Event, programme_id: UUID) -> None:
    await make_invitation(pool, dinner, programme_id=programme_id, family_name="Satō", given_name="Kenji", email="kenji@example.com")


async def test_twin_stays_out_until_somebody_says_otherwise(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    await invite_sato(pool, dinner, programme_id)
    page = await bringer.look(csv_of(KENJI), {f"at-{dinner.slug}": "yes"})
    assert state(page) == "nothing to do"

    await bringer.client.post(f"/organiser/imports/{import_id(page)}/decisions", data={"line-2": "import"})
    page = await bringer.open(f"/organiser/imports/{import_id(page)}")
    assert state(page) == "look"
    await bringer.take_in(page)

    assert await satos(pool, programme_id) == ["Satoh", "Satō"]


async def test_twin_taken_in_on_purpose_is_not_taken_in_again(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    await invite_sato(pool, dinner, programme_id)
    for _again in range(2):
        page = await bringer.look(csv_of(KENJI), {f"at-{dinner.slug}": "yes"})
        await bringer.client.post(f"/organiser/imports/{import_id(page)}/decisions", data={"line-2": "import"})
        await bringer.client.post(f"/organiser/imports/{import_id(page)}/run")

    assert await satos(pool, programme_id) == ["Satoh", "Satō"]


async def test_one_word_decides_for_all_of_a_kind(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event, visit: Event) -> None:
    await invite_sato(pool, dinner, programme_id)
    content = csv_of(KENJI, ("Sato", "Kenji", "another@example.com", ""), ("New", "Nina", "nina@example.com", ""))
    page = await bringer.look(content, {f"at-{visit.slug}": "yes"})
    here = f"/organiser/imports/{import_id(page)}"

    await bringer.client.post(f"{here}/decisions", data={"kind": "sure", "decision": "skip"})
    await bringer.client.post(f"{here}/decisions", data={"kind": "namesake", "decision": "merge"})
    page = await bringer.take_in(await bringer.open(here))

    rows = await pool.fetch("select line, decision, state from import_rows where import_id = $1 order by line", import_id(page))
    assert [tuple(row) for row in rows] == [(2, "skip", "skipped"), (3, "merge", "merged"), (4, "import", "imported")]
    invited = await pool.fetch(
        "select i.family_name from invitation_events e join invitations i on i.id = e.invitation_id where e.event_id = $1", visit.id
    )
    assert sorted(row[0] for row in invited) == ["New", "Satō"]


async def test_registered_guest_is_known_whoever_signed_them_up(bringer: Bringer, pool: Pool, dinner: Event) -> None:
    await book(pool, dinner, make_guest("Müller", "Hans"), email="hans@example.com")

    page = await bringer.look(csv_of(("Mueller", "Hans", "Hans@example.com", "")), {f"at-{dinner.slug}": "yes"})

    assert "registered already" in page.text
    assert state(page) == "nothing to do"


async def test_file_is_read_again_in_another_encoding(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    page = await bringer.upload(csv_of(("Šimek", "Žofie", "zofie@example.com", ""), encoding="iso8859-15"))
    page = await bringer.press(page, "/encoding", {"encoding": "cp1252"})
    assert "¦imek" in page.text
    page = await bringer.press(page, "/encoding", {"encoding": "iso8859-15"})

    page = await bringer.press(page, "/columns", {})
    await bringer.take_in(await bringer.press(page, "/defaults", {f"at-{dinner.slug}": "yes"}))

    assert await satos(pool, programme_id) == ["Šimek"]


async def test_import_is_undone_by_a_press_and_refused_with_a_reason(
    bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event
) -> None:
    page = await bringer.bring(csv_of(KENJI), {f"at-{dinner.slug}": "yes"})
    page = await bringer.press(page, "/undoing", {})
    assert "The import is undone" in page.text
    assert await satos(pool, programme_id) == []

    page = await bringer.bring(csv_of(KENJI), {f"at-{dinner.slug}": "yes"})
    await pool.execute("update invitations set posted_at = now() where programme_id = $1", programme_id)
    page = await bringer.press(page, "/undoing", {})
    assert (page.status, "Withdraw single invitations instead." in page.text) == (409, True)
    assert await satos(pool, programme_id) == ["Satoh"]


async def test_list_thrown_away_leaves_nothing(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    page = await bringer.look(csv_of(KENJI), {f"at-{dinner.slug}": "yes"})

    await bringer.press(page, "/removal", {})

    assert await pool.fetchval("select count(*) from import_rows where import_id = $1", import_id(page)) == 0
    assert await pool.fetchval("select count(*) from imports where programme_id = $1", programme_id) == 0


async def test_page_of_an_event_leads_to_its_programme(bringer: Bringer, programme_id: UUID, dinner: Event) -> None:
    page = await bringer.open(f"/organiser/imports?target=event-{dinner.id}")

    (form,) = [form for form in page.forms if "target" in form.offered]
    assert ("target", f"programme-{programme_id}") in form.fields
    assert (await bringer.open("/organiser/imports?target=event-nonsense")).status == 200


async def test_progress_is_told_to_scripts(bringer: Bringer, pool: Pool, dinner: Event) -> None:
    page = await bringer.look(csv_of(KENJI, ("New", "Nina", "nina@example.com", "")), {f"at-{dinner.slug}": "yes"})
    here = f"/organiser/imports/{import_id(page)}"
    await pool.execute("update imports set state = 'running' where id = $1", import_id(page))

    assert (await bringer.client.get(f"{here}/progress")).json() == {"done": 0, "total": 2, "running": True}
    assert 'content="3"' in (await bringer.open(here)).html
    await pool.execute("delete from jobs")
    await bringer.client.post(f"{here}/continuation")
    assert await pool.fetchval("select count(*) from jobs where name = 'import_list'") == 1
