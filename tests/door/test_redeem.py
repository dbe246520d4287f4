"""What one call of the redeem function decides and writes down."""

from datetime import timedelta

import pytest

from events.door.model import Answer, Entrant, FirstEntry, OtherEvent, Reason, Verdict
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.ids import new_id
from events.registration.actions import cancel_places
from tests.builders import book, make_event, make_guest, make_organiser

from .builders import code_of, crowd, make_gate, records, redeem, registration_ids, scan

MISAKI = make_guest(
    "佐藤",
    "美咲",
    family_name_kana="サトウ",
    given_name_kana="ミサキ",
    family_name_latin="Sato",
    given_name_latin="Misaki",
    honorific="Dr.",
    company="株式会社みほん光学",
    diet="Vegetarian",
    flags=["speaker"],
    table_name="7",
)


def refused(reason: Reason, guest: Entrant | None = None, other_event: OtherEvent | None = None, *, replayed: bool = False) -> Answer:
    return Answer(verdict=Verdict.REFUSED, reason=reason, replayed=replayed, guest=guest, first=None, other_event=other_event)


async def test_redeem_admits_confirmed_guest_with_all_the_door_needs(tx: Connection) -> None:
    event = await make_event(tx)
    booked = await book(tx, event, MISAKI)
    [registration_id] = await registration_ids(tx, booked)

    answers = await redeem(tx, event, scan(code_of(booked)))

    guest = Entrant(
        family_name="佐藤",
        given_name="美咲",
        family_name_kana="サトウ",
        given_name_kana="ミサキ",
        family_name_latin="Sato",
        given_name_latin="Misaki",
        honorific="Dr.",
        registration_id=registration_id,
        company="株式会社みほん光学",
        table_name="7",
        flags=["speaker"],
        diet="Vegetarian",
    )
    assert answers == [Answer(verdict=Verdict.ADMITTED, reason=None, replayed=False, guest=guest, first=None, other_event=None)]
    assert await records(tx, event) == [("entry", "admitted", None)]


async def test_redeem_tells_when_and_where_the_guest_came_in(tx: Connection) -> None:
    event = await make_event(tx)
    booked = await book(tx, event)
    gate_id, came_at = await make_gate(tx, event, "Garden gate"), now() - timedelta(minutes=21)
    await redeem(tx, event, scan(code_of(booked), gate_id=gate_id, at=came_at))

    [again] = await redeem(tx, event, scan(code_of(booked)))

    assert (again.verdict, again.first, again.replayed) == (Verdict.ALREADY_IN, FirstEntry(came_at, "Garden gate"), False)
    assert await records(tx, event) == [("entry", "admitted", None), ("entry", "already_in", None)]


async def test_redeem_admits_the_first_of_two_scans_in_one_call(tx: Connection) -> None:
    event = await make_event(tx)
    booked = await book(tx, event, make_guest("One"), make_guest("Two"))
    first = scan(code_of(booked, 1))

    answers = await redeem(tx, event, first, scan(code_of(booked, 0)), scan(code_of(booked, 1)))

    assert [(a.verdict, a.first) for a in answers] == [
        (Verdict.ADMITTED, None),
        (Verdict.ADMITTED, None),
        (Verdict.ALREADY_IN, FirstEntry(first.at, None)),
    ]


async def test_redeem_answers_a_known_id_as_before_and_writes_nothing(tx: Connection) -> None:
    event = await make_event(tx)
    booked = await book(tx, event)
    once, again, stranger = scan(code_of(booked)), scan(code_of(booked)), scan("AAAAAAAAAAAAAAAA")
    before = await redeem(tx, event, once, again, stranger)

    after = await redeem(tx, event, once, again, stranger, once)

    assert [a.replayed for a in before] == [False, False, False]
    assert [(a.verdict, a.reason, a.first, a.guest) for a in after] == [
        (a.verdict, a.reason, a.first, a.guest) for a in [*before, before[0]]
    ]
    assert [a.replayed for a in after] == [True, True, True, True]
    assert len(await records(tx, event)) == 3


async def test_redeem_answers_the_same_id_twice_in_one_call_once(tx: Connection) -> None:
    event = await make_event(tx)
    booked = await book(tx, event)
    once = scan(code_of(booked))

    answers = await redeem(tx, event, once, once)

    assert [(a.verdict, a.replayed) for a in answers] == [(Verdict.ADMITTED, False), (Verdict.ADMITTED, True)]
    assert await records(tx, event) == [("entry", "admitted", None)]


async def test_redeem_never_lends_an_id_to_another_guest(tx: Connection) -> None:
    event = await make_event(tx)
    booked = await book(tx, event, make_guest("One"), make_guest("Two"), make_guest("Three"))
    spent, fresh = new_id(), new_id()
    await redeem(tx, event, scan(code_of(booked, 0), id=spent))

    answers = await redeem(
        tx, event, scan(code_of(booked, 1), id=spent), scan(code_of(booked, 1), id=fresh), scan(code_of(booked, 2), id=fresh)
    )

    assert answers[0] == refused(Reason.ID_REUSED)
    assert answers[1].verdict == Verdict.ADMITTED
    assert answers[2] == refused(Reason.ID_REUSED)
    assert await records(tx, event) == [("entry", "admitted", None)] * 2


async def test_redeem_refuses_an_id_of_another_event_without_telling_of_it(tx: Connection) -> None:
    here, there = await make_event(tx), await make_event(tx)
    booked_there, booked_here = await book(tx, there, MISAKI), await book(tx, here)
    spent = new_id()
    await redeem(tx, there, scan(code_of(booked_there), id=spent))

    answers = await redeem(tx, here, scan(code_of(booked_here), id=spent), scan(code_of(booked_there), id=spent))

    assert answers == [refused(Reason.ID_REUSED), refused(Reason.ID_REUSED)]
    assert await records(tx, here) == []


async def test_redeem_names_the_event_of_the_same_organiser_a_ticket_is_for(tx: Connection) -> None:
    owner = await make_organiser(tx)
    here = await make_event(tx, organiser_id=owner)
    there = await make_event(tx, organiser_id=owner, title="Embassy reception")
    booked = await book(tx, there, MISAKI)

    [answer] = await redeem(tx, here, scan(code_of(booked)))

    only_the_name = Entrant(
        family_name="佐藤",
        given_name="美咲",
        family_name_kana="サトウ",
        given_name_kana="ミサキ",
        family_name_latin="Sato",
        given_name_latin="Misaki",
        honorific="Dr.",
    )
    assert answer == refused(Reason.OTHER_EVENT, only_the_name, OtherEvent(there.title, there.starts_at, "Asia/Tokyo"))
    assert await records(tx, here) == [("entry", "refused", "other_event")]
    assert await records(tx, there) == []


async def test_redeem_knows_nothing_of_other_organisers(tx: Connection) -> None:
    here, foreign = await make_event(tx), await make_event(tx, title="Secret dinner")
    booked = await book(tx, foreign, MISAKI)
    [foreign_registration] = await registration_ids(tx, booked)

    answers = await redeem(
        tx, here, scan(code_of(booked)), scan(registration_id=foreign_registration), scan("AAAAAAAAAAAAAAAA"), scan("not a code"), scan()
    )

    assert answers == [refused(Reason.UNKNOWN)] * 5
    assert await records(tx, here) == [("entry", "refused", "unknown")] * 5
    assert await records(tx, foreign) == []


@pytest.mark.parametrize("written", ["https://events.example.com/t/{}", "HTTPS://EVENTS.EXAMPLE.COM/T/{}", "{}", " {} "])
async def test_redeem_reads_the_code_in_every_form(tx: Connection, written: str) -> None:
    event = await make_event(tx)
    code = code_of(await book(tx, event))
    typed = "-".join(code[start : start + 4] for start in range(0, 16, 4)).lower()

    answers = await redeem(tx, event, scan(written.format(code)), scan(written.format(code.lower())), scan(typed))

    assert [a.verdict for a in answers] == [Verdict.ADMITTED, Verdict.ALREADY_IN, Verdict.ALREADY_IN]


async def test_redeem_refuses_every_state_but_confirmed(tx: Connection) -> None:
    event = await make_event(tx, capacity=4, approval_required=True)
    waiting_for_approval = await book(tx, event)
    held = await book(tx, event, hold_seconds=600)
    expired = await book(tx, event, hold_seconds=600)
    cancelled = await book(tx, event)
    waitlisted = await book(tx, event, accept_waitlist=True)
    await tx.execute("update registrations set expires_at = now() - interval '1 second' where booking_id = $1", expired.booking_id)
    await tx.execute("select expire_holds($1, now())", event.id)
    await cancel_places(tx, event.id, await registration_ids(tx, cancelled), actor="guest", reason="", now=now())
    await tx.execute("update registrations set state = 'waitlisted', pool_id = null where booking_id = $1", waitlisted.booking_id)

    answers = await redeem(tx, event, *(scan(code_of(b)) for b in (waiting_for_approval, held, expired, cancelled, waitlisted)))

    assert [(a.verdict, a.reason) for a in answers] == [
        (Verdict.REFUSED, reason) for reason in (Reason.AWAITING_APPROVAL, Reason.HELD, Reason.EXPIRED, Reason.CANCELLED, Reason.WAITLISTED)
    ]
    assert [a.guest.family_name if a.guest else None for a in answers] == ["Platzhalter"] * 5


async def test_redeem_uses_indexes_among_many_guests(tx: Connection) -> None:
    event = await make_event(tx, capacity=5000)
    codes = await crowd(tx, event, 5000)
    await redeem(tx, event, *(scan(code) for code in codes[:2500]))
    await tx.execute("analyze check_ins")
    read = "select sum(seq_tup_read)::int from pg_stat_xact_user_tables where relname = any ($1)"
    tables = ["tickets", "registrations", "guests", "check_ins"]
    before = await tx.fetchval(read, tables)

    answers = await redeem(tx, event, *(scan(code) for code in codes[2490:2510]))

    assert [a.verdict for a in answers] == [Verdict.ALREADY_IN] * 10 + [Verdict.ADMITTED] * 10
    assert await tx.fetchval(read, tables) - before == 0
