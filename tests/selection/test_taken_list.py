"""Lists for reviewers: what is new, changed or gone since the last one, and sealed answers for security alone."""

import csv
import io

import httpx
import pytest
from litestar import Litestar

from events.accounts.model import ReviewRole, Role
from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.programme.model import Event
from events.questions.forms import sealed_answer
from events.questions.model import Sensitivity
from events.registration import actions as registration
from events.selection.errors import NoVoice
from events.selection.taken_list import take_list
from tests.builders import TOKENS, book, make_guest
from tests.questions.builders import make_question
from tests.selection.builders import apply_for, make_selective_event, registrations_of
from tests.selection.test_pages import url
from tests.staff import browser, make_session, make_staff

SECURITY, PROTOCOL = ReviewRole.SECURITY, ReviewRole.PROTOCOL


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_next_list_says_what_is_new_changed_and_gone(tx: Connection) -> None:
    event = await make_selective_event(tx)
    staff = await make_staff(tx, event.organiser_id, role=Role.REVIEWER, reviews=[PROTOCOL, SECURITY])
    stays, leaves, changes = [await apply_for(tx, event, name) for name in ("Stays", "Leaves", "Changes")]
    first = lines(await take_list(tx, event, staff, TOKENS, role=SECURITY, now=now()))
    await registration.cancel_places(tx, event.id, leaves, actor="guest", now=now())
    await tx.execute(
        "update guests set company = 'New Ltd', updated_at = $2 where id = (select guest_id from registrations where id = $1)",
        changes[0],
        now(),
    )
    await apply_for(tx, event, "Newcomer")
    second = lines(await take_list(tx, event, staff, TOKENS, role=SECURITY, now=now()))
    others = lines(await take_list(tx, event, staff, TOKENS, role=PROTOCOL, now=now()))

    assert {line["Family name"]: line["Since the last list"] for line in first} == dict.fromkeys(("Stays", "Leaves", "Changes"), "new")
    assert [(line["Family name"], line["Since the last list"], line["State"]) for line in second] == [
        ("Changes", "changed", "Awaiting approval"),
        ("Newcomer", "new", "Awaiting approval"),
        ("Stays", "", "Awaiting approval"),
        ("Leaves", "gone", "Cancelled"),
    ]
    assert len(stays) == 1
    assert {line["Since the last list"] for line in others} == {"new"}  # protocol has lists of its own


async def test_sealed_answers_are_on_the_list_of_security_alone(tx: Connection) -> None:
    event = await make_selective_event(tx)
    staff = await make_staff(tx, event.organiser_id, reviews=[SECURITY])
    passport = await make_question(tx, event.id, "passport", sensitivity=Sensitivity.SECURITY)
    await make_question(tx, event.id, "allergies", sensitivity=Sensitivity.SENSITIVE)
    sealed = sealed_answer(passport, "C01X00T47", tokens=TOKENS, context="a")
    await book(tx, event, make_guest("=1+1", answers=[sealed]))

    contents = {role: await take_list(tx, event, staff, TOKENS, role=role, now=now()) for role in (ReviewRole.HOST, SECURITY)}

    assert [b"C01X00T47" in contents[role] for role in (ReviewRole.HOST, SECURITY)] == [False, True]
    assert [("Passport" in line, "Allergies" in line, line["Family name"]) for line in lines(contents[SECURITY])] == [
        (True, False, "'=1+1")
    ]


async def test_list_in_a_name_one_has_not_is_refused_and_leaves_nothing(tx: Connection) -> None:
    event = await make_selective_event(tx)
    staff = await make_staff(tx, event.organiser_id, role=Role.REVIEWER, reviews=[PROTOCOL])

    with pytest.raises(NoVoice):
        await take_list(tx, event, staff, TOKENS, role=SECURITY, now=now())
    assert await tx.fetchval("select count(*) from taken_lists where event_id = $1", event.id) == 0


async def test_list_is_taken_from_the_page_and_written_down(app: Litestar, organiser: httpx.AsyncClient, pool: Pool, event: Event) -> None:
    await registrations_of(pool, await book(pool, event, make_guest("Confidential")))
    answer = await organiser.post(url(event, ".csv"), data={"role": "host"})
    foreign = await make_staff(pool, (await make_selective_event(pool)).organiser_id, role=Role.OWNER, reviews=[SECURITY])
    door = await make_staff(pool, event.organiser_id, role=Role.DOOR)
    codes = []
    for staff in (foreign, door):
        async with browser(app, await make_session(pool, staff)) as client:
            codes.append((await client.post(url(event, ".csv"), data={"role": "security"})).status_code)
    codes.append((await organiser.post(url(event, ".csv"), data={"role": "nobody"})).status_code)

    assert (answer.status_code, "attachment" in answer.headers["content-disposition"], "Confidential" in answer.text) == (200, True, True)
    assert codes == [404, 403, 403]
    audited = await pool.fetchrow("select action, detail from audit_entries where subject = $1", f"event:{event.slug}")
    assert tuple(audited or ()) == ("list_taken", {"event": event.slug, "role": "host", "guests": 1})
