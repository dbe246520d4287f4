"""Refusals at the door that are about the phone or the request, not about a guest."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class PhoneRefused(DomainError):
    """This phone may not work at the door; its kinds say why."""


class PhoneNotPaired(PhoneRefused):
    """No phone of the door: never paired, or with a token that nobody knows."""

    status = 401
    code = "phone_not_paired"
    title = N_("This phone is not connected to a door.")
    next_step = N_("Ask the organiser to add it: they will show you a code to scan with the camera.")


class PhoneOffDuty(PhoneRefused):
    """A phone out of its hours: nothing is shown to it. What it still has to hand over is taken."""

    status = 403
    code = "phone_off_duty"
    title = N_("This phone is not on duty now.")
    next_step = N_("It works during the hours that the organiser has set for it. If they should be others, ask the organiser.")


class PhoneDisconnected(PhoneRefused):
    """A phone that the organiser took back. It hands over what it has and forgets the rest."""

    status = 410
    code = "phone_disconnected"
    title = N_("The organiser has disconnected this phone.")
    next_step = N_("It hands over what it had not sent yet and forgets its guest list. Ask the organiser if it should be connected again.")


class PhoneStillConnected(DomainError):
    """Only a phone that was taken back forgets for good."""

    status = 409
    code = "phone_still_connected"
    title = N_("This phone is still connected.")
    next_step = N_("Only the organiser can disconnect it.")


class NotForKiosks(DomainError):
    """A phone that stands alone in a foyer shows nobody's name but that of whoever holds a ticket before it."""

    status = 403
    code = "not_for_kiosks"
    title = N_("This phone only greets guests who show their ticket.")
    next_step = N_("Please use the phone of a steward for this.")


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
