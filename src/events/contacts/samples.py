"""The mail with the cards, with invented guests, so that organisers see what they write."""

from collections.abc import Sequence
from uuid import UUID

from events.kit.i18n import N_
from events.messaging.kinds import EVERYWHERE, MailKind, Sample
from events.messaging.stationery import Stationery
from events.people.model import Person
from events.programme.model import Event

from .mails import KIND, exchange_words
from .model import Card, Share


def contacts_kind() -> MailKind:
    return MailKind(name=KIND, title=N_("Contacts after the event"), placeholders=EVERYWHERE, sample=_sample)


def _sample(event: Event, stationery: Stationery, people: Sequence[Person]) -> Sample:
    met = Person(family_name="見本", given_name="花子", family_name_latin="Mihon", given_name_latin="Hanako", company="株式会社みほん光学")
    words = exchange_words(people[0], [_card(met, event)], event, link=stationery.base_url, contact="office@example.com")
    return words, ()


def _card(person: Person, event: Event) -> Card:
    return Card(
        **{name: getattr(person, name) for name in Person.__struct_fields__},
        registration_id=UUID(int=1),
        event_id=event.id,
        guest_id=UUID(int=1),
        consent_id=0,
        key_hash=b"",
        short_code="",
        shares=(Share.COMPANY,),
        email="",
        phone="",
        job_title="",
        updated_at=event.starts_at,
    )
