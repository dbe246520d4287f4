"""The organiser's page of one host, as every handler about that host answers it."""

from typing import Any

from litestar.response import Template

from events.accounts.model import Staff
from events.kit.database import Connection
from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, N_, current_language
from events.kit.i18n import gettext as _
from events.kit.templates import page
from events.kit.times import moment_label
from events.kit.tokens import Tokens
from events.people.keys import search_words
from events.people.names import full_name, is_family_first, kana_name, second_script
from events.programme.model import Event

from . import editing_queries
from .forms import host_form
from .model import Candidate, ListedHost, host_token

LONGEST_QUERY = 200

# What happened just before, said once at the top.
DONE = {
    "added": N_("The host is on the list. Now choose the guests, and hand over the link."),
    "saved": N_("Saved."),
    "replaced": N_("There is a new link; the former one is over. Please hand it over."),
    "ended": N_("The link is over. The guests stay assigned."),
    "sent": N_("The link is on its way by mail."),
    "assigned": N_("The guests are the host’s now."),
    "released": N_("Taken off the host’s list."),
    "noted": N_("The notes are saved."),
}


async def host_page(
    db: Connection,
    tokens: Tokens,
    base_url: str,
    *,
    staff: Staff,
    event: Event,
    host: ListedHost,
    query: str = "",
    form: Form | None = None,
    paste: Form | None = None,
    notes: Form | None = None,
    unclear: list[str] | None = None,
    done: str | None = None,
    status: int = 200,
) -> Template:
    """Everything about a host. `unclear` are pasted lines that meant nobody or several."""
    words = search_words(query[:LONGEST_QUERY])
    return page(
        "arrivals/host_edit.html",
        status=status,
        staff=staff,
        event=event,
        section="hosts",
        host=host,
        host_link=f"{base_url}/h/{host_token(tokens, host.id, host.issue)}?lang={host.locale}",
        seen=moment_label(host.seen_at, event.time_zone, locale=current_language()) if host.seen_at else "",
        assigned=[_shown(one) for one in await editing_queries.assigned_guests(db, host.id)],
        companies=await editing_queries.companies_of_event(db, event.id),
        query=query[:LONGEST_QUERY],
        candidates=[_shown(one) for one in await editing_queries.find_candidates(db, event.id, host.id, words)] if words else None,
        languages_of_hosts=list(LANGUAGES.items()),
        form=form or host_form(host),
        paste=paste or Form(),
        notes=notes or Form(),
        unclear=unclear or [],
        done=_(DONE[done]) if done in DONE else "",
        page_url=f"/organiser/events/{event.slug}/hosts/{host.id}",
    )


def _shown(candidate: Candidate) -> dict[str, Any]:
    language = current_language()
    name = full_name(candidate, language)
    return {
        "id": str(candidate.registration_id),
        "name": name,
        "name_lang": "ja" if is_family_first(name) else "",
        "other": second_script(candidate, language),
        "kana": kana_name(candidate),
        "work": " · ".join(part for part in (candidate.company, candidate.department) if part),
        "hosts": ", ".join(candidate.hosts),
        "note": candidate.note,
        "comes": candidate.comes,
    }
