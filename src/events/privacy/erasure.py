"""Making one person forgotten: places that are still ahead go back first, then everything that tells who it was is overwritten.

Rows stay, so that capacity, attendance and the number of those invited stay right; what is left of the person is a keyed hash.
"""

from datetime import datetime, timedelta
from uuid import UUID

from events.accounts.queries import insert_audit_entry
from events.arrivals.editing_queries import forget_hosted
from events.contacts.queries import places_with_cards, remove_cards
from events.invitations.model import match_key
from events.kit.database import Connection, Executor
from events.kit.ids import new_id
from events.kit.jobs import insert_job
from events.kit.tokens import Tokens, random_token, token_hash
from events.people.erased_queries import insert_erased, person_hashes
from events.registration.actions import cancel_places

from . import erasure_queries, people_queries, request_queries
from .errors import ErasureLinkOver, NobodyToErase
from .model import ErasureRequest, Holdings, Party, Reason
from .records import PERSON, write_record

ANSWER_WITHIN = timedelta(days=2)
MAIL_JOB = "erasure_mail"


async def erase(tx: Connection, tokens: Tokens, holdings: Holdings, *, actor: str, reason: Reason, now: datetime) -> list[UUID]:
    """Erases what is held about somebody, for good. Answers the events where a place came free. Raises `NobodyToErase`."""
    if holdings.is_empty:
        raise NobodyToErase
    hashes = await _hashes(tx, tokens, holdings)
    freed = await _give_places_back(tx, holdings, actor=actor, now=now)
    erased = await _overwrite(tx, holdings, now=now)
    if not erased:
        raise NobodyToErase
    await insert_erased(tx, holdings.organiser_id, hashes, now)
    await write_record(tx, holdings.organiser_id, PERSON, deleted=erased, remaining=0, due_before=None, now=now)
    subject = f"guest:{holdings.guest_ids[0]}" if holdings.guest_ids else f"invitation:{holdings.invitation_ids[0]}"
    detail = {"reason": reason, "guests": len(holdings.guest_ids), "invitations": len(holdings.invitation_ids)}
    await insert_audit_entry(tx, organiser_id=holdings.organiser_id, actor=actor, action="person_erased", subject=subject, detail=detail)
    return freed


async def request_erasure(tx: Connection, party: Party, guest_ids: list[UUID], *, now: datetime) -> None:
    """Notes the wish and orders the mail: only who reads the mailbox of the booking can confirm it."""
    request_id = new_id()
    await request_queries.insert_request(tx, request_id, party.lead_id, guest_ids, now=now, expires_at=now + ANSWER_WITHIN)
    await insert_job(tx, MAIL_JOB, {"request_id": request_id})


async def new_request_token(tx: Connection, request_id: UUID) -> str:
    """The secret of the mail that is being written; an earlier one no longer counts."""
    token = random_token()
    await request_queries.set_token(tx, request_id, token_hash(token))
    return token


async def open_request(db: Executor, token: str, *, now: datetime) -> ErasureRequest:
    """The wish behind a mail's link, while it can be confirmed. Raises `ErasureLinkOver`."""
    request = await request_queries.request_by_token(db, token_hash(token), now)
    if request is None:
        raise ErasureLinkOver
    return request


async def fulfil(tx: Connection, tokens: Tokens, request: ErasureRequest, holdings: Holdings, *, now: datetime) -> list[UUID]:
    """Erases what was asked for. Answers the events where a place came free."""
    freed = await erase(tx, tokens, holdings, actor="guest", reason=Reason.ASKED, now=now)
    await request_queries.finish_request(tx, request.id, now)
    return freed


async def _hashes(tx: Connection, tokens: Tokens, holdings: Holdings) -> list[bytes]:
    names = {match_key(person) for person in await people_queries.names_in(tx, holdings)}
    addresses = await erasure_queries.addresses_of(tx, holdings)
    found = [person_hashes(tokens, holdings.organiser_id, match=name) for name in sorted(names)]
    found += [person_hashes(tokens, holdings.organiser_id, email=address) for address in addresses]
    return [one for hashes in found for one in hashes]


async def _give_places_back(tx: Connection, holdings: Holdings, *, actor: str, now: datetime) -> list[UUID]:
    freed = []
    for event_id, registration_ids in await erasure_queries.places_to_give_back(tx, holdings.guest_ids, now):
        if await cancel_places(tx, event_id, registration_ids, actor=actor, now=now, mail=False):
            freed.append(event_id)
    return freed


async def _overwrite(tx: Connection, holdings: Holdings, *, now: datetime) -> int:
    guest_ids, invitation_ids = holdings.guest_ids, holdings.invitation_ids
    addresses = await erasure_queries.addresses_of(tx, holdings)
    await erasure_queries.erase_stranded_scans(tx, guest_ids)
    erased = await erasure_queries.erase_guests(tx, guest_ids, now)
    empty = await erasure_queries.parties_left_empty(tx, guest_ids)
    holdings = Holdings(
        organiser_id=holdings.organiser_id,
        guest_ids=guest_ids,
        contact_booking_ids=sorted({*holdings.contact_booking_ids, *empty}),
        invitation_ids=invitation_ids,
    )
    await erasure_queries.void_tickets(tx, guest_ids)
    await erasure_queries.erase_consents(tx, guest_ids, now)
    await remove_cards(tx, await places_with_cards(tx, guest_ids), now)
    await forget_hosted(tx, guest_ids)
    await erasure_queries.erase_words_about(tx, guest_ids, holdings.contact_booking_ids)
    await erasure_queries.delete_question_answers(tx, holdings)
    await erasure_queries.erase_bookings(tx, holdings.contact_booking_ids)
    await erasure_queries.close_links(tx, empty)
    await erasure_queries.forget_imports(tx, holdings, addresses, now)
    await erasure_queries.erase_answers(tx, invitation_ids, guest_ids)
    await erasure_queries.erase_mails(tx, holdings)
    await erasure_queries.erase_unsubscriptions(tx, holdings.organiser_id, addresses)
    return erased + await erasure_queries.erase_invitations(tx, invitation_ids, now)
