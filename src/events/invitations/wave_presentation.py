"""Waves, plans and troubled mails in the words of the page's language."""

from datetime import datetime
from typing import Any

from events.kit.i18n import N_, current_language, ngettext
from events.kit.i18n import gettext as _
from events.kit.times import moment_label
from events.people.names import full_name, is_family_first

from .wave_model import Audience, MailState, Progress, ReminderPlan, Skipped, TroubledMail, Wave, WaveKind, WaveState

KIND_NAMES = {WaveKind.INVITATION: N_("Invitation"), WaveKind.REMINDER: N_("Reminder")}
AUDIENCE_NAMES = {
    Audience.SILENT: N_("Those who have not answered at all"),
    Audience.PROVISIONAL: N_("Those who answered provisionally"),
}
STATE_WORDS = {
    WaveState.RUNNING: (N_("Being sent"), "brand"),
    WaveState.PAUSED: (N_("Paused"), "warn"),
    WaveState.STOPPED: (N_("Stopped"), "bad"),
    WaveState.DONE: (N_("Done"), "ok"),
}
SKIPPED_WORDS = {
    Skipped.WITHDRAWN: N_("Withdrawn"),
    Skipped.NO_ADDRESS: N_("No mail address"),
    Skipped.UNSUBSCRIBED: N_("Unsubscribed"),
    Skipped.DECLINED: N_("Has declined"),
    Skipped.ANSWERED: N_("Has answered"),
    Skipped.OVER: N_("Nothing left to be invited to"),
    Skipped.STOPPED: N_("The wave was stopped"),
}
TROUBLE_WORDS = {
    MailState.BOUNCED: (N_("Bounced"), "bad"),
    MailState.FAILED: (N_("Not sent"), "bad"),
    MailState.UNCLEAR: (N_("Unclear"), "warn"),
    MailState.SKIPPED: (N_("Left out"), ""),
}


def present_wave(wave: Wave, progress: Progress, zone: str, now: datetime) -> dict[str, Any]:
    """A line of the list of waves."""
    word, tone = state_words(wave.state, wave.send_at, now)
    return {
        "id": wave.id,
        "kind": _(KIND_NAMES[wave.kind]),
        "audience": _(AUDIENCE_NAMES[wave.audience]) if wave.audience in AUDIENCE_NAMES else "",
        "is_planned": wave.plan_id is not None,
        "word": word,
        "tone": tone,
        "send_at": moment_label(wave.send_at, zone, locale=current_language()),
        "progress": progress,
    }


def state_words(state: WaveState, send_at: datetime, now: datetime) -> tuple[str, str]:
    """Where a wave stands; one whose time has not come waits for it."""
    if state == WaveState.RUNNING and send_at > now:
        return _("Scheduled"), ""
    word, tone = STATE_WORDS[state]
    return _(word), tone


def present_plan(plan: ReminderPlan) -> dict[str, Any]:
    """A reminder that goes out by itself, in a sentence."""
    days = ngettext("one day before the answer is due", "%(num)s days before the answer is due", plan.days_before)
    return {"id": plan.id, "audience": _(AUDIENCE_NAMES[plan.audience]), "days": days % {"num": plan.days_before}}


def present_trouble(mail: TroubledMail) -> dict[str, Any]:
    """Somebody a wave did not reach, why, and whether it can be tried again."""
    name = full_name(mail, current_language())
    word, tone = TROUBLE_WORDS[mail.state]
    reason = _(SKIPPED_WORDS[Skipped(mail.reason)]) if mail.state == MailState.SKIPPED and mail.reason else mail.error
    if mail.state == MailState.UNCLEAR:
        reason = _("The work was interrupted just then. It may have arrived, or not.")
    return {
        "id": mail.invitation_id,
        "name": name,
        "name_lang": "ja" if is_family_first(name) else "",
        "address": mail.address,
        "word": _(word),
        "tone": tone,
        "reason": reason,
        "may_repeat": mail.state in (MailState.BOUNCED, MailState.FAILED, MailState.UNCLEAR),
    }
