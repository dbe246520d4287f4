"""The forms of selection: one word about applications, a priority, a party's answer to an offer."""

from collections.abc import Sequence

import msgspec

from events.accounts.model import ReviewRole
from events.kit.forms import Form
from events.kit.i18n import gettext as _

from .model import Verdict

LONGEST_REASON = 500
MOST_PRIORITY = 9  # few steps, so that everybody knows what they mean


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says about applications, in whose name."""

    role: ReviewRole
    verdict: Verdict
    reason: str
    missing: str


def parse_word(form: Form, voices: Sequence[ReviewRole]) -> Word | None:
    """The word, or nothing and every field's error. Who speaks in one name only is not asked in which."""
    role = form.choice("role", [*voices], default=voices[0] if len(voices) == 1 else None)
    verdict = form.choice("verdict", [*Verdict])
    reason, missing = form.text("reason", longest=LONGEST_REASON), form.text("missing", longest=LONGEST_REASON)
    if verdict == Verdict.INCOMPLETE and not missing:
        form.error("missing", _("Please say what is missing: the guest is asked for it."))
    if not form.ok:
        return None
    return Word(role=ReviewRole(role), verdict=Verdict(verdict), reason=reason, missing=missing)


class Priority(msgspec.Struct, frozen=True, kw_only=True):
    """A place in line that is not given by time alone, and why."""

    priority: int
    reason: str


def parse_priority(form: Form) -> Priority | None:
    """The priority, or nothing and every field's error. Whoever is preferred is preferred for a reason."""
    priority = form.number("priority", least=0, most=MOST_PRIORITY)
    reason = form.text("reason", required=priority > 0, longest=LONGEST_REASON)
    return Priority(priority=priority, reason=reason) if form.ok else None


def parse_reason(form: Form) -> str:
    """Why an offer is taken back; for the organiser's own records."""
    return form.text("withdrawal_reason", longest=LONGEST_REASON)
