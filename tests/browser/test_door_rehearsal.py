"""A whole evening in fast motion: 120 guests, two phones, and what goes wrong at every door. Afterwards everybody who belongs inside is
inside, once, and nobody else."""

import asyncio
import random
from dataclasses import dataclass, field

from playwright.async_api import expect

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration import actions as registration
from events.tickets import reissue
from events.tickets.reissue_queries import ticket_of_registration
from tests.builders import TOKENS, book, make_event, make_guest, make_organiser
from tests.door.builders import code_of, registration_ids

from .phones import DoorPhone, OpenPhone, Outage, lose_answers, open_phone, outage

__all__ = ["open_phone", "outage"]  # fixtures

GUESTS, PARTY = 120, 6

# As fast as a hardware scanner types, however busy the machine of the test is.
BURST = """
text => {
  for (const key of [...text, "Enter"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}
"""
ONLINE_UNTIL, OFFLINE_UNTIL = 40, 85  # of the guests in the order in which they come


@dataclass
class Evening:
    """Who comes, in the order in which they stand at the door: the ticket's code and the name it is for."""

    event: Event
    cancelled: str
    tickets: list[tuple[str, str]] = field(default_factory=list)
    party: list[str] = field(default_factory=list)


async def plan_evening(pool: Pool) -> tuple[Evening, Event]:
    """120 places of 120 taken: 114 guests who come alone, and a booking of six."""
    owner = await make_organiser(pool)
    dinner = await make_event(pool, organiser_id=owner, capacity=GUESTS, max_companions=9)
    other = await make_event(pool, organiser_id=owner, title="Embassy reception")
    evening = Evening(dinner, await cancelled_ticket(pool, dinner))
    for number in range(GUESTS - PARTY):
        name = f"Gast{number:03}"
        evening.tickets.append((code_of(await book(pool, dinner, make_guest(name, "Ada"), mail=False)), name))
    evening.party = [f"Familie{number}" for number in range(PARTY)]
    await book(pool, dinner, *(make_guest(name, "Ada") for name in evening.party), mail=False)
    random.Random(120).shuffle(evening.tickets)  # noqa: S311 - the order of a queue is no secret
    return evening, other


async def cancelled_ticket(pool: Pool, event: Event) -> str:
    """Somebody signed up, thought better of it, and comes all the same; their place went to others."""
    booked = await book(pool, event, make_guest("Abgesagt", "Ada"), mail=False)
    async with pool.acquire() as tx, tx.transaction():
        await registration.cancel_places(tx, event.id, await registration_ids(tx, booked), actor="guest", now=now())
    return code_of(booked)


async def replace_ticket(pool: Pool, event: Event, name: str) -> None:
    """The guest has lost the mail and got a new ticket; the old one is still on the phone."""
    async with pool.acquire() as tx, tx.transaction():
        here = "select r.id from registrations r join guests g on g.id = r.guest_id where r.event_id = $1 and g.family_name = $2"
        ticket = await ticket_of_registration(tx, event.id, await tx.fetchval(here, event.id, name))
        assert ticket is not None
        assert await reissue.reissue(tx, ticket, seen_issue=1, tokens=TOKENS, actor="guest", now=now())


async def welcome(phone: DoorPhone, guests: list[tuple[str, str]]) -> None:
    """One guest after the other, as a hardware scanner reads them: the welcome of one gives way to the ticket of the next."""
    for code, name in guests:
        await phone.page.evaluate(BURST, f"HTTPS://EMPFANG.EXAMPLE/T/{code}")
        await phone.expect_verdict("admitted", name)


async def turn_away(phone: DoorPhone, code: str, kind: str) -> None:
    await phone.page.evaluate(BURST, code)
    await phone.expect_verdict(kind)
    await phone.next_guest()


async def find(phone: DoorPhone, query: str) -> None:
    await phone.page.get_by_role("button", name="Find name").click()
    await phone.page.get_by_label("Name or company").fill(query)


async def both(phones: tuple[DoorPhone, DoorPhone], guests: list[tuple[str, str]]) -> None:
    """Both gates at once; whoever is first in line goes to the first of them."""
    await asyncio.gather(*(welcome(phone, guests[place::2]) for place, phone in enumerate(phones)))


async def test_an_evening_of_120_guests(open_phone: OpenPhone, outage: Outage, pool: Pool) -> None:
    evening, other = await plan_evening(pool)
    event, tickets = evening.event, evening.tickets
    stranger = code_of(await book(pool, other, make_guest("Fremd", "Ada"), mail=False))
    without_phone, with_old_mail, with_picture = tickets.pop(), tickets.pop(), tickets[ONLINE_UNTIL + 2]
    await replace_ticket(pool, event, with_old_mail[1])
    main, garden = await open_phone(event), await open_phone(event, gate="Garden gate", name="Jonas")
    phones = (main, garden)

    await both(phones, tickets[:ONLINE_UNTIL])
    await turn_away(main, stranger, "other_event")
    await turn_away(garden, with_old_mail[0], "replaced")
    await find(garden, with_old_mail[1])
    await garden.page.get_by_role("button", name="Check in").click()
    await garden.expect_verdict("admitted", with_old_mail[1])
    await turn_away(main, tickets[0][0], "already_in")

    await outage.begin(*phones)
    await both(phones, tickets[ONLINE_UNTIL:60])
    await main.page.reload()
    await garden.switch_off()
    await garden.switch_on(online=False)
    await garden.page.goto("/door")
    await both(phones, tickets[60:OFFLINE_UNTIL])
    await welcome(garden, [with_picture])  # the main entrance has let this ticket in; nobody at this gate can know
    await find(main, without_phone[1])
    await main.page.get_by_role("button", name="Check in").click()
    await main.expect_verdict("admitted", without_phone[1])
    await turn_away(main, "AAAABBBBCCCCDDDD", "newer_than_list")
    await turn_away(garden, evening.cancelled, "cancelled")

    lost = [await lose_answers(phone, 1) for phone in phones]
    await outage.end()
    await both(phones, tickets[OFFLINE_UNTIL:])
    await main.next_guest()
    await find(main, "Familie")
    await main.page.locator("[data-results] > li").first.get_by_role("button", name=f"All {PARTY}").click()
    await main.page.get_by_role("button", name=f"Let in: {PARTY}").click()
    await expect(main.page.locator("[data-group-status]")).to_have_text(f"Welcome: {PARTY} / {PARTY}")

    for phone in phones:
        await phone.expect_queue(0)
        await phone.expect_inside(GUESTS)
        await expect(phone.page.locator("[data-notices] > *", has_text=with_picture[1])).to_contain_text("Garden gate")
    assert [count() for count in lost] == [1, 1]
    await everything_is_right(pool, event, with_picture[1])


async def everything_is_right(pool: Pool, event: Event, twice: str) -> None:
    confirmed = await pool.fetchval("select count(*) from registrations where event_id = $1 and state = 'confirmed'", event.id)
    inside = await pool.fetchval("select count(*) from presences where event_id = $1", event.id)
    entries = await pool.fetchval("select count(*) from check_ins where event_id = $1 and verdict = 'admitted'", event.id)
    assert (confirmed, inside, entries) == (GUESTS, GUESTS, GUESTS + 1)
    refused = await pool.fetch("select coalesce(reason, verdict) from check_ins where event_id = $1 and verdict <> 'admitted'", event.id)
    assert sorted(row[0] for row in refused) == ["already_in", "cancelled", "newer_than_list", "other_event", "replaced"]
    conflicts = await pool.fetch(
        """
        select c.kind, g.family_name, a.name, b.name
        from door_conflicts c
        join registrations r on r.id = c.registration_id
        join guests g on g.id = r.guest_id
        join gates a on a.id = c.first_gate_id
        join gates b on b.id = c.gate_id
        where c.event_id = $1
        """,
        event.id,
    )
    assert [tuple(row) for row in conflicts] == [("twice", twice, "Main entrance", "Garden gate")]
