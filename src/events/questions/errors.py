"""Refusals of the question desk."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class QuestionRefused(DomainError):
    """The change would falsify answers that are there; `errors` says at which field."""

    status = 422
    code = "question_refused"
    title = N_("Some details are missing or not right yet.")


class QuestionNeeded(DomainError):
    code = "question_needed"
    title = N_("“%(dependent)s” is only asked because of this question, so it stays.")
    next_step = N_("Change or withdraw that question first.")


class FileWithheld(DomainError):
    """The scanner found something, or what was sealed cannot be opened any more."""

    status = 410
    code = "file_withheld"
    title = N_("This file cannot be handed out.")
    next_step = N_("Please ask the guest to send it again.")
