"""The words of a kind of mail: what the house says, what an organiser may say instead, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.i18n import use_language

from .kinds import MailKind
from .markup import named_in, wrong_targets
from .model import PARTS, Wording

LONGEST = {"subject": 200, "lead": 300, "body": 4000, "closing": 500}


def house_words(templates: Environment, kind: MailKind, locale: str, sample: Mapping[str, Any]) -> Wording:
    """What the templates say by themselves, for one guest, with placeholders where the facts would be.

    `sample` are the words of an invented mail: whatever organisers cannot refer to keeps its value.
    """
    words = _with_placeholders(sample)
    with use_language(locale):
        text = templates.get_template(f"mail/{kind.name}/body.txt")
        context = text.new_context(words | {"own": {"lead": None, "body": None, "closing": None}, "unsubscribe_url": ""})
        "".join(text.root_render_func(context))  # fills in the blocks of the templates it extends

        def block(name: str) -> str:
            return "".join(context.blocks[name][0](context)).strip() if name in context.blocks else ""

        subject = templates.get_template(f"mail/{kind.name}/subject.txt").render(words)
        return Wording(subject=subject.strip(), lead=block("lead"), body=block("prose"), closing=block("closing"))


def laid_over(own: Wording, wider: Wording) -> Wording:
    """Each part from `own`, where it says anything, else from the wider words."""
    return Wording(**{part: _first(getattr(own, part), getattr(wider, part)) for part in PARTS})


def parse_wording(form: Form, kind: MailKind, wider: Wording) -> Wording:
    """The words as typed. A part that says what would be said anyway is None; what is wrong stands in the form's errors."""
    typed = {part: _unix(form.text(part, required=part in ("subject", "lead"), longest=LONGEST[part])) for part in PARTS}
    for part, text in typed.items():
        _check(form, kind, part, text)
    for name in kind.required:
        if name not in named_in(typed["lead"] + typed["body"]):
            missing = _("Please keep {%(name)s} in the first sentence or in the text: without it guests do not know what to do.")
            form.error("lead", missing % {"name": name})
    return Wording(**{part: None if text == _unix(getattr(wider, part) or "") else text for part, text in typed.items()})


def is_silent(wording: Wording) -> bool:
    """Whether nothing differs from what would be said anyway."""
    return all(getattr(wording, part) is None for part in PARTS)


def _check(form: Form, kind: MailKind, part: str, text: str) -> None:
    known = ", ".join(f"{{{name}}}" for name in kind.placeholders)
    unknown = sorted(named_in(text) - set(kind.placeholders))
    if unknown:
        form.error(part, _("There is nothing called {%(name)s}. There are: %(known)s.") % {"name": unknown[0], "known": known})
    rest = text
    for name in named_in(text):
        rest = rest.replace(f"{{{name}}}", "")
    if "{" in rest or "}" in rest:
        form.error(part, _("A brace is left over. A placeholder has one on each side, for example {name}."))
    if part in ("body", "closing") and (wrong := wrong_targets(text)):
        form.error(part, _("“%(target)s” is no address. A link is written [words](https://…).") % {"target": wrong[0]})


def _with_placeholders(sample: Mapping[str, Any]) -> dict[str, Any]:
    event = {"title": "event", "when": "date", "doors": "doors", "organiser": "organiser"}
    told = {name: name for name in ("name", "deadline", "link", "inviter", "invitee")} | {"booking_url": "link", "event_url": "event_link"}
    words = dict(sample) | {word: f"{{{name}}}" for word, name in told.items() if word in sample}
    words["event"] = dict(sample["event"]) | {word: f"{{{name}}}" for word, name in event.items() if word in sample["event"]}
    return words


def _first(own: str | None, wider: str | None) -> str | None:
    return wider if own is None else own


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
