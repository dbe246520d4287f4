"""The page of one event with everything a guest decides by. The sign-up form on it is filled by registration."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar.response import Template

from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.times import clock_label, home_zone, moment_label, span_label
from events.people.consents import Purpose, consent_text
from events.people.diet import diet_choices

from .model import Event
from .standing import GuestPlaces, standing

TEMPLATE = "programme/event.html"


def event_page(event: Event, places: GuestPlaces, *, status: int, **given: Any) -> Template:
    """Answers with the page; see `event_context` for what is given."""
    return page(TEMPLATE, status=status, **event_context(event, places, **given))


def event_context(
    event: Event,
    places: GuestPlaces,
    *,
    now: datetime,
    form: Form,
    key: str,
    organiser_email: str = "",
    labels: Mapping[str, str] | None = None,
    questions: Sequence[object] = (),
) -> dict[str, Any]:
    """What the page shows. `key` identifies the form that is filled in, `labels` name its fields in the list of errors, and
    `questions` are what the event asks beyond the usual."""
    state = standing(event, places, now)
    return {
        "page_url": f"/e/{event.slug}",
        "event": event,
        "places": places,
        "standing": state.value,
        "places_text": places_text(places),
        "times": _times(event),
        "form": form,
        "key": key,
        "labels": labels or {},
        "questions": questions,
        "diets": diet_choices(),
        "consents": {purpose.value: consent_text(purpose) for purpose in Purpose},
        "organiser_email": organiser_email,
    }


def places_text(places: GuestPlaces) -> str:
    """The count in words: "27 of 120 places left"."""
    return _("%(free)s of %(capacity)s places left") % {"free": places.free, "capacity": places.capacity}


def _times(event: Event) -> dict[str, str]:
    """The event's times as guests read them, always with the zone."""
    locale, zone = current_language(), event.time_zone
    opens = event.registration_opens_at
    return {
        "span": span_label(event.starts_at, event.ends_at, zone, locale=locale, guest_zone=home_zone(locale)),
        "doors": clock_label(event.doors_at, zone, locale=locale),
        "closes": moment_label(event.registration_closes_at, zone, locale=locale),
        "opens": moment_label(opens, zone, locale=locale) if opens else "",
    }
