"""What the links in our two questions lead to. GET shows a button, because mail scanners open every link; POST is the answer."""

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from events.kit import clock
from events.kit.database import Connection, Executor
from events.kit.i18n import local
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.people.names import full_name
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import consent_queries, consents, erasure, party_queries
from .dossier_queries import invitations_of_party
from .errors import ErasureLinkOver
from .model import ErasureRequest, Holdings, Party


@get("/consents/{token:str}")
async def show_question(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """The words, and one button."""
    question = await consents.open_question(db, token, now=clock.now())
    return page("privacy/question.html", question=question, organiser=local(question.organiser_name), token=token)


@post("/consents/{token:str}", status_code=200)
async def answer_question(token: FromPath[str], tx: NamedDependency[Connection]) -> Template:
    """From now on the consent counts."""
    question = await consents.open_question(tx, token, now=clock.now())
    await consent_queries.confirm_marketing(tx, question.id, clock.now())
    return page(
        "privacy/answered.html", question=question, organiser=local(question.organiser_name), page_url=f"/consents/{token}", token=token
    )


@post("/consents/{token:str}/withdrawal", status_code=200)
async def withdraw_answer(token: FromPath[str], tx: NamedDependency[Connection]) -> Template:
    """Says no, or takes an earlier yes back."""
    question = await consents.open_question(tx, token, now=clock.now())
    await consent_queries.withdraw_by_id(tx, question.id, clock.now())
    return page("privacy/withdrawn.html", organiser=local(question.organiser_name), page_url=f"/consents/{token}")


@get("/erasures/{token:str}")
async def show_erasure(token: FromPath[str], db: NamedDependency[Connection]) -> Template:
    """Whose details will be gone, and one button."""
    request, party, event = await _asked(db, token)
    names = [full_name(guest, party.locale) for guest in party.guests if guest.id in request.guest_ids]
    return page("privacy/confirm_erasure.html", token=token, event=event, names=names, organiser=local(event.organiser_name))


@post("/erasures/{token:str}", status_code=200)
async def confirm_erasure(
    token: FromPath[str], tx: NamedDependency[Connection], live: NamedDependency[Live], tokens: NamedDependency[Tokens]
) -> Template:
    """Erases. Places that were still ahead go to the waiting list."""
    request, party, event = await _asked(tx, token)
    freed = await erasure.fulfil(tx, tokens, request, await _holdings(tx, party, request), now=clock.now())
    for event_id in {*freed, party.event_id}:
        live.mark(f"event:{event_id}")
    return page("privacy/erased.html", event=event, organiser=local(event.organiser_name), page_url=f"/erasures/{token}")


async def _asked(db: Executor, token: str) -> tuple[ErasureRequest, Party, Event]:
    request = await erasure.open_request(db, token, now=clock.now())
    party = await party_queries.party_by_id(db, request.lead_id)
    event = await event_by_id(db, party.event_id) if party else None
    if party is None or event is None:
        raise ErasureLinkOver
    return request, party, event


async def _holdings(db: Executor, party: Party, request: ErasureRequest) -> Holdings:
    """With the first guest, or with the last who is left, the booking's contact goes as well."""
    left = [guest for guest in party.guests if guest.erased_at is None and guest.id not in request.guest_ids]
    first: UUID | None = next((guest.id for guest in party.guests if guest.position == 0), None)
    is_contact = first in request.guest_ids or not left
    return Holdings(
        organiser_id=party.organiser_id,
        guest_ids=[guest_id for guest_id in request.guest_ids if party.guest(guest_id)],
        contact_booking_ids=party.booking_ids if is_contact else [],
        invitation_ids=await invitations_of_party(db, party.lead_id) if is_contact else [],
    )


router = Router(path="/", route_handlers=[show_question, answer_question, withdraw_answer, show_erasure, confirm_erasure])
