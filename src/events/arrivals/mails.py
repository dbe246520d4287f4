"""The two mails to a host: the personal link, and the word that a guest has arrived."""

from collections.abc import Mapping
from typing import Any

from events.kit.i18n import current_language
from events.messaging.stationery import Stationery
from events.people.names import kana_name
from events.programme.model import Event
from events.tickets.mails import event_words

from .model import Host, HostedGuest, host_token
from .presentation import arrival_of, guest_card, said_name

LINK = "host_link"
ARRIVAL = "arrival"


def link_words(host: Host, event: Event, stationery: Stationery, *, contact: str) -> Mapping[str, Any]:
    """What the mail with the link may say."""
    return {
        "name": host.name,
        "event": event_words(event),
        "sees_all": host.sees_all,
        "link": link_of(host, stationery),
        "contact": contact,
    }


def arrival_words(host: Host, guest: HostedGuest, event: Event, stationery: Stationery, *, contact: str) -> Mapping[str, Any]:
    """What the mail about an arrival may say; `guest` is the name as written and as said."""
    card, told = guest_card(guest, event, 0), arrival_of(guest, event)
    return {
        "name": host.name,
        "event": event_words(event),
        "guest": said_name(guest),
        "kana": kana_name(guest) if current_language() == "ja" else "",
        "said": told.words,
        "work": card.work,
        "table": card.table,
        "note": card.note,
        "link": link_of(host, stationery),
        "contact": contact,
    }


def link_of(host: Host, stationery: Stationery) -> str:
    """The address of the host's page, in the host's language."""
    return f"{stationery.base_url}/h/{host_token(stationery.tokens, host.id, host.issue)}?lang={host.locale}"
