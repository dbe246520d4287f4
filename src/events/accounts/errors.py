"""What somebody hears who may not come in (or not this far)."""

from events.kit.errors import DomainError
from events.kit.i18n import N_


class SignInRequired(DomainError):
    """No session, or one that has ended. Pages answer with the way to the sign-in form."""

    status = 401
    code = "sign_in_required"
    title = N_("Please sign in first.")


class TokenRequired(DomainError):
    """No bearer token, an unknown one or a revoked one; which of the three is not given away."""

    status = 401
    code = "token_required"
    title = N_("This address needs a valid API token.")
    next_step = N_("Send it as “Authorization: Bearer …”. An owner can issue a new one.")


class Forbidden(DomainError):
    """The person is known and belongs here, but the role does not reach this far."""

    status = 403
    code = "forbidden"
    title = N_("Your role does not include this.")
    next_step = N_("Please ask an owner of your organisation.")


class ScopeMissing(DomainError):
    status = 403
    code = "scope_missing"
    title = N_("This API token lacks the scope %(scope)s.")
    next_step = N_("Use a token that was issued with this scope.")


class LinkUsed(DomainError):
    """A sign-in link that is unknown, too old or used; which of the three is not given away."""

    status = 410
    code = "link_used"
    title = N_("This sign-in link is no longer valid.")
    next_step = N_("Each link works once and for 15 minutes. Please ask for a new one.")


class UnknownOrganiser(DomainError):
    status = 404
    code = "unknown_organiser"
    title = N_("There is no organiser “%(slug)s”.")
