"""Mails as lines of a list, with their states and troubles in plain words."""

import msgspec

from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.times import moment_label
from events.messaging.bounces import plain_reason
from events.messaging.kinds import MailKinds
from events.people.names import full_name

from .mail_queries import MailLine

MAIL_WORDS: dict[str, tuple[str, str]] = {
    "queued": (N_("On its way"), ""),
    "sent": (N_("Sent"), "ok"),
    "failed": (N_("Not sent"), "bad"),
    "bounced": (N_("Bounced"), "bad"),
    "suppressed": (N_("Not wanted"), ""),
}
# Mails whose words are fixed; all others bring their titles (messaging.kinds).
FIXED_KINDS: dict[str, str] = {"contact_wanted": N_("New address to confirm"), "contact_leaving": N_("Address changed")}
NOT_WANTED = N_("The recipient has unsubscribed from such mails.")


class ShownMail(msgspec.Struct, frozen=True, kw_only=True):
    """`reason` is what went wrong in plain words, `error` what the server said, `event` the event's title where lists mix several."""

    id: int
    name: str
    recipient: str
    kind: str
    event: str
    word: str
    tone: str
    attempts: int
    reason: str
    error: str
    at: str
    may_repeat: bool
    may_correct: bool


def present_mail(line: MailLine, kinds: MailKinds) -> ShownMail:
    """Sending again is offered for what did not arrive and was not followed by another mail, another address where there is one to
    correct."""
    word, tone = MAIL_WORDS[line.status]
    kind = kinds.by_name.get(line.kind)
    title = kind.title if kind else FIXED_KINDS.get(line.kind, line.kind)
    error = line.last_error or ""
    reason = plain_reason(error, given_up=line.status == "failed") if line.status != "sent" else ""
    return ShownMail(
        id=line.id,
        name=full_name(line.person, current_language()) if line.booking_id or line.invitation_id else "",
        recipient=line.recipient,
        kind=_(title),
        event=local(line.event_title),
        word=_(word),
        tone=tone,
        attempts=line.attempts,
        reason=_(reason) if reason else _(NOT_WANTED) if line.status == "suppressed" else "",
        error=error if line.status != "sent" else "",
        at=moment_label(line.created_at, line.time_zone, locale=current_language()),
        may_repeat=line.may_repeat,
        may_correct=line.may_repeat and bool(line.booking_id or line.invitation_id),
    )
