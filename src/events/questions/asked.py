"""Questions as the form shows them, in the words of the page's language."""

from collections.abc import Sequence

import msgspec

from events.kit.i18n import gettext as _
from events.kit.i18n import local

from .files import ENDINGS, TYPES, allowed_types, largest_file, too_large_words
from .model import Condition, Kind, Per, Question, Sensitivity
from .values import LONGEST

MOST_PILLS = 6  # more options than these stand in a list that unfolds


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a form. `name` lacks the prefix of whoever is asked; a condition names the field it looks at, and whether
    the booking's questions or the guest's own are meant."""

    name: str
    kind: str
    label: str
    hint: str
    options: list[tuple[str, str]]
    required: bool
    per: str
    as_list: bool
    longest: int
    least: str
    most: str
    accept: str
    bytes: int
    too_large: str
    keeps_secret: bool
    only_if: str
    only_if_per: str
    any_of: list[str]
    condition: str


def asked(questions: Sequence[Question]) -> list[Asked]:
    """The questions in the order of the form, for `questions/fields.html`."""
    by_slug = {question.slug: question for question in questions}
    return [_asked(question, by_slug.get(question.condition.question) if question.condition else None) for question in questions]


def condition_words(condition: Condition, source: Question) -> str:
    """The condition as a sentence."""
    if source.kind == Kind.CONSENT:
        return _("Only if you agree to “%(question)s”.") % {"question": local(source.label)}
    labels = {option.value: local(option.label) for option in source.options}
    answers = " / ".join(labels.get(value, value) for value in condition.any_of)
    return _("Only if your answer to “%(question)s” is: %(answers)s.") % {"question": local(source.label), "answers": answers}


def _asked(question: Question, source: Question | None) -> Asked:
    limits = question.limits
    options = [(option.value, local(option.label)) for option in question.options]
    as_list = question.kind == Kind.CHOICE and len(options) > MOST_PILLS
    if question.kind == Kind.CHOICE and (as_list or not question.required):
        options.insert(0, ("", _("Please choose") if question.required else _("No answer")))
    return Asked(
        name=f"q-{question.slug}",
        kind=question.kind,
        label=local(question.label),
        hint=_hint(question),
        options=options,
        required=question.required,
        per=question.per,
        as_list=as_list,
        longest=limits.longest or LONGEST.get(question.kind, 0),
        least="" if limits.least is None else str(limits.least),
        most="" if limits.most is None else str(limits.most),
        accept=",".join(ENDINGS[kind] for kind in allowed_types(question)),
        bytes=largest_file(question),
        too_large=too_large_words(question) if question.kind == Kind.FILE else "",
        keeps_secret=question.sensitivity == Sensitivity.SECURITY,
        only_if=f"q-{source.slug}" if source else "",
        only_if_per=source.per if source else Per.GUEST,
        any_of=question.condition.any_of if question.condition and source else [],
        condition=condition_words(question.condition, source) if question.condition and source else "",
    )


def _hint(question: Question) -> str:
    """The organiser's help, the limits that are good to know beforehand, and what becomes of a sensitive answer."""
    parts = [local(question.help), _limits(question)]
    if question.sensitivity == Sensitivity.SENSITIVE:
        parts.append(_("Deleted at the latest seven days after the event."))
    if question.sensitivity == Sensitivity.SECURITY:
        parts.append(_("Kept encrypted, read only by those who look after security, deleted at the latest fourteen days after the event."))
    return " ".join(part for part in parts if part)


def _limits(question: Question) -> str:
    least, most = question.limits.least, question.limits.most
    if question.kind == Kind.FILE:
        kinds = ", ".join(TYPES[kind] for kind in allowed_types(question))
        return _("%(kinds)s, at most %(size)s MB.") % {"kinds": kinds, "size": f"{largest_file(question) / 1e6:g}"}
    if question.kind not in (Kind.NUMBER, Kind.MULTIPLE) or isinstance(least, str) or isinstance(most, str):
        return ""
    if question.kind == Kind.MULTIPLE:
        return _how_many(least, most)
    if least is not None and most is not None:
        return _("From %(least)s to %(most)s.") % {"least": f"{least:g}", "most": f"{most:g}"}
    if least is not None:
        return _("At least %(least)s.") % {"least": f"{least:g}"}
    return _("At most %(most)s.") % {"most": f"{most:g}"} if most is not None else ""


def _how_many(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return _("Choose %(least)s to %(most)s of them.") % {"least": f"{least:g}", "most": f"{most:g}"}
    if least is not None:
        return _("Choose at least %(least)s of them.") % {"least": f"{least:g}"}
    return _("Choose at most %(most)s of them.") % {"most": f"{most:g}"} if most is not None else ""
