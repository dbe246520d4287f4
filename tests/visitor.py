"""Somebody who uses pages as a browser without scripts does: loads a page, fills in its own form, sends it, follows the redirect."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "path", "rect", "circle"})


@dataclass
class PageForm:
    """A form as the page shows it: what a browser would send if nothing was typed."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)

    def filled(self, answers: dict[str, str | list[str]]) -> list[tuple[str, str]]:
        """The fields to send; answering a field that the page does not offer is a mistake of the test."""
        unknown = sorted(set(answers) - self.offered)
        assert unknown == [], f"the page offers no {unknown}"
        kept = [(name, value) for name, value in self.fields if name not in answers]
        typed = [(name, one) for name, value in answers.items() for one in ([value] if isinstance(value, str) else value)]
        return kept + typed


class Page(HTMLParser):
    """The parts of a page that tests look at."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status = response.status_code
        self.url = str(response.url)
        self.html = response.text
        self.headers = response.headers
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.errors: dict[str, str] = {}
        self._texts: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._area: tuple[str, list[str]] | None = None
        self._select: str | None = None
        self.feed(response.text)

    @property
    def form(self) -> PageForm:
        """The page's only form that is sent by POST."""
        (only,) = self.forms
        return only

    @property
    def text(self) -> str:
        """What can be read on the page, blanks folded."""
        return " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, found))
        if tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "form" and found.get("method") == "post":
            self.forms.append(PageForm(action=urljoin(self.url, found.get("action", ""))))
        elif self.forms and tag in ("input", "textarea", "select") and found.get("name"):
            self._control(tag, found)
        elif tag == "option" and self._select and "selected" in found:
            self.forms[-1].fields.append((self._select, found["value"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.forms[-1].fields.append((self._area[0], "".join(self._area[1]).removeprefix("\n")))
            self._area = None
        while tag not in VOID and self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)
        if any(tag in ("script", "style") for tag, _ in self._open):
            return
        self._texts.append(data)
        for _tag, attributes in self._open:
            if attributes.get("class") == "field-error" and attributes.get("id") and data.strip():
                self.errors[attributes["id"].removesuffix("-error")] = data.strip()

    def _control(self, tag: str, found: dict[str, str]) -> None:
        form, name = self.forms[-1], found["name"]
        form.offered.add(name)
        if tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = name
        elif found.get("type") not in ("checkbox", "radio") or "checked" in found:
            form.fields.append((name, found.get("value", "")))


class Visitor:
    """A browser's worth of cookies on top of a client that follows no redirect by itself."""

    def __init__(self, client: httpx.AsyncClient, *, locale: str = "en") -> None:
        self.client = client
        self.client.headers["accept-language"] = locale

    async def open(self, path: str) -> Page:
        return Page(await self.client.get(path))

    async def send(self, page: Page, answers: dict[str, str | list[str]]) -> Page:
        """Sends the page's form and follows the redirect, if there is one."""
        response = await self.client.post(page.form.action, data=_multi(page.form.filled(answers)))
        while response.is_redirect:
            response = await self.client.get(response.headers["location"])
        return Page(response)


def _multi(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    return grouped
