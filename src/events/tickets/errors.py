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


class TicketReplaced(DomainError):
    status = 410
    code = "ticket_replaced"
    title = N_("This ticket was replaced by a newer one.")
    next_step = N_("It opens nothing any more. The newer one came by mail to whoever signed you up; we can send it again.")


class NoTicketYet(DomainError):
    code = "no_ticket_yet"
    title = N_("There is no ticket for this at the moment.")
    next_step = N_("A ticket belongs to a confirmed place at an event that is still to come. The booking's page shows where you stand.")


class TicketTooLong(DomainError):
    code = "ticket_too_long"
    title = N_("This ticket does not fit into the wallet's link.")
    next_step = N_("The PDF and this page work as well: please save one of them on the phone.")
