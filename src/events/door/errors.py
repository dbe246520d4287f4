"""Refusals at the door that are about the phone or the request, not about a guest."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class PhoneNotPaired(DomainError):
    """No phone of the door: never paired, revoked, or its event is over; which of them is not given away."""

    status = 401
    code = "phone_not_paired"
    title = N_("This phone is not connected to a door.")
    next_step = N_("Ask the organiser to add it: they will show you a code to scan with the camera.")


class PairingOver(DomainError):
    """A pairing code that is unknown, used or too old; which of the three is not given away."""

    status = 410
    code = "pairing_over"
    title = N_("This code no longer connects a phone.")
    next_step = N_("Each code works once and for 15 minutes. Please ask the organiser for a new one.")


class UnknownGate(DomainError):
    status = 422
    code = "unknown_gate"
    title = N_("This event has no such gate.")


class NotUndone(DomainError):
    """An undo that cannot be: `outcome` is the database's answer."""

    code = "not_undone"
    title = N_("This entry cannot be undone here.")
    next_step = N_("Only the phone that let the guest in can take it back. Ask the organiser.")
