"""Sessions, roles and API tokens as other rooms rely on them."""

import asyncio
from datetime import timedelta

import pytest

from events.accounts import queries
from events.accounts.access import ApiClients, bearer_token, require_scope, staff_of_session
from events.accounts.actions import issue_token, revoke_token
from events.accounts.errors import Forbidden, ScopeMissing, SignInRequired, TokenRequired, UnknownOrganiser
from events.accounts.model import ReviewRole, Role, Scope, Staff
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.programme.access import event_for_client, event_for_staff
from tests.builders import make_event, make_organiser
from tests.staff import browser, make_session, make_staff, running_app


async def test_session_answers_the_person_with_every_role(tx: Connection) -> None:
    first, second = await make_organiser(tx), await make_organiser(tx)
    staff = await make_staff(tx, first, role=Role.OWNER)
    await tx.execute("insert into memberships (organiser_id, staff_id, role) values ($1, $2, 'door')", second, staff.id)

    found = await staff_of_session(tx, await make_session(tx, staff), now())

    assert found == Staff(id=staff.id, email=staff.email, name="Ada", locale="en", roles={first: Role.OWNER, second: Role.DOOR})
    assert [found.may(Role.ORGANISER, first), found.may(Role.ORGANISER, second), found.may(Role.DOOR, second)] == [True, False, True]
    assert found.organisers(Role.ORGANISER) == [first]


async def test_session_is_stored_as_a_hash_only(tx: Connection) -> None:
    token = await make_session(tx, await make_staff(tx, await make_organiser(tx)))

    stored = await tx.fetchval("select token_hash from sessions")

    assert (len(stored), token.encode() in stored) == (32, False)


async def test_session_in_use_lasts_on_and_is_written_once_an_hour(tx: Connection) -> None:
    token, begun = await make_session(tx, await make_staff(tx, await make_organiser(tx))), now()
    for minutes in (1, 30, 59):
        await staff_of_session(tx, token, begun + timedelta(minutes=minutes))
    assert await tx.fetchval("select last_seen_at - created_at from sessions") == timedelta(0)

    await staff_of_session(tx, token, begun + timedelta(days=13))

    assert await staff_of_session(tx, token, begun + timedelta(days=26))
    with pytest.raises(SignInRequired):
        await staff_of_session(tx, token, begun + timedelta(days=41))


async def test_ended_sessions_and_links_are_removed(tx: Connection) -> None:
    staff = await make_staff(tx, await make_organiser(tx))
    await make_session(tx, staff)
    await queries.insert_sign_in_link(tx, b"old", staff.id, now(), now() + timedelta(minutes=15))

    await queries.delete_ended(tx, now() + timedelta(days=1))
    counts = [await tx.fetchval(f"select count(*) from {table}") for table in ("sessions", "sign_in_links")]
    await queries.delete_ended(tx, now() + timedelta(days=15))

    assert (counts, await tx.fetchval("select count(*) from sessions")) == ([1, 0], 0)


async def test_event_is_found_by_its_own_staff_only(tx: Connection) -> None:
    ours, theirs = await make_event(tx), await make_event(tx)
    organiser = await make_staff(tx, ours.organiser_id)
    door = await make_staff(tx, ours.organiser_id, role=Role.DOOR)

    assert await event_for_staff(tx, organiser, ours.slug) == ours
    assert await event_for_staff(tx, door, ours.slug, at_least=Role.DOOR) == ours
    with pytest.raises(NotFound):
        await event_for_staff(tx, organiser, theirs.slug)
    with pytest.raises(NotFound):
        await event_for_staff(tx, door, theirs.slug, at_least=Role.DOOR)
    with pytest.raises(Forbidden):
        await event_for_staff(tx, door, ours.slug)


async def test_token_opens_its_organisers_events_within_its_scopes(tx: Connection) -> None:
    ours, theirs = await make_event(tx), await make_event(tx)
    token = await issue_token(tx, ours.organiser_slug, ["events:read", "events:read"])

    client = await ApiClients().identify(tx, token, now())

    assert client.scopes == {"events:read"}
    assert await event_for_client(tx, client, ours.slug) == ours
    with pytest.raises(NotFound):
        await event_for_client(tx, client, theirs.slug)
    require_scope(client, Scope.READ_EVENTS)
    with pytest.raises(ScopeMissing):
        require_scope(client, Scope.READ_GUESTS)


async def test_token_is_not_issued_for_an_unknown_organiser_or_scope(tx: Connection) -> None:
    await make_organiser(tx, slug="known")

    with pytest.raises(UnknownOrganiser):
        await issue_token(tx, "unknown", ["events:read"])
    with pytest.raises(ValueError, match="events:delete"):
        await issue_token(tx, "known", ["events:delete"])


async def test_revoked_token_is_refused_after_three_seconds_at_most(tx: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_organiser(tx, slug="ours")
    token, clients, moment = await issue_token(tx, "ours", ["events:read"]), ApiClients(), 1000.0
    monkeypatch.setattr("events.accounts.access.time.monotonic", lambda: moment)
    client = await clients.identify(tx, token, now())
    await revoke_token(tx, client.token_id, now())

    moment += 2.9
    assert await clients.identify(tx, token, now()) == client
    moment += 0.2
    for instance in (clients, ApiClients()):
        with pytest.raises(TokenRequired):
            await instance.identify(tx, token, now())


async def test_use_of_a_token_is_written_at_most_once_a_minute(tx: Connection) -> None:
    await make_organiser(tx, slug="ours")
    token, first = await issue_token(tx, "ours", ["events:read"]), now()
    seen = []
    for seconds in (0, 30, 61):
        await ApiClients().identify(tx, token, first + timedelta(seconds=seconds))
        seen.append((await tx.fetchval("select last_used_at from api_tokens") - first).total_seconds())

    assert seen == [0, 0, 61]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic abc", "abc"])
def test_header_without_a_bearer_token_is_refused(header: str) -> None:
    with pytest.raises(TokenRequired):
        bearer_token({"authorization": header})


def test_scheme_of_the_bearer_token_has_no_case() -> None:
    assert bearer_token({"authorization": "bearer abc"}) == "abc"


async def test_refused_callers_take_no_connection_with_them(dsn: str) -> None:
    """Twenty strangers at pages, forms and the API: afterwards every connection of a small pool is free again."""
    async with running_app(dsn, pool_size=3) as app, browser(app) as stranger:
        answers = await asyncio.gather(
            *(stranger.get("/organiser/events/dinner/guests") for _ in range(20)),
            *(stranger.post("/organiser/events/dinner/edit") for _ in range(20)),
            *(stranger.get("/api/v1/events/dinner") for _ in range(20)),
        )
        pool = app.state.pool

        assert [answer.status_code for answer in answers] == [303] * 40 + [401] * 20
        assert pool.get_idle_size() == pool.get_size()


async def test_reviewers_and_door_staff_see_their_own_work_only() -> None:
    included = {role: [other for other in Role if role.includes(other)] for role in Role}

    assert included == {
        Role.DOOR: [Role.DOOR],
        Role.REVIEWER: [Role.REVIEWER],
        Role.ORGANISER: [Role.DOOR, Role.REVIEWER, Role.ORGANISER],
        Role.OWNER: [*Role],
    }


async def test_organisers_speak_for_the_host_and_reviewers_as_their_membership_says(tx: Connection) -> None:
    ours, theirs = await make_organiser(tx), await make_organiser(tx)
    organiser = await make_staff(tx, ours, reviews=[ReviewRole.PROTOCOL])
    reviewer = await make_staff(tx, ours, role=Role.REVIEWER, reviews=[ReviewRole.SECURITY])

    found = [await staff_of_session(tx, await make_session(tx, staff), now()) for staff in (organiser, reviewer)]

    assert found == [organiser, reviewer]
    assert [staff.voices(ours) for staff in found] == [[ReviewRole.HOST, ReviewRole.PROTOCOL], [ReviewRole.SECURITY]]
    assert [staff.voices(theirs) for staff in found] == [[], []]
