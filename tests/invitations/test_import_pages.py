"""A list comes in by the pages: upload, columns, what holds for everybody, the look, the import."""

import csv
import io
from uuid import UUID

from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import make_event
from tests.invitations.import_builders import HEADER, Bringer, book_of, csv_of, import_id

DEMO_NAMES = [
    ("髙見本", "一郎"),
    ("𠮷例", "次郎"),
    ("葛\U000e0100例", "三郎"),
    ("Contoh", ""),
    ("Platzhalter", "Dr. Erika"),
    ("Müßig-Großäcker", "Jörg"),
    ("Mu\u0308ller", "Zoe\u0308"),
    ("Przykład", "Łukasz"),
]


async def invited(pool: Pool, programme_id: UUID, columns: str = "family_name, given_name, email, company") -> list[tuple[object, ...]]:
    rows = await pool.fetch(f"select {columns} from invitations where programme_id = $1 order by id", programme_id)
    return [tuple(row) for row in rows]


async def test_list_comes_in_with_names_byte_for_byte(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    rows = [(*names, f"guest{number}@example.com", "Musterlinse GmbH") for number, names in enumerate(DEMO_NAMES)]

    page = await bringer.bring(csv_of(*rows), {f"at-{dinner.slug}": "yes"})

    assert page.status == 200
    assert "8 people have come in" in page.text
    assert sorted(await invited(pool, programme_id)) == sorted(rows)


async def test_workbook_says_the_same_as_text(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    rows = [(*names, f"guest{number}@example.com", "Musterlinse GmbH") for number, names in enumerate(DEMO_NAMES)]

    await bringer.bring(book_of(*rows), {f"at-{dinner.slug}": "yes"})

    assert sorted(await invited(pool, programme_id)) == sorted(rows)


async def test_same_list_again_brings_nobody(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    rows = [(*names, f"guest{number}@example.com", "Musterlinse GmbH") for number, names in enumerate(DEMO_NAMES)]
    await bringer.bring(csv_of(*rows), {f"at-{dinner.slug}": "yes"})

    page = await bringer.look(csv_of(*rows), {f"at-{dinner.slug}": "yes"})

    assert "Nobody new is in this list" in page.text
    assert [form.action for form in page.forms if form.action.endswith("/run")] == []
    assert len(await invited(pool, programme_id)) == len(rows)


async def test_defaults_hold_where_the_line_says_nothing(
    bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event, visit: Event
) -> None:
    header = (*HEADER, "Language", "Events", "Contingent", "Flags", "Companions")
    content = csv_of(
        ("Plain", "Paul", "paul@example.com", "", "", "", "", "", ""),
        ("Special", "Sara", "sara@example.com", "", "日本語", f"{dinner.slug}; {visit.slug}", "thuringia", "VIP", "none"),
        header=header,
    )
    japan = await pool.fetchval("select id from pools where event_id = $1 and slug = 'japan'", dinner.id)
    thuringia = await pool.fetchval("select id from pools where event_id = $1 and slug = 'thuringia'", dinner.id)

    await bringer.bring(
        content,
        {
            "locale": "de",
            "inviter": "Die Botschafterin",
            "honorific": "Dr.",
            "companions": "named",
            "max_companions": "2",
            "answer_by": "2100-01-31T18:00",
            f"at-{dinner.slug}": "yes",
            f"pool-{dinner.slug}": str(japan),
        },
    )

    columns = "family_name, locale, inviter, honorific, companions, max_companions, flags, answer_by::text"
    assert sorted(await invited(pool, programme_id, columns)) == [
        ("Plain", "de", "Die Botschafterin", "Dr.", "named", 2, [], "2100-01-31 09:00:00+00"),
        ("Special", "ja", "Die Botschafterin", "Dr.", "none", 0, ["vip"], "2100-01-31 09:00:00+00"),
    ]
    events = await pool.fetch(
        """
        select i.family_name, e.event_id, e.pool_id
        from invitation_events e join invitations i on i.id = e.invitation_id
        where i.programme_id = $1
        """,
        programme_id,
    )
    assert {tuple(row) for row in events} == {
        ("Plain", dinner.id, japan),
        ("Special", dinner.id, thuringia),
        ("Special", visit.id, None),
    }


async def test_bad_lines_stay_out_and_can_be_taken_away(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    content = csv_of(
        ("Good", "Grace", "grace@example.com", "=HYPERLINK()"),
        ("", "Nameless", "nameless@example", "=HYPERLINK()"),
    )
    page = await bringer.bring(content, {f"at-{dinner.slug}": "yes"})

    assert [row[0] for row in await invited(pool, programme_id)] == ["Good"]
    answer = await bringer.client.post(f"/organiser/imports/{import_id(page)}/bad-rows.csv")
    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == [
        ["What is wrong", *HEADER],
        [
            "Family name: The family name is missing. Somebody with a single name has it as family name."
            " · E-mail: This address looks incomplete, for example name@company.com.",
            "",
            "Nameless",
            "nameless@example",
            "'=HYPERLINK()",
        ],
    ]


async def test_corrected_lines_come_in_without_anybody_twice(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    content = csv_of(("Good", "Grace", "grace@example.com", "@home"), ("", "Nina", "nina@example.com", "@home"))
    page = await bringer.bring(content, {f"at-{dinner.slug}": "yes"})
    answer = await bringer.client.post(f"/organiser/imports/{import_id(page)}/bad-rows.csv")

    await bringer.bring(answer.content.replace(b",,Nina", b",Named,Nina"), {f"at-{dinner.slug}": "yes"})

    assert sorted(await invited(pool, programme_id)) == [
        ("Good", "Grace", "grace@example.com", "@home"),
        ("Named", "Nina", "nina@example.com", "@home"),
    ]


async def test_look_writes_nothing_but_staged_rows(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    page = await bringer.look(csv_of(("Good", "Grace", "grace@example.com", "")), {f"at-{dinner.slug}": "yes"})

    assert await invited(pool, programme_id) == []
    assert await pool.fetchval("select count(*) from import_rows where import_id = $1", import_id(page)) == 1


async def test_two_columns_cannot_say_the_same(bringer: Bringer, dinner: Event) -> None:
    page = await bringer.upload(csv_of(("a", "b", "c@example.com", "d")))

    page = await bringer.press(page, "/columns", {"column-1": "family_name"})

    assert (page.status, page.errors) == (422, {"column-1": "Another column is already “Family name”."})


async def test_columns_of_nothing_we_know_are_asked_again(bringer: Bringer, dinner: Event) -> None:
    page = await bringer.upload(csv_of(("Contoh", "", "contoh@example.com", "")))
    page = await bringer.press(page, "/columns", {f"column-{number}": "nonsense" for number in range(4)})
    assert (page.status, sorted(page.errors)) == (422, [f"column-{number}" for number in range(4)])


async def test_whole_name_is_kept_whole_with_a_warning(bringer: Bringer, pool: Pool, programme_id: UUID, dinner: Event) -> None:
    content = csv_of(("見本　花子", "hanako@example.com"), header=("氏名", "メール"), encoding="cp932")

    page = await bringer.look(content, {f"at-{dinner.slug}": "yes"})
    assert "Names stay whole" in page.text
    await bringer.take_in(page)

    assert await invited(pool, programme_id) == [("見本　花子", "", "hanako@example.com", "")]


async def test_list_for_a_single_event(bringer: Bringer, pool: Pool, dinner: Event) -> None:
    alone = await make_event(pool, organiser_id=dinner.organiser_id)
    bringer.target = f"event-{alone.id}"

    await bringer.bring(csv_of(("Good", "Grace", "grace@example.com", "")))

    rows = await pool.fetch(
        "select e.event_id, i.programme_id from invitation_events e join invitations i on i.id = e.invitation_id where event_id = $1",
        alone.id,
    )
    assert [tuple(row) for row in rows] == [(alone.id, None)]


async def test_import_is_written_down_without_names(bringer: Bringer, pool: Pool, dinner: Event) -> None:
    page = await bringer.bring(csv_of(("Good", "Grace", "grace@example.com", ""), ("", "", "x", "")), {f"at-{dinner.slug}": "yes"})

    entries = await pool.fetch("select action, subject, detail from audit_entries where organiser_id = $1", dinner.organiser_id)
    assert [tuple(entry) for entry in entries] == [
        ("guests_imported", f"import:{import_id(page)}", {"imported": 1, "merged": 0, "skipped": 0, "bad": 1})
    ]
