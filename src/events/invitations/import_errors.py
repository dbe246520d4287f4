"""Refusals around lists that come in. Each says what can be done instead."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class ImportForgotten(DomainError):
    status = 410
    code = "import_forgotten"
    title = N_("This list was deleted after seven days.")
    next_step = N_("Please upload the file again. Whoever was taken in already will not come in twice.")


class ImportUnderWay(DomainError):
    code = "import_under_way"
    title = N_("This list is being taken in, or has been.")
    next_step = N_("Open the list to see how far it has come.")


class UndoRefused(DomainError):
    """Somebody of the list knows of it, or something else builds on it."""

    code = "undo_refused"
    title = N_("This import can no longer be undone.")


class SomebodyWasToldOrAnswered(UndoRefused):
    next_step = N_("Somebody of this list has been written to or has answered. Withdraw single invitations instead.")


class AnotherListBuildsOnIt(UndoRefused):
    next_step = N_("A later list has added events to invitations of this one. Please undo the later list first.")
