"""Invitations as lines of a list, in the words and scripts of the page's language."""

from collections import Counter
from uuid import UUID

import msgspec

from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.times import day_label
from events.people.names import full_name, is_family_first, kana_name, second_script

from .list_filter import ANSWER_NAMES
from .list_queries import InvitationLine
from .list_scope import Scope
from .model import Answer

ANSWER_TONES = {Answer.NONE: "", Answer.PROVISIONAL: "warn", Answer.ACCEPTED: "ok", Answer.SUBSTITUTED: "brand", Answer.DECLINED: "bad"}
MAIL_WORDS = {
    "queued": (N_("On its way"), ""),
    "sent": (N_("Sent"), "ok"),
    "failed": (N_("Not sent"), "bad"),
    "bounced": (N_("Bounced"), "bad"),
    "suppressed": (N_("Unsubscribed"), "warn"),
}
FLAG_WORDS = {"speaker": N_("Speaker"), "vip": N_("VIP"), "no_photo": N_("No photo"), "wheelchair": N_("Wheelchair")}


class ShownInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `answers` are words with their tone; `address` is who is written to, `error` what their server said."""

    id: UUID
    name: str
    name_lang: str
    other_name: str
    other_lang: str
    kana: str
    company: str
    job_title: str
    flags: list[str]
    co_host: str
    contingents: list[str]
    answers: list[tuple[str, str]]
    address: str
    by_delegate: bool
    mail_word: str
    mail_tone: str
    error: str
    may_correct: bool
    answer_by: str
    is_withdrawn: bool


def present_invitation(line: InvitationLine, scope: Scope) -> ShownInvitation:
    """An invitation in the list of its programme or event."""
    language = current_language()
    name, other = full_name(line, language), second_script(line, language)
    mail_word, mail_tone = mail_words(line)
    return ShownInvitation(
        id=line.id,
        name=name,
        name_lang="ja" if is_family_first(name) else "",
        other_name=other,
        other_lang="ja" if is_family_first(other) else "",
        kana=kana_name(line) if language == "ja" else "",
        company=line.company,
        job_title=line.job_title,
        flags=[_(FLAG_WORDS[flag]) for flag in line.flags],
        co_host=local(line.co_host),
        contingents=list(dict.fromkeys(local(texts) for texts in line.contingents or [])),
        answers=_answers(line, scope),
        address=line.delegate_email or line.email,
        by_delegate=bool(line.delegate_email),
        mail_word=mail_word,
        mail_tone=mail_tone,
        error=line.mail_error if line.troubled else "",
        may_correct=line.withdrawn_at is None and (line.troubled or not (line.delegate_email or line.email)),
        answer_by=day_label(line.answer_by, scope.time_zone, locale=language) if line.answer_by else "",
        is_withdrawn=line.withdrawn_at is not None,
    )


def mail_words(line: InvitationLine) -> tuple[str, str]:
    """What became of writing to somebody, and how good that is."""
    if line.wave_state == "unclear":
        return _("Unclear"), "warn"
    if line.wave_state in ("waiting", "queued", "sending"):
        return _("On its way"), ""
    if line.mail_status:
        word, tone = MAIL_WORDS[line.mail_status]
        return _(word), tone
    if line.posted_at:
        return _("By letter"), "ok"
    if not (line.delegate_email or line.email):
        return _("No mail address"), "warn"
    return _("Not written to"), ""


def _answers(line: InvitationLine, scope: Scope) -> list[tuple[str, str]]:
    """The answer to the one event, or how many events were answered in which way."""
    counts = Counter(line.answers.values()) if line.answers else Counter()
    if scope.event:
        return [(_(ANSWER_NAMES[Answer(answer)]), ANSWER_TONES[Answer(answer)]) for answer in counts]
    return [
        (f"{counts[answer]} × {_(ANSWER_NAMES[answer])}", ANSWER_TONES[answer])
        for answer in (Answer.ACCEPTED, Answer.SUBSTITUTED, Answer.PROVISIONAL, Answer.DECLINED, Answer.NONE)
        if counts[answer]
    ]
