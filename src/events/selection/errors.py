"""Refusals when applications are judged and the line is served."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class NoVoice(DomainError):
    status = 403
    code = "no_voice"
    title = N_("You cannot judge applications in this name.")
    next_step = N_("Please ask an owner of your organisation to add it to your membership.")


class NobodyChosen(DomainError):
    status = 422
    code = "nobody_chosen"
    title = N_("Nobody was chosen.")
    next_step = N_("Please tick the guests it is about.")


class NotEnoughFree(DomainError):
    code = "not_enough_free"
    title = N_("This party needs %(party)s places; free for it now: %(free)s.")
    next_step = N_("Give it a higher priority, so that it is next as soon as places become free, or add places first.")


class NotInLine(DomainError):
    code = "not_in_line"
    title = N_("This party is not waiting any more.")
    next_step = N_("The waiting list shows where it stands now.")


class NoOffer(DomainError):
    code = "no_offer"
    title = N_("There is no offer to this party any more.")
    next_step = N_("The waiting list shows where it stands now.")


class OfferOver(DomainError):
    status = 410
    code = "offer_over"
    title = N_("This offer is over.")
    next_step = N_("Its page tells what happened and how you can get back in line.")


class LineClosed(DomainError):
    code = "line_closed"
    title = N_("The waiting list of this event is closed.")
    next_step = N_("Please write to the organiser if you would still like to come.")
