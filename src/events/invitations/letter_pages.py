"""A letter to look at before it is sent, and letters on paper for those who get no mail."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.mail import Message
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.messaging.queries import wording
from events.messaging.stationery import Posting, Stationery
from events.tickets.mailbox_pages import FRAMED

from . import letter_queries, list_queries
from .letter_papers import letters_pdf
from .letter_queries import letters_for
from .list_bulk_pages import asked_by_address, asked_by_form
from .list_filter import Filter
from .list_pages import below
from .list_scope import Scope, scope_for_staff
from .mails import envelope_of, write_letter
from .wave_errors import NothingToWrite
from .wave_model import WaveKind

AnyRequest = Request[Any, Any, State]
MOST_LETTERS = 500  # a page each; more would keep the browser waiting longer than it likes


@get(below("/waves/letter/{invitation_id:uuid}"))
async def show_letter(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[str]:
    """The mail as this guest would read it, alone in a frame; with `part=text` its text form. The links in it lead nowhere."""
    scope = await scope_for_staff(db, staff, request, slug)
    kind = WaveKind.REMINDER if request.query_params.get("kind") == "reminder" else WaveKind.INVITATION
    message = await _preview(request, db, scope, invitation_id, kind=kind, tokens=tokens, base_url=base_url)
    headers = {"content-security-policy": FRAMED}
    if request.query_params.get("part") == "text":
        return Response(f"{message.subject}\n\n{message.text}", media_type="text/plain", headers=headers)
    return Response(message.html, media_type="text/html", headers=headers)


@get(below("/letters"))
async def new_letters(request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """How many letters on paper it would be."""
    scope = await scope_for_staff(db, staff, request, slug)
    asked = asked_by_address(scope, request)
    ids = await list_queries.chosen_ids(db, scope, asked)
    form = Form([("phone", await letter_queries.contact_phone(db, scope.organiser_id))])
    return _letters_page(scope, staff, asked, number=len(ids), form=form)


@post(below("/letters.pdf"), status_code=200)
async def create_letters(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[Any]:
    """The letters as one PDF in the order of the names. They count as written from now on."""
    scope = await scope_for_staff(pool, staff, request, slug)
    form = await Form.read(request)
    asked = asked_by_form(scope, form)
    phone = form.text("phone", longest=40)
    now = clock.now()
    async with pool.acquire() as tx, tx.transaction():
        ids = await list_queries.chosen_ids(tx, scope, asked)
        if not form.ok or not 0 < len(ids) <= MOST_LETTERS:
            return _letters_page(scope, staff, asked, number=len(ids), form=form, status=422)
        if not scope.co_host:
            await letter_queries.set_contact_phone(tx, scope.organiser_id, phone)
        letters = await letters_for(tx, ids, kind="invitation", programme_id=scope.programme_id, event_id=scope.event_id, now=now)
        if not letters:
            raise NothingToWrite(link=scope.home)
        await letter_queries.mark_posted(tx, [letter.invitation.id for letter in letters], now)
        await insert_audit_entry(
            tx,
            organiser_id=scope.organiser_id,
            actor=staff.actor,
            action="letters_printed",
            subject=scope.subject,
            detail={"letters": len(letters)},
        )
    pdf = await letters_pdf(letters, tokens, base_url=base_url, now=now)
    headers = {"content-disposition": f'attachment; filename="{slug}-letters-{now:%Y-%m-%d}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


async def _preview(
    request: AnyRequest, db: Connection, scope: Scope, invitation_id: UUID, *, kind: WaveKind, tokens: Tokens, base_url: str
) -> Message:
    if await list_queries.invitation_within(db, scope, invitation_id) is None:
        raise NotFound(link=scope.home)
    within = {"programme_id": scope.programme_id, "event_id": scope.event_id}
    letters = await letters_for(db, [invitation_id], kind=kind, **within, now=clock.now())
    if not letters:
        raise NothingToWrite(link=scope.home)
    envelope = envelope_of(letters[0])
    engine: JinjaTemplateEngine = request.app.template_engine  # type: ignore[assignment]
    posting = Posting(
        stationery=Stationery(templates=engine.engine, tokens=tokens, base_url=base_url, sender=letters[0].host.email),
        envelope=envelope,
        wording=await wording(db, envelope),
        message_id="preview",
        written_at=clock.now(),
        unsubscribe_url=f"{base_url}/unsubscribe/…",
    )
    return write_letter(letters[0], posting)


def _letters_page(scope: Scope, staff: Staff, asked: Filter, *, number: int, form: Form, status: int = 200) -> Template:
    return page(
        "invitations/wave_letters.html",
        status=status,
        **scope.words(staff),
        asked=asked,
        number=number,
        most=MOST_LETTERS,
        form=form,
        page_url=f"{scope.home}/letters",
    )


router = Router(path="/", route_handlers=[show_letter, new_letters, create_letters])
