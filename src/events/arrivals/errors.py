"""Refusals about hosts and their links."""

from events.kit.errors import DomainError, NotFound
from events.kit.i18n import N_


class HostLinkUnknown(NotFound):
    code = "host_link_unknown"
    title = N_("This link leads to no guests.")
    next_step = N_("Please check the link, or ask the organiser for a new one.")


class HostLinkOver(DomainError):
    status = 410
    code = "host_link_over"
    title = N_("This link is over.")
    next_step = N_("The event is long past, or the organiser has ended or replaced the link. Please ask the organiser for a new one.")


class HostHasNoAddress(DomainError):
    code = "host_has_no_address"
    title = N_("This host has no e-mail address yet.")
    next_step = N_("Please add one first, or copy the link and hand it over in another way.")
