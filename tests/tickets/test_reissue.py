"""A ticket in other hands is issued again: from that moment the old code opens nothing, at the door and on its page."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.door.model import Scan
from events.door.queries import redeem_tickets
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration.model import Outcome
from events.tickets import reissue
from events.tickets import reissue_queries as queries
from tests.builders import TOKENS, book, make_event, make_guest, make_organiser
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Visitor


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Visitor]:
    async with browser(app) as client:
        yield Visitor(client)


async def ticket_of(pool: Pool, outcome: Outcome) -> queries.IssuedTo:
    guest_id = await pool.fetchval("select id from guests where booking_id = $1 order by position limit 1", outcome.booking_id)
    ticket = await queries.ticket_of_party(pool, outcome.booking_id, guest_id)
    assert ticket is not None
    return ticket


async def scanned(pool: Pool, event: Event, code: str) -> tuple[str, str | None]:
    (answer,) = await redeem_tickets(pool, event.id, [Scan(id=new_id(), at=now(), operator="staff:test", code=code)])
    return answer.verdict.value, answer.reason.value if answer.reason else None


async def mails(pool: Pool, booking_id: UUID) -> list[str]:
    query = "select payload ->> 'kind' from jobs where name = 'booking_mail' and payload ->> 'booking_id' = $1 order by id"
    return [row[0] for row in await pool.fetch(query, str(booking_id))]


def new_code(ticket: queries.IssuedTo, issue: int = 2) -> str:
    return TOKENS.code("ticket", ticket.ticket_id, issue)


async def test_guest_gets_a_new_code_and_the_old_one_is_dead(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    ticket, old = await ticket_of(pool, outcome), outcome.tickets[0].code
    form = await visitor.open(f"/b/{outcome.token}/guests/{ticket.guest_id}/new-ticket")
    assert (await visitor.client.get(f"/t/{old}")).status_code == 200  # looking at the question changes nothing

    answer = await visitor.send(form, {})

    assert "the old one opens nothing any more" in answer.text
    assert f"/t/{new_code(ticket)}" in answer.links
    page = await visitor.open(f"/t/{old}")
    assert (page.status, "This ticket was replaced by a newer one." in page.text, "/tickets/lost" in page.links) == (410, True, True)
    assert [(await visitor.client.get(f"/t/{old}/{file}")).status_code for file in ("ticket.pdf", "event.ics")] == [410, 410]
    assert await scanned(pool, event, old) == ("refused", "replaced")
    assert await scanned(pool, event, new_code(ticket)) == ("admitted", None)
    assert await mails(pool, outcome.booking_id) == ["confirmed", "reissued"]
    audit = await pool.fetchrow("select actor, action, detail from audit_entries where subject = $1", f"guest:{ticket.guest_id}")
    assert audit is not None
    assert tuple(audit) == ("guest", "ticket_reissued", {"issue": 2})


async def test_form_sent_twice_issues_once(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    ticket = await ticket_of(pool, outcome)
    form = await visitor.open(f"/b/{outcome.token}/guests/{ticket.guest_id}/new-ticket")
    await asyncio.gather(*(visitor.send(form, {}) for _ in range(3)))
    assert await pool.fetchval("select issue from tickets where id = $1", ticket.ticket_id) == 2
    assert await mails(pool, outcome.booking_id) == ["confirmed", "reissued"]


async def test_form_without_the_issue_replaces_nothing(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    ticket = await ticket_of(pool, outcome)
    for issue in ("", "x", "²", "9" * 40):
        await visitor.client.post(f"/b/{outcome.token}/guests/{ticket.guest_id}/new-ticket", data={"issue": issue})
    assert await pool.fetchval("select issue from tickets where id = $1", ticket.ticket_id) == 1


@pytest.mark.parametrize("method", ["get", "post"])
async def test_foreign_guests_and_links_are_not_found(visitor: Visitor, pool: Pool, method: str) -> None:
    mine, other = await book(pool, await make_event(pool)), await book(pool, await make_event(pool))
    guest_id = (await ticket_of(pool, other)).guest_id
    ask: Any = getattr(visitor.client, method)
    paths = [f"/b/{mine.token}/guests/{guest_id}/new-ticket", f"/b/guessed/guests/{guest_id}/new-ticket"]
    assert [(await ask(path)).status_code for path in paths] == [404, 404]
    assert await scanned(pool, await make_event(pool), "A" * 16) == ("refused", "unknown")


async def test_place_that_is_not_confirmed_has_no_ticket_to_replace(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool))
    ticket = await ticket_of(pool, outcome)
    await pool.execute("update registrations set state = 'cancelled', pool_id = null where booking_id = $1", outcome.booking_id)
    answer = await visitor.open(f"/b/{outcome.token}/guests/{ticket.guest_id}/new-ticket")
    assert (answer.status, "There is no ticket for this at the moment." in answer.text) == (409, True)


async def test_code_of_another_organisers_former_ticket_is_as_unknown_as_an_invented_one(pool: Pool) -> None:
    event, elsewhere = await make_event(pool), await make_event(pool)
    outcome = await book(pool, event)
    ticket = await ticket_of(pool, outcome)
    async with pool.acquire() as tx, tx.transaction():
        assert await reissue.reissue(tx, ticket, seen_issue=1, tokens=TOKENS, actor="guest", now=now())
    assert await scanned(pool, elsewhere, outcome.tickets[0].code) == ("refused", "unknown")
    assert await scanned(pool, event, outcome.tickets[0].code) == ("refused", "replaced")


@pytest.mark.parametrize("first", ["reissue", "scan"])
async def test_scan_and_reissue_take_turns(pool: Pool, first: str) -> None:
    """Whoever comes second waits: a scan that was asked before the new code, and answered after it, lets nobody in by the old one."""
    event = await make_event(pool)
    outcome = await book(pool, event)
    ticket, old = await ticket_of(pool, outcome), outcome.tickets[0].code
    scan = Scan(id=new_id(), at=now(), operator="staff:test", code=old)

    async def renew(db: Any) -> bool:
        return await reissue.reissue(db, ticket, seen_issue=1, tokens=TOKENS, actor="guest", now=now())

    async def second() -> Any:
        async with pool.acquire() as db, db.transaction():
            return await (redeem_tickets(db, event.id, [scan]) if first == "reissue" else renew(db))

    async with pool.acquire() as tx, tx.transaction():
        ahead: Any = await (renew(tx) if first == "reissue" else redeem_tickets(tx, event.id, [scan]))
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        assert not waiting.done()
    behind = await waiting
    answers = behind if first == "reissue" else ahead
    assert [answer.verdict.value for answer in answers] == ["refused" if first == "reissue" else "admitted"]
    assert await scanned(pool, event, old) == ("refused", "replaced")
    again = await scanned(pool, event, new_code(ticket))
    assert again[0] == ("admitted" if first == "reissue" else "already_in")


async def test_many_scans_against_reissues_never_admit_a_dead_code(pool: Pool) -> None:
    event = await make_event(pool)
    outcomes = [await book(pool, event, make_guest(f"Race {n}"), mail=False) for n in range(12)]
    tickets = [await ticket_of(pool, outcome) for outcome in outcomes]

    async def renew(ticket: queries.IssuedTo) -> None:
        async with pool.acquire() as tx, tx.transaction():
            await reissue.reissue(tx, ticket, seen_issue=1, tokens=TOKENS, actor="guest", now=now())

    codes = [outcome.tickets[0].code for outcome in outcomes]
    work = [renew(ticket) for ticket in tickets] + [scanned(pool, event, code) for code in codes]
    verdicts = (await asyncio.gather(*work))[12:]
    assert set(verdicts) <= {("admitted", None), ("refused", "replaced")}
    assert {await scanned(pool, event, code) for code in codes} == {("refused", "replaced")}
    expected = [("already_in", None) if verdict == ("admitted", None) else ("admitted", None) for verdict in verdicts]
    assert [await scanned(pool, event, new_code(ticket)) for ticket in tickets] == expected


async def test_organiser_issues_again_from_the_guest_list(app: Litestar, pool: Pool) -> None:
    organiser_id = await make_organiser(pool)
    event = await make_event(pool, organiser_id=organiser_id)
    outcome = await book(pool, event)
    ticket = await ticket_of(pool, outcome)
    staff = await make_staff(pool, organiser_id)
    async with browser(app, await make_session(pool, staff)) as client:
        visitor = Visitor(client)
        (link,) = [link for link in (await visitor.open(f"/organiser/events/{event.slug}/guests")).links if link.endswith("/new-ticket")]
        form = await visitor.open(link)
        sent = await visitor.client.post(form.forms[-1].action, data=dict(form.forms[-1].fields))
    assert (sent.status_code, sent.headers["location"]) == (303, f"/organiser/events/{event.slug}/guests?done=reissued")
    assert await scanned(pool, event, outcome.tickets[0].code) == ("refused", "replaced")
    assert await pool.fetchval("select actor from audit_entries where subject = $1", f"guest:{ticket.guest_id}") == staff.actor


@pytest.mark.parametrize(("role", "own", "status"), [(Role.ORGANISER, False, 404), (Role.DOOR, True, 403)])
async def test_others_cannot_issue_again(app: Litestar, pool: Pool, role: Role, own: bool, status: int) -> None:
    event = await make_event(pool)
    outcome = await book(pool, event)
    registration_id = await pool.fetchval("select id from registrations where booking_id = $1", outcome.booking_id)
    staff = await make_staff(pool, event.organiser_id if own else await make_organiser(pool), role=role)
    path = f"/organiser/events/{event.slug}/guests/{registration_id}/new-ticket"
    async with browser(app, await make_session(pool, staff)) as client:
        answers = [(await client.get(path)).status_code, (await client.post(path, data={"issue": "1"})).status_code]
    assert answers == [status, status]
    assert await scanned(pool, event, outcome.tickets[0].code) == ("admitted", None)
