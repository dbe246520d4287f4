"""The little that organisers may write in a mail: paragraphs, line breaks, links as [words](address), and {placeholders}.

Everything else is text. What stands in for a placeholder is text, too: a guest called "[x](y)" or "<b>" stays one.
"""

import re
from collections.abc import Iterator, Mapping

from markupsafe import Markup, escape

_PIECE = re.compile(
    r"\[(?P<words>[^\[\]\n]{1,200})\]\((?P<target>[^\s()]{1,500})\)"
    r"|\{(?P<name>[a-z_]+)\}"
    r"|(?P<address>https?://[^\s<>()\[\]{}]*[^\s<>()\[\]{}.,;:!?、。」』])"
)
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
LINKS = frozenset({"link", "event_link"})
"""Placeholders whose value is an address."""


def named_in(text: str) -> set[str]:
    """Everything that stands in braces, known or not."""
    return set(_PLACEHOLDER.findall(text))


def wrong_targets(text: str) -> list[str]:
    """Addresses of links that lead nowhere: neither a page nor a mail address nor a placeholder of one, or not written as one."""
    targets = [piece["target"] for piece in _PIECE.finditer(text) if piece["target"]]
    unfinished = re.findall(r"\]\(([^\s)]{0,60})", _PIECE.sub("", text))
    return [target for target in targets if not _is_target(target)] + unfinished


def as_text(text: str, values: Mapping[str, str]) -> str:
    """For the text part: a link is its words with the address behind them."""

    def told(piece: re.Match[str]) -> str:
        if piece["words"]:
            return f"{_filled(piece['words'], values)}: {_filled(piece['target'], values)}"
        return values.get(piece["name"], piece[0]) if piece["name"] else piece[0]

    return _PIECE.sub(told, _unix(text))


def as_line(text: str, values: Mapping[str, str]) -> str:
    """For a subject or a heading: one line, placeholders only."""
    return " ".join(_filled(text, values).split())


def as_html(text: str, values: Mapping[str, str]) -> Markup:
    """For the HTML part: paragraphs with breaks and links, everything in them escaped."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", _unix(text)) if part.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(as_html_lines(part, values)) for part in paragraphs)


def as_html_lines(text: str, values: Mapping[str, str]) -> Markup:
    """The same inside one paragraph."""
    return Markup("<br>").join(Markup("").join(_pieces(line, values)) for line in _unix(text).split("\n"))


def _pieces(line: str, values: Mapping[str, str]) -> Iterator[Markup]:
    end = 0
    for piece in _PIECE.finditer(line):
        yield escape(line[end : piece.start()])
        yield _piece(piece, values)
        end = piece.end()
    yield escape(line[end:])


def _piece(piece: re.Match[str], values: Mapping[str, str]) -> Markup:
    if piece["words"]:
        words, target = _filled(piece["words"], values), _filled(piece["target"], values)
        return _link(target, words) if _is_target(target) else escape(words)
    if piece["address"]:
        return _link(piece["address"], piece["address"])
    value = values.get(piece["name"], piece[0])
    return _link(value, value) if piece["name"] in LINKS and _is_target(value) else escape(value)


def _link(target: str, words: str) -> Markup:
    return Markup('<a class="quiet" href="{}">{}</a>').format(target, words)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda found: values.get(found[1], found[0]), text)


def _is_target(target: str) -> bool:
    return re.match(r"(https?://|mailto:)[^\s\"<>]", target) is not None or target.strip("{}") in LINKS


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
