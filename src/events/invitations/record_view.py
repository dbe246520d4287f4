"""One invitation as its organiser sees it: every answer with who gave it and how it came, and what was written to the invitee."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from events.accounts.model import Role, Staff
from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.times import moment_label
from events.kit.tokens import Tokens

from .model import Answer, AnswerSource, GivenAnswer, Invitation, delegate_token, invitation_token
from .party import Party
from .record_queries import SentMail

ANSWER_WORDS = {
    Answer.ACCEPTED: N_("Accepted"),
    Answer.PROVISIONAL: N_("Provisionally yes"),
    Answer.SUBSTITUTED: N_("Deputy comes"),
    Answer.DECLINED: N_("Declined"),
}
SOURCE_WORDS = {
    AnswerSource.PHONE: N_("By phone"),
    AnswerSource.LETTER: N_("By letter"),
    AnswerSource.EMAIL: N_("By mail"),
    AnswerSource.IN_PERSON: N_("In person"),
    AnswerSource.LINK: N_("By the personal link"),
    AnswerSource.DELEGATE: N_("By the delegate's link"),
}
ENTERED = (AnswerSource.PHONE, AnswerSource.LETTER, AnswerSource.EMAIL, AnswerSource.IN_PERSON)
_MAIL_KINDS = {"invitation": N_("Invitation"), "invitation_reminder": N_("Reminder")}
_MAIL_STATES = {
    "queued": (N_("On its way"), "brand"),
    "sent": (N_("Sent"), "ok"),
    "failed": (N_("Failed, will be tried again"), "warn"),
    "bounced": (N_("Did not arrive"), "bad"),
    "suppressed": (N_("Not wanted"), "warn"),
}


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the history."""

    at: str
    event: str
    answer: str
    source: str
    actor: str
    note: str


class MailLine(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to the invitee or the delegate."""

    at: str
    kind: str
    recipient: str
    word: str
    tone: str
    error: str


def history(party: Party, answers: Sequence[GivenAnswer], staff: Mapping[UUID, str]) -> list[AnswerLine]:
    """Every answer that was given, the latest first."""
    return [
        AnswerLine(
            at=moment_label(one.at, party.events[one.event_id].time_zone, locale=current_language()),
            event=local(party.events[one.event_id].title),
            answer=_(ANSWER_WORDS[one.answer]),
            source=_(SOURCE_WORDS[one.source]),
            actor=_actor(one.actor, staff),
            note=one.note,
        )
        for one in answers
    ]


def mail_lines(mails: Sequence[SentMail], zone: str) -> list[MailLine]:
    return [
        MailLine(
            at=moment_label(mail.created_at, zone, locale=current_language()),
            kind=_(_MAIL_KINDS.get(mail.kind, mail.kind)),
            recipient=mail.recipient,
            word=_(_MAIL_STATES[mail.status][0]),
            tone=_MAIL_STATES[mail.status][1],
            error=mail.last_error or "",
        )
        for mail in mails
    ]


def staff_of(answers: Sequence[GivenAnswer]) -> set[UUID]:
    """Whose names the history needs."""
    return {UUID(one.actor.removeprefix("staff:")) for one in answers if one.actor.startswith("staff:")}


def links_of(invitation: Invitation, tokens: Tokens, base_url: str) -> tuple[str, str]:
    """The addresses of the invitee's and the delegate's page, as they hold now."""
    own = invitation_token(tokens, invitation.id, invitation.issue)
    delegates = delegate_token(tokens, invitation.id, invitation.issue)
    return f"{base_url}/i/{own}", f"{base_url}/d/{delegates}"


def list_address(party: Party, staff: Staff) -> str:
    """The list this invitation stands in: the organiser's, or the co-host's for its people."""
    event, invitation = next(iter(party.events.values())), party.invitation
    home = "/organiser" if staff.may(Role.ORGANISER, invitation.organiser_id) else f"/co-hosts/{invitation.co_host_id}"
    if invitation.programme_id and event.programme_slug:
        return f"{home}/programmes/{event.programme_slug}/invitations"
    return f"{home}/events/{event.slug}/invitations"


def _actor(actor: str, staff: Mapping[UUID, str]) -> str:
    if actor.startswith("staff:"):
        return staff.get(UUID(actor.removeprefix("staff:")), _("somebody who has left"))
    return _("Delegate") if actor == "delegate" else _("Invitee")
