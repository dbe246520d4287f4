"""Refusals around invitations. Each says what the guest can do now."""

from events.kit.errors import DomainError
from events.kit.i18n import N_
from events.registration.errors import (
    AlreadyInside,
    AlreadyRegistered,
    ChangesClosed,
    EventFull,
    RegistrationClosed,
    UnknownContingent,
)


class LinkReplaced(DomainError):
    status = 410
    code = "link_replaced"
    title = N_("This link has been replaced by a newer one.")
    next_step = N_("Please use the link in our latest message, or ask your host for it.")


class InvitationWithdrawn(DomainError):
    status = 410
    code = "invitation_withdrawn"
    title = N_("This invitation is no longer open.")
    next_step = N_("If this surprises you, please write to your host. We are glad to help.")


class AnswersClosed(DomainError):
    code = "answers_closed"
    title = N_("The date for answers has passed.")
    next_step = N_("Please write to your host: much is still possible in person.")


class AnsweringElsewhere(DomainError):
    code = "answering_elsewhere"
    title = N_("This invitation is being answered in another window just now.")
    next_step = N_("Please open your invitation again in a moment. You will see there what was saved.")
    retry_after_seconds = 5


class NotInvitedThere(DomainError):
    status = 422
    code = "not_invited_there"
    title = N_("This invitation is not for that event.")


class TooManyCompanions(DomainError):
    status = 422
    code = "too_many_companions"
    title = N_("These are more companions than the invitation is for.")
    next_step = N_("Please leave somebody out, or write to your host.")


class NothingDecided(DomainError):
    """A deputy without a name, an answer that is none."""

    status = 422
    code = "nothing_decided"
    title = N_("Please choose an answer.")


# What the page can say of a single event after an answer, by the code in its address.
REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (AlreadyInside, AlreadyRegistered, AnswersClosed, ChangesClosed, EventFull, RegistrationClosed, UnknownContingent)
}
