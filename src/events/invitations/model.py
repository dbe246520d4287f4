"""Who is invited to what, and what they answered."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from events.kit.tokens import Tokens
from events.people.keys import search_words
from events.people.model import Named, Person


class Answer(StrEnum):
    """Where an invitation to one event stands. Only the last four can be given."""

    NONE = "none"
    PROVISIONAL = "provisional"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUBSTITUTED = "substituted"

    @property
    def comes(self) -> bool:
        """Whether somebody takes a place: the invitee or a deputy."""
        return self in (Answer.ACCEPTED, Answer.SUBSTITUTED)


class AnswerSource(StrEnum):
    """How an answer came in."""

    LINK = "link"
    DELEGATE = "delegate"
    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    IN_PERSON = "in_person"


class CompanionRule(StrEnum):
    """Whether the invitee may bring somebody: not at all, named with the answer, or named by a date."""

    NONE = "none"
    NAMED = "named"
    LATER = "later"


class CoHostName(msgspec.Struct, frozen=True, kw_only=True):
    """In whose name somebody is invited, when it is not the organiser's own."""

    id: UUID
    organiser_id: UUID
    slug: str
    name: dict[str, str]


class Link(StrEnum):
    """Which of an invitation's links somebody has; an ended one was replaced by a newer one."""

    INVITEE = "invitee"
    DELEGATE = "delegate"
    ENDED = "ended"


class Invitee(Person, frozen=True, kw_only=True):
    """The person who is invited, in every script the organiser knows."""

    job_title: str = ""
    flags: tuple[str, ...] = ()


class NewInvitation(Invitee, frozen=True, kw_only=True):
    """An invitation to be written: for one organiser's programme or for single events."""

    organiser_id: UUID
    locale: str
    programme_id: UUID | None = None
    co_host_id: UUID | None = None
    batch_id: UUID | None = None
    row_key: str | None = None
    inviter: str = ""
    email: str = ""
    delegate_email: str = ""
    time_zone: str | None = None
    companions: CompanionRule = CompanionRule.NONE
    max_companions: int = 0
    companions_by: datetime | None = None
    answer_by: datetime | None = None


class Invitation(NewInvitation, frozen=True, kw_only=True):
    """An invitation as it stands. It stays the invitee's, whoever comes in the end."""

    id: UUID
    issue: int
    booking_id: UUID | None
    guest_id: UUID | None
    message: str
    created_at: datetime
    withdrawn_at: datetime | None

    @property
    def mail_address(self) -> str:
        """Who is written to: the delegate where there is one. Empty: nobody can be reached by mail."""
        return self.delegate_email or self.email


class InvitedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of an invitation and the latest answer to it. `contingent` is the slug of the pool; none: any shared place.

    `answers` counts all that were given: what makes each attempt to take places another one.
    """

    invitation_id: UUID
    event_id: UUID
    pool_id: UUID | None
    contingent: str | None
    answer: Answer
    answered_at: datetime | None
    booking_id: UUID | None
    answers: int


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an invitation's history. `actor` is "invitee", "delegate" or "staff:<id>"."""

    event_id: UUID
    answer: Answer
    actor: str
    source: AnswerSource
    note: str
    at: datetime


def invitation_token(tokens: Tokens, invitation_id: UUID, issue: int) -> str:
    """The secret of the invitee's link, `/i/{token}`. Every issue has another one."""
    return tokens.token(f"invitation {issue}", invitation_id)


def delegate_token(tokens: Tokens, invitation_id: UUID, issue: int) -> str:
    """The secret of the link for whoever answers for the invitee, `/d/{token}`."""
    return tokens.token(f"delegate {issue}", invitation_id)


def match_key(person: Named) -> str:
    """Equal for two spellings of one name, in any order: Satō Hanako and Hanako Satoh. Latin letters first, else kana, else as written."""
    for names in (
        (person.family_name_latin, person.given_name_latin),
        (person.family_name_kana, person.given_name_kana),
        (person.family_name, person.given_name),
    ):
        words = search_words(" ".join(names))
        if words:
            return " ".join(sorted(words))
    return ""
