"""The page of one event with everything a guest decides by. The sign-up form on it is filled by registration."""

from collections.abc import Mapping
from datetime import datetime

from litestar.response import Template

from events.kit.forms import Form
from events.kit.i18n import current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.times import clock_label, home_zone, moment_label, span_label
from events.people.consents import Purpose, consent_text
from events.people.diet import diet_choices

from .model import Event
from .standing import GuestPlaces, Standing, standing


def event_page(
    event: Event,
    places: GuestPlaces,
    *,
    now: datetime,
    form: Form,
    key: str,
    organiser_email: str = "",
    status: int = 200,
    refused_full: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Template:
    """Answers with the page. `key` identifies the form that is filled in; `refused_full` says that the last free place was
    taken while the guest was typing, so that the form now offers the waiting list."""
    state = standing(event, places, now)
    if refused_full and state.takes_sign_ups:
        state = Standing.WAITING_LIST if event.waiting_list else Standing.FULL
    return page(
        "programme/event.html",
        status=status,
        page_url=f"/e/{event.slug}",
        event=event,
        places=places,
        standing=state.value,
        places_text=places_text(places),
        times=_times(event),
        form=form,
        key=key,
        labels=labels or {},
        refused_full=refused_full,
        diets=diet_choices(),
        consents={purpose.value: consent_text(purpose) for purpose in Purpose},
        organiser_email=organiser_email,
    )


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
