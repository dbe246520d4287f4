"""What guests do: share a card, end that, meet somebody. Codes are looked up here; who may ask is decided by the pages."""

from datetime import datetime
from uuid import UUID

from events.kit.database import Connection, Executor, Pool
from events.kit.errors import TooManyRequests
from events.kit.i18n import current_language
from events.kit.ids import new_id
from events.kit.limits import allow
from events.kit.tokens import token_hash
from events.people.consents import Purpose, consent_text, text_hash
from events.programme.model import Event

from . import meeting_queries, queries
from .model import Card, CardDetails, Found, Outcome, Stage, new_number, new_short_code, short_code, stage_of, ticket_code

SCANS_PER_MINUTE = 40  # a camera that sees one code after the other on a table full of badges
TYPED_PER_TEN_MINUTES = 20  # of codes that are short enough to be guessed


async def share_card(tx: Connection, registration_id: UUID, guest_id: UUID, details: CardDetails, *, key: str, now: datetime) -> None:
    """Writes the consent and the card down; the browser with `key` is the one that may act with it. A card that is there already
    stays as it is."""
    locale = current_language()
    hashed = text_hash(Purpose.CONTACTS, locale)
    await queries.remove_former_guests_card(tx, registration_id)
    if await queries.card_of(tx, registration_id):
        return
    await queries.keep_words(tx, hashed, locale=locale, words=consent_text(Purpose.CONTACTS), now=now)
    consent_id = await queries.insert_consent(tx, guest_id, hashed, locale=locale, now=now)
    while not await queries.insert_card(
        tx, registration_id, details, consent_id=consent_id, key_hash=token_hash(key), short_code=new_short_code(), now=now
    ):
        pass  # one in a billion codes is taken already


async def limit_scans(pool: Pool, card: Card, text: str) -> None:
    """Raises `TooManyRequests` for a card that tries one code after the other; counted even where the scan fails."""
    who = str(card.registration_id)
    if not await allow(pool, "contact scans", who=who, limit=SCANS_PER_MINUTE, window_seconds=60):
        raise TooManyRequests
    if ticket_code(text) is None and not await allow(pool, "contact codes", who=who, limit=TYPED_PER_TEN_MINUTES, window_seconds=600):
        raise TooManyRequests


async def scan(tx: Connection, event: Event, card: Card, text: str, *, now: datetime) -> tuple[Outcome, UUID | None]:
    """What comes of a code that the guest scanned or typed, and whom it concerns. Nobody is checked in, whatever is scanned."""
    stage = stage_of(event, is_open=await queries.is_open(tx, event.id), now=now)
    if stage != Stage.OPEN:
        return Outcome(stage), None
    found, outcome = await _found(tx, event, text)
    if found is None:
        return outcome, None
    if refusal := _refusal(event, card, found):
        return refusal, None
    return await _meet(tx, event, card, found, now=now), found.registration_id


def _refusal(event: Event, card: Card, found: Found) -> Outcome | None:
    """Why a ticket that exists leads to no meeting."""
    if found.registration_id == card.registration_id:
        return Outcome.OWN
    if found.event_id != event.id:
        return Outcome.FOREIGN
    if not found.is_confirmed:
        return Outcome.CANCELLED
    return None if found.has_card else Outcome.NO_CARD


async def _found(db: Executor, event: Event, text: str) -> tuple[Found | None, Outcome]:
    if code := ticket_code(text):
        return await queries.place_of_ticket(db, event.id, token_hash(code)), Outcome.UNKNOWN
    if code := short_code(text):
        return await queries.place_of_short_code(db, event.id, code), Outcome.UNKNOWN
    return None, Outcome.UNREADABLE


async def _meet(tx: Connection, event: Event, card: Card, found: Found, *, now: datetime) -> Outcome:
    before = {meeting.other_id: meeting for meeting in await meeting_queries.meetings_of(tx, card.registration_id)}
    known = before.get(found.registration_id)
    if known and known.agreed_at:
        return Outcome.ALREADY
    by, of = card.registration_id, found.registration_id
    agreed = await meeting_queries.meet(tx, new_id(), event.id, by=by, of=of, number=new_number(), now=now)
    return Outcome.AGREED if agreed else Outcome.ASKED
