"""What a booking's page says about the event's questions: that they can be answered, and what is still missing."""

from datetime import datetime

import msgspec

from events.kit.database import Executor
from events.programme.model import Event, EventStatus
from events.questions.actions import missing
from events.questions.queries import questions_of_event

from .model import Booking


class AnswersNote(msgspec.Struct, frozen=True, kw_only=True):
    """`missing` counts required answers that nobody has given yet."""

    missing: int


async def answers_note(db: Executor, booking: Booking, event: Event, *, now: datetime) -> AnswersNote | None:
    """Nothing when the event asks nothing, or no longer."""
    if not may_answer(booking, event, now=now) or not await questions_of_event(db, event.id):
        return None
    lacking = await missing(db, event.id, [place.registration_id for place in booking.live_places])
    asked_of_guests = sum(question.per == "guest" for questions in lacking.values() for question in questions)
    asked_of_booking = {question.id for questions in lacking.values() for question in questions if question.per == "booking"}
    return AnswersNote(missing=asked_of_guests + len(asked_of_booking))


def may_answer(booking: Booking, event: Event, *, now: datetime) -> bool:
    """Whether guests of the booking may still give or change answers themselves."""
    return bool(booking.live_places) and event.status != EventStatus.CANCELLED and now < event.deadline("answers")
