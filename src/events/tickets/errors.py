"""Refusals of the ticket desk."""

from events.kit.errors import DomainError, NotFound
from events.kit.i18n import N_


class TicketUnknown(NotFound):
    """Also the answer for a code that was replaced by a newer one."""

    code = "ticket_unknown"
    title = N_("We do not know this ticket.")
    next_step = N_("A ticket that was issued again has a new code. Please open the link in the newest mail, or ask the organiser.")


class TicketNotValid(DomainError):
    code = "ticket_not_valid"
    title = N_("This ticket opens no event at the moment.")
    next_step = N_("Its page shows why, and what you can do.")
