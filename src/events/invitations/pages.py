"""The page of an invitation, behind the invitee's link or that of whoever answers for them.

Nothing changes on GET, because mail scanners follow every link.
"""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.itinerary.clashes import clashes_of_events
from events.itinerary.notices import FIELD as CLASHES_KNOWN
from events.itinerary.notices import ClashNotice, are_known, clash_notice
from events.kit import limits
from events.kit.clock import now
from events.kit.database import Executor, Pool
from events.kit.errors import DomainError, TooManyRequests
from events.kit.forms import Form
from events.kit.http import LANGUAGE_COOKIE
from events.kit.i18n import LANGUAGES, set_language
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.people.consents import Purpose, consent_text
from events.people.diet import diet_choices
from events.questions.files import LARGEST_FORM
from events.registration.claims import ClaimDesk

from . import queries
from .access import invitation_by_token
from .answer_view import cards_of, companions_named, companions_words, guest_choices, letter_of, staff_choices, until_words
from .answering import answer
from .asking import Asking, asking_for
from .errors import InvitationWithdrawn, LinkReplaced
from .forms import (
    companion_keys,
    event_prefixes,
    labels_of_page,
    late_answers,
    open_events,
    parse_answers_page,
    refusals_told,
    shown_companions,
    told_refusals,
    values_of_page,
)
from .model import Answer, AnswerSource, Invitation, Link
from .party import Party, party_behind
from .replies import Answers, Giver

AnyRequest = Request[Any, Any, State]

ANSWERS_PER_HOUR = 60  # whoever has the link may change their mind; each change may write a mail
GIVERS = {
    Link.INVITEE: Giver(actor="invitee", source=AnswerSource.LINK),
    Link.DELEGATE: Giver(actor="delegate", source=AnswerSource.DELEGATE),
}


@get(["/i/{token:str}", "/d/{token:str}"])
async def show_invitation(
    *,
    request: AnyRequest,
    token: FromPath[str],
    pool: NamedDependency[Pool],
    tokens: NamedDependency[Tokens],
    said: FromQuery[str | None] = None,
    refused: FromQuery[str | None] = None,
) -> Template:
    """The letter and every event of the invitation, with the answers that stand.

    No connection is held: what the events ask is read by another one.
    """
    invitation, link = await invitation_by_token(pool, request, token)
    _speak(request, invitation)
    if closed := _closed(invitation, link):
        return await _closed_page(pool, request, invitation, closed)
    party = await party_behind(pool, invitation)
    asking = await asking_for(request.app.state.questions, party, tokens)
    form = Form(values_of_page(party).items())
    return await _page(pool, request, party, link, form=form, asking=asking, saved=said == "saved", refused=refusals_told(refused))


@post(["/i/{token:str}", "/d/{token:str}"], status_code=303, request_max_body_size=LARGEST_FORM)
async def answer_invitation(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Puts all answers of the page into effect, or shows it again with everything that was typed.

    No connection is held while places are claimed: the claim uses its own.
    """
    here = request.app.state
    pool: Pool = here.pool
    desk: ClaimDesk = here.claims
    form = await Form.read(request)
    invitation, link = await invitation_by_token(pool, request, token)
    _speak(request, invitation)
    if closed := _closed(invitation, link):
        return await _closed_page(pool, request, invitation, closed)
    if not await limits.allow(pool, "answers", who=str(invitation.id), limit=ANSWERS_PER_HOUR, window_seconds=3600):
        raise TooManyRequests(link=request.url.path)
    party = await party_behind(pool, invitation)
    asking = await asking_for(here.questions, party, desk.tokens)
    if form.files:
        await asking.receive_files(pool, form, event_prefixes(party), companion_keys(party, now()))
    channel = "form" if link == Link.INVITEE else "registrant"
    given = parse_answers_page(form, party, now=now(), channel=channel, asking=asking)
    clashes = await _unknown_clashes(pool, party, given, form) if given else None
    if given is None or clashes:
        return await _page(pool, request, party, link, form=form, asking=asking, status=422, clash_notice=clashes)
    try:
        refused = await answer(desk, invitation.id, given, giver=GIVERS[link], events=party.events)
    except DomainError as refusal:
        refusal.link = refusal.link or request.url.path
        raise
    for reply in given.replies:
        here.live.mark(party.events[reply.event_id].live_topic)
    here.worker.wake()
    late = late_answers(form, party, now())
    saved = [] if late and not given.replies else ["said=saved"]
    told = [f"refused={told_refusals(party, [*refused, *late])}"] if refused or late else []
    return Redirect(f"{request.url.path}?{'&'.join([*saved, *told])}", status_code=303)


async def _unknown_clashes(db: Executor, party: Party, given: Answers, form: Form) -> ClashNotice | None:
    """What the guest has not agreed to yet among the events they want to come to themselves."""
    replied = {reply.event_id: reply.answer for reply in given.replies}
    before = {one.event_id for one in party.invited if one.answer == Answer.ACCEPTED}
    coming = {one.event_id for one in party.invited if replied.get(one.event_id, one.answer) == Answer.ACCEPTED}
    if coming <= before or len(coming) == 1:
        return None
    known = {clash.pair for clash in await clashes_of_events(db, before)}
    clashes = [clash for clash in await clashes_of_events(db, coming) if clash.pair not in known]
    return None if are_known(clashes, form.values.get(CLASHES_KNOWN, "")) else clash_notice(clashes)


async def _page(
    db: Executor,
    request: AnyRequest,
    party: Party,
    link: Link,
    *,
    form: Form,
    asking: Asking,
    status: int = 200,
    saved: bool = False,
    refused: dict[str, type[Any]] | None = None,
    clash_notice: ClashNotice | None = None,
) -> Template:
    moment, invitation = now(), party.invitation
    host = await queries.host_of(db, invitation)
    lead_token = asking.tokens.token("booking", invitation.booking_id) if invitation.booking_id else ""
    cards = await cards_of(db, party, now=moment, lead_token=lead_token)
    zone = cards[0].event.time_zone if cards else "UTC"
    return page(
        "invitations/invitation.html",
        status=status,
        page_url=request.url.path,
        host=host,
        party=party,
        link=link.value,
        letter=letter_of(invitation, host["name"]),
        cards=cards,
        choices=guest_choices() if link == Link.INVITEE else staff_choices(),
        form=form,
        labels=labels_of_page(party, asking),
        asked=asking.shown(),
        takes_files=asking.takes_files,
        saved=saved,
        refused={slug: refusal() for slug, refusal in (refused or {}).items()},
        clash_notice=clash_notice,
        may_answer=bool(open_events(party, moment)),
        answer_by=until_words(invitation.answer_by, zone),
        companions_words=companions_words(party, zone),
        companions_named=companions_named(party),
        new_companions=shown_companions(form, party, moment),
        tickets_url=f"/b/{lead_token}" if lead_token else "",
        diets=diet_choices(),
        consents={purpose.value: consent_text(purpose) for purpose in Purpose},
    )


def _closed(invitation: Invitation, link: Link) -> type[LinkReplaced | InvitationWithdrawn] | None:
    if link == Link.ENDED:
        return LinkReplaced
    return InvitationWithdrawn if invitation.withdrawn_at else None


async def _closed_page(
    db: Executor, request: AnyRequest, invitation: Invitation, refusal: type[LinkReplaced | InvitationWithdrawn]
) -> Template:
    """Says kindly why there is nothing to answer any more, and whom to write to. The name is not told: the link is no longer theirs."""
    host = await queries.host_of(db, invitation)
    told = refusal()
    return page(
        "invitations/closed.html",
        status=told.status,
        page_url=request.url.path,
        host=host,
        title=told.say(),
        next_step=told.say_next_step(),
    )


def _speak(request: AnyRequest, invitation: Invitation) -> None:
    """The invitee's language, unless the reader has chosen another one."""
    if request.query_params.get("lang") not in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) not in LANGUAGES:
        set_language(invitation.locale)


router = Router(path="/", route_handlers=[show_invitation, answer_invitation])
