"""Everything that can happen to two events happens to them at once: answers, sign-ups, cancellations, verdicts, scans, deputies,
offers, new sizes, erasures. Refusals are fine; a deadlock, an error of ours, a lost connection or a wrong count is not.

`HAMMER_SECONDS` makes it longer.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from events.accounts.model import ReviewRole, Role, Staff
from events.door.desk import CheckInDesk
from events.invitations import actions as invitation_actions
from events.invitations import reconcile as invitations
from events.invitations.answering import answer
from events.invitations.model import Answer, AnswerSource, Invitation
from events.invitations.replies import Answers, Deputy, Giver, Reply
from events.kit.clock import now
from events.kit.database import OUT_OF_SERVICE, Pool, open_pool
from events.kit.errors import DomainError
from events.privacy import erasure
from events.privacy.model import Holdings, Reason
from events.programme import actions as programme
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration import actions as registration
from events.registration import queries as registration_queries
from events.registration import reconcile as places
from events.registration.claims import ClaimDesk
from events.registration.model import SignUp
from events.selection import actions as selection
from events.selection import line_actions, line_queries
from events.selection.model import Verdict
from tests.builders import TOKENS, make_event, make_guest, make_organiser, make_programme
from tests.door.builders import scan
from tests.invitations.builders import make_invitation
from tests.staff import make_staff

SECONDS = float(os.environ.get("HAMMER_SECONDS", "4"))
TASKS = 30
INVITEE = Giver(actor="invitee", source=AnswerSource.LINK)
GIVEN = (Answer.ACCEPTED, Answer.ACCEPTED, Answer.SUBSTITUTED, Answer.DECLINED, Answer.PROVISIONAL)


class Crowd:
    """Guests, staff and the door, none of whom looks at what the others do."""

    def __init__(
        self, pool: Pool, events: list[Event], invited: list[Invitation], staff: Staff, *, lost: tuple[type[Exception], ...]
    ) -> None:
        self.pool, self.events, self.invited, self.staff, self.lost = pool, events, invited, staff, lost
        self.desk, self.door = ClaimDesk(pool, TOKENS), CheckInDesk(pool)
        self.chance = random.Random(7)  # noqa: S311 (a storm, not a secret)
        self.happened: Counter[str] = Counter()
        self.deeds: list[Callable[[Event], Awaitable[object]]] = [
            self.answers, self.answers, self.signs_up, self.cancels, self.judges, self.judges, self.scans, self.sends_deputy,
            self.takes_offer, self.looks,
            self.waits_again, self.serves, self.prefers, self.resizes, self.expires, self.erases, self.withdraws, self.edits,
        ]  # fmt: skip

    async def goes_on(self, until: float) -> None:
        while time.monotonic() < until:
            deed = self.chance.choice(self.deeds)
            try:
                await deed(self.chance.choice(self.events))
                self.happened[deed.__name__] += 1
            except DomainError as refusal:
                self.happened[f"{deed.__name__}: {refusal.code}"] += 1
            except self.lost:
                self.happened["connection lost"] += 1
            except Exception as error:
                error.add_note(deed.__name__)
                raise

    async def answers(self, event: Event) -> None:
        invitation, said = self.chance.choice(self.invited), self.chance.choice(GIVEN)
        deputy = Deputy(details=make_guest("Vertretung", str(self.chance.randrange(3)))) if said == Answer.SUBSTITUTED else None
        companions = [make_guest("Begleitung", str(invitation.id)[-4:])] if said.comes and self.chance.random() < 0.3 else []
        reply = Reply(event_id=event.id, answer=said, deputy=deputy, companions=tuple(range(len(companions))))
        given = Answers(replies=[reply], invitee=make_guest(), companions=companions)
        for refused in await answer(self.desk, invitation.id, given, giver=INVITEE):
            self.happened[f"answers: {refused.refusal.code}"] += 1

    async def signs_up(self, event: Event) -> None:
        party = [make_guest(f"Gast {n}") for n in range(self.chance.choice((1, 1, 2, 3)))]
        key = f"key-{self.chance.randrange(400)}"
        sign_up = SignUp(
            key=key, email="a@example.com", locale="en", source="form", guests=party, accept_waitlist=self.chance.random() < 0.8
        )
        await registration.register(self.desk, event, sign_up)

    async def cancels(self, event: Event) -> None:
        if one := await self._somebody(event):
            async with self.pool.acquire() as tx, tx.transaction():
                await registration.give_back(tx, event.id, [one["id"]], actor=self.chance.choice(("guest", "staff:test")), now=now())

    async def judges(self, event: Event) -> None:
        rows = await self.pool.fetch("select id from registrations where event_id = $1 and state = 'awaiting_approval' limit 5", event.id)
        verdict = self.chance.choice(("approved", "approved", "rejected", "incomplete"))
        async with self.pool.acquire() as tx, tx.transaction():
            await selection.give_verdicts(
                tx, event, self.staff, [row["id"] for row in rows], role=ReviewRole.HOST, verdict=Verdict(verdict), now=now(),
                reason="", missing="passport",
            )  # fmt: skip

    async def scans(self, event: Event) -> None:
        if one := await self._somebody(event):
            await self.door.redeem(event.id, scan(registration_id=one["id"]))

    async def sends_deputy(self, event: Event) -> None:
        if one := await self._somebody(event):
            async with self.pool.acquire() as tx, tx.transaction():
                booking = await registration_queries.booking_by_id(tx, one["booking_id"])
                assert booking is not None
                details = make_guest("Vertretung", str(self.chance.randrange(9)))
                await registration.substitute(tx, event, booking, one["id"], details, tokens=TOKENS, actor="guest", now=now())

    async def takes_offer(self, event: Event) -> None:
        row = await self.pool.fetchrow("select booking_id from registrations where event_id = $1 and state = 'offered' limit 1", event.id)
        if row:
            async with self.pool.acquire() as tx, tx.transaction():
                await registration_queries.lock_places(tx, event.id)
                booking = await registration_queries.booking_by_id(tx, row[0])
                assert booking is not None
                if self.chance.random() < 0.5:
                    coming = [place.registration_id for place in booking.offered_places][:1]
                    await registration.accept_offer(tx, booking, coming, now=now())
                else:
                    await registration.decline_offer(tx, booking, now=now())

    async def looks(self, event: Event) -> None:
        await line_queries.parties_in_line(self.pool, event.id, after=0)
        await line_queries.live_offers(self.pool, event.id)
        await line_queries.lapsed_offers(self.pool, event.id)
        await line_queries.latest_served(self.pool, event.id)

    async def waits_again(self, event: Event) -> None:
        await self._at_the_line(event, "lapsed", line_actions.put_back, in_former_place=self.chance.random() < 0.5, now=now())

    async def serves(self, event: Event) -> None:
        await self._at_the_line(event, "waiting", line_actions.offer_out_of_turn, now=now())

    async def prefers(self, event: Event) -> None:
        await self._at_the_line(event, "waiting", line_actions.set_priority, priority=self.chance.randrange(3), reason="Protocol")

    async def resizes(self, event: Event) -> None:
        async with self.pool.acquire() as tx, tx.transaction():
            await programme.resize(tx, self.staff, event, pool_id=event.id, capacity=self.chance.randrange(8, 20), now=now())

    async def expires(self, event: Event) -> None:
        async with self.pool.acquire() as tx, tx.transaction():  # time passes; locked as everybody does it
            await registration_queries.lock_places(tx, event.id)
            await tx.execute(
                """
                update registrations
                set expires_at = now()
                where id in (select id
                             from registrations
                             where event_id = $1
                               and state = 'offered'
                               and random() < 0.2
                             order by id
                             for no key update)
                """,
                event.id,
            )
        await registration.expire_holds(self.pool)

    async def erases(self, event: Event) -> None:
        one = await self._somebody(event)
        if one and self.chance.random() < 0.3:
            holdings = Holdings(organiser_id=event.organiser_id, guest_ids=[one["guest_id"]])
            async with self.pool.acquire() as tx, tx.transaction():
                await erasure.erase(tx, TOKENS, holdings, actor="staff:test", reason=Reason.ASKED, now=now())

    async def withdraws(self, event: Event) -> None:
        if len(self.invited) > 10 and self.chance.random() < 0.1:
            one = self.invited.pop()
            await invitation_actions.withdraw(self.pool, one.id, actor="staff:test", take_places_back=True, now=now())

    async def edits(self, event: Event) -> None:
        if one := await self._somebody(event):
            async with self.pool.acquire() as tx, tx.transaction():
                booking = await registration_queries.booking_by_id(tx, one["booking_id"])
                assert booking is not None
                await registration.change_guest(tx, booking, one["guest_id"], make_guest("Neu"), withdraw=[], now=now())

    async def _somebody(self, event: Event) -> dict[str, UUID] | None:
        rows = await self.pool.fetch(
            "select id, booking_id, guest_id from registrations where event_id = $1 and state not in ('cancelled', 'expired')", event.id
        )
        return dict(self.chance.choice(rows)) if rows else None

    async def _at_the_line(self, event: Event, state: str, deed: Callable[..., Awaitable[None]], **given: object) -> None:
        rows = await self.pool.fetch("select booking_id from waitlist_entries where event_id = $1 and state = $2", event.id, state)
        if rows:
            async with self.pool.acquire() as tx, tx.transaction():
                await deed(tx, event, self.staff, self.chance.choice(rows)[0], **given)


async def _two_events(pool: Pool) -> tuple[list[Event], UUID, UUID]:
    owner = await make_organiser(pool)
    programme_id = await make_programme(pool, organiser_id=owner)
    dinner = await make_event(pool, programme_id=programme_id, capacity=14, contingents={"japan": 4}, approval_required=True)
    visit = await make_event(pool, programme_id=programme_id, capacity=12)
    await pool.execute("update events set offer_hours = 24, substitutes_need_approval = true where programme_id = $1", programme_id)
    events = [await _event(pool, one.id) for one in (dinner, visit)]
    return events, owner, programme_id


async def _event(db: Pool, event_id: UUID) -> Event:
    found = await event_by_id(db, event_id)
    assert found is not None
    return found


async def _hammered(pool: Pool, dsn: str, *, kills: bool) -> tuple[Crowd, list[str], bool]:
    """What happened, what went wrong, and whether every connection came back."""
    events, owner, programme_id = await _two_events(pool)
    staff = await make_staff(pool, owner, role=Role.OWNER, reviews=[*ReviewRole])
    rules: dict[str, Any] = {"programme_id": programme_id, "companions": "named", "max_companions": 1}
    invited = [await make_invitation(pool, *events, **rules) for _ in range(24)]
    served = await open_pool(dsn, size=12)
    crowd, until = Crowd(served, events, invited, staff, lost=OUT_OF_SERVICE if kills else ()), time.monotonic() + SECONDS
    tasks = [crowd.goes_on(until) for _ in range(TASKS)]
    ended = await asyncio.gather(*tasks, *([_killer(pool, until)] if kills else []), return_exceptions=True)
    idle = served.get_idle_size() == served.get_size()
    await served.close()
    return crowd, [f"{one!r} in {one.__notes__}" for one in ended if one is not None], idle


async def _killer(pool: Pool, until: float) -> None:
    """Takes connections away in the middle of whatever they do."""
    async with pool.acquire() as own:
        while time.monotonic() < until:
            await asyncio.sleep(0.15)
            await own.execute(
                """
                select pg_terminate_backend(pid)
                from (select pid
                      from pg_stat_activity
                      where datname = current_database()
                        and pid <> pg_backend_pid()
                        and state <> 'idle'
                      order by random()
                      limit 1) busy
                """
            )


async def _answer_once_more(pool: Pool, crowd: Crowd) -> None:
    """A place may have been taken when the connection was lost before the answer was written down; whoever answers next finds it."""
    await pool.execute("update invitations set answering_until = null")
    for invitation in crowd.invited:
        replies = [Reply(event_id=event.id, answer=Answer.ACCEPTED) for event in crowd.events]
        await answer(ClaimDesk(pool, TOKENS), invitation.id, Answers(replies=replies, invitee=make_guest()), giver=INVITEE)


async def test_no_deadlock_no_error_and_every_count_right(pool: Pool, dsn: str) -> None:
    crowd, wrong, idle = await _hammered(pool, dsn, kills=False)
    assert (wrong, idle) == ([], True)
    assert await places.differences(pool) + await invitations.differences(pool) == []
    assert min(crowd.happened[what] for what in ("answers", "cancels", "judges", "scans", "signs_up")) > 0


async def test_lost_connections_leave_every_count_right(pool: Pool, dsn: str) -> None:
    crowd, wrong, _idle = await _hammered(pool, dsn, kills=True)
    assert wrong == []
    await _answer_once_more(pool, crowd)
    assert await places.differences(pool) + await invitations.differences(pool) == []
    assert crowd.happened["connection lost"]
