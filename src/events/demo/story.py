"""What the parts of the loading share: the transaction, the clock, the events, and who goes where."""

from datetime import datetime
from uuid import UUID

import msgspec

from events.accounts.model import Staff
from events.accounts.queries import staff_by_email
from events.door.desk import CheckInDesk
from events.kit.database import Connection, Pool
from events.kit.tokens import Tokens
from events.programme.model import Event, Programme
from events.programme.queries import event_by_slug, programme_by_slug
from events.questions.queries import questions_of_event
from events.registration.claims import ClaimDesk

from . import queries
from .asked import Answering
from .model import event_plans, frame
from .one_connection import pool_of
from .schedule import Schedule


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One loading."""

    tx: Connection
    tokens: Tokens
    now: datetime
    programme: Programme
    events: dict[str, Event]
    staff: dict[str, Staff]
    desk: ClaimDesk
    check_ins: CheckInDesk
    schedule: Schedule
    answering: dict[str, Answering]

    @property
    def pool(self) -> Pool:
        return self.desk.pool

    @property
    def owner(self) -> Staff:
        """Who does what organisers do."""
        return self.staff[frame().staff[0].email]


async def begin(tx: Connection, tokens: Tokens, now: datetime) -> Story:
    """The frame of the programme as it stands in the database."""
    events = {plan.slug: await _event(tx, plan.slug) for plan in event_plans()}
    programme = await programme_by_slug(tx, frame().programme.slug)
    assert programme is not None
    return Story(
        tx=tx,
        tokens=tokens,
        now=now,
        programme=programme,
        events=events,
        staff=await team(tx),
        desk=ClaimDesk(pool_of(tx), tokens),
        check_ins=CheckInDesk(pool_of(tx)),
        schedule=Schedule(),
        answering={slug: Answering(slug, await questions_of_event(tx, event.id), tokens) for slug, event in events.items()},
    )


async def team(tx: Connection) -> dict[str, Staff]:
    """Everybody who works for an organiser, by address."""
    found = {}
    for plan in frame().staff:
        staff_id = await staff_by_email(tx, plan.email)
        organiser_id: UUID = await queries.organiser_id(tx, plan.organiser)
        if staff_id:
            found[plan.email] = msgspec.convert(
                {"id": staff_id, "email": plan.email, "name": plan.name, "locale": plan.locale}
                | {"roles": {organiser_id: plan.role}, "reviews": {organiser_id: plan.reviews}},
                Staff,
            )
    return found


async def _event(tx: Connection, slug: str) -> Event:
    event = await event_by_slug(tx, slug)
    assert event is not None
    return event
