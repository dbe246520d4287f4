"""The mails to hosts with an invented host and guests, so that organisers see what they write."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.messaging.kinds import MailKind, Sample
from events.messaging.stationery import Stationery
from events.people.model import Person
from events.programme.model import Event

from .mails import ARRIVAL, LINK, arrival_words, link_words
from .model import Host, HostedGuest

CONTACT = "office@example.com"


def host_kinds() -> list[MailKind]:
    """The mail with the link, then the one about an arrival."""
    return [
        MailKind(name=LINK, title=N_("Host’s link"), required=("link",), sample=_link),
        MailKind(name=ARRIVAL, title=N_("Arrival of a host’s guest"), sample=_arrival),
    ]


def _link(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
    return link_words(_host(event), event, stationery, contact=CONTACT), ()


def _arrival(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
    """The guest has come a few minutes after the doors opened."""
    at = event.doors_at + timedelta(minutes=7)
    known = {name: getattr(people[0], name) for name in Person.__struct_fields__}
    guest = HostedGuest(**known, registration_id=UUID(int=1), arrived_at=at, told_at=at, gate=_("Main entrance"))
    return arrival_words(_host(event), guest, event, stationery, contact=CONTACT), ()


def _host(event: Event) -> Host:
    """Ids nobody has: the link in the preview opens no page."""
    return Host(
        id=UUID(int=1),
        organiser_id=event.organiser_id,
        event_id=event.id,
        name=_("Dr. Erika Platzhalter"),
        email="host@example.com",
        locale=current_language(),
        issue=1,
        seen_at=None,
        revoked_at=None,
    )
