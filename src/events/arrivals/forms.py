"""What organisers type about hosts and their guests."""

from uuid import UUID

from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, current_language
from events.kit.i18n import gettext as _

from .model import LONGEST_NOTE, Host, HostDetails

LONGEST_NAME = 100
MOST_LINES = 300
LONGEST_PASTE = 30_000


def parse_host(form: Form) -> HostDetails:
    """A host as typed; errors stand in the form."""
    details = HostDetails(
        name=form.text("name", required=True, longest=LONGEST_NAME),
        email=form.email("email", required=False),
        locale=form.choice("language", LANGUAGES, default=current_language()),
        wants_mail=form.checked("wants_mail"),
        sees_all=form.checked("sees_all"),
    )
    if details.wants_mail and not details.email:
        form.error("email", _("Mails about arrivals need an address."))
    return details


def host_form(host: Host | None) -> Form:
    """What stands in the fields at first."""
    if host is None:
        return Form([("language", current_language())])
    ticked = [(name, "yes") for name in ("wants_mail", "sees_all") if getattr(host, name)]
    return Form([("name", host.name), ("email", host.email), ("language", host.locale), *ticked])


def parse_chosen(form: Form) -> list[UUID]:
    """The guests that were ticked; what is no id was not on the page."""
    return [UUID(value) for value in form.chosen("guest") if _is_id(value)]


def parse_notes(form: Form) -> dict[UUID, str]:
    """The note for each guest, by registration."""
    names = [name for name, _value in form.entries() if name.startswith("note-") and _is_id(name.removeprefix("note-"))]
    return {UUID(name.removeprefix("note-")): form.text(name, longest=LONGEST_NOTE) for name in names}


def parse_pasted(form: Form) -> list[str]:
    """The lines of a list, each once, blanks and tabs folded."""
    pasted = form.text("lines", required=True, longest=LONGEST_PASTE)
    lines = list(dict.fromkeys(" ".join(line.split()) for line in pasted.splitlines() if line.strip()))
    if len(lines) > MOST_LINES:
        form.error("lines", _("Please paste at most %(most)s lines at a time.") % {"most": MOST_LINES})
    return lines


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
