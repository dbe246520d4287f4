"""Refusals around privacy, each with the next step."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class ConsentLinkOver(DomainError):
    status = 410
    code = "consent_link_over"
    title = N_("This link is no longer valid.")
    next_step = N_("Nobody will write to you. If you would like news after all, agree again on the page of your booking.")


class ErasureLinkOver(DomainError):
    status = 410
    code = "erasure_link_over"
    title = N_("This link is no longer valid.")
    next_step = N_("If your details are still there, ask again on the privacy page of your booking.")


class GuestListClosed(DomainError):
    status = 404
    code = "guest_list_closed"
    title = N_("There is no guest list to see here.")
    next_step = N_("It opens when the organiser shares it, and for guests whose place is confirmed.")


class NobodyToErase(DomainError):
    status = 409
    code = "nobody_to_erase"
    title = N_("Nothing is left to erase.")
    next_step = N_("These details were erased before.")
