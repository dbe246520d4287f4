"""Refusals about badges."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class NobodyToPrint(DomainError):
    status = 422
    code = "nobody_to_print"
    title = N_("Nobody matches this choice, so there is nothing to print.")
    next_step = N_("Choose other guests, or “All guests” to print badges again.")


class TooManyBadges(DomainError):
    status = 422
    code = "too_many_badges"
    title = N_("These are more badges than fit into one document.")
    next_step = N_("Please print one contingent after the other, or a selection.")


class BadgeTakenElsewhere(DomainError):
    """Another station prints it, or it is printed already."""

    code = "badge_taken_elsewhere"
    title = N_("This badge is no longer waiting here.")
    next_step = N_("It was printed, or another print station has taken it. The list shows where it is.")
