"""Refusals when an organiser edits an event. Those about a field carry its message in `errors`."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class SlugTaken(DomainError):
    code = "slug_taken"
    title = N_("Another event already has this address.")


class CapacityRefused(DomainError):
    """Too low for what is taken and set aside, or more than the pool around it has left; the field's message has the numbers."""

    code = "capacity_refused"
    title = N_("This number of places is not possible.")


class EventIsCancelled(DomainError):
    code = "event_is_cancelled"
    title = N_("This event is cancelled.")
    next_step = N_("A cancelled event cannot be taken up again, because its guests have been told. Create a new one.")
