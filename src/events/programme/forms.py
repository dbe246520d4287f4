"""The organiser's forms: an event, a contingent, a number of places. Times are typed on the clock of the event's zone."""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from events.kit.forms import Form
from events.kit.i18n import gettext as _

from .actions import LONGEST_SLUG
from .agenda_form import parse_agenda, parse_facts, typed_agenda, typed_facts
from .editing import Choice, ContingentDetails, EventDetails, NewVenue
from .form_fields import parse_moment, parse_texts, time_zones, typed_moment, typed_texts
from .guest_settings import parse_guest_settings, typed_guest_settings
from .model import Event, EventKind, Pool, Texts

LARGEST_EVENT = 5000  # what the service is built and measured for
NEW_VENUE = "new"
HUES = (20, 45, 80, 145, 195, 230, 265, 300, 340)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What the person who edits may choose from: all of it belongs to organisers they work for."""

    organisers: list[Choice]
    programmes: list[Choice]
    venues: list[Choice]


def parse_event(form: Form, offer: Offer, *, now: datetime, facts: dict[str, Texts] | None = None) -> EventDetails | None:
    """The event, or nothing and every field's error. `facts` are those it has; what the form does not ask for is kept."""
    zone = form.choice("time_zone", time_zones())
    title, lead = parse_texts(form, "title", longest=120), parse_texts(form, "lead", longest=600)
    if not title:
        form.error("title_en", _("Please give a title in at least one language."))
    kind = form.choice("kind", [*EventKind])
    hue = form.choice("hue", [*map(str, HUES), *_present_hue(form)])
    max_companions = form.number("max_companions", least=0, most=9)
    organiser_id = _one_of(form, "organiser", offer.organisers)
    programme_id = _one_of(form, "programme", _belonging(offer.programmes, organiser_id), optional=True)
    is_new_venue = form.values.get("venue") == NEW_VENUE
    venue_id = None if is_new_venue else _one_of(form, "venue", _belonging(offer.venues, organiser_id), optional=True)
    new_venue = _new_venue(form) if is_new_venue else None
    times = _times(form, zone)
    settings = parse_guest_settings(form, zone, starts_at=times["starts_at"], ends_at=times["ends_at"], now=now)
    agenda, told = parse_agenda(form), parse_facts(form, facts or {})
    if not form.ok or organiser_id is None:
        return None
    return msgspec.convert(
        {
            "organiser_id": organiser_id,
            "programme_id": programme_id,
            "venue_id": venue_id,
            "new_venue": new_venue,
            "kind": kind,
            "title": title,
            "lead": lead,
            "hue": int(hue),
            "time_zone": zone,
            "max_companions": max_companions,
            "agenda": agenda,
            "facts": told,
        }
        | times
        | settings,
        EventDetails,
    )


def parse_slug(form: Form) -> str:
    """The address an organiser chose for a new event; empty to have one made from the title."""
    slug = form.text("slug", longest=LONGEST_SLUG)
    if slug and not _SLUG.fullmatch(slug):
        form.error("slug", _("Small letters, digits and hyphens only, as in networking-dinner."))
    return slug


def parse_capacity(form: Form, *, least: int = 0) -> int:
    """A number of places."""
    return form.number("capacity", least=least, most=LARGEST_EVENT)


def parse_contingent(form: Form, event: Event, pools: list[Pool], *, pool: Pool | None) -> ContingentDetails | None:
    """The contingent, or nothing and every field's error. A released one keeps its release."""
    name = parse_texts(form, "name", longest=80)
    if not name:
        form.error("name_en", _("Please give a name in at least one language."))
    parents = {str(other.id): other.id for other in pools}
    parent_id = pool.parent_id if pool else parents.get(form.choice("parent", parents))
    is_released = pool is not None and pool.released_at is not None
    capacity = None if is_released else parse_capacity(form)
    release_at = pool.release_at if pool and is_released else parse_moment(form, "release_at", event.time_zone, required=False)
    if not form.ok or parent_id is None:
        return None
    return ContingentDetails(
        parent_id=parent_id, name=name, capacity=capacity, open_to_all=form.checked("open_to_all"), release_at=release_at
    )


def event_form(event: Event, *, programme_id: UUID | None, venue_id: UUID | None) -> Form:
    """The form filled with what is known."""
    plain = {
        "organiser": event.organiser_id,
        "programme": programme_id or "",
        "venue": venue_id or "",
        "kind": event.kind,
        "hue": event.hue,
        "hue_now": event.hue,
        "time_zone": event.time_zone,
        "max_companions": event.max_companions,
        "tell_guests": "yes",
    }
    moments = ("doors_at", "starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "changes_until")
    typed = {name: typed_moment(getattr(event, name), event.time_zone) for name in moments}
    texts = typed_texts("title", event.title) | typed_texts("lead", event.lead) | typed_agenda(event.agenda) | typed_facts(event.facts)
    known = [(name, str(value)) for name, value in (plain | typed | texts).items()]
    return Form([*known, *typed_guest_settings(event)])


def contingent_form(pool: Pool, event: Event) -> Form:
    """The form of a contingent filled with what is known."""
    plain = {
        "capacity": str(pool.capacity),
        "open_to_all": "yes" if pool.open_to_all else "",
        "release_at": typed_moment(pool.release_at, event.time_zone),
    }
    return Form((plain | typed_texts("name", pool.name)).items())


def _times(form: Form, zone: str) -> dict[str, datetime | None]:
    """The event's moments by name, in an order that is possible. Changes end with the registration unless said otherwise."""
    needed = ("doors_at", "starts_at", "ends_at", "registration_closes_at")
    times = {name: parse_moment(form, name, zone) for name in needed}
    times |= {name: parse_moment(form, name, zone, required=False) for name in ("registration_opens_at", "changes_until")}
    times["changes_until"] = times["changes_until"] or times["registration_closes_at"]
    _check_order(form, times)
    return times


def _check_order(form: Form, times: dict[str, datetime | None]) -> None:
    rules = (
        ("starts_at", "doors_at", "starts_at", _("The event cannot start before its doors open.")),
        ("registration_closes_at", "registration_opens_at", "registration_closes_at", _("Registration cannot close before it opens.")),
        ("registration_closes_at", "registration_closes_at", "ends_at", _("Registration cannot close after the event is over.")),
    )
    for field, first, second, message in rules:
        earlier, later = times[first], times[second]
        if earlier and later and earlier > later:
            form.error(field, message)
    starts, ends = times["starts_at"], times["ends_at"]
    if starts and ends and ends <= starts:
        form.error("ends_at", _("The event cannot end before it starts."))


def _new_venue(form: Form) -> NewVenue:
    name = parse_texts(form, "venue_name", longest=120)
    if not name:
        form.error("venue_name_en", _("Please name the venue in at least one language."))
    return NewVenue(name=name, address=parse_texts(form, "venue_address", longest=300))


def _belonging(choices: list[Choice], organiser_id: UUID | None) -> list[Choice]:
    return [choice for choice in choices if choice.organiser_id == organiser_id]


def _present_hue(form: Form) -> list[str]:
    """The hue that the event had when its page was opened; a sample of the palette or any other."""
    hue = form.values.get("hue_now", "")
    return [hue] if re.fullmatch(r"[0-9]{1,3}", hue) and int(hue) < 360 else []


def _one_of(form: Form, name: str, choices: Iterable[Choice], *, optional: bool = False) -> UUID | None:
    known = {str(choice.id): choice.id for choice in choices}
    typed = form.values.get(name, "")
    if optional and not typed:
        return None
    return known.get(form.choice(name, known))
