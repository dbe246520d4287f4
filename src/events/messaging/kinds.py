"""The kinds of mail whose words an organiser may choose. Each room offers its own; app.py collects them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from events.kit.i18n import N_
from events.kit.mail import Attachment
from events.people.model import Person
from events.programme.model import Event

from .stationery import Stationery

Sample = tuple[Mapping[str, Any], Sequence[Attachment]]

PLACEHOLDERS: dict[str, str] = {
    "name": N_("whom the mail addresses"),
    "event": N_("the event's title"),
    "date": N_("day and time, with the zone"),
    "doors": N_("when the doors open"),
    "place": N_("venue and address"),
    "organiser": N_("your organisation"),
    "link": N_("the guest's own page"),
    "event_link": N_("the event's public page"),
    "deadline": N_("until when an answer counts"),
    "places": N_("number of places"),
    "position": N_("position in the line"),
    "inviter": N_("in whose name is invited"),
    "invitee": N_("for whom the deputy comes"),
}
EVERYWHERE = ("name", "event", "date", "place", "organiser", "link")


class MailKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of mail. `name` is the envelope's kind and the folder of its templates; `title` is an English msgid.

    `required` are placeholders without which the guest would not know what to do; `courtesy` is that of the envelope. `sample`
    answers what the templates are given for invented guests, in the current language, and pictures shown inside the mail.
    """

    name: str
    title: str
    placeholders: tuple[str, ...] = EVERYWHERE
    required: tuple[str, ...] = ()
    courtesy: bool = False
    sample: Callable[[Event, Stationery, Sequence[Person]], Sample]


class MailKinds:
    """All kinds of the house, in the order in which a guest meets them."""

    def __init__(self, kinds: Sequence[MailKind], stationery: Stationery) -> None:
        self.by_name = {kind.name: kind for kind in kinds}
        self.stationery = stationery


SAMPLES: dict[str, tuple[str, tuple[Person, ...]]] = {
    "erika": (N_("Dr. Erika Platzhalter"), (Person(honorific="Dr.", family_name="Platzhalter", given_name="Erika"),)),
    "takamimoto": (
        "髙見本 一郎",
        (
            Person(
                family_name="髙見本",
                given_name="一郎",
                family_name_kana="タカミモト",
                given_name_kana="イチロウ",
                family_name_latin="Takamimoto",
                given_name_latin="Ichirō",
                company="株式会社みほん光学",
            ),
        ),
    ),
    "lukasz": ("Łukasz Przykład", (Person(family_name="Przykład", given_name="Łukasz", company="Musterlinse GmbH"),)),
    "party": (
        N_("葛󠄀例 三郎 and 𠮷例 次郎"),
        (Person(family_name="葛󠄀例", given_name="三郎"), Person(family_name="𠮷例", given_name="次郎", company="例示電機")),
    ),
}
"""Invented guests for the preview, with names that break bad software."""
