"""Refusals of this room."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class LastOwner(DomainError):
    code = "last_owner"
    title = N_("Somebody has to own this organisation.")
    next_step = N_("Please make another person its owner first.")


class AlreadyReleased(DomainError):
    code = "already_released"
    title = N_("These places were given back before.")
    next_step = N_("Guests find them among the free places of the event.")
