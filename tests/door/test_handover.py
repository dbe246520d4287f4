"""A phone hands over its queue: each scan is judged alone, told once, and nothing is lost."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.kit.ids import new_id
from tests.builders import book, make_event, make_guest
from tests.staff import running_app

from .builders import code_of, records
from .phones import ask, hand_over, kinds, open_phone, sent, set_rules, shown, stranded


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as started:
        yield started


async def test_answers_tell_verdict_guest_movements_and_how_full_the_house_is(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event, name="Aiko", gate="Garden gate")
    scan = sent(code_of(await book(pool, event, make_guest("Sato", "Misaki", table_name="7"))))

    answer = await hand_over(phone, scan)

    body = answer.json()
    [told] = body["answers"]
    assert (told["id"], told["done"], told["verdict"], told["kind"], told["replayed"]) == (scan["id"], True, "admitted", "admitted", False)
    assert (told["announcement"]["card"]["name"], told["announcement"]["card"]["table"]) == ("Misaki Sato", "7")
    [movement] = told["movements"]
    assert {name: movement[name] for name in ("id", "kind", "gate", "phone", "by", "undoes")} == {
        "id": scan["id"], "kind": "entry", "gate": "Garden gate", "phone": "Aiko", "by": "server", "undoes": None
    }  # fmt: skip
    assert (told["conflict"], told["entry"], body["standing"]) == (None, None, "live")
    assert body["attendance"] == {
        "inside": 1, "arrived": 1, "expected": 0, "confirmed": 1, "walk_ins": 0, "fire_limit": None, "crew_inside": 0, "free": 119
    }  # fmt: skip


async def test_same_queue_again_answers_the_same_and_writes_nothing(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry")
    phone = await open_phone(app, pool, event)
    code = code_of(await book(pool, event))
    entry = sent(code)
    queue = [entry, sent(code), sent(code, act="exit"), sent(code), sent("AAAAAAAAAAAAAAAA"), sent(act="undo", check_in_id=entry["id"])]

    once, again = [await hand_over(phone, *queue) for _ in range(2)]

    assert [each["kind"] for each in once.json()["answers"]] == ["admitted", "already_in", "goodbye", "admitted", "unknown", "undone"]
    assert [each["kind"] for each in again.json()["answers"]] == [each["kind"] for each in once.json()["answers"]]
    assert [each["replayed"] for each in again.json()["answers"]] == [True] * 6
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == 6


DEEP: list[Any] = []
for _level in range(700):
    DEEP = [DEEP]

JUNK: list[Any] = [
    DEEP,
    sent("AAAAAAAAAAAAAAAA", more={"deep": DEEP}, act="dance"),
    None,
    7,
    "scan",
    [],
    {},
    {"id": "x"},
    sent("AAAAAAAAAAAAAAAA", act="dance"),
    sent("AAAAAAAAAAAAAAAA", source="telepathy"),
    sent("AAAAAAAAAAAAAAAA", note="\0"),
    sent("AAAAAAAAAAAAAAAA", note="half \ud800"),
    sent("AAAAAAAAAAAAAAAA", decided=shown("undone")),
    sent("AAAAAAAAAAAAAAAA", decided=shown("refused")),
    sent("AAAAAAAAAAAAAAAA", decided=shown("admitted", by="paper")),
    sent("AAAAAAAAAAAAAAAA", decided=shown("admitted", by="supervisor"), note="because"),
    sent("AAAAAAAAAAAAAAAA", phone_id=str(new_id())),
    sent("AAAAAAAAAAAAAAAA", answers={"no id": True}),
    sent(act="undo"),
    sent(act="walk_in", person={"family_name": ""}),
    {"id": str(new_id()), "act": "entry", "code_hash": "ABC"},
    {"id": str(new_id()), "act": "entry", "weight": 10**400, "deep": [[[[1.5]]]]},
]


async def test_scan_nobody_can_read_is_kept_and_holds_up_nothing(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event)
    booked = await book(pool, event, make_guest("One"), make_guest("Two"))
    queue = [sent(code_of(booked, 0)), *JUNK, sent(code_of(booked, 1))]

    once, again = [await _post_anything(phone, queue) for _ in range(2)]

    understood = [kind for kind in once[1:-1] if kind != "unreadable"]
    assert (once[0], once[-1], understood) == ("admitted", "admitted", ["unknown"] * 2)  # half a character and strange fields harm nobody
    assert again == once
    assert len(await stranded(pool, event)) == len(JUNK) - 2


async def _post_anything(phone: Any, scans: list[Any]) -> list[str]:
    body = json.dumps(
        {"sent_at": datetime.now(UTC).isoformat(), "facts": {"queue": -1, "list_at": "0001-01-01T00:00:00+14:00"}, "scans": scans}
    )
    answer = await phone.post("/door/scans", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    return [each["kind"] for each in answer.json()["answers"]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"[" * 100_000, 400, "malformed_json"),
        (b"[]", 422, "invalid_input"),
        (b'{"scans": {}}', 422, "invalid_input"),
        (b'{"scans": [' + b",".join([b"1"] * 501) + b"]}", 422, "invalid_input"),
    ],
)
async def test_envelope_that_is_none_is_refused(app: Litestar, pool: Pool, body: bytes, status: int, code: str) -> None:
    phone = await open_phone(app, pool, await make_event(pool))
    answer = await phone.post("/door/scans", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"], answer.json()["code"]) == (status, "application/problem+json", code)


async def test_empty_handover_is_a_heartbeat(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event)
    answer = await hand_over(phone, queue=3, battery=41, charging=True, list_at="2026-11-22T18:02:00Z")
    row = await pool.fetchrow("select queue_length, battery_percent, is_charging, list_at from devices where event_id = $1", event.id)
    assert (answer.status_code, answer.json()["answers"]) == (200, [])
    assert tuple(row or ()) == (3, 41, True, datetime(2026, 11, 22, 18, 2, tzinfo=UTC))


async def test_what_a_phone_has_shown_is_recorded_as_it_happened(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    phone = await open_phone(app, pool, event)
    confirmed, waiting = await book(pool, event), await book(pool, event, accept_waitlist=True)
    let_in, wrongly_in = sent(code_of(confirmed), decided=shown("admitted")), sent(code_of(waiting), decided=shown("admitted"))

    answer = await hand_over(phone, let_in, wrongly_in)

    right, wrong = answer.json()["answers"]
    assert (right["verdict"], right["conflict"]) == ("admitted", None)
    assert (wrong["verdict"], wrong["kind"], wrong["conflict"]["kind"]) == ("admitted", "admitted", "not_valid")
    rows = await pool.fetch("select decided_by, reason from check_ins where event_id = $1 order by server_at, id", event.id)
    assert [tuple(row) for row in rows] == [("phone", None), ("phone", "waitlisted")]
    assert answer.json()["attendance"]["inside"] == 2


async def test_phone_hears_what_the_server_says_of_a_guest_it_sent_away(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event)
    scan = sent(code_of(await book(pool, event)), decided=shown("refused", "newer_than_list"))

    answers = [(await hand_over(phone, scan)).json()["answers"][0] for _ in range(2)]

    assert [(each["verdict"], each["kind"], each["now"]) for each in answers] == [("refused", "newer_than_list", "admitted")] * 2
    assert answers[0]["announcement"]["card"]["name"] == "Erika Platzhalter"
    assert await pool.fetchval("select count(*) from attendances where event_id = $1", event.id) == 0


async def test_entry_the_phone_never_heard_of_is_taken_back_when_it_sent_the_guest_away(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, fire_limit=1)
    phone = await open_phone(app, pool, event)
    code = code_of(await book(pool, event))
    scan = sent(code)
    assert await kinds(phone, scan) == ["admitted"]  # … and the phone never heard of it

    late = scan | {"decided": shown("refused", "newer_than_list")}
    answers = [(await hand_over(phone, late)).json()["answers"][0] for _ in range(2)]
    inside = await pool.fetchval("select count(*) from presences where event_id = $1", event.id)

    assert [(each["verdict"], each["kind"], each["now"]) for each in answers] == [("refused", "newer_than_list", "admitted")] * 2
    assert [each["replayed"] for each in answers] == [False, True]
    assert inside == 0
    assert await kinds(phone, sent(code)) == ["admitted"]  # scanned again, as the phone advises
    async with pool.acquire() as connection:
        assert await records(connection, event) == [("entry", "admitted", None), ("undo", "undone", None), ("entry", "admitted", None)]


async def test_entry_of_a_guest_who_moved_since_stays_whatever_the_phone_showed(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry")
    phone = await open_phone(app, pool, event)
    code = code_of(await book(pool, event))
    scan = sent(code, at=(datetime.now(UTC) - timedelta(minutes=1)).isoformat())
    assert await kinds(phone, scan, sent(code, act="exit")) == ["admitted", "goodbye"]

    assert await kinds(phone, scan | {"decided": shown("refused", "newer_than_list")}) == ["admitted"]

    async with pool.acquire() as connection:
        assert await records(connection, event) == [("entry", "admitted", None), ("exit", "left", None)]


async def test_refusal_whose_answer_was_lost_gives_way_to_what_the_phone_showed(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone, other = await open_phone(app, pool, event), await open_phone(app, pool, event, gate="Garden gate", name="Jonas")
    code = code_of(await book(pool, event))
    first, second = sent(code, at=(datetime.now(UTC) - timedelta(minutes=1)).isoformat()), sent(code)
    assert await kinds(other, first) == ["admitted"]
    assert await kinds(phone, second) == ["already_in"]  # … and the phone never heard of it

    late = second | {"decided": shown("admitted")}
    answers = [(await hand_over(phone, late)).json()["answers"][0] for _ in range(2)]
    undone = await kinds(phone, sent(act="undo", check_in_id=second["id"]))

    assert [(each["kind"], each["replayed"]) for each in answers] == [("admitted", False), ("admitted", True)]
    clash = answers[0]["conflict"]
    assert (clash["kind"], clash["first_gate"], clash["gate"]) == ("twice", "Garden gate", "Main entrance")
    assert undone == ["undone"]
    assert await pool.fetchval("select count(*) from door_conflicts where event_id = $1", event.id) == 0
    async with pool.acquire() as connection:
        assert await records(connection, event) == [
            ("entry", "admitted", None), ("entry", "already_in", None), ("entry", "admitted", None), ("undo", "undone", None)
        ]  # fmt: skip


async def test_two_phones_without_network_let_one_ticket_in_twice_and_it_is_found(app: Litestar, pool: Pool) -> None:
    """The phone that scanned later hands over first, and its clock is ten minutes ahead."""
    event = await make_event(pool)
    early, late = await open_phone(app, pool, event, gate="A", name="Aiko"), await open_phone(app, pool, event, gate="B", name="Jonas")
    code, now, ahead = code_of(await book(pool, event)), datetime.now(UTC), timedelta(minutes=10)
    at_a, at_b = now - timedelta(minutes=5), now - timedelta(minutes=2)
    later = sent(code, at=(at_b + ahead).isoformat(), decided=shown("admitted"))
    earlier = sent(code, at=at_a.isoformat(), decided=shown("admitted"))

    [first_told] = (await hand_over(late, later, sent_at=now + ahead)).json()["answers"]
    [second_told] = (await hand_over(early, earlier, sent_at=now)).json()["answers"]

    assert first_told["conflict"] is None
    clash = second_told["conflict"]
    assert (clash["kind"], clash["first_gate"], clash["gate"]) == ("twice", "A", "B")
    rows = await pool.fetch("select check_in_id, first_check_in_id, kind from door_conflicts where event_id = $1", event.id)
    assert [tuple(row) for row in rows] == [(UUID(later["id"]), UUID(earlier["id"]), "twice")]
    assert await pool.fetchval("select count(*) from presences where event_id = $1", event.id) == 1


async def test_supervisor_overrides_with_a_reason_and_undoes_for_others(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    steward = await open_phone(app, pool, event)
    supervisor = await open_phone(app, pool, event, role="supervisor", name="Jonas")
    entry = sent(code_of(await book(pool, event)))
    waiting = code_of(await book(pool, event, accept_waitlist=True))
    override = sent(waiting, decided=shown("admitted", by="supervisor"), note="Guest of honour")

    answers = [
        await kinds(steward, entry, override),
        await kinds(supervisor, override, sent(act="undo", check_in_id=entry["id"])),
        await kinds(steward, sent(act="undo", check_in_id=override["id"])),
    ]

    assert answers == [["admitted", "unreadable"], ["admitted", "undone"], ["not_undone"]]
    row = await pool.fetchrow("select decided_by, reason, note from check_ins where id = $1", UUID(override["id"]))
    assert tuple(row or ()) == ("supervisor", "waitlisted", "Guest of honour")
    assert await pool.fetchval("select count(*) from door_conflicts where event_id = $1", event.id) == 0


async def test_exits_follow_the_rules_of_the_event(app: Litestar, pool: Pool) -> None:
    off, reentry, final = [await make_event(pool) for _ in range(3)]
    await set_rules(pool, reentry, exits="reentry")
    await set_rules(pool, final, exits="final")
    told = []
    for event in (off, reentry, final):
        phone, code = await open_phone(app, pool, event), code_of(await book(pool, event))
        told.append(await kinds(phone, *(sent(code, act=act) for act in ("exit", "entry", "exit", "entry", "entry", "exit", "exit"))))
    assert told == [
        ["exits_off", "admitted", "exits_off", "already_in", "already_in", "exits_off", "exits_off"],
        ["not_inside", "admitted", "goodbye", "admitted", "already_in", "goodbye", "not_inside"],
        ["not_inside", "admitted", "goodbye", "left", "left", "not_inside", "not_inside"],
    ]


async def test_undone_exit_means_still_inside(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="final")
    phone, code = await open_phone(app, pool, event), code_of(await book(pool, event))
    gone = sent(code, act="exit")
    told = await kinds(phone, sent(code), gone, sent(act="undo", check_in_id=gone["id"]), sent(code), sent(code, act="exit"))
    assert told == ["admitted", "goodbye", "undone", "already_in", "goodbye"]


async def test_already_in_names_the_entry_since_the_guest_was_last_outside(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry")
    gates = [await open_phone(app, pool, event, gate=gate, name=gate) for gate in ("A", "B")]
    code = code_of(await book(pool, event))
    await kinds(gates[0], sent(code), sent(code, act="exit"))
    back = sent(code)
    await kinds(gates[1], back)
    [told] = (await hand_over(gates[0], sent(code))).json()["answers"]
    at = await pool.fetchval("select device_at from check_ins where id = $1", UUID(back["id"]))
    assert (told["kind"], told["announcement"]["first"].endswith("B")) == ("already_in", True)
    assert datetime.fromisoformat(told["announcement"]["first_at"]) == at


async def test_nobody_is_let_in_before_the_doors_open(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, doors_open_at=datetime.now(UTC) - timedelta(minutes=5))
    phone, code = await open_phone(app, pool, event), code_of(await book(pool, event))
    early = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
    assert await kinds(phone, sent(code, at=early), sent(code)) == ["too_early", "admitted"]


async def test_required_question_must_be_answered_with_yes(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event)
    passport = await ask(pool, event, "Passport seen")
    for_speakers = await ask(pool, event, "Badge handed out", only_flags=("speaker",))
    await ask(pool, event, "Umbrella taken", required=False)
    guest, speaker = [code_of(await book(pool, event, make_guest(flags=flags))) for flags in ([], ["speaker"])]
    scans = [
        sent(guest),
        sent(guest, answers={passport: False}),
        sent(guest, answers={passport: True}),
        sent(speaker, answers={passport: True}),
        sent(speaker, answers={passport: True, for_speakers: False}),
        sent(speaker, answers={passport: True, for_speakers: True}),
    ]
    told = await kinds(phone, *scans)
    assert told == ["question_open", "question_refused", "admitted", "question_open", "question_refused", "admitted"]
    stored = await pool.fetchval("select answers from check_ins where id = $1", UUID(scans[-1]["id"]))
    assert stored == {passport: True, for_speakers: True}


async def test_house_is_full_at_the_fire_limit_and_has_room_again_after_an_exit(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry", fire_limit=5, crew_inside=3)
    phone = await open_phone(app, pool, event)
    booked = await book(pool, event, *(make_guest(str(n)) for n in range(4)))
    codes = [code_of(booked, n) for n in range(4)]
    told = await kinds(
        phone, *(sent(code) for code in codes[:3]), sent(codes[0], act="exit"), sent(codes[2]), sent(codes[3], decided=shown("admitted"))
    )
    assert told == ["admitted", "admitted", "house_full", "goodbye", "admitted", "admitted"]
    rows = await pool.fetch("select kind from door_conflicts where event_id = $1", event.id)
    assert [row[0] for row in rows] == ["over_limit"]


async def test_undo_of_something_nobody_has_is_told_and_kept(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    phone = await open_phone(app, pool, event)
    undo = sent(act="undo", check_in_id=str(new_id()))
    assert [await kinds(phone, undo) for _ in range(2)] == [["not_undone"]] * 2
    assert await stranded(pool, event) == [("unreadable", undo["id"])]


async def test_absurd_clocks_keep_the_order_of_the_queue(app: Litestar, pool: Pool) -> None:
    event = await make_event(pool)
    await set_rules(pool, event, exits="reentry")
    phone, code = await open_phone(app, pool, event), code_of(await book(pool, event))
    for at in ("1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", None, 7):
        told = await kinds(phone, *(sent(code, act=act, at=at) for act in ("entry", "exit") * 3))
        assert told == ["admitted", "goodbye"] * 3, at
        await pool.execute("update check_ins set verdict = 'refused' where event_id = $1", event.id)
