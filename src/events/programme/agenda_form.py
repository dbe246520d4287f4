"""What awaits the guests: the lines of the agenda, the dress and the languages spoken."""

import re
from typing import Any

from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, local
from events.kit.i18n import gettext as _

from .form_fields import parse_texts, typed_texts
from .model import Texts

MOST_LINES = 40
NEW_LINES = 4  # empty ones that the form offers; more of them after saving
FACTS = ("dress", "languages")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def parse_agenda(form: Form) -> list[dict[str, Any]]:
    """The lines with a title, in the order of the form; empty lines are left out."""
    lines = [_line(form, f"agenda_{number}") for number in range(1, MOST_LINES + 1)]
    return [line for line in lines if line]


def shown_lines(form: Form) -> list[tuple[int, str]]:
    """The numbers of the lines that the form shows, each with its time and title: all that say something, and a few empty ones."""
    titles = [(number, _title(form, number)) for number in range(1, MOST_LINES + 1)]
    last = max((number for number, title in titles if title), default=0)
    return titles[: last + NEW_LINES]


def parse_facts(form: Form, facts: dict[str, Texts]) -> dict[str, Texts]:
    """Dress and languages as typed; other facts stay as they are."""
    typed = {name: parse_texts(form, name, longest=120) for name in FACTS}
    return {name: texts for name, texts in (facts | typed).items() if texts}


def typed_agenda(agenda: list[dict[str, Any]]) -> dict[str, str]:
    """The lines as the form's fields want them."""
    typed: dict[str, str] = {}
    for number, line in enumerate(agenda[:MOST_LINES], start=1):
        name = f"agenda_{number}"
        typed |= {f"{name}_at": line.get("at", "")}
        typed |= typed_texts(f"{name}_title", line.get("title", {})) | typed_texts(f"{name}_text", line.get("text", {}))
    return typed


def typed_facts(facts: dict[str, Texts]) -> dict[str, str]:
    """Dress and languages as the form's fields want them."""
    return {field: text for name in FACTS for field, text in typed_texts(name, facts.get(name, {})).items()}


def _title(form: Form, number: int) -> str:
    at = form.values.get(f"agenda_{number}_at", "")
    texts = {language: form.values.get(f"agenda_{number}_title_{language}", "") for language in LANGUAGES}
    return " ".join(part for part in (at, local({language: text for language, text in texts.items() if text})) if part)


def _line(form: Form, name: str) -> dict[str, Any] | None:
    at = form.text(f"{name}_at")
    title, text = parse_texts(form, f"{name}_title", longest=120), parse_texts(form, f"{name}_text", longest=400)
    if not (at or title or text):
        return None
    if not _CLOCK.fullmatch(at):
        form.error(f"{name}_at", _("Please enter the time of this line, as in 18:30."))
    if not title:
        form.error(f"{name}_title_en", _("Please give this line a title in at least one language."))
    return {"at": at, "title": title} | ({"text": text} if text else {})
