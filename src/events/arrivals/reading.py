"""The host's page at one moment: who is expected, who has come, and what of it is news to somebody who has seen an earlier moment."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.kit.tokens import token_hash
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import queries
from .errors import HostLinkOver, HostLinkUnknown
from .model import LINK_LASTS, Host, HostedGuest
from .presentation import Arrival, GuestCard, arrival_of, guest_card


class Guests(msgspec.Struct, frozen=True, kw_only=True):
    """The host's guests; `cards` in the order of names."""

    cards: list[GuestCard]
    announcements: dict[str, Arrival]
    """Of those who have come, by the card's id."""

    @property
    def expected(self) -> list[GuestCard]:
        return [card for card in self.cards if not card.arrived]

    @property
    def arrived(self) -> list[GuestCard]:
        """Those who have come, the latest first."""
        return sorted((card for card in self.cards if card.arrived), key=lambda card: card.moment, reverse=True)


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed since an earlier moment."""

    changed: list[GuestCard]
    gone: list[str]


async def open_link(db: Executor, token: str, now: datetime) -> tuple[Host, Event]:
    """The host of a link and the event. Raises `HostLinkUnknown`, or `HostLinkOver` once it was ended or the event is long past."""
    host = await queries.host_by_token(db, token_hash(token))
    event = await event_by_id(db, host.event_id) if host else None
    if host is None or event is None:
        raise HostLinkUnknown
    if host.revoked_at or now > event.ends_at + LINK_LASTS:
        raise HostLinkOver
    return host, event


async def guests_of(db: Executor, host_id: UUID, event: Event) -> Guests:
    """The host's guests as they are now, in the current language."""
    guests: list[HostedGuest] = await queries.guests_of_host(db, host_id)
    return Guests(
        cards=[guest_card(guest, event, place) for place, guest in enumerate(guests)],
        announcements={str(guest.registration_id): arrival_of(guest, event) for guest in guests if guest.arrived_at},
    )


def news(before: Mapping[str, GuestCard], now: Guests) -> News:
    """What to put in place of what was shown."""
    ids = {card.id for card in now.cards}
    return News(
        changed=[card for card in now.cards if before.get(card.id) != card],
        gone=[known for known in before if known not in ids],
    )
