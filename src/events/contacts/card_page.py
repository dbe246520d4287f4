"""The page of the contact exchange, as every handler of it answers."""

from litestar.response import Template
from markupsafe import Markup

from events.kit import clock
from events.kit.database import Executor
from events.kit.forms import Form
from events.kit.http import CONTENT_SECURITY_POLICY
from events.kit.i18n import current_language
from events.kit.qr import qr_svg
from events.kit.templates import page
from events.kit.times import moment_label
from events.kit.tokens import Tokens
from events.people.consents import Purpose, consent_text
from events.people.names import full_name, kana_name, second_script
from events.tickets.model import qr_text
from events.tickets.pages import PRIVATE

from . import meeting_queries, queries
from .errors import ContactsOff
from .forms import card_form
from .model import Outcome, Stage, closes_at, spaced, stage_of
from .own import Own
from .presentation import meetings_shown, own_preview, told

# The decoder is WebAssembly in a worker of its own. A worker obeys the policy it was served with, older Safaris the page's.
DECODER_POLICY = {
    "content-security-policy": CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    + "; worker-src 'self'"
}


async def card_page(
    db: Executor,
    tokens: Tokens,
    base_url: str,
    own: Own,
    *,
    form: Form | None = None,
    outcome: Outcome | None = None,
    status: int = 200,
) -> Template:
    """The guest's page. Raises `ContactsOff` for an event without the exchange, unless there are cards to take."""
    event, language = own.admission.event, current_language()
    stage = stage_of(event, is_open=await queries.is_open(db, event.id), now=clock.now())
    card = own.card if own.holds_key else None
    if own.card is None and stage in (Stage.OFF, Stage.OVER):
        raise ContactsOff(link=f"/t/{own.code}")
    guest = own.ticket.guest
    return page(
        "contacts/contacts.html",
        status=status,
        headers=PRIVATE | DECODER_POLICY,
        event=event,
        own=own,
        card=card,
        is_elsewhere=own.card is not None and not own.holds_key,
        stage=stage.value,
        names=[name for name in (full_name(guest, language), second_script(guest, language), kana_name(guest)) if name],
        company=guest.company,
        job_title=guest.job_title,
        form=form or card_form(card),
        consent=consent_text(Purpose.CONTACTS),
        preview=own_preview(card) if card else [],
        short_code=spaced(card.short_code) if card else "",
        qr=Markup(qr_svg(qr_text(base_url, own.ticket.code(tokens)))),  # noqa: S704 (our own drawing)
        opens=moment_label(event.doors_at, event.time_zone, locale=language),
        closes=moment_label(closes_at(event), event.time_zone, locale=language),
        meetings=meetings_shown(await meeting_queries.meetings_of(db, card.registration_id)) if card else None,
        said=told(outcome) if outcome else None,
        page_url=own.page_url,
    )
