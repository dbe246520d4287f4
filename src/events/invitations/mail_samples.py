"""The mails of invitations with invented guests, so that organisers see what they write."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from events.kit.i18n import N_, current_language
from events.messaging.kinds import EVERYWHERE, MailKind, Sample
from events.messaging.stationery import Stationery
from events.people.model import Person
from events.programme.model import Event, TimeAndPlace

from .deputy_jobs import deputy_words
from .deputy_queries import DeputyPlace
from .letters import Host, InvitedTo, Letter, letter_words
from .model import Answer, CompanionRule, Invitation
from .move_jobs import moved_words

A_DAY = timedelta(days=1)
PLACEHOLDERS = (*EVERYWHERE, "deadline", "inviter")


def invitation_kinds() -> list[MailKind]:
    """In the order in which a guest meets them."""
    return [
        _kind("invitation", N_("Invitation"), "invitation"),
        _kind("invitation_reminder", N_("Reminder of the invitation"), "reminder"),
        MailKind(name="invitation_moved", title=N_("New time or place, answered provisionally"), placeholders=PLACEHOLDERS, sample=_moved),
        MailKind(name="deputy", title=N_("Deputy comes"), placeholders=(*EVERYWHERE, "invitee"), sample=_deputy),
    ]


def _kind(name: str, title: str, kind: str) -> MailKind:
    def sample(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
        return letter_words(_letter(kind, event, people[0], Answer.NONE), stationery.tokens, stationery.base_url), ()

    return MailKind(name=name, title=title, placeholders=PLACEHOLDERS, courtesy=True, sample=sample)


def _moved(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
    """As if the event had been a day earlier."""
    former = TimeAndPlace(
        starts_at=event.starts_at - A_DAY,
        ends_at=event.ends_at - A_DAY,
        doors_at=event.doors_at - A_DAY,
        time_zone=event.time_zone,
        venue_name=event.venue_name,
        venue_address=event.venue_address,
    )
    return moved_words(_letter("reminder", event, people[0], Answer.PROVISIONAL), former, stationery), ()


def _deputy(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
    """An invented person comes in place of another."""
    place = DeputyPlace(
        deputy=people[0],
        invitee=Person(family_name="見本", given_name="花子", family_name_latin="Mihon", given_name_latin="Hanako"),
        email="guest@example.com",
        locale=current_language(),
        contact="office@example.com",
        state="confirmed",
        ticket_id=UUID(int=1),
        issue=1,
    )
    return deputy_words(place, event, stationery), ()


def _letter(kind: str, event: Event, person: Person, answer: Answer) -> Letter:
    host = Host(name=event.organiser_name, email="office@example.com", phone="+49 361 000000", hue=event.hue, time_zone=event.time_zone)
    return Letter(kind=kind, host=host, invitation=_invitation(event, person), events=[InvitedTo(event=event, answer=answer)])


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
