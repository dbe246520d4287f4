"""Mails about an event: what was sent, what did not arrive, and sending it again."""

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.i18n import N_
from events.kit.jobs import insert_job
from events.kit.live import Live
from events.kit.templates import page
from events.programme.access import event_for_staff

from . import guest_queries
from .guest_queries import PAGE_SIZE
from .presentation import present_mail

STATUSES: dict[str, tuple[str, list[str]]] = {
    "all": (N_("Every mail"), ["queued", "sent", "failed", "bounced"]),
    "troubled": (N_("Did not arrive"), ["failed", "bounced"]),
    "queued": (N_("On their way"), ["queued"]),
}


@get("/organiser/events/{slug:str}/mails")
async def show_mails(
    *,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    status: FromQuery[str | None] = None,
    before: FromQuery[int | None] = None,
    done: FromQuery[str | None] = None,
) -> Template:
    """The newest mails first."""
    event = await event_for_staff(db, staff, slug)
    chosen = status if status in STATUSES else "all"
    lines = await guest_queries.mails_page(db, event.id, statuses=STATUSES[chosen][1], before=before)
    here = f"/organiser/events/{slug}/mails?status={chosen}"
    return page(
        "overview/mails.html",
        staff=staff,
        event=event,
        section="mails",
        statuses={name: words for name, (words, _statuses) in STATUSES.items()},
        chosen=chosen,
        mails=[present_mail(line, event) for line in lines[:PAGE_SIZE]],
        newest=here if before else "",
        later=f"{here}&before={lines[PAGE_SIZE - 1].id}" if len(lines) > PAGE_SIZE else "",
        done=done,
    )


@post("/organiser/events/{slug:str}/mails/{mail_id:int}/repetition", status_code=303)
async def create_repetition(
    slug: FromPath[str],
    mail_id: FromPath[int],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Sends a mail that did not arrive once more, with what is true by then."""
    event = await event_for_staff(tx, staff, slug)
    mail = await guest_queries.mail_of_event(tx, event.id, mail_id)
    if mail is None or not present_mail(mail, event).may_resend:
        raise NotFound(link=f"/organiser/events/{slug}/mails")
    await insert_job(tx, "booking_mail", {"booking_id": str(mail.booking_id), "event_id": str(event.id), "kind": mail.kind})
    await insert_audit_entry(
        tx, organiser_id=event.organiser_id, actor=staff.actor, action="mail_repeated", subject=f"mail:{mail_id}", detail={"event": slug}
    )
    live.mark(event.live_topic)
    return Redirect(f"/organiser/events/{slug}/mails?done=repeated", status_code=303)


router = Router(path="/", route_handlers=[show_mails, create_repetition])
