"""What an organiser says about a phone: who carries it, where, in which role and when."""

from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.programme.form_fields import parse_moment, typed_moment
from events.programme.model import Event

from .model import PhoneRole
from .phone_list import Duty, ListedPhone


def parse_duty(form: Form, event: Event) -> Duty:
    """The duty as typed, its hours on the event's clock; look at `form.ok`."""
    name, gate = form.text("name", required=True, longest=60), form.text("gate", required=True, longest=60)
    role = form.choice("role", list(PhoneRole), default=PhoneRole.STEWARD)
    valid_from = parse_moment(form, "valid_from", event.time_zone, required=False)
    valid_until = parse_moment(form, "valid_until", event.time_zone, required=False)
    if valid_from and valid_until and valid_until <= valid_from:
        form.error("valid_until", _("This is before the beginning."))
    return Duty(
        name=name,
        gate=gate,
        role=PhoneRole(role) if "role" not in form.errors else PhoneRole.STEWARD,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def typed_duty(phone: ListedPhone, event: Event) -> Form:
    """A phone's duty as the form wants it."""
    return Form(
        [
            ("name", phone.name),
            ("gate", phone.gate),
            ("role", phone.role),
            ("valid_from", typed_moment(phone.valid_from, event.time_zone)),
            ("valid_until", typed_moment(phone.valid_until, event.time_zone)),
        ]
    )
