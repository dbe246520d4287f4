"""The form with which somebody chooses several events: what was typed → a plan, or every field's error at once.

Guests and their details are the questions of an event's own form (`registration.forms`). `events` are the ticked events by slug;
`companion-1-events` those a companion comes to, and none ticked means all that admit companions.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from events.kit.forms import Form
from events.kit.i18n import current_language, local, ngettext
from events.kit.i18n import gettext as _
from events.kit.tokens import Tokens
from events.programme.model import Event, Programme
from events.registration import forms
from events.registration.forms import companion_prefix, filled_companions, parse_registration
from events.registration.model import GuestDetails, SignUp

from .model import EventChoice, Plan

KEY_SPACE = "programme:"
EVENTS = "events"
NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana", "family_name_latin", "given_name_latin")


def parse_plan(form: Form, programme: Programme, choices: Sequence[EventChoice], *, tokens: Tokens) -> Plan | None:
    """The plan, or nothing when `form.errors` says why not."""
    most = most_companions(choices)
    sign_up = parse_registration(
        form, locale=current_language(), max_companions=most, offers_waiting_list=True, questions=[], tokens=tokens
    )
    chosen = _chosen_events(form, choices)
    companions = filled_companions(form, most)
    attending = {event.id: [0] for event in chosen}
    for place, number in enumerate(companions, start=1):
        for event in _events_of_companion(form, number, chosen):
            attending[event.id].append(place)
    _refuse_crowds(form, chosen, companions, attending)
    if sign_up is None or not form.ok:
        return None
    _refuse_namesakes(form, companions, sign_up)
    if not form.ok:
        return None
    return Plan(
        programme=programme,
        sign_up=replace(sign_up, key=KEY_SPACE + sign_up.key.partition(":")[2], mail=False),
        attending=[(event, attending[event.id]) for event in chosen],
    )


def most_companions(choices: Sequence[EventChoice]) -> int:
    """How many companions the form has room for."""
    return max((choice.event.max_companions for choice in choices if choice.is_open), default=0)


def field_labels(choices: Sequence[EventChoice]) -> dict[str, str]:
    """Names of the fields for the list of errors, in the order of the page."""
    most = most_companions(choices)
    companions = {f"{companion_prefix(number)}{EVENTS}": _("Companion %(number)s") % {"number": number} for number in range(1, most + 1)}
    return {EVENTS: _("Events")} | forms.field_labels(most) | companions


def same_guest(one: GuestDetails, other: GuestDetails) -> bool:
    """Whether two are one person of a party: nobody of it is written like somebody else of it."""
    return all(getattr(one, name) == getattr(other, name) for name in NAMES)


def _chosen_events(form: Form, choices: Sequence[EventChoice]) -> list[Event]:
    by_slug = {choice.event.slug: choice for choice in choices}
    ticked = [by_slug[slug] for slug in dict.fromkeys(form.chosen(EVENTS)) if slug in by_slug]
    closed = [choice for choice in ticked if choice.is_out]
    if closed:
        names = ", ".join(local(choice.event.title) for choice in closed)
        form.error(EVENTS, _("%(events)s: nobody can sign up there any more. Please take it out.") % {"events": names})
    elif not ticked:
        form.error(EVENTS, _("Please choose at least one event."))
    return sorted((choice.event for choice in ticked if not choice.is_out), key=lambda event: (event.starts_at, event.id))


def _events_of_companion(form: Form, number: int, chosen: Sequence[Event]) -> list[Event]:
    field = f"{companion_prefix(number)}{EVENTS}"
    ticked = set(form.chosen(field))
    if not ticked:
        joined = [event for event in chosen if event.max_companions]
        if chosen and not joined:
            form.error(field, _("The events you chose are without companions."))
        return joined
    if ticked - {event.slug for event in chosen}:
        form.error(field, _("Please tick only events that you have chosen for yourself, too."))
    return [event for event in chosen if event.slug in ticked]


def _refuse_crowds(form: Form, chosen: Sequence[Event], companions: Sequence[int], attending: dict[UUID, list[int]]) -> None:
    for event in chosen:
        for place in attending[event.id][1 + event.max_companions :]:
            message = ngettext(
                "%(event)s admits one companion. Please tick where this one comes along.",
                "%(event)s admits at most %(num)s companions. Please tick where this one comes along.",
                event.max_companions,
            ) % {"event": local(event.title), "num": event.max_companions}
            form.error(f"{companion_prefix(companions[place - 1])}{EVENTS}", message)


def _refuse_namesakes(form: Form, companions: Sequence[int], sign_up: SignUp) -> None:
    """Guests of one party are told apart by their names, also when a form comes twice."""
    names = [tuple(getattr(guest, name) for name in NAMES) for guest in sign_up.guests]
    for place, number in enumerate(companions, start=1):
        if Counter(names[: place + 1])[names[place]] > 1:
            form.error(f"{companion_prefix(number)}family_name", _("Somebody of this name comes already."))
