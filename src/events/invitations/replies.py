"""What an invitee, a delegate or an organiser says: answers for several events at once, and who they are given by."""

from uuid import UUID

import msgspec

from events.kit.errors import DomainError
from events.questions.model import GivenAnswer
from events.registration.model import GuestDetails, Payer

from .model import Answer, AnswerSource


class Deputy(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes instead, and where their ticket goes as well."""

    details: GuestDetails
    email: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one event. `companions` counts into those of the whole answer.

    `answers` are to the event's questions: the party's as a whole, `own_answers` of who comes, `companion_answers` in the order of
    `companions`. They are kept with places that are taken now.

    `seen` is the answer that stood when the page was opened: what was not changed on an old page changes nothing.
    """

    event_id: UUID
    answer: Answer
    seen: Answer | None = None
    deputy: Deputy | None = None
    companions: tuple[int, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    own_answers: tuple[GivenAnswer, ...] = ()
    companion_answers: tuple[tuple[GivenAnswer, ...], ...] = ()


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What one submit of the page says. Companions named before carry their `guest_id`.

    `mail_contact` is who is written to from now on, `message` a word to the hosts; none of them: as before.
    """

    replies: list[Reply]
    invitee: GuestDetails
    companions: list[GuestDetails] = []
    registrant_name: str = ""
    mail_contact: str | None = None
    payer: Payer | None = None
    message: str | None = None


class Giver(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers and how it came in. Staff may answer after the guest's deadline."""

    actor: str
    source: AnswerSource
    note: str = ""

    @property
    def is_staff(self) -> bool:
        return self.actor.startswith("staff:")


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be done for one event; everything else of the answer was."""

    event_id: UUID
    refusal: DomainError
