"""Refusals around waves and letters."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class WaveOver(DomainError):
    """Somebody else was faster, or it is through."""

    code = "wave_over"
    title = N_("This wave cannot do that any more.")
    next_step = N_("Please look at the wave again: it shows where it stands now.")


class NothingToWrite(DomainError):
    code = "nothing_to_write"
    title = N_("There is no letter to write to these guests.")
    next_step = N_("They have declined, or their events are drafts, over or called off. Please choose others.")
