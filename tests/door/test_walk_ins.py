"""Guests who are not on the list: walk-ins, companions and substitutes, as the acts of a phone."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from events.door import acts
from events.door.acts import ACTS, Acting, PhoneScan
from events.door.desk import CheckInDesk
from events.door.model import Decided, Decider, PhoneRole, Reason, Source, Verdict
from events.door.walk_in_queries import contingents_with_places
from events.door.walk_ins import new_registration_id
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.people.consents import Purpose, text_hash
from events.programme.model import Event
from tests.builders import TOKENS, book, fill, make_event, make_guest

from .builders import code_of, make_phone, redeem, registration_ids
from .builders import scan as entry_scan

PRIVACY = text_hash(Purpose.PRIVACY, "ja").hex()
HANAKO = {
    "family_name": "見本",
    "given_name": "花子",
    "family_name_kana": "ミホン",
    "company": "株式会社みほん",
    "language": "ja",
    "privacy": PRIVACY,
}
LET_IN = Decided(verdict=Verdict.ADMITTED, by=Decider.PHONE)


async def acting_at(pool: Pool, event: Event, **rules: Any) -> Acting:
    """A phone of the event, whose door takes walk-ins."""
    async with pool.acquire() as connection:
        phone, _ = await make_phone(connection, event)
    given = {"walk_ins": True} | rules
    await pool.execute(
        "insert into door_rules (event_id, walk_ins, fire_limit, crew_inside, walk_in_pool_id) values ($1, $2, $3, $4, $5)",
        event.id,
        given["walk_ins"],
        given.get("fire_limit"),
        given.get("crew_inside", 0),
        given.get("walk_in_pool_id"),
    )
    return Acting(phone=phone, pool=pool, desk=CheckInDesk(pool), tokens=TOKENS, received_at=now())


async def another_phone(pool: Pool, event: Event) -> Acting:
    async with pool.acquire() as connection:
        phone, _ = await make_phone(connection, event, gate="Garden gate")
    return Acting(phone=phone, pool=pool, desk=CheckInDesk(pool), tokens=TOKENS, received_at=now())


def asked(act: str = "walk_in", person: dict[str, Any] | None = None, **fields: Any) -> PhoneScan:
    return PhoneScan(id=new_id(), act=act, at=now(), source=Source.WALK_IN, person=person or HANAKO, **fields)


async def act(acting: Acting, scan: PhoneScan) -> UUID | Reason:
    return await ACTS[scan.act](acting, scan)


async def state(pool: Pool, registration_id: object) -> str | None:
    return await pool.fetchval("select state from registrations where id = $1", registration_id)  # type: ignore[no-any-return]


async def guests_of(pool: Pool, event: Event) -> list[tuple[str, str]]:
    rows = await pool.fetch(
        """
        select g.family_name, r.state
        from registrations r
        join guests g on g.id = r.guest_id
        where r.event_id = $1
        order by r.created_at, g.position
        """,
        event.id,
    )
    return [tuple(row) for row in rows]


async def test_walk_in_gets_a_real_registration(pool: Pool) -> None:
    event = await make_event(pool)
    acting = await acting_at(pool, event)
    scan = asked(person=HANAKO | {"email": "hanako@example.com"})

    registration_id = await act(acting, scan)

    assert registration_id == new_registration_id(event.id, scan.id)
    row = await pool.fetchrow(
        """
        select b.source, b.email, b.locale, r.state, g.family_name, g.family_name_kana, c.purpose, encode(c.text_hash, 'hex') as text_hash,
               c.channel, t.id is not null as ticket,
               exists (select from jobs j where j.payload ->> 'booking_id' = b.id::text and j.payload ->> 'kind' = 'confirmed') as mail
        from registrations r
        join bookings b on b.id = r.booking_id
        join guests g on g.id = r.guest_id
        join consents c on c.guest_id = g.id
        join tickets t on t.guest_id = g.id
        where r.id = $1
        """,
        registration_id,
    )
    assert row is not None
    assert tuple(row) == (
        "walk_in", "hanako@example.com", "ja", "confirmed", "見本", "ミホン", "privacy", PRIVACY, "door", True, True
    )  # fmt: skip


async def test_sent_again_it_is_once(pool: Pool) -> None:
    event = await make_event(pool)
    acting = await acting_at(pool, event)
    scan = asked()
    answers = [await act(acting, scan), await act(acting, scan), *await asyncio.gather(*(act(acting, scan) for _ in range(4)))]
    assert set(answers) == {new_registration_id(event.id, scan.id)}
    assert await guests_of(pool, event) == [("見本", "confirmed")]


async def test_the_last_place_goes_to_one_of_two_doors(pool: Pool) -> None:
    event = await make_event(pool, capacity=3, waiting_list=False)
    await fill(pool, event, 2)
    doors = [await acting_at(pool, event), await another_phone(pool, event)]
    scans = [asked() for _ in range(6)]
    answers = await asyncio.gather(*(act(doors[number % 2], scan) for number, scan in enumerate(scans)))
    assert answers.count(Reason.FULL) == 5
    assert len([one for one in answers if isinstance(one, UUID)]) == 1
    assert len(await guests_of(pool, event)) == 3


async def test_looking_first_would_let_all_of_them_in(pool: Pool) -> None:
    """The control: doors that look for a free place before they write, without the claim."""
    event = await make_event(pool, capacity=3, waiting_list=False)
    await fill(pool, event, 2)
    looks = await asyncio.gather(*(contingents_with_places(pool, event.id) for _ in range(6)))
    assert [free for [(_pool, _name, free)] in looks] == [1] * 6


async def test_a_kiosk_makes_no_guests(pool: Pool) -> None:
    event = await make_event(pool)
    acting = await acting_at(pool, event)
    alone = replace(acting, phone=replace(acting.phone, role=PhoneRole.KIOSK))
    with pytest.raises(acts.Unreadable):
        await act(alone, asked())
    assert await guests_of(pool, event) == []


async def test_full_house_and_closed_doors_refuse(pool: Pool) -> None:
    closed, full, crowded = await make_event(pool), await make_event(pool, capacity=1), await make_event(pool)
    await fill(pool, full, 1)
    [guest] = await fill(pool, crowded, 1)
    assert await act(await acting_at(pool, closed, walk_ins=False), asked()) == Reason.WALK_INS_OFF
    assert await act(await acting_at(pool, full), asked()) == Reason.FULL
    burning = await acting_at(pool, crowded, fire_limit=3, crew_inside=2)
    await redeem(pool, crowded, entry_scan(code_of(guest)))
    assert await act(burning, asked()) == Reason.HOUSE_FULL
    assert await guests_of(pool, closed) == []


async def test_who_wants_to_wait_stands_in_line(pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    await fill(pool, event, 1)
    registration_id = await act(await acting_at(pool, event), asked(person=HANAKO | {"waits": True}))
    assert await state(pool, registration_id) == "waitlisted"


@pytest.mark.parametrize("waiting_list", [True, False])
async def test_whom_a_phone_has_let_in_is_never_dropped(pool: Pool, waiting_list: bool) -> None:
    event = await make_event(pool, capacity=1, waiting_list=waiting_list)
    await fill(pool, event, 1)
    acting = await acting_at(pool, event, walk_ins=False)
    scan = asked(person=HANAKO | {"email": "hanako@example.com"}, decided=LET_IN)

    registration_id = await act(acting, scan)

    assert await act(acting, scan) == registration_id
    assert await state(pool, registration_id) == "waitlisted"
    assert await pool.fetchval("select count(*) from waitlist_entries where event_id = $1 and state = 'waiting'", event.id) == 1
    assert await pool.fetchval("select waiting from pools where id = $1", event.id) == 1
    mails = await pool.fetchval(
        "select count(*) from jobs where payload ->> 'event_id' = $1 and payload ->> 'kind' = 'waitlisted'", str(event.id)
    )
    assert mails == 0, "who is inside is not written to about a waiting list"


async def test_whom_a_phone_has_sent_away_is_nobody(pool: Pool) -> None:
    event = await make_event(pool)
    refused = Decided(verdict=Verdict.REFUSED, by=Decider.PHONE, reason=Reason.FULL)
    assert await act(await acting_at(pool, event), asked(decided=refused)) == Reason.FULL
    assert await guests_of(pool, event) == []


async def test_walk_ins_take_the_contingent_of_the_rules(pool: Pool) -> None:
    event = await make_event(pool, capacity=10, contingents={"press": 1, "door": 1})
    pools = {row[0]: row[1] for row in await pool.fetch("select slug, id from pools where event_id = $1 and slug is not null", event.id)}
    chosen = await acting_at(pool, event)
    by_steward = await act(chosen, asked(person=HANAKO | {"pool_id": str(pools["press"])}))
    await pool.execute("update door_rules set walk_in_pool_id = $2 where event_id = $1", event.id, pools["door"])
    by_rule = await act(chosen, asked(person=HANAKO | {"pool_id": str(pools["press"])}))
    found = await pool.fetch("select id, pool_id from registrations where event_id = $1", event.id)
    assert {row[0]: row[1] for row in found} == {by_steward: pools["press"], by_rule: pools["door"]}
    assert await act(chosen, asked()) == Reason.FULL


async def test_companion_comes_with_the_booking(pool: Pool) -> None:
    event = await make_event(pool, max_companions=1)
    outcome = await book(pool, event, make_guest("Weiß"))
    [lead] = await registration_ids(pool, outcome)
    acting = await acting_at(pool, event)
    first, second = (asked("companion", registration_id=lead) for _ in range(2))

    answers = [await act(acting, first), await act(acting, second), await act(acting, first)]

    assert answers == [new_registration_id(event.id, first.id), Reason.NO_COMPANIONS, new_registration_id(event.id, first.id)]
    rows = await pool.fetch(
        "select booking_id, position, family_name from guests where booking_id = $1 order by position", outcome.booking_id
    )
    assert [tuple(row) for row in rows] == [(outcome.booking_id, 0, "Weiß"), (outcome.booking_id, 1, "見本")]


async def test_the_last_companion_is_named_once(pool: Pool) -> None:
    event = await make_event(pool, max_companions=1)
    [lead] = await registration_ids(pool, await book(pool, event))
    acting = await acting_at(pool, event)
    answers = await asyncio.gather(*(act(acting, asked("companion", registration_id=lead)) for _ in range(5)))
    assert [answer for answer in answers if answer != Reason.NO_COMPANIONS] != []
    assert answers.count(Reason.NO_COMPANIONS) == 4


async def test_substitute_ends_the_old_ticket(pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event, make_guest("Weiß"))
    [place] = await registration_ids(pool, outcome)
    await pool.execute("update events set changes_until = now() - interval '1 day' where id = $1", event.id)
    acting = await acting_at(pool, event)
    scan = asked("substitute", registration_id=place)

    assert [await act(acting, scan), await act(acting, scan)] == [place, place]

    assert await guests_of(pool, event) == [("見本", "confirmed")]
    [old] = await redeem(pool, event, entry_scan(code_of(outcome)))
    [new] = await redeem(pool, event, entry_scan(registration_id=place))
    assert (old.verdict, new.verdict) == (Verdict.REFUSED, Verdict.ADMITTED)


async def test_nobody_comes_instead_of_somebody_inside(pool: Pool) -> None:
    event = await make_event(pool, capacity=1)
    outcome = await book(pool, event, make_guest("Weiß"))
    [place] = await registration_ids(pool, outcome)
    await redeem(pool, event, entry_scan(code_of(outcome)))
    acting = await acting_at(pool, event)
    assert await act(acting, asked("substitute", registration_id=place)) == place, "judged as who is inside"
    assert await guests_of(pool, event) == [("Weiß", "confirmed")]

    in_the_house = asked("substitute", registration_id=place, decided=LET_IN)
    own_place = new_registration_id(event.id, in_the_house.id)
    assert [await act(acting, in_the_house), await act(acting, in_the_house)] == [own_place, own_place]
    assert await state(pool, own_place) == "waitlisted"


@pytest.mark.parametrize(
    "person",
    [{}, {"family_name": ""}, {"family_name": " "}, {"family_name": "A\nB"}, {"family_name": "A", "email": "nobody"},
     {"family_name": "A" * 101}, {"family_name": "A", "language": "xx"}, {"family_name": "A", "privacy": "yes"},
     {"family_name": 7}, {"family_name": "A\x00"}],
)  # fmt: skip
async def test_a_person_nobody_can_read(pool: Pool, person: dict[str, Any]) -> None:
    event = await make_event(pool)
    acting = await acting_at(pool, event)
    with pytest.raises(acts.Unreadable):
        await act(acting, asked(person=person | {"x": 1}))
    assert await guests_of(pool, event) == []


@pytest.mark.parametrize("shown", [None, "0" * 64])
async def test_without_the_words_on_data_protection_nobody_is_taken_in(pool: Pool, shown: str | None) -> None:
    event = await make_event(pool)
    acting = await acting_at(pool, event)
    with pytest.raises(acts.Unreadable):
        await act(acting, asked(person=HANAKO | {"privacy": shown}))
    assert await guests_of(pool, event) == []

    in_the_house = asked(person=HANAKO | {"privacy": shown}, decided=LET_IN)
    assert await act(acting, in_the_house) == new_registration_id(event.id, in_the_house.id)
    assert await guests_of(pool, event) == [("見本", "confirmed")]
    assert await pool.fetchval("select count(*) from consents c join guests g on g.id = c.guest_id where g.family_name = '見本'"
                               " and c.text_hash = $1", bytes(32)) == 0  # fmt: skip


async def test_guests_of_other_events_are_nobody(pool: Pool) -> None:
    event, other = await make_event(pool), await make_event(pool)
    [foreign] = await registration_ids(pool, await book(pool, other))
    acting = await acting_at(pool, event)
    for what in ("companion", "substitute"):
        with pytest.raises(acts.Unreadable):
            await act(acting, asked(what, registration_id=foreign))
