"""What the sign-in form sends."""

import re

from events.kit.forms import Form

START = "/organiser"
# Only the staff's own pages: an address from a link must never lead off the site ("//other.example").
_OWN_PAGE = re.compile(r"/organiser(/[A-Za-z0-9-]+)*")


def parse_address(form: Form) -> str:
    """The mail address, or nothing and the field's error. Staff addresses are kept in lower case."""
    return form.email("email").lower()


def own_page(wanted: str | None) -> str:
    """Where to go after signing in: the page that was asked for, if it is one of ours."""
    return wanted if wanted and _OWN_PAGE.fullmatch(wanted) else START
