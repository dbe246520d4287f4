"""Judging applications, one verb each. The latest word of each role counts (docs/decisions/0008)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.accounts.model import ReviewRole, Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.jobs import insert_job
from events.programme.model import Event
from events.registration import actions as registration
from events.registration import queries as registration_queries

from . import review_queries
from .errors import NobodyChosen, NoVoice
from .model import Verdict, is_approved


async def give_verdicts(
    tx: Connection,
    event: Event,
    staff: Staff,
    registration_ids: Sequence[UUID],
    *,
    role: ReviewRole,
    verdict: Verdict,
    now: datetime,
    reason: str = "",
    missing: str = "",
) -> list[int]:
    """Says one word about these guests and carries out what follows from it. Answers the ids of the reviews, ascending.

    Guests about whom it is decided already, or who have withdrawn, are left alone. Approving gives a place only where one is free;
    what came of each guest is told by `review_queries.said`. Raises `NoVoice`, or `NobodyChosen` when nobody was named.
    """
    if role not in staff.voices(event.organiser_id):
        raise NoVoice
    if not registration_ids:
        raise NobodyChosen
    await registration_queries.lock_places(tx, event.id)
    awaiting = await review_queries.lock_awaiting(tx, event.id, registration_ids)
    asked = missing if verdict == Verdict.INCOMPLETE else ""
    reviews = await review_queries.insert_reviews(
        tx, event.id, awaiting, role=role, verdict=verdict, reason=reason, missing=asked, actor=staff.actor, now=now
    )
    if not awaiting:
        return reviews
    if verdict == Verdict.REJECTED:
        await registration.reject(tx, event.id, awaiting, actor=staff.actor, reason=reason, now=now)
    elif verdict == Verdict.APPROVED:
        await _approve_the_agreed(tx, event, awaiting, now)
    else:
        await _ask_for_missing(tx, event, awaiting, reviews)
    detail = {"event": event.slug, "role": role, "guests": len(awaiting)}
    subject = f"registration:{awaiting[0]}" if len(awaiting) == 1 else f"event:{event.slug}"
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action=f"application_{verdict}", subject=subject, detail=detail
    )
    return reviews


async def _approve_the_agreed(tx: Connection, event: Event, awaiting: Sequence[UUID], now: datetime) -> None:
    verdicts = await review_queries.counted_verdicts(tx, event.id, awaiting)
    agreed = [one for one in awaiting if is_approved(verdicts[one], event.reviewer_roles)]
    if agreed:
        await registration.approve(tx, event.id, agreed, now=now)


async def _ask_for_missing(tx: Connection, event: Event, awaiting: Sequence[UUID], reviews: Sequence[int]) -> None:
    """One mail a booking; its words are read from the reviews when it is written."""
    for booking_id, ids in await registration_queries.bookings_of(tx, awaiting):
        payload = {"booking_id": booking_id, "event_id": event.id, "kind": "incomplete", "registration_ids": ids}
        await insert_job(tx, "booking_mail", payload | {"review_ids": [*reviews]})
