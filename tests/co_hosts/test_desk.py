"""A co-host's people see and manage their own contingents and guests, and nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from events.invitations.model import Answer
from events.invitations.queries import answers_of
from events.invitations.reconcile import differences as invitation_differences
from events.kit.clock import now
from events.kit.database import Pool
from events.registration.actions import cancel_places
from events.registration.reconcile import differences
from tests.builders import book, make_guest
from tests.co_hosts.builders import Hosted, make_hosted_event
from tests.invitations.builders import make_invitation
from tests.invitations.test_answering import say, who_comes
from tests.staff import browser, make_session, running_app


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def hosted(pool: Pool) -> Hosted:
    return await make_hosted_event(pool)


@pytest.fixture
async def member(app: Litestar, pool: Pool, hosted: Hosted) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, await make_session(pool, hosted.member)) as client:
        yield client


async def registration_of(pool: Pool, family_name: str, event_id: object) -> str:
    return str(
        await pool.fetchval(
            "select r.id from registrations r join guests g on g.id = r.guest_id where g.family_name = $1 and r.event_id = $2",
            family_name,
            event_id,
        )
    )


async def test_own_desk_opens_at_once_and_shows_own_places_only(member: httpx.AsyncClient, hosted: Hosted) -> None:
    answer = await member.get("/organiser")
    assert (answer.status_code, answer.headers["location"]) == (303, "/co-hosts")
    answer = await member.get("/co-hosts")
    assert answer.headers["location"] == f"/co-hosts/{hosted.co_hosts['japan']}"

    desk = await member.get(answer.headers["location"])

    assert (desk.status_code, "Partner japan" in desk.text, "Partner berlin" in desk.text) == (200, True, False)


async def test_guests_of_others_do_not_exist_for_a_co_host(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    await book(pool, hosted.event, make_guest("Mieko"), contingent="japan")
    await book(pool, hosted.event, make_guest("Fremd"), contingent="berlin")
    other = await registration_of(pool, "Fremd", hosted.event.id)
    home = f"/co-hosts/{hosted.co_hosts['japan']}"

    shown = await member.get(f"{home}/places/{hosted.event.id}")
    refused = [
        (await member.get(f"/co-hosts/{hosted.co_hosts['berlin']}")).status_code,
        (await member.get(f"{home}/guests/{other}")).status_code,
        (await member.post(f"{home}/guests/{other}/cancellation")).status_code,
        (await member.post(f"{home}/guests/{other}/substitute", data={"family_name": "Nobody"})).status_code,
        (await member.post(f"{home}/contingents/{hosted.pools['berlin']}/release")).status_code,
        (await member.get(f"/organiser/events/{hosted.event.slug}/guests")).status_code,
        (await member.get(f"/organiser/co-hosts/{hosted.co_hosts['japan']}")).status_code,
    ]

    assert ("Mieko" in shown.text, "Fremd" in shown.text, refused) == (True, False, [404] * 7)
    assert await pool.fetchval("select state from registrations where id = $1", other) == "confirmed"


async def test_unused_places_are_given_back_once(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    await book(pool, hosted.event, make_guest("Mieko"), contingent="japan")
    release = f"/co-hosts/{hosted.co_hosts['japan']}/contingents/{hosted.pools['japan']}/release"

    answers = [(await member.post(release)).status_code for _ in range(2)]

    assert answers == [303, 409]
    assert await pool.fetchval("select (capacity, guaranteed) = (1, 4) from pools where id = $1", hosted.pools["japan"])
    assert await differences(pool) == []


async def test_substitute_takes_the_place_without_a_further_one(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    await book(pool, hosted.event, make_guest("Mieko"), contingent="japan")
    registration = await registration_of(pool, "Mieko", hosted.event.id)
    home = f"/co-hosts/{hosted.co_hosts['japan']}"

    wrong = await member.post(f"{home}/guests/{registration}/substitute", data={"given_name": "次郎", "company": "例示電機"})
    right = await member.post(f"{home}/guests/{registration}/substitute", data={"family_name": "𠮷例", "given_name": "次郎"})

    assert (wrong.status_code, "例示電機" in wrong.text, right.status_code) == (422, True, 303)
    assert await registration_of(pool, "𠮷例", hosted.event.id) == registration
    assert await pool.fetchval("select taken from pools where id = $1", hosted.pools["japan"]) == 1


async def test_replaced_invitee_has_sent_a_deputy_and_does_not_come_back_by_saving_the_page(
    member: httpx.AsyncClient, pool: Pool, hosted: Hosted
) -> None:
    contingent = {hosted.event.id: hosted.pools["japan"]}
    async with pool.acquire() as db:
        invitation = await make_invitation(db, hosted.event, contingents=contingent, co_host_id=hosted.co_hosts["japan"])
    await say(pool, invitation, (hosted.event, Answer.ACCEPTED))
    registration = await registration_of(pool, "Platzhalter", hosted.event.id)
    await member.post(
        f"/co-hosts/{hosted.co_hosts['japan']}/guests/{registration}/substitute", data={"family_name": "𠮷例", "given_name": "次郎"}
    )

    given = [(one.answer, one.actor) for one in await answers_of(pool, invitation.id)]
    assert given == [(Answer.SUBSTITUTED, hosted.member.actor), (Answer.ACCEPTED, "invitee")]
    assert await who_comes(pool, invitation) == {hosted.event.id: [("𠮷例", "confirmed")]}
    assert await invitation_differences(pool) + await differences(pool) == []


async def test_cancelled_guest_frees_the_place_of_the_contingent(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    await book(pool, hosted.event, make_guest("Mieko"), contingent="japan")
    registration = await registration_of(pool, "Mieko", hosted.event.id)
    page = f"/co-hosts/{hosted.co_hosts['japan']}/guests/{registration}"

    answers = [(await member.post(f"{page}/cancellation")).status_code for _ in range(2)]

    assert (answers, await pool.fetchval("select taken from pools where id = $1", hosted.pools["japan"])) == ([303, 404], 0)


async def test_waiting_guest_of_the_contingent_is_seen(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    for number in range(5):
        await book(pool, hosted.event, make_guest(f"Number {number}"), contingent="japan", accept_waitlist=True)
    gone = await registration_of(pool, "Number 0", hosted.event.id)
    async with pool.acquire() as db, db.transaction():
        await cancel_places(db, hosted.event.id, [gone], actor="guest", now=now())  # type: ignore[list-item]

    shown = await member.get(f"/co-hosts/{hosted.co_hosts['japan']}/places/{hosted.event.id}")

    assert ["Number 0" in shown.text, "Number 4" in shown.text] == [False, True]
