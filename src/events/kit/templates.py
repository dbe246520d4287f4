"""The Jinja environment and the answer that renders a page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from litestar.response import Template

from . import i18n
from .assets import asset
from .places import templates_folder
from .qr import qr_svg


def new_environment() -> Environment:
    """Templates escape by themselves (plain text aside), fail on a missing name, and see only what is listed here."""
    environment = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=select_autoescape(default=True, disabled_extensions=("txt",)),  # the text parts of mails
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "asset": asset,
        "languages": i18n.LANGUAGES,
        "locale": i18n.current_language,
        "lang_url": _lang_url,
        "qr_svg": qr_svg,
    }
    # Without the context Jinja would compute filters on literals once, in the language of the first guest.
    environment.filters["local"] = _local
    return environment


def page(name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object) -> Template:
    """Answers with a rendered template, which also sees its HTTP `status`."""
    return Template(template_name=name, context={"status": status} | context, status_code=status, headers=dict(headers or {}))


@pass_context
def _local(_context: Context, texts: Mapping[str, str] | None) -> str:
    return i18n.local(texts)


@pass_context
def _lang_url(context: Context, language: str) -> str:
    """This page in another language; a page that answers a POST names its own address as `page_url`."""
    request: Any = context.get("request")
    here = context.get("page_url") or (request.url.path if request else "/")
    path, _, query = str(here).partition("?")
    kept = [pair for pair in parse_qsl(query or (request.url.query if request else "")) if pair[0] != "lang"]
    return f"{path}?{urlencode([*kept, ('lang', language)])}"
