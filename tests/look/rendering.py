"""Renders the sample pages with the application's own environment and shows them to a browser without a server."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.async_api import Browser, Page, Route

from events.kit.assets import BUILT_FOLDER
from events.kit.http import SECURITY_HEADERS
from events.kit.i18n import use_language
from events.kit.templates import new_environment

ORIGIN: Final = "http://localhost"  # a secure context, as the service behind TLS is
EMPTY: Final = SimpleNamespace(values={}, errors={})
REFUSED: Final = SimpleNamespace(
    values={"given_name": "Katharina", "email": "katharina@", "privacy": "", "companion-1-name": "Łukasz Przykład"},
    errors={
        "family_name": "Please fill this in.",
        "email": "This address looks incomplete, for example name@company.com.",
        "privacy": "Please confirm that you have read this.",
    },
)
SAMPLES: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "signup": ("signup.html", {"form": EMPTY}),
    "refused": ("signup.html", {"form": REFUSED}),
    "programme": ("programme.html", {}),
    "ticket": ("ticket.html", {}),
    "board": ("board.html", {}),
    "scanner": ("scanner.html", {}),
    "find": ("scanner.html", {"find": True}),
    "admitted": ("verdict.html", {"kind": "admitted"}),
    "already-in": ("verdict.html", {"kind": "already-in"}),
    "no": ("verdict.html", {"kind": "refused"}),
    "unsure": ("verdict.html", {"kind": "unsure"}),
    "error": ("error.html", {"status": 404, "title": "We could not find this page.", "next_step": "Please check the link.", "link": None}),
}

_environment = new_environment()
_environment.loader = ChoiceLoader([FileSystemLoader(Path(__file__).parent / "samples"), *filter(None, [_environment.loader])])


def rendered(sample: str, language: str) -> str:
    """The HTML of one sample in one language."""
    template, context = SAMPLES[sample]
    with use_language(language):
        return _environment.get_template(template).render(page_url="/sample", **context)


async def sample_page(browser: Browser, width: int, scheme: Literal["light", "dark"] = "light") -> Page:
    """A page for which every address is answered here, under the service's own security headers."""
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    await page.route("**/*", _answer)
    return page


async def show(page: Page, sample: str, language: str) -> None:
    """Opens a sample and waits for its fonts."""
    await page.goto(f"{ORIGIN}/{sample}?{language}")
    await page.evaluate("document.fonts.ready.then(() => true)")


async def _answer(route: Route) -> None:
    address = urlsplit(route.request.url)
    if address.path.startswith("/static/"):
        await route.fulfill(path=BUILT_FOLDER / address.path.removeprefix("/static/"))
        return
    sample = address.path.strip("/")
    body = rendered(sample, address.query) if sample in SAMPLES else ""
    await route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=SECURITY_HEADERS)
