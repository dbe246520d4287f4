"""Somebody who is erased is nowhere any more, and every count is as before."""

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from events.invitations.model import match_key
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import insert_job
from events.kit.mail_folder import kept_names
from events.people.erased_queries import was_erased
from events.privacy.erasure import erase
from events.privacy.errors import NobodyToErase
from events.privacy.model import Holdings, Reason
from events.privacy.people import someone
from events.privacy.people_queries import trace_by_id
from events.privacy.records import is_unbroken
from events.privacy.retention_queries import records_of
from events.registration.reconcile import differences
from tests.builders import TOKENS, book, make_event, make_guest

from .builders import EMAIL, NEEDLES, WORDS, Known, make_known_person
from .inventory import ABOUT_PEOPLE, columns
from .whole_database import columns_holding


async def holdings_of(pool: Pool, known: Known) -> Holdings:
    anchor = await trace_by_id(pool, [known.organiser_id], "guests", known.guest_id)
    assert anchor is not None
    return (await someone(pool, anchor)).holdings


async def erase_known(pool: Pool, known: Known) -> Any:
    holdings = await holdings_of(pool, known)
    async with pool.acquire() as connection, connection.transaction():
        return await erase(connection, TOKENS, holdings, actor="staff:x", reason=Reason.ASKED, now=now())


async def test_a_person_is_all_their_rows(pool: Pool) -> None:
    known = await make_known_person(pool)
    assert await holdings_of(pool, known) == Holdings(
        organiser_id=known.organiser_id,
        guest_ids=[known.guest_id],
        contact_booking_ids=known.booking_ids,
        invitation_ids=[known.invitation.id],
    )
    await erase_known(pool, known)


@pytest.mark.usefixtures("nobody_else")
async def test_after_erasure_no_column_of_the_database_knows_the_person(pool: Pool) -> None:
    known = await make_known_person(pool)
    before = await columns_holding(pool, NEEDLES)
    await erase_known(pool, known)
    assert {
        "before": [column for column in columns(ABOUT_PEOPLE) if column not in before],
        "after": await columns_holding(pool, NEEDLES),
    } == {"before": [], "after": []}


async def test_places_ahead_go_to_the_waiting_list_and_counts_stay_right(pool: Pool) -> None:
    known = await make_known_person(pool)
    waiting = await book(pool, known.ahead, make_guest("Contoh", ""), accept_waitlist=True)
    freed = await erase_known(pool, known)
    states = await pool.fetch(
        "select r.event_id = $1 as ahead, r.state from registrations r where r.guest_id = $2 order by 1", known.ahead.id, known.guest_id
    )
    moved_up = await pool.fetchval("select state from registrations where booking_id = $1", waiting.booking_id)
    arrived = await pool.fetchval("select count(*) from attendances where event_id = $1", known.over.id)
    assert (freed, [tuple(row) for row in states], moved_up, arrived, await differences(pool)) == (
        [known.ahead.id],
        [(False, "confirmed"), (True, "cancelled")],
        "confirmed",
        1,
        [],
    )


async def test_erased_links_and_tickets_open_nothing(pool: Pool) -> None:
    known = await make_known_person(pool)
    hashes = "select token_hash from bookings where id = any ($1) union select code_hash from tickets where guest_id = $2 order by 1"
    before = await pool.fetch(hashes, known.booking_ids, known.guest_id)
    await erase_known(pool, known)
    after = await pool.fetch(hashes, known.booking_ids, known.guest_id)
    assert ([row for row in after if row in before], len(after)) == ([], 3)


async def test_nobody_writes_to_an_erased_guest(app: Litestar, pool: Pool, tmp_path: Path) -> None:
    known = await make_known_person(pool)
    async with pool.acquire() as connection:
        await connection.execute("delete from jobs")
        await insert_job(connection, "booking_mail", {"booking_id": known.booking_ids[0], "event_id": known.over.id, "kind": "confirmed"})
    await app.state.worker.run_until_idle()
    sent = kept_names(tmp_path)
    await erase_known(pool, known)
    async with pool.acquire() as connection:
        await insert_job(connection, "booking_mail", {"booking_id": known.booking_ids[0], "event_id": known.over.id, "kind": "confirmed"})
    await app.state.worker.run_until_idle()
    left = await pool.fetchval("select count(*) from jobs")
    assert (len(sent), kept_names(tmp_path), left) == (1, sent, 0)


async def test_an_erased_person_is_noticed_when_a_list_names_them_again(pool: Pool) -> None:
    known = await make_known_person(pool)
    key = match_key(make_guest(**WORDS))
    questions: list[dict[str, str]] = [{"email": EMAIL.upper()}, {"match": key}, {"email": "somebody@else.example", "match": "contoh"}, {}]
    before = [await was_erased(pool, TOKENS, known.organiser_id, **question) for question in questions]
    await erase_known(pool, known)
    after = [await was_erased(pool, TOKENS, known.organiser_id, **question) for question in questions]
    elsewhere = await was_erased(pool, TOKENS, (await make_known_person(pool)).organiser_id, email=EMAIL, match=key)
    assert (before, after, elsewhere) == ([False] * 4, [True, True, False, False], False)


async def test_erasing_twice_is_refused_and_leaves_one_sealed_record(pool: Pool) -> None:
    known = await make_known_person(pool)
    holdings = await holdings_of(pool, known)
    await erase_known(pool, known)
    async with pool.acquire() as connection:
        with pytest.raises(NobodyToErase):
            async with connection.transaction():
                await erase(connection, TOKENS, holdings, actor="staff:x", reason=Reason.ASKED, now=now())
    records = await records_of(pool, known.organiser_id)
    assert ([(record.kind, record.deleted, record.remaining) for record in records], is_unbroken(records)) == ([("person", 2, 0)], True)


async def test_a_companion_goes_alone(pool: Pool) -> None:
    known = await make_known_person(pool)
    outcome = await book(pool, await make_event(pool, organiser_id=known.organiser_id), make_guest(), make_guest("Contoh", ""))
    companion = await pool.fetchval("select id from guests where booking_id = $1 and position = 1", outcome.booking_id)
    anchor = await trace_by_id(pool, [known.organiser_id], "guests", companion)
    assert anchor is not None
    holdings = (await someone(pool, anchor)).holdings
    async with pool.acquire() as connection, connection.transaction():
        await erase(connection, TOKENS, holdings, actor="staff:x", reason=Reason.ASKED, now=now())
    rows = await pool.fetch(
        """
        select g.family_name, b.email, r.state
        from guests g
        join bookings b on b.id = g.booking_id
        join registrations r on r.guest_id = g.id
        where b.id = $1
        order by g.position
        """,
        outcome.booking_id,
    )
    assert [tuple(row) for row in rows] == [("Platzhalter", "guest@example.com", "confirmed"), ("", "guest@example.com", "cancelled")]


async def test_lines_of_others_that_are_still_to_be_taken_in_stay(pool: Pool) -> None:
    known = await make_known_person(pool)
    import_id = await pool.fetchval("select import_id from import_rows where invitation_id = $1", known.invitation.id)
    for line, state, cells in ((2, "ready", ["Contoh"]), (3, "imported", ["Platzhalter"]), (4, "skipped", [f"again {EMAIL}"])):
        await pool.execute("insert into import_rows (import_id, line, cells, state) values ($1, $2, $3, $4)", import_id, line, cells, state)
    await erase_known(pool, known)
    rows = await pool.fetch("select line, cells from import_rows where import_id = $1 order by line", import_id)
    assert [tuple(row) for row in rows] == [(1, []), (2, ["Contoh"]), (3, []), (4, [])]
