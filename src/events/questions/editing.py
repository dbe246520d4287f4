"""The organiser's form about one question: what was typed → the question, or every field's error at once."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from events.kit.forms import Form
from events.kit.i18n import LANGUAGES
from events.kit.i18n import gettext as _
from events.programme.actions import suggested_slug
from events.programme.model import Texts

from .files import LARGEST_FILE, TYPES, USUAL_TYPES
from .model import Condition, Kind, Limits, Option, Per, Question, Sensitivity
from .values import Unfit, typed_value

MOST_OPTIONS = 40
FIRST_OPTIONS, SPARE_OPTIONS = 5, 3  # lines to begin with, and empty ones below those that are there; saving makes room for more
LONGEST_LABEL = 500  # a consent may need some sentences
LONGEST_TEXTS = {Kind.TEXT: 500, Kind.LONG_TEXT: 5000}
WITH_OPTIONS = (Kind.CHOICE, Kind.MULTIPLE)
_NO_ID = UUID(int=0)  # of the question without limits that reads a limit
Chosen = TypeVar("Chosen", Kind, Per, Sensitivity)


class QuestionDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A question as the form describes it."""

    kind: Kind
    label: Texts
    help: Texts
    options: list[Option]
    required: bool
    per: Per
    sensitivity: Sensitivity
    condition: Condition | None
    limits: Limits


def possible_sources(questions: Sequence[Question], question: Question | None) -> list[Question]:
    """The earlier questions that a condition may look at: their answers are known in the form and are no secret."""
    earlier = [other for other in questions if question is None or other.position < question.position]
    kinds = (*WITH_OPTIONS, Kind.CONSENT)
    return [other for other in earlier if other.kind in kinds and other.sensitivity != Sensitivity.SECURITY]


def parse_question(form: Form, questions: Sequence[Question], question: Question | None) -> QuestionDetails | None:
    """The question, or nothing and every field's error. What a question with answers must not change is taken from it."""
    fixed = question if question is not None and question.answered else None
    kind = fixed.kind if fixed else _chosen(form, "kind", Kind)
    per = fixed.per if fixed else _chosen(form, "per", Per)
    sensitivity = fixed.sensitivity if fixed else _chosen(form, "sensitivity", Sensitivity)
    label = _texts(form, "label", longest=LONGEST_LABEL)
    if not label:
        form.error("label_en", _("Please write the question in at least one language."))
    options = _options(form, question) if kind in WITH_OPTIONS else []
    details = QuestionDetails(
        kind=kind,
        label=label,
        help=_texts(form, "help", longest=300),
        options=options,
        required=form.checked("required"),
        per=per,
        sensitivity=sensitivity,
        condition=_condition(form, possible_sources(questions, question), per),
        limits=_limits(form, kind, options),
    )
    return details if form.ok else None


def question_form(question: Question | None) -> Form:
    """The form filled with what is known."""
    if question is None:
        return Form([("kind", Kind.TEXT), ("per", Per.GUEST), ("sensitivity", Sensitivity.ORDINARY), *_files_form(Limits())])
    plain = [
        ("kind", question.kind),
        ("per", question.per),
        ("sensitivity", question.sensitivity),
        ("required", "yes" if question.required else ""),
        ("condition", question.condition.question if question.condition else ""),
    ]
    texts = [(f"{name}_{code}", getattr(question, name).get(code, "")) for name in ("label", "help") for code in LANGUAGES]
    given = [(f"if-{question.condition.question}", value) for value in question.condition.any_of] if question.condition else []
    return Form([*plain, *texts, *given, *_options_form(question.options), *_limits_form(question), *_files_form(question.limits)])


def option_rows(form: Form) -> range:
    """The numbers of the option lines to show: those that are filled and some spare ones."""
    filled = [number for number in range(1, MOST_OPTIONS + 1) if any(form.values.get(name) for name in _option_fields(number))]
    return range(1, min(MOST_OPTIONS, max(FIRST_OPTIONS, max(filled, default=0) + SPARE_OPTIONS)) + 1)


def _chosen(form: Form, name: str, kind: type[Chosen]) -> Chosen:
    known: dict[str, Chosen] = {one.value: one for one in kind.__members__.values()}
    return known.get(form.choice(name, known)) or next(iter(known.values()))


def _texts(form: Form, name: str, *, longest: int) -> Texts:
    typed = {code: form.text(f"{name}_{code}", longest=longest) for code in LANGUAGES}
    return {code: text for code, text in typed.items() if text}


def _option_fields(number: int) -> list[str]:
    return [f"option-{number}_{code}" for code in LANGUAGES]


def _options(form: Form, question: Question | None) -> list[Option]:
    """The lines with words in them. A line that was there before keeps its value; the others get one from their words."""
    known = {option.value for option in question.options} if question else set()
    options: list[Option] = []
    for number in range(1, MOST_OPTIONS + 1):
        label = _texts(form, f"option-{number}", longest=120)
        value = form.values.get(f"option-{number}-value", "")
        if not label:
            continue
        used = {option.value for option in options} | known
        kept = value in known and value not in {option.value for option in options}
        options.append(Option(value if kept else _free_value(label, used), label))
    if len(options) < 2:
        form.error("option-1_en", _("Please give at least two options."))
    return options


def _free_value(label: Texts, used: set[str]) -> str:
    wanted = suggested_slug(label) or "option"
    return next(value for number in range(1, len(used) + 2) if (value := wanted if number == 1 else f"{wanted}-{number}") not in used)


def _condition(form: Form, sources: Sequence[Question], per: Per) -> Condition | None:
    slug = form.values.get("condition", "")
    if not slug:
        return None
    source = next((other for other in sources if other.slug == slug), None)
    if source is None:
        form.error("condition", _("Please choose one of the options."))
        return None
    if per == Per.BOOKING and source.per == Per.GUEST:
        form.error("condition", _("A question for the whole booking cannot depend on what a single guest answers."))
    known = ["yes"] if source.kind == Kind.CONSENT else [option.value for option in source.options]
    given = known if source.kind == Kind.CONSENT else [value for value in known if value in form.chosen(f"if-{slug}")]
    if not given:
        form.error("condition", _("Please tick the answers for which this is asked."))
    return Condition(slug, given)


def _limits(form: Form, kind: Kind, options: Sequence[Option]) -> Limits:
    if kind in LONGEST_TEXTS:
        typed = form.values.get("longest", "").strip()
        return Limits(longest=form.number("longest", least=1, most=LONGEST_TEXTS[kind])) if typed else Limits()
    if kind == Kind.FILE:
        return _file_limits(form)
    names = {Kind.NUMBER: "number", Kind.DATE: "date", Kind.MULTIPLE: "chosen"}
    if kind not in names:
        return Limits()
    least, most = (_bound(form, f"{which}_{names[kind]}", kind, options) for which in ("least", "most"))
    if least is not None and most is not None and least > most:
        form.error(f"most_{names[kind]}", _("This must not be less than the other limit."))
    return Limits(least=least, most=most)


def _bound(form: Form, name: str, kind: Kind, options: Sequence[Option]) -> Any:
    typed = form.text(name, longest=30)
    if not typed:
        return None
    if kind == Kind.MULTIPLE:
        return form.number(name, least=1, most=max(1, len(options)))
    try:
        return typed_value(Question(id=_NO_ID, event_id=_NO_ID, slug="limit", position=0, kind=kind, label={}), [typed])
    except Unfit as unfit:
        form.error(name, str(unfit))
        return None


def _file_limits(form: Form) -> Limits:
    size = form.number("megabytes", least=1, most=LARGEST_FILE // 1_000_000)
    types = [kind for kind in TYPES if kind in form.chosen("types")]
    if not types:
        form.error("types", _("Please choose at least one kind of file."))
    return Limits(bytes=size * 1_000_000, types=types)


def _options_form(options: Sequence[Option]) -> list[tuple[str, str]]:
    rows = list(enumerate(options, start=1))
    values = [(f"option-{number}-value", option.value) for number, option in rows]
    return values + [(f"option-{number}_{code}", option.label.get(code, "")) for number, option in rows for code in LANGUAGES]


def _limits_form(question: Question) -> list[tuple[str, str]]:
    limits = question.limits
    fields = [("longest", str(limits.longest))] if limits.longest else []
    name = {Kind.NUMBER: "number", Kind.DATE: "date", Kind.MULTIPLE: "chosen"}.get(question.kind)
    for which, bound in (("least", limits.least), ("most", limits.most)):
        if name and bound is not None:
            fields.append((f"{which}_{name}", bound if isinstance(bound, str) else f"{bound:.15g}"))
    return fields


def _files_form(limits: Limits) -> list[tuple[str, str]]:
    size = (limits.bytes or LARGEST_FILE) // 1_000_000
    return [("megabytes", str(size)), *(("types", kind) for kind in limits.types or USUAL_TYPES)]
