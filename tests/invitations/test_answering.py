"""What comes of answers: places taken, given back and passed on, and a history that only grows."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from events.invitations import reconcile as invitations
from events.invitations.answering import answer
from events.invitations.errors import InvitationWithdrawn, NotInvitedThere
from events.invitations.model import Answer, AnswerSource, Invitation
from events.invitations.party import party_of
from events.invitations.queries import answers_of, withdraw_invitation
from events.invitations.replies import Answers, Deputy, Giver, Reply
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration import reconcile as registration
from events.registration.claims import ClaimDesk
from events.registration.model import GuestDetails
from tests.builders import TOKENS, fill, make_event, make_guest, make_organiser

from .builders import make_invitation

INVITEE = Giver(actor="invitee", source=AnswerSource.LINK)
DEPUTY = Deputy(details=make_guest("Vertretung", "Ludwig"), email="ludwig@example.com")
ACCEPTED, DECLINED, PROVISIONAL, SUBSTITUTED = Answer.ACCEPTED, Answer.DECLINED, Answer.PROVISIONAL, Answer.SUBSTITUTED


async def say(
    pool: Pool,
    invitation: Invitation,
    *said: tuple[Event, Answer],
    deputy: Deputy = DEPUTY,
    companions: Sequence[GuestDetails] = (),
    giver: Giver = INVITEE,
) -> list[tuple[UUID, str]]:
    """Answers for Erika; whoever is named as a companion comes along everywhere. Tells what was refused."""
    replies = [
        Reply(
            event_id=event.id,
            answer=what,
            deputy=deputy if what == SUBSTITUTED else None,
            companions=tuple(range(len(companions))) if what.comes else (),
        )
        for event, what in said
    ]
    given = Answers(replies=replies, invitee=make_guest("Platzhalter", "Erika"), companions=list(companions))
    return [(no.event_id, no.refusal.code) for no in await answer(ClaimDesk(pool, TOKENS), invitation.id, given, giver=giver)]


async def who_comes(pool: Pool, invitation: Invitation) -> dict[UUID, list[tuple[str, str]]]:
    """Event → family name and state of everybody who has, or waits for, a place."""
    party = await party_of(pool, invitation.id)
    return {one.event_id: sorted((place.guest.family_name, place.state) for place in party.live_at(one.event_id)) for one in party.invited}


async def answers_now(pool: Pool, invitation: Invitation) -> list[Answer]:
    return [one.answer for one in (await party_of(pool, invitation.id)).invited]


async def counts(pool: Pool, *events: Event) -> list[tuple[int, int]]:
    """Taken and waiting at each event; nothing may be counted wrong anywhere."""
    assert await registration.differences(pool) + await invitations.differences(pool) == []
    rows = await pool.fetch("select id, taken, waiting from pools where id = any ($1)", [event.id for event in events])
    found = {row[0]: (row[1], row[2]) for row in rows}
    return [found[event.id] for event in events]


async def events(pool: Pool, number: int, **details: Any) -> list[Event]:
    async with pool.acquire() as db:
        owner = await make_organiser(db)
        return [await make_event(db, organiser_id=owner, **details) for _ in range(number)]


async def test_accepting_two_events_makes_one_guest_with_one_ticket(pool: Pool) -> None:
    dinner, visit = await events(pool, 2)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner, visit)
    assert await say(pool, invitation, (dinner, ACCEPTED), (visit, ACCEPTED)) == []
    confirmed = [("Platzhalter", "confirmed")]
    assert await who_comes(pool, invitation) == {dinner.id: confirmed, visit.id: confirmed}
    assert await answers_now(pool, invitation) == [ACCEPTED, ACCEPTED]
    tickets = await pool.fetchval(
        "select count(distinct t.id) from registrations r join tickets t on t.guest_id = r.guest_id where r.event_id = any ($1)",
        [dinner.id, visit.id],
    )
    assert (tickets, await counts(pool, dinner, visit)) == (1, [(1, 0), (1, 0)])


async def test_the_same_answer_again_changes_nothing(pool: Pool) -> None:
    (dinner,) = await events(pool, 1)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner)
    for _ in range(2):
        assert await say(pool, invitation, (dinner, ACCEPTED)) == []
    assert len(await answers_of(pool, invitation.id)) == 1
    assert await counts(pool, dinner) == [(1, 0)]


async def test_answering_in_two_windows_at_once_takes_one_place(pool: Pool) -> None:
    dinner, visit = await events(pool, 2)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner, visit)
    outcomes = await asyncio.gather(*(say(pool, invitation, (event, ACCEPTED)) for event in (dinner, visit) * 4))
    assert outcomes == [[]] * 8
    assert await counts(pool, dinner, visit) == [(1, 0), (1, 0)]
    party = await party_of(pool, invitation.id)
    assert len(party.people) == 1
    assert {booking.party_id for booking in party.bookings} == {party.invitation.booking_id}


async def test_declining_afterwards_gives_the_place_back_and_accepting_takes_one_again(pool: Pool) -> None:
    (dinner,) = await events(pool, 1)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner)
    for what, taken in ((ACCEPTED, 1), (DECLINED, 0), (ACCEPTED, 1), (PROVISIONAL, 0), (ACCEPTED, 1)):
        assert await say(pool, invitation, (dinner, what)) == []
        assert await counts(pool, dinner) == [(taken, 0)]
    given = [one.answer for one in await answers_of(pool, invitation.id)]
    assert given == [ACCEPTED, PROVISIONAL, ACCEPTED, DECLINED, ACCEPTED]


async def test_a_deputy_takes_the_same_place_with_a_ticket_of_their_own_and_it_goes_back(pool: Pool) -> None:
    (dinner,) = await events(pool, 1)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner)
    await say(pool, invitation, (dinner, ACCEPTED))
    assert await say(pool, invitation, (dinner, SUBSTITUTED)) == []
    assert await who_comes(pool, invitation) == {dinner.id: [("Vertretung", "confirmed")]}
    assert await say(pool, invitation, (dinner, ACCEPTED)) == []
    assert await who_comes(pool, invitation) == {dinner.id: [("Platzhalter", "confirmed")]}
    assert await counts(pool, dinner) == [(1, 0)]


async def test_a_deputy_may_answer_first_and_the_invitee_come_after_all(pool: Pool) -> None:
    dinner, visit = await events(pool, 2)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner, visit)
    assert await say(pool, invitation, (dinner, SUBSTITUTED), (visit, SUBSTITUTED)) == []
    assert len((await party_of(pool, invitation.id)).people) == 1
    for what in (ACCEPTED, DECLINED, SUBSTITUTED, ACCEPTED):
        assert await say(pool, invitation, (dinner, what)) == []
    assert await who_comes(pool, invitation) == {dinner.id: [("Platzhalter", "confirmed")], visit.id: [("Vertretung", "confirmed")]}
    assert await counts(pool, dinner, visit) == [(1, 0), (1, 0)]
    answered = len(await answers_of(pool, invitation.id))
    await say(pool, invitation, (dinner, ACCEPTED))
    assert len(await answers_of(pool, invitation.id)) == answered


async def test_a_deputy_awaits_approval_where_the_event_wants_it(pool: Pool) -> None:
    (dinner,) = await events(pool, 1)
    await pool.execute("update events set substitutes_need_approval = true where id = $1", dinner.id)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner)
    await say(pool, invitation, (dinner, ACCEPTED))
    await say(pool, invitation, (dinner, SUBSTITUTED))
    assert await who_comes(pool, invitation) == {dinner.id: [("Vertretung", "awaiting_approval")]}


async def test_companions_come_with_the_answer_or_later_and_stay_away_alone(pool: Pool) -> None:
    dinner, visit = await events(pool, 2)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner, visit, companions="later", max_companions=2)
    await say(pool, invitation, (dinner, ACCEPTED), (visit, ACCEPTED), companions=[make_guest("Begleitung", "Ada")])
    assert await counts(pool, dinner, visit) == [(2, 0), (2, 0)]
    party = await party_of(pool, invitation.id)
    ((ada, details),) = party.companions
    known = GuestDetails(family_name=details.family_name, given_name=details.given_name, guest_id=ada)
    assert await say(pool, invitation, (visit, ACCEPTED), companions=[known, make_guest("Begleitung", "Ben")]) == []
    assert await counts(pool, dinner, visit) == [(2, 0), (3, 0)]
    assert await say(pool, invitation, (visit, ACCEPTED)) == []
    assert await counts(pool, dinner, visit) == [(2, 0), (1, 0)]


async def test_a_full_event_is_refused_and_one_with_a_line_is_joined(pool: Pool) -> None:
    full, lined = (await events(pool, 1, capacity=1, waiting_list=False)) + (await events(pool, 1, capacity=1))
    await pool.execute("update events set organiser_id = $2 where id = $1", lined.id, full.organiser_id)
    async with pool.acquire() as db:
        await fill(db, full, 1)
        await fill(db, lined, 1)
        invitation = await make_invitation(db, full, lined)
    assert await say(pool, invitation, (full, ACCEPTED), (lined, ACCEPTED)) == [(full.id, "event_full")]
    assert await who_comes(pool, invitation) == {full.id: [], lined.id: [("Platzhalter", "waitlisted")]}
    assert [one.answer for one in (await party_of(pool, invitation.id)).invited if one.event_id == full.id] == [Answer.NONE]


async def test_last_place_goes_to_one_of_many_who_accept_at_once(pool: Pool) -> None:
    (dinner,) = await events(pool, 1, capacity=1, waiting_list=False)
    async with pool.acquire() as db:
        many = [await make_invitation(db, dinner) for _ in range(8)]
    outcomes = await asyncio.gather(*(say(pool, one, (dinner, ACCEPTED)) for one in many))
    assert sorted(len(refused) for refused in outcomes) == [0, 1, 1, 1, 1, 1, 1, 1]
    assert await counts(pool, dinner) == [(1, 0)]


async def test_a_contingent_serves_its_invitees(pool: Pool) -> None:
    (dinner,) = await events(pool, 1, capacity=10, contingents={"japan": 4})
    pool_id = await pool.fetchval("select id from pools where event_id = $1 and slug = 'japan'", dinner.id)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner, contingents={dinner.id: pool_id})
    await say(pool, invitation, (dinner, ACCEPTED))
    assert await pool.fetchval("select taken from pools where id = $1", pool_id) == 1


async def test_invitees_need_approval_only_where_the_event_says_so(pool: Pool) -> None:
    known, asked = await events(pool, 2, approval_required=True)
    await pool.execute("update events set invited_are_approved = false where id = $1", asked.id)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, known, asked)
    await say(pool, invitation, (known, ACCEPTED), (asked, ACCEPTED))
    assert await who_comes(pool, invitation) == {known.id: [("Platzhalter", "confirmed")], asked.id: [("Platzhalter", "awaiting_approval")]}


async def test_after_the_deadline_only_the_organiser_answers(pool: Pool) -> None:
    (dinner,) = await events(pool, 1)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner, answer_by=now())
    assert await say(pool, invitation, (dinner, ACCEPTED)) == [(dinner.id, "answers_closed")]
    letter = Giver(actor="staff:1", source=AnswerSource.LETTER, note="came on Monday")
    assert await say(pool, invitation, (dinner, DECLINED), giver=letter) == []
    (last,) = await answers_of(pool, invitation.id)
    assert (last.answer, last.actor, last.source, last.note) == (DECLINED, "staff:1", "letter", "came on Monday")


async def test_what_somebody_is_not_invited_to_and_withdrawn_invitations_are_refused(pool: Pool) -> None:
    dinner, other = await events(pool, 2)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner)
    with pytest.raises(NotInvitedThere):
        await say(pool, invitation, (other, ACCEPTED))
    async with pool.acquire() as db:
        await withdraw_invitation(db, invitation.id, now())
    with pytest.raises(InvitationWithdrawn):
        await say(pool, invitation, (dinner, ACCEPTED))
    assert await counts(pool, dinner, other) == [(0, 0), (0, 0)]


async def test_the_recount_finds_answers_that_do_not_fit(pool: Pool) -> None:
    (dinner,) = await events(pool, 1)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner)
    await say(pool, invitation, (dinner, ACCEPTED))
    await pool.execute("update invitation_events set answer = 'declined' where invitation_id = $1", invitation.id)
    where = f"{invitation.id}/{dinner.slug}"
    assert await invitations.differences(pool) == [
        f"{where}: current answer: stored declined, counted accepted",
        f"{where}: not coming but with a place: stored declined, counted confirmed",
    ]
    await pool.execute("update invitation_events set answer = 'accepted' where invitation_id = $1", invitation.id)
    assert await invitations.differences(pool) == []


async def test_staff_may_name_a_deputy_after_the_guests_deadline(pool: Pool) -> None:
    (dinner,) = await events(pool, 1)
    async with pool.acquire() as db:
        invitation = await make_invitation(db, dinner)
        await say(pool, invitation, (dinner, ACCEPTED))
        await db.execute("update events set deadlines = $2 where id = $1", dinner.id, {"substitute": now() - timedelta(hours=1)})
    assert await say(pool, invitation, (dinner, SUBSTITUTED)) == [(dinner.id, "changes_closed")]
    by_phone = Giver(actor="staff:018f0000-0000-7000-8000-000000000001", source=AnswerSource.PHONE)
    assert await say(pool, invitation, (dinner, SUBSTITUTED), giver=by_phone) == []
    assert await who_comes(pool, invitation) == {dinner.id: [("Vertretung", "confirmed")]}
