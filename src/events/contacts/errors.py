"""Refusals of the contact exchange."""

from events.kit.errors import DomainError, NotFound
from events.kit.i18n import N_


class ContactsOff(NotFound):
    code = "contacts_off"
    title = N_("Contacts are not exchanged at this event.")
    next_step = N_("The organiser decides about it. Your ticket’s page shows everything else.")


class OtherPhone(DomainError):
    """The ticket's code alone does not open somebody's contacts: others may have seen the ticket."""

    status = 403
    code = "other_phone"
    title = N_("Contact exchange for this ticket was switched on on another phone.")
    next_step = N_("To use it here, open the booking from your mail on this phone, then “Your data and consents” and “Contacts”.")


class NoCard(DomainError):
    code = "no_card"
    title = N_("You have not switched on contact exchange yet.")
    next_step = N_("Please choose what you would like to share first.")


class NotYetExchanged(DomainError):
    code = "not_yet_exchanged"
    title = N_("The cards can be taken after the event.")
    next_step = N_("Until then everybody can still change what they share. We also send them to you by mail.")
