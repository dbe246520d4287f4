"""One invitation on the organiser's desk: answers that came by phone or letter, the history, the address, the link, the end of it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.clock import now
from events.kit.database import Connection, Executor, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import LANGUAGES
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.people.names import full_name, kana_name, second_script
from events.programme.form_fields import parse_moment, typed_moment
from events.registration.claims import ClaimDesk

from . import actions, queries, record_queries
from .access import invitation_for_staff
from .answer_view import cards_of, companions_named, staff_choices
from .answering import answer
from .errors import InvitationWithdrawn
from .forms import companions_left, labels_of_page, parse_answers_page, refusals_told, told_refusals, values_of_page
from .model import AnswerSource, CompanionRule, Invitation
from .party import Party, party_of
from .record_view import ENTERED, SOURCE_WORDS, history, links_of, list_address, mail_lines, staff_of
from .replies import Giver

AnyRequest = Request[Any, Any, State]

MOST_COMPANIONS = 9
# What happened just before, said once at the top.
DONE = ("answered", "rules", "address", "link", "withdrawn")


@get("/organiser/invitations/{invitation_id:uuid}")
async def show_invitation_record(
    *,
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
    done: FromQuery[str | None] = None,
    refused: FromQuery[str | None] = None,
) -> Template:
    """Everything about one invitation."""
    await invitation_for_staff(db, staff, invitation_id)
    party = await party_of(db, invitation_id)
    return await _record(db, staff, party, links=links_of(party.invitation, tokens, base_url), done=done, refused=refused)


@post("/organiser/invitations/{invitation_id:uuid}/answers", status_code=303)
async def enter_answers(request: AnyRequest, invitation_id: FromPath[UUID], staff: NamedDependency[Staff]) -> Response[Any]:
    """Answers that came by phone, letter, mail or in person. No connection is held while places are claimed."""
    here = request.app.state
    pool: Pool = here.pool
    desk: ClaimDesk = here.claims
    invitation = await _open(pool, staff, invitation_id)
    form = await Form.read(request)
    party = await party_of(pool, invitation.id)
    source = form.choice("source", [one.value for one in ENTERED])
    note = form.text("note", longest=500)
    given = parse_answers_page(form, party, now=now(), channel="organiser", by_staff=True)
    if given is None:
        links = links_of(invitation, desk.tokens, here.base_url)
        return await _record(pool, staff, party, links=links, form=form, status=422)
    giver = Giver(actor=staff.actor, source=AnswerSource(source), note=note)
    refused = await answer(desk, invitation.id, given, giver=giver)
    for reply in given.replies:
        here.live.mark(party.events[reply.event_id].live_topic)
    here.worker.wake()
    detail: dict[str, object] = {"source": source, "events": [party.events[reply.event_id].slug for reply in given.replies]}
    async with pool.acquire() as tx:
        await _note(tx, staff, invitation, "invitation_answered", detail)
    return _back(invitation, "answered", told_refusals(party, refused))


@post("/organiser/invitations/{invitation_id:uuid}/rules", status_code=303)
async def change_rules(
    *,
    request: AnyRequest,
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[Any]:
    """Who may be brought along, and until when answers count. Companions who are named already keep their places."""
    invitation = await _open(tx, staff, invitation_id)
    form, party = await Form.read(request), await party_of(tx, invitation_id)
    zone = _zone(party)
    rules: dict[str, Any] = {
        "companions": form.choice("companions", [rule.value for rule in CompanionRule]),
        "max_companions": form.number("max_companions", least=0, most=MOST_COMPANIONS),
        "companions_by": parse_moment(form, "companions_by", zone, required=False),
        "answer_by": parse_moment(form, "answer_by", zone, required=False),
    }
    if not form.ok:
        return await _record(tx, staff, party, links=links_of(invitation, tokens, base_url), form=form, status=422)
    await actions.change_rules(tx, invitation, **(rules | {"companions": CompanionRule(rules["companions"])}))
    detail = {"companions": rules["companions"], "max_companions": rules["max_companions"]}
    await _note(tx, staff, invitation, "invitation_rules_changed", detail)
    return _back(invitation, "rules")


@post("/organiser/invitations/{invitation_id:uuid}/address", status_code=303)
async def change_address(
    *,
    request: AnyRequest,
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
    base_url: NamedDependency[str],
) -> Response[Any]:
    """Where the invitation is sent from now on: to the invitee, to somebody who answers for them, or to nobody by mail."""
    invitation = await _open(tx, staff, invitation_id)
    form = await Form.read(request)
    email, delegate_email = form.email("email", required=False), form.email("delegate_email", required=False)
    locale = form.choice("language", LANGUAGES)
    if not form.ok:
        party = await party_of(tx, invitation_id)
        return await _record(tx, staff, party, links=links_of(invitation, tokens, base_url), form=form, status=422)
    await queries.update_address(tx, invitation_id, email=email, delegate_email=delegate_email, locale=locale)
    await _note(tx, staff, invitation, "invitation_address_changed", {})
    return _back(invitation, "address")


@post("/organiser/invitations/{invitation_id:uuid}/link", status_code=303)
async def replace_link(
    *,
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    tokens: NamedDependency[Tokens],
) -> Redirect:
    """New links; the old ones end at once. Whoever has one is told to use the newer."""
    invitation = await _open(tx, staff, invitation_id)
    issue = await actions.replace_link(tx, tokens, invitation, now=now())
    await _note(tx, staff, invitation, "invitation_link_replaced", {"issue": issue})
    return _back(invitation, "link")


@post("/organiser/invitations/{invitation_id:uuid}/withdrawal", status_code=303)
async def withdraw(
    *,
    request: AnyRequest,
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    live: NamedDependency[Live],
) -> Redirect:
    """Ends the invitation. Places that were accepted stay, unless the organiser takes them back as well."""
    invitation = await _open(pool, staff, invitation_id)
    gives_back = (await Form.read(request)).checked("take_back")
    for topic in await actions.withdraw(pool, invitation.id, actor=staff.actor, take_places_back=gives_back, now=now()):
        live.mark(topic)
    async with pool.acquire() as tx:
        await _note(tx, staff, invitation, "invitation_withdrawn", {"places_taken_back": gives_back})
    return _back(invitation, "withdrawn")


async def _open(db: Executor, staff: Staff, invitation_id: UUID) -> Invitation:
    invitation = await invitation_for_staff(db, staff, invitation_id)
    if invitation.withdrawn_at:
        raise InvitationWithdrawn(link=f"/organiser/invitations/{invitation_id}")
    return invitation


async def _record(
    db: Executor,
    staff: Staff,
    party: Party,
    *,
    links: tuple[str, str],
    form: Form | None = None,
    status: int = 200,
    done: str | None = None,
    refused: str | None = None,
) -> Template:
    invitation, moment = party.invitation, now()
    if not party.invited:
        raise NotFound
    given = await queries.answers_of(db, invitation.id)
    zone = _zone(party)
    cards = await cards_of(db, party, now=moment, by_staff=True)
    return page(
        "invitations/record.html",
        status=status,
        page_url=f"/organiser/invitations/{invitation.id}",
        staff=staff,
        host=await queries.host_of(db, invitation),
        list_url=list_address(party, staff),
        party=party,
        names=_names(invitation),
        cards=cards,
        choices=staff_choices(),
        asked={},
        sources=[(one.value, _(SOURCE_WORDS[one])) for one in ENTERED],
        form=_with_all_fields(form or Form(), values_of_page(party) | _settings(party, zone)),
        labels=labels_of_page(party),
        companions_named=companions_named(party),
        new_companions=companions_left(party, moment),
        links=links,
        zone=zone,
        history=history(party, given, await record_queries.names_of_staff(db, staff_of(given))),
        mails=mail_lines(await record_queries.mails_of_invitation(db, invitation.id), zone),
        done=done if done in DONE else "",
        refused={slug: refusal() for slug, refusal in refusals_told(refused).items()},
    )


def _with_all_fields(sent: Form, standing: dict[str, str]) -> Form:
    """The page has several forms: what was not sent stands as it is."""
    kept = [(name, value) for name, value in standing.items() if name not in sent.values]
    whole = Form([*kept, *((name, value) for name in sent.values for value in sent.chosen(name))])
    whole.errors = sent.errors
    return whole


def _settings(party: Party, zone: str) -> dict[str, str]:
    invitation = party.invitation
    return {
        "companions": invitation.companions,
        "max_companions": str(invitation.max_companions),
        "companions_by": typed_moment(invitation.companions_by, zone),
        "answer_by": typed_moment(invitation.answer_by, zone),
        "email": invitation.email,
        "delegate_email": invitation.delegate_email,
        "language": invitation.locale,
    }


def _names(invitation: Invitation) -> list[str]:
    """The name in every script, the native one first."""
    return [name for name in (full_name(invitation, "ja"), kana_name(invitation), second_script(invitation, "ja")) if name]


def _zone(party: Party) -> str:
    return next(iter(party.events.values())).time_zone


async def _note(tx: Connection, staff: Staff, invitation: Invitation, action: str, detail: dict[str, object]) -> None:
    subject = f"invitation:{invitation.id}"
    await insert_audit_entry(tx, organiser_id=invitation.organiser_id, actor=staff.actor, action=action, subject=subject, detail=detail)


def _back(invitation: Invitation, done: str, refused: str = "") -> Redirect:
    return Redirect(f"/organiser/invitations/{invitation.id}?done={done}{f'&refused={refused}' if refused else ''}", status_code=303)


router = Router(path="/", route_handlers=[show_invitation_record, enter_answers, change_rules, change_address, replace_link, withdraw])
