"""The outbox of an event or of a whole organiser: what was sent, what did not arrive and why, and sending it again."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.i18n import N_
from events.kit.live import Live
from events.kit.templates import page
from events.messaging.editing import Place, place_of
from events.messaging.kinds import MailKinds
from events.messaging.text_queries import senders
from events.people.keys import search_words

from . import mail_queries as queries
from .mail_lines import present_mail
from .mail_queries import PAGE_SIZE, MailLine

AnyRequest = Request[Any, Any, State]
LISTS = ["/organiser/mails/{organiser:str}", "/organiser/events/{slug:str}/mails"]
ADDRESSES = [f"{path}/{{mail_id:int}}/address" for path in LISTS]
STATUSES: dict[str, tuple[str, list[str]]] = {
    "all": (N_("Every mail"), ["queued", "sent", "failed", "bounced", "suppressed"]),
    "troubled": (N_("Did not arrive"), ["failed", "bounced"]),
    "queued": (N_("On their way"), ["queued"]),
    "sent": (N_("Sent"), ["sent"]),
    "suppressed": (N_("Not wanted"), ["suppressed"]),
}


@get("/organiser/mails")
async def choose_outbox(staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Redirect:
    """The outbox of the first organiser this person works for; the page leads to the others."""
    found = await senders(db, staff.organisers(Role.ORGANISER))
    if not found:
        raise Forbidden
    return Redirect(f"/organiser/mails/{found[0].slug}", status_code=303)


@get(LISTS)
async def show_mails(
    request: AnyRequest, staff: NamedDependency[Staff], db: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Template:
    """The newest mails first."""
    place, asked = await place_of(db, staff, request.path_params), request.query_params
    chosen = asked.get("status") if asked.get("status") in STATUSES else "all"
    query, before = asked.get("q", "").strip()[:200], asked.get("before", "")
    lines = await queries.mails_page(
        db,
        place.sender.id,
        place.event_id,
        statuses=STATUSES[str(chosen)][1],
        words=[] if "@" in query else search_words(query),
        address=query.lower() if "@" in query else "",
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    counts = await queries.mail_counts(db, place.sender.id, place.event_id)
    here = f"{path_of(place)}?{urlencode({'status': chosen, 'q': query})}"
    return page(
        "overview/mails.html",
        staff=staff,
        place=place,
        event=place.event,
        section="mails",
        here=path_of(place),
        query=query,
        statuses={name: (words, sum(counts.get(one, 0) for one in states)) for name, (words, states) in STATUSES.items()},
        chosen=chosen,
        failed=counts.get("failed", 0),
        mails=[present_mail(line, mail_kinds) for line in lines[:PAGE_SIZE]],
        newest=here if before else "",
        later=f"{here}&before={lines[PAGE_SIZE - 1].id}" if len(lines) > PAGE_SIZE else "",
        done=asked.get("done"),
        senders=[] if place.event else await senders(db, staff.organisers(Role.ORGANISER)),
    )


@post([f"{path}/{{mail_id:int}}/repetition" for path in LISTS], status_code=303)
async def create_repetition(
    request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Redirect:
    """Sends a mail that did not arrive once more, with what is true by then."""
    place = await place_of(tx, staff, request.path_params)
    mail = await _mail(tx, place, request)
    await queries.repeat_mail(tx, mail.id)
    await _note(tx, staff, place, "mail_repeated", f"mail:{mail.id}")
    return _back(place, live, mail, "repeated")


@post([f"{path}/repetitions" for path in LISTS], status_code=303)
async def create_repetitions(
    request: AnyRequest, staff: NamedDependency[Staff], tx: NamedDependency[Connection], live: NamedDependency[Live]
) -> Redirect:
    """Sends everything that was given up once more."""
    place = await place_of(tx, staff, request.path_params)
    count = await queries.repeat_failed_mails(tx, place.sender.id, place.event_id)
    await _note(tx, staff, place, "mails_repeated", f"mails:{count}")
    return _back(place, live, None, "all_repeated")


@get(ADDRESSES)
async def edit_address(
    request: AnyRequest, staff: NamedDependency[Staff], db: NamedDependency[Connection], mail_kinds: NamedDependency[MailKinds]
) -> Template:
    """The address a mail did not reach."""
    place = await place_of(db, staff, request.path_params)
    mail = await _mail(db, place, request)
    return _address_page(staff, place, mail, mail_kinds, Form([("email", mail.recipient)]))


@post(ADDRESSES, status_code=303)
async def correct_address(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
    mail_kinds: NamedDependency[MailKinds],
) -> Response[Any]:
    """Writes to the right address from now on, beginning with this mail."""
    place = await place_of(tx, staff, request.path_params)
    mail, form = await _mail(tx, place, request), await Form.read(request)
    email = form.email("email")
    if not form.ok:
        return _address_page(staff, place, mail, mail_kinds, form, status=422)
    if mail.booking_id:
        await queries.correct_booking_address(tx, mail.booking_id, email)
    if mail.invitation_id:
        await queries.correct_invitation_address(tx, mail.invitation_id, former=mail.recipient, email=email)
    await queries.repeat_mail(tx, mail.id)
    await _note(tx, staff, place, "mail_address_corrected", f"mail:{mail.id}")
    return _back(place, live, mail, "corrected")


def path_of(place: Place) -> str:
    """The outbox of whose mails they are."""
    return f"/organiser/events/{place.event.slug}/mails" if place.event else f"/organiser/mails/{place.sender.slug}"


async def _mail(db: Connection, place: Place, request: AnyRequest) -> MailLine:
    mail = await queries.mail_by_id(db, place.sender.id, place.event_id, request.path_params["mail_id"])
    if mail is None or not mail.may_repeat:
        raise NotFound(link=path_of(place))
    return mail


def _back(place: Place, live: Live, mail: MailLine | None, done: str) -> Redirect:
    event_id = mail.event_id if mail else place.event_id
    if event_id:
        live.mark(f"event:{event_id}")
    return Redirect(f"{path_of(place)}?done={done}", status_code=303)


async def _note(tx: Connection, staff: Staff, place: Place, action: str, subject: str) -> None:
    detail = {"event": place.event.slug} if place.event else {}
    await insert_audit_entry(tx, organiser_id=place.sender.id, actor=staff.actor, action=action, subject=subject, detail=detail)


def _address_page(staff: Staff, place: Place, mail: MailLine, kinds: MailKinds, form: Form, *, status: int = 200) -> Template:
    return page(
        "overview/mail_address.html",
        status=status,
        page_url=f"{path_of(place)}/{mail.id}/address",
        staff=staff,
        place=place,
        event=place.event,
        section="mails",
        here=path_of(place),
        mail=present_mail(mail, kinds),
        form=form,
    )


router = Router(path="/", route_handlers=[choose_outbox, show_mails, create_repetition, create_repetitions, edit_address, correct_address])
