"""Refusals: an expected "no" is a DomainError with a code, a status and plain words for the person who asked."""

from typing import ClassVar

from .i18n import N_
from .i18n import gettext as _


class DomainError(Exception):
    """Subclassed beside the code that raises it. `title` and `next_step` are English msgids, translated when shown."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = N_("This cannot be done.")
    next_step: ClassVar[str] = ""
    retry_after_seconds: ClassVar[int | None] = None

    def __init__(self, *, errors: dict[str, str] | None = None, link: str | None = None, **words: object) -> None:
        super().__init__(self.code)
        self.errors = errors or {}
        self.link = link
        self.words = words

    def say(self) -> str:
        """What went wrong, in the current language."""
        return _(self.title) % self.words if self.words else _(self.title)

    def say_next_step(self) -> str:
        """What the person can do now, in the current language; empty when there is nothing to add."""
        return _(self.next_step) if self.next_step else ""

    @property
    def headers(self) -> dict[str, str]:
        """When it is worth asking again (RFC 9110, 10.2.3)."""
        return {"retry-after": str(self.retry_after_seconds)} if self.retry_after_seconds else {}


class NotFound(DomainError):
    """Also the answer for what belongs to somebody else: existence is not given away."""

    status = 404
    code = "not_found"
    title = N_("We could not find this page.")
    next_step = N_("Please check the link in your mail, or ask the organiser for a new one.")


class InvalidInput(DomainError):
    """Carries one message a field."""

    status = 422
    code = "invalid_input"
    title = N_("Some details are missing or not right yet.")


class TooManyRequests(DomainError):
    status = 429
    code = "too_many_requests"
    title = N_("That was a little too often.")
    next_step = N_("Please wait a minute and try again.")
    retry_after_seconds = 60


class ForeignOrigin(DomainError):
    """A form posted from another site (Sec-Fetch-Site / Origin do not match)."""

    status = 403
    code = "foreign_origin"
    title = N_("This form was sent from another website, so we did not accept it.")
    next_step = N_("Please open the page again and send the form from there.")
