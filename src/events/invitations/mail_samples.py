"""The mails of invitations with invented guests, so that organisers see what they write."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from events.kit.i18n import N_, current_language
from events.messaging.kinds import EVERYWHERE, MailKind, Sample
from events.messaging.stationery import Stationery
from events.people.model import Person
from events.programme.model import Event

from .letters import Host, InvitedTo, Letter, letter_words
from .model import Answer, CompanionRule, Invitation

PLACEHOLDERS = (*EVERYWHERE, "deadline", "inviter")


def invitation_kinds() -> list[MailKind]:
    """In the order in which a guest meets them."""
    return [_kind("invitation", N_("Invitation"), "invitation"), _kind("invitation_reminder", N_("Reminder of the invitation"), "reminder")]


def _kind(name: str, title: str, kind: str) -> MailKind:
    def sample(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
        host = Host(name=event.organiser_name, email="office@example.com", phone="+49 361 000000", hue=event.hue, time_zone=event.time_zone)
        letter = Letter(kind=kind, host=host, invitation=_invitation(event, people[0]), events=[InvitedTo(event=event, answer=Answer.NONE)])
        return letter_words(letter, stationery.tokens, stationery.base_url), ()

    return MailKind(name=name, title=title, placeholders=PLACEHOLDERS, courtesy=True, sample=sample)


def _invitation(event: Event, person: Person) -> Invitation:
    """An id nobody has: the links in the preview open nothing."""
    facts = msgspec.structs.asdict(person) | {
        "id": UUID(int=1),
        "organiser_id": event.organiser_id,
        "locale": current_language(),
        "issue": 1,
        "booking_id": None,
        "guest_id": None,
        "message": "",
        "created_at": event.starts_at,
        "withdrawn_at": None,
        "companions": CompanionRule.NAMED,
        "max_companions": 1,
        "answer_by": event.starts_at - timedelta(days=14),
    }
    return msgspec.convert(facts, Invitation)
