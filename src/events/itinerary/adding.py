"""The form that adds events to a party: for each event, who of its guests comes."""

from collections.abc import Sequence

from msgspec.structs import replace

from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.i18n import local, ngettext
from events.programme.model import Event, Programme
from events.registration.forms import form_key
from events.registration.model import Booking, SignUp

from .choosing import KEY_SPACE
from .model import EventChoice, PartyGuest, Plan


def field_of(event: Event) -> str:
    """The group of boxes of one event."""
    return f"guests-{event.slug}"


def parse_additions(
    form: Form, programme: Programme, choices: Sequence[EventChoice], guests: Sequence[PartyGuest], booking: Booking
) -> Plan | None:
    """The plan, or nothing when `form.errors` says why not. The party's mail address and language stay those of its booking."""
    attending = [(choice.event, places) for choice in choices if (places := _chosen(form, choice, guests))]
    key = form_key(form)
    if key is None:
        form.error("", _("This form was not complete. Please send it once more."))
    elif not any(form.chosen(field_of(choice.event)) for choice in choices):
        form.error("", _("Please choose at least one event."))
    if not form.ok:
        return None
    sign_up = SignUp(
        key=f"{KEY_SPACE}{key}",
        email=booking.email,
        locale=booking.locale,
        source="form",
        guests=[replace(one.guest, guest_id=one.guest_id) for one in guests],
        accept_waitlist=form.checked("waitlist"),
        mail=False,
        time_zone=booking.time_zone,
        registrant_name=booking.registrant_name,
        payer=booking.payer,
    )
    return Plan(programme=programme, sign_up=sign_up, attending=attending)


def _chosen(form: Form, choice: EventChoice, guests: Sequence[PartyGuest]) -> list[int]:
    """The places, in the list of guests, of those who are ticked and not there yet."""
    event = choice.event
    ticked = set(form.chosen(field_of(event)))
    places = [place for place, one in enumerate(guests) if str(one.guest_id) in ticked and event.id not in one.event_ids]
    there = sum(event.id in one.event_ids for one in guests)
    if places and choice.is_out:
        form.error(
            field_of(event), _("%(events)s: nobody can sign up there any more. Please take it out.") % {"events": local(event.title)}
        )
    elif places and there + len(places) > 1 + event.max_companions:
        message = ngettext("%(event)s admits %(num)s of you.", "%(event)s admits %(num)s of you.", 1 + event.max_companions) % {
            "event": local(event.title),
            "num": 1 + event.max_companions,
        }
        form.error(field_of(event), message)
    return places
