"""Taking a list in: all good lines once, whoever dies in between, however often it is brought; and taking it back."""

import asyncio
import signal
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from events.invitations import import_queries, import_run_queries, importing
from events.invitations.import_errors import AnotherListBuildsOnIt, SomebodyWasToldOrAnswered
from events.invitations.import_model import Defaults, Import
from events.invitations.import_target_queries import target_of
from events.invitations.queries import invitation_by_id, invitation_by_link
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.jobs import Worker
from events.kit.tokens import token_hash
from events.programme.model import Event
from tests.builders import TOKENS
from tests.invitations.builders import link_of
from tests.invitations.dying_importer import DIES_IN_PORTION, PORTION
from tests.invitations.import_builders import csv_of

ACTOR = "staff:test"


async def staged(pool: Pool, content: bytes, *events: Event, co_host_id: UUID | None = None) -> Import:
    """A list that was looked at, for these events of their programme."""
    programme_id = await pool.fetchval("select programme_id from events where id = $1", events[0].id)
    target = await target_of(pool, programme_id=programme_id, event_id=None, co_host_id=co_host_id)
    assert target is not None
    import_id = await importing.upload(pool, target, actor=ACTOR, file_name="guests.csv", content=content, now=now())
    await importing.stage(pool, await read(pool, import_id), target, Defaults(events={event.id: None for event in events}))
    return await read(pool, import_id)


async def read(pool: Pool, import_id: UUID) -> Import:
    list_ = await import_queries.import_by_id(pool, import_id)
    assert list_ is not None
    return list_


async def start(pool: Pool, list_: Import) -> None:
    target = await importing.target_of_import(pool, list_)
    async with pool.acquire() as connection, connection.transaction():
        await importing.start(connection, list_, target, tokens=TOKENS, now=now())


async def work(pool: Pool) -> None:
    """Does the background work that is due."""
    await Worker(pool, {importing.JOB: importing.importer(TOKENS)}).run_until_idle()


async def brought(pool: Pool, content: bytes, *events: Event) -> Import:
    list_ = await staged(pool, content, *events)
    await start(pool, list_)
    await work(pool)
    return await read(pool, list_.id)


async def undo(pool: Pool, list_: Import) -> int:
    async with pool.acquire() as connection, connection.transaction():
        return await importing.undo(connection, list_.id, actor=ACTOR)


def outcome(list_: Import) -> tuple[str, int, int, int, int]:
    return list_.state, list_.imported, list_.merged, list_.skipped, list_.bad


def guests(count: int, *, bad: int = 0) -> bytes:
    """So many people, some of them without a name."""
    every = count // bad if bad else count + 1
    return csv_of(*((f"Guest {n}" if n % every else "", "Anna", f"guest-{n}@example.com", "Musterlinse GmbH") for n in range(1, count + 1)))


async def families(pool: Pool, event: Event) -> list[str]:
    rows = await pool.fetch(
        "select i.family_name from invitations i join invitation_events e on e.invitation_id = i.id where e.event_id = $1", event.id
    )
    return [row[0] for row in rows]


async def test_ten_thousand_lines_with_five_hundred_bad_ones(pool: Pool, dinner: Event) -> None:
    content = guests(10_000, bad=500)

    assert outcome(await brought(pool, content, dinner)) == ("done", 9_500, 0, 0, 500)
    names = await families(pool, dinner)
    assert (len(names), len(set(names))) == (9_500, 9_500)

    assert outcome(await brought(pool, content, dinner)) == ("done", 0, 0, 9_500, 500)
    assert len(await families(pool, dinner)) == 9_500


async def test_two_presses_take_a_list_in_once(pool: Pool, dinner: Event) -> None:
    list_ = await staged(pool, guests(30), dinner)

    await asyncio.gather(start(pool, list_), start(pool, list_))

    assert outcome(await read(pool, list_.id)) == ("done", 30, 0, 0, 0)
    assert len(await families(pool, dinner)) == 30


async def test_two_workers_share_a_list(pool: Pool, dinner: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PORTION", 20)
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    list_ = await staged(pool, guests(200), dinner)
    await start(pool, list_)
    await asyncio.gather(*(work(pool) for _ in range(4)))
    await pool.execute("update jobs set run_at = now() where name = $1", importing.JOB)
    await work(pool)

    assert outcome(await read(pool, list_.id)) == ("done", 200, 0, 0, 0)
    assert sorted(await families(pool, dinner)) == sorted(f"Guest {n}" for n in range(1, 201))
    audit = "select count(*) from audit_entries where subject = $1"
    assert await pool.fetchval(audit, f"import:{list_.id}") == 1


async def test_killed_import_goes_on_where_it_was(pool: Pool, dsn: str, dinner: Event) -> None:
    list_ = await staged(pool, guests(100), dinner)
    await pool.execute("update imports set state = 'running' where id = $1", list_.id)
    await killed(dsn, list_)

    assert len(await families(pool, dinner)) == PORTION * (DIES_IN_PORTION - 1)
    async with pool.acquire() as connection, connection.transaction():
        await importing.go_on(connection, await read(pool, list_.id))
    await finished(pool, list_)

    assert outcome(await read(pool, list_.id)) == ("done", 100, 0, 0, 0)
    assert sorted(await families(pool, dinner)) == sorted(f"Guest {n}" for n in range(1, 101))


async def test_without_the_transaction_a_killed_import_would_lose_count(pool: Pool, dinner: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the portion is written, its lines are not settled, and no key knows the people again."""
    record = importing._record
    monkeypatch.setattr(importing, "_record", lambda *given: record(*given) | {"row_key": None})
    list_ = await staged(pool, guests(10), dinner)
    target = await importing.target_of_import(pool, list_)
    settle = import_run_queries.settle_rows

    async def die(*_given: Any) -> None:
        raise ConnectionResetError

    async with pool.acquire() as connection:
        monkeypatch.setattr(import_run_queries, "settle_rows", die)
        with pytest.raises(ConnectionResetError):
            await importing.take_portion(connection, list_, target, tokens=TOKENS, now=now())
        monkeypatch.setattr(import_run_queries, "settle_rows", settle)
        await importing.take_portion(connection, list_, target, tokens=TOKENS, now=now())

    assert len(await families(pool, dinner)) == 20


async def killed(dsn: str, list_: Import) -> None:
    """A worker of its own is killed in the middle of a portion."""
    command = [sys.executable, "-m", "tests.invitations.dying_importer", dsn, str(list_.id)]
    worker = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"here\n"
    worker.send_signal(signal.SIGKILL)
    await worker.wait()


async def finished(pool: Pool, list_: Import) -> None:
    """Works until the list is done: the server may need a moment to see that the dead worker's locks are nobody's."""
    while (await read(pool, list_.id)).state != "done":
        await pool.execute("update jobs set run_at = now() where name = $1", importing.JOB)
        await work(pool)


async def test_same_person_brought_for_another_event_gets_it_added(pool: Pool, dinner: Event, visit: Event) -> None:
    content = csv_of(("Satō", "Kenji", "kenji@example.com", ""))
    await brought(pool, content, dinner)

    list_ = await brought(pool, csv_of(("Satoh", "Kenji", "KENJI@example.com", "")), visit)

    assert outcome(list_) == ("done", 0, 1, 0, 0)
    assert (await families(pool, dinner), await families(pool, visit)) == (["Satō"], ["Satō"])


async def test_two_lines_of_one_person_become_one_invitation(pool: Pool, dinner: Event, visit: Event) -> None:
    header = ("Family name", "E-mail", "Events")
    rows = [("Müller", "m@example.com", dinner.slug), ("Mueller", "m@example.com", visit.slug)]

    list_ = await brought(pool, csv_of(*rows, header=header), dinner)

    assert outcome(list_) == ("done", 1, 1, 0, 0)
    assert (await families(pool, dinner), await families(pool, visit)) == (["Müller"], ["Müller"])


async def test_links_of_imported_invitations_open(pool: Pool, dinner: Event) -> None:
    await brought(pool, csv_of(("Linked", "Lena", "lena@example.com", "")), dinner)
    invitation_id = await pool.fetchval("select id from invitations where email = 'lena@example.com'")
    invitation = await invitation_by_id(pool, invitation_id)
    assert invitation is not None
    found = await invitation_by_link(pool, token_hash(link_of(invitation).removeprefix("/i/")))
    assert found == (invitation, "invitee")


async def test_import_is_taken_back_whole(pool: Pool, dinner: Event, visit: Event) -> None:
    await brought(pool, csv_of(("Old", "Olga", "olga@example.com", "")), dinner)
    list_ = await brought(pool, csv_of(("New", "Nina", "nina@example.com", ""), ("Old", "Olga", "olga@example.com", "")), dinner, visit)
    assert outcome(list_) == ("done", 1, 1, 0, 0)

    assert await undo(pool, list_) == 1

    assert (await families(pool, dinner), await families(pool, visit)) == (["Old"], [])
    assert outcome(await brought(pool, csv_of(("New", "Nina", "nina@example.com", "")), dinner)) == ("done", 1, 0, 0, 0)


@pytest.mark.parametrize("told", ["answer", "letter", "mail"])
async def test_import_of_which_somebody_knows_is_not_taken_back(pool: Pool, dinner: Event, told: str) -> None:
    list_ = await brought(pool, csv_of(("New", "Nina", "nina@example.com", ""), ("Two", "Tom", "tom@example.com", "")), dinner)
    invitation_id = await pool.fetchval("select id from invitations where batch_id = $1 limit 1", list_.id)
    statements = {
        "answer": "update invitation_events set answer = 'declined', answered_at = now() where invitation_id = $1",
        "letter": "update invitations set posted_at = now() where id = $1",
        "mail": """
            insert into mails (organiser_id, invitation_id, kind, job_id, recipient, locale, status, job_name, job_payload)
            select organiser_id, id, 'invitation', 0, email, locale, 'sent', 'test', '{}' from invitations where id = $1
            """,
    }
    await pool.execute(statements[told], invitation_id)

    with pytest.raises(SomebodyWasToldOrAnswered):
        await undo(pool, list_)

    assert sorted(await families(pool, dinner)) == ["New", "Two"]


async def test_import_that_another_builds_on_is_not_taken_back_first(pool: Pool, dinner: Event, visit: Event) -> None:
    first = await brought(pool, csv_of(("New", "Nina", "nina@example.com", "")), dinner)
    second = await brought(pool, csv_of(("New", "Nina", "nina@example.com", "")), visit)

    with pytest.raises(AnotherListBuildsOnIt):
        await undo(pool, first)
    await undo(pool, second)
    await undo(pool, first)

    assert await families(pool, dinner) == []


async def test_rows_are_forgotten_after_seven_days(pool: Pool, dinner: Event) -> None:
    never, young, done = (
        await staged(pool, guests(3), dinner),
        await staged(pool, guests(3), dinner),
        await brought(pool, guests(3), dinner),
    )
    old = now() - timedelta(days=7, minutes=1)
    await pool.execute("update imports set created_at = $2 where id = any ($1)", [never.id, done.id], old)

    assert await importing.forget_old_rows(pool) == 2

    lists = [never.id, young.id, done.id]
    rows = await pool.fetch("select import_id, count(*) from import_rows where import_id = any ($1) group by 1", lists)
    assert [tuple(row) for row in rows] == [(young.id, 3)]
    left = await pool.fetch("select id, content, file_name, imported from imports where id = any ($1) order by id", [never.id, done.id])
    assert [tuple(row) for row in left] == [(done.id, None, "", 3)]


async def test_two_lists_with_the_same_people_at_once_bring_them_once(pool: Pool, dinner: Event) -> None:
    people = [(f"Guest {n}", "Anna", f"guest-{n}@example.com", "") for n in range(150)]
    lists = [await staged(pool, csv_of(*rows), dinner) for rows in (people, people[::-1])]

    await asyncio.gather(*(start(pool, list_) for list_ in lists))

    outcomes = [outcome(await read(pool, list_.id)) for list_ in lists]
    assert sorted(outcomes) == [("done", 0, 0, 150, 0), ("done", 150, 0, 0, 0)]
    assert sorted(await families(pool, dinner)) == sorted(name for name, *_rest in people)


async def test_strange_event_is_no_target(pool: Pool) -> None:
    assert await target_of(pool, programme_id=new_id(), event_id=None) is None
