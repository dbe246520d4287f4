"""The mail about several events with invented guests, so that organisers see what they write."""

from collections.abc import Sequence

from events.kit.i18n import N_
from events.messaging.kinds import EVERYWHERE, MailKind, Sample
from events.messaging.stationery import Stationery
from events.people.model import Person
from events.programme.model import Event
from events.registration.model import RegistrationState
from events.tickets.mails import inline_pictures
from events.tickets.samples import sample_places

from .mails import KIND, letter_of, programme_words


def programme_kind() -> MailKind:
    """The confirmation of a programme; the preview shows it with one event."""

    def sample(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
        tickets = [place.ticket for place in sample_places(event, people, RegistrationState.CONFIRMED)]
        return programme_words(tickets, stationery), inline_pictures(letter_of(tickets), stationery)

    return MailKind(name=KIND, title=N_("Confirmation of several events"), placeholders=(*EVERYWHERE, "places"), sample=sample)
