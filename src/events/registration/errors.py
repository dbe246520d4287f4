"""Refusals of the registration desk."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class EventFull(DomainError):
    code = "event_full"
    title = N_("All places are taken.")
    next_step = N_("Join the waiting list: when a place becomes free, it is yours in turn.")


class RegistrationClosed(DomainError):
    code = "registration_closed"
    title = N_("Registration is not open.")
    next_step = N_("Please write to the organiser if you still need a place.")


class InvitationOnly(DomainError):
    status = 403
    code = "invitation_only"
    title = N_("This event is by invitation.")
    next_step = N_("If you have an invitation, please answer by its link. If you are missing one, please write to the organiser.")


class AlreadyRegistered(DomainError):
    code = "already_registered"
    title = N_("One of these guests is registered for this event already.")
    next_step = N_("Their booking stands, and you can change it on its page.")


class UnknownContingent(DomainError):
    status = 422
    code = "unknown_contingent"
    title = N_("This event has no such contingent.")


class KeyReused(DomainError):
    """The same idempotency key came with other content; `token` leads to what was booked with it."""

    status = 422
    code = "idempotency_key_reused"
    title = N_("This form was already sent with other details.")
    next_step = N_("Your first booking stands. You can change it on its page.")

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token


class ChangesClosed(DomainError):
    code = "changes_closed"
    title = N_("Changes are no longer possible online.")
    next_step = N_("Please write to the organiser.")


class HoldExpired(DomainError):
    status = 410
    code = "hold_expired"
    title = N_("The time to confirm this place is over, and it went to the next guest.")
    next_step = N_("Please sign up again.")


class NotAwaitingApproval(DomainError):
    code = "not_awaiting_approval"
    title = N_("This guest is not waiting for a decision any more.")


class AlreadyInside(DomainError):
    code = "already_inside"
    title = N_("Somebody you chose is already inside, so that place is not free.")
    next_step = N_("Please choose only those who are not coming.")


class AnsweredByInvitation(DomainError):
    code = "answered_by_invitation"
    title = N_("This place came by a personal invitation.")
    next_step = N_("Who comes is decided on the page of the invitation: please open the link in the letter or mail.")


class NoMoreCompanions(DomainError):
    code = "no_more_companions"
    title = N_("Nobody more can come along at the moment.")
    next_step = N_("Please write to the organiser; the booking's page says until when companions could be added.")


class AddressLinkOver(DomainError):
    """Unknown, used, overtaken or too old: which of them is not given away."""

    status = 410
    code = "address_link_over"
    title = N_("This link is over.")
    next_step = N_("If the address was not changed yet, please ask for it once more on the booking's page.")
