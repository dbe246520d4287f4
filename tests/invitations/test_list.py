"""The organiser's list of invitations: found in any script, filtered, counted, changed many at once, exported."""

import csv
import io
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.builders import make_event, make_organiser, make_programme
from tests.invitations.builders import make_invitation
from tests.invitations.wave_builders import answer
from tests.overview.conftest import statements  # noqa: F401 (a fixture)
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool, contingents={"thuringia": 40, "japan": 60})


@pytest.fixture
async def organiser(app: Litestar, pool: Pool, event: Event) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, await make_session(pool, await make_staff(pool, event.organiser_id))) as client:
        yield client


def home(event: Event) -> str:
    return f"/organiser/events/{event.slug}/invitations"


def names(page: httpx.Response) -> list[str]:
    """The names in the list, in order."""
    assert page.status_code == 200, page.text[:500]
    return re.findall(r'<a href="/organiser/invitations/[^"]+"[^>]*>([^<]+)</a>', page.text)


async def test_guests_are_found_by_any_script_company_or_address(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await make_invitation(
        pool, event, family_name="佐藤", given_name="花子", family_name_kana="サトウ", family_name_latin="Satō", honorific=""
    )
    await make_invitation(
        pool, event, family_name="Müller", given_name="Jörg", honorific="", email="jm@firma.example.com", company="Beispiel AG"
    )
    foreign = await make_event(pool)
    await make_invitation(pool, foreign, family_name="Satō", given_name="Foreign")

    found = {
        query: len(names(await organiser.get(home(event), params={"q": query})))
        for query in ("Satoh", "さとう", "佐藤", "mueller", "beispiel", "jm@firma", "nobody")
    }

    assert found == {"Satoh": 1, "さとう": 1, "佐藤": 1, "mueller": 1, "beispiel": 1, "jm@firma": 1, "nobody": 0}


async def test_each_filter_shows_its_guests_and_none_of_the_others(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    japan = await pool.fetchval("select id from pools where event_id = $1 and slug = 'japan'", event.id)
    co_host = new_id()
    await pool.execute(
        "insert into co_hosts (id, organiser_id, slug, name) values ($1, $2, 'capital', $3)", co_host, event.organiser_id, {"en": "Capital"}
    )
    await make_invitation(pool, event, family_name="Plain", given_name="", honorific="")
    await make_invitation(pool, event, family_name="Yes", given_name="", honorific="", contingents={event.id: japan})
    await make_invitation(
        pool, event, family_name="Important", given_name="", honorific="", flags=("vip",), locale="ja", co_host_id=co_host
    )
    await make_invitation(pool, event, family_name="Paper", given_name="", honorific="", email="")
    await make_invitation(pool, event, family_name="Gone", given_name="", honorific="")
    ids = {
        row["family_name"]: row["id"]
        for row in await pool.fetch("select id, family_name from invitations where organiser_id = $1", event.organiser_id)
    }
    await pool.execute("update invitation_events set answer = 'accepted' where invitation_id = $1", ids["Yes"])
    await pool.execute("update invitations set withdrawn_at = now() where id = $1", ids["Gone"])
    await note_mail(pool, ids["Plain"], "sent")
    await note_mail(pool, ids["Important"], "bounced")

    async def shown(**asked: str) -> list[str]:
        return [name.strip() for name in names(await organiser.get(home(event), params=asked))]

    assert [
        await shown(group=group) for group in ("", "not_written", "no_address", "troubled", "silent", "coming", "vip", "withdrawn")
    ] == [
        ["Important", "Paper", "Plain", "Yes"],
        ["Paper", "Yes"],
        ["Paper"],
        ["Important"],
        ["Important", "Plain"],
        ["Yes"],
        ["Important"],
        ["Gone"],
    ]
    assert [
        await shown(answer="accepted"),
        await shown(contingent="japan"),
        await shown(co_host="capital"),
        await shown(language="ja"),
    ] == [
        ["Yes"],
        ["Yes"],
        ["Important"],
        ["Important"],
    ]


async def test_long_list_goes_on_without_gap_or_repetition_while_guests_are_added(
    organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    for number in range(53):
        await make_invitation(pool, event, family_name=f"Guest {number:02}", given_name="", honorific="")
    first = await organiser.get(home(event))
    await make_invitation(pool, event, family_name="Aaron", given_name="", honorific="")  # before the first page
    (later,) = re.findall(r'rel="next" href="([^"]*)"', first.text)
    second = await organiser.get(unescape(later))
    (earlier,) = re.findall(r'rel="prev" href="([^"]*)"', second.text)
    back = await organiser.get(unescape(earlier))

    assert names(first) + names(second) == [f"Guest {number:02}" for number in range(53)]
    assert names(back) == names(first)


async def test_list_takes_the_same_number_of_statements_for_one_and_for_many(
    organiser: httpx.AsyncClient,
    pool: Pool,
    event: Event,
    statements: Any,  # noqa: F811
) -> None:
    counts = []
    for _ in range(2):
        await make_invitation(pool, event)
        await make_invitation(pool, event)
        with statements() as seen:
            await organiser.get(home(event))
        counts.append(len(seen))

    assert counts[0] == counts[1]


async def test_withdrawing_asks_first_and_takes_only_the_ticked(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    chosen, other = [await make_invitation(pool, event, email=f"{n}@example.com") for n in range(2)]
    params = {"which": "ticked", "invitation": str(chosen.id)}
    asked = await organiser.get(f"{home(event)}/withdrawal", params=params)
    before = await withdrawn(pool, event)
    done = await organiser.post(f"{home(event)}/withdrawal", data=fields_of(asked, "/withdrawal"))

    assert ("Withdraw one invitation?" in asked.text, before, done.status_code) == (True, [], 303)
    assert (await withdrawn(pool, event), other.id in await withdrawn(pool, event)) == ([chosen.id], False)


async def test_ticking_nobody_changes_nobody(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await make_invitation(pool, event)

    await organiser.post(f"{home(event)}/withdrawal", data={"which": "ticked"})

    assert await withdrawn(pool, event) == []


async def test_contingent_is_changed_for_those_without_a_place_only(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    free, placed = [await make_invitation(pool, event, email=f"{n}@example.com") for n in range(2)]
    await answer(pool, placed, event, "accepted")

    done = await organiser.post(f"{home(event)}/contingent", data={"target": f"{event.slug}/japan"})

    rows = await pool.fetch(
        "select x.invitation_id, p.slug from invitation_events x left join pools p on p.id = x.pool_id where x.event_id = $1", event.id
    )
    assert (done.status_code, {row["invitation_id"]: row["slug"] for row in rows}) == (303, {free.id: "japan", placed.id: None})


async def test_deadline_is_set_on_the_clock_of_the_event(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await make_invitation(pool, event)

    await organiser.post(f"{home(event)}/deadline", data={"answer_by": "2027-04-01T18:00"})

    [at] = [row["answer_by"] for row in await pool.fetch("select answer_by from invitations where organiser_id = $1", event.organiser_id)]
    assert at.isoformat() == "2027-04-01T09:00:00+00:00"


async def test_somebody_is_invited_by_hand_exactly_as_typed(organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    typed = {
        "family_name": "葛󠄀例",
        "given_name": "三郎",
        "family_name_kana": "クズレイ",
        "company": "=1+1 GmbH",
        "email": "saburo@example.com",
        "language": "ja",
        "companions": "named",
        "max_companions": "2",
        "flags": "vip",
        f"contingent_{event.slug}": "japan",
    }
    done = await organiser.post(f"{home(event)}/new", data=typed)
    again = await organiser.post(f"{home(event)}/new", data=typed | {"email": "other@example.com"})

    row = await pool.fetchrow("select * from invitations where organiser_id = $1", event.organiser_id)
    assert row is not None
    kept = [row[name] for name in ("family_name", "given_name", "family_name_kana", "locale", "companions", "max_companions", "flags")]
    assert (done.status_code, kept) == (303, ["葛󠄀例", "三郎", "クズレイ", "ja", "named", 2, ["vip"]])
    assert (again.status_code, "Is this somebody you have invited already?" in again.text) == (409, True)
    assert (
        await pool.fetchval("select count(*) from jobs where name = 'wave_mail' and payload ->> 'invitation_id' = $1", str(row["id"])) == 0
    )


async def test_export_holds_the_filtered_list_without_formulas_and_is_written_down(
    organiser: httpx.AsyncClient, pool: Pool, event: Event
) -> None:
    await make_invitation(pool, event, family_name="=HYPERLINK(1)", given_name="葛󠄀", flags=("vip",))
    await make_invitation(pool, event, family_name="Other")

    answered = await organiser.post(f"{home(event)}.csv", data={"group": "vip", "q": ""})

    header, *lines = list(csv.reader(io.StringIO(answered.content.decode("utf-8-sig"), newline="")))
    audit = await pool.fetchrow(
        "select actor, detail from audit_entries where organiser_id = $1 and action = 'invitations_exported'", event.organiser_id
    )
    assert audit is not None
    assert [dict(zip(header, line, strict=True))["Family name"] for line in lines] == ["'=HYPERLINK(1)"]
    assert (lines[0][2], lines[0][-1], audit["detail"]) == ("葛󠄀", "No answer yet", {"group": "vip", "format": "csv", "searched": False})


@pytest.mark.parametrize("path", ["", "/new", "/withdrawal", "/deadline", "/contingent", "/letters", "/waves", "/waves/new"])
async def test_pages_exist_for_their_organiser_only_and_change_nothing(
    app: Litestar, organiser: httpx.AsyncClient, pool: Pool, event: Event, path: str
) -> None:
    await make_invitation(pool, event)
    before = await everything(pool)
    stranger = await make_staff(pool, (await make_event(pool)).organiser_id, role=Role.OWNER)
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    codes = [(await organiser.get(home(event) + path)).status_code]
    for staff in (stranger, door):
        async with browser(app, await make_session(pool, staff)) as client:
            codes.append((await client.get(home(event) + path)).status_code)

    assert (codes, await everything(pool)) == ([200, 404, 403], before)


@pytest.mark.parametrize("path", [".csv", "/withdrawal", "/deadline", "/contingent", "/new", "/waves", "/letters.pdf", "/reminder-plans"])
async def test_deeds_are_refused_to_strangers(app: Litestar, pool: Pool, event: Event, path: str) -> None:
    await make_invitation(pool, event)
    before = await everything(pool)
    stranger = await make_staff(pool, (await make_event(pool)).organiser_id, role=Role.OWNER)
    async with browser(app, await make_session(pool, stranger)) as client:
        refused = await client.post(home(event) + path, data={"days_before": "3", "audience": "silent"})

    assert (refused.status_code, await everything(pool)) == (404, before)


async def test_programme_lists_its_invitations_with_the_answers_event_by_event(app: Litestar, pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    programme_id = await make_programme(pool, organiser_id=organiser_id, slug="japan-week")
    dinner = await make_event(pool, programme_id=programme_id, title="Dinner")
    visit = await make_event(pool, programme_id=programme_id, title="Visit")
    single = await make_event(pool, organiser_id=organiser_id)
    guest = await make_invitation(pool, dinner, visit, programme_id=programme_id)
    await make_invitation(pool, single, family_name="Elsewhere")
    await answer(pool, guest, dinner, "accepted")
    async with browser(app, await make_session(pool, await make_staff(pool, organiser_id))) as client:
        page = await client.get("/organiser/programmes/japan-week/invitations")
        at_visit = await client.get("/organiser/programmes/japan-week/invitations?event=" + visit.slug + "&answer=accepted")

    assert (names(page), names(at_visit)) == (["Dr. Erika Platzhalter"], [])
    assert ("1 × Accepted" in page.text, "1 × No answer yet" in page.text) == (True, True)


async def note_mail(pool: Pool, invitation_id: UUID, status: str) -> None:
    """A mail as the outbox notes it."""
    await pool.execute(
        """
        insert into mails (organiser_id, invitation_id, kind, job_id, job_name, job_payload, recipient, locale, status)
        select organiser_id, id, 'invitation', (select coalesce(max(job_id), 0) + 1 from mails), 'wave_mail', '{}', email, locale, $2
        from invitations
        where id = $1
        """,
        invitation_id,
        status,
    )


async def withdrawn(pool: Pool, event: Event) -> list[UUID]:
    rows = await pool.fetch("select id from invitations where organiser_id = $1 and withdrawn_at is not null", event.organiser_id)
    return [row["id"] for row in rows]


async def everything(pool: Pool) -> dict[str, int]:
    """What a page that only shows must leave alone."""
    tables = ("invitations", "waves", "wave_mails", "jobs", "mails", "reminder_plans", "audit_entries")
    return {table: await pool.fetchval(f"select count(*) from {table}") for table in tables}


def fields_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form with that action."""
    form = re.search(rf'<form[^>]*action="[^"]*{action}"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))
