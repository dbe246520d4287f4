"""The mail after the event: with whom a guest has exchanged contacts, and their cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.kit.mail import Attachment
from events.kit.times import day_label
from events.people.model import Named
from events.people.names import address, full_name, second_script
from events.programme.model import Event
from events.tickets.mails import event_words

from .model import Card
from .vcards import vcards

KIND = "contacts"


def exchange_words(guest: Named, cards: Sequence[Card], event: Event, *, link: str, contact: str) -> Mapping[str, Any]:
    """What the mail may say."""
    return {
        "name": address(guest, current_language()),
        "event": event_words(event),
        "people": [_person(card) for card in cards],
        "link": link,
        "contact": contact,
    }


def card_file(cards: Sequence[Card], event: Event) -> Attachment:
    """All cards in one file; phones ask which of them to take."""
    return Attachment(name=f"contacts-{event.slug}.vcf", content_type="text/vcard", content=vcards(cards, met=met_at(event)))


def met_at(event: Event) -> str:
    """Where two guests have met, for the note of a card."""
    day = day_label(event.starts_at, event.time_zone, locale=current_language())
    return _("Met at %(event)s, %(day)s") % {"event": local(event.title), "day": day}


def _person(card: Card) -> str:
    language = current_language()
    other = second_script(card, language)
    name = f"{full_name(card, language)} ({other})" if other else full_name(card, language)
    return " · ".join(part for part in (name, card.shared_company, card.shared_job_title) if part)
