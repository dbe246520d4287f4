"""The organiser's page about scans that nobody could take at their word: each is taken in or discarded."""

import json
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from events.accounts.model import Staff
from events.kit import clock
from events.kit.database import Pool
from events.kit.errors import InvalidInput, NotFound
from events.kit.forms import Form
from events.kit.i18n import N_
from events.kit.i18n import gettext as _
from events.kit.live import Live
from events.kit.templates import page
from events.kit.tokens import Tokens
from events.people.names import native_name
from events.programme.access import event_for_staff
from events.programme.model import Event

from . import phone_queries, stranded_queries
from .acts import PhoneScan
from .board_words import told
from .desk import CheckInDesk
from .model import LETS_PASS, phones_topic
from .stranded import Decider, Decision, decide, understood
from .stranded_queries import StrandedScan

AnyRequest = Request[Any, Any, State]

ACTS = {
    "entry": N_("In"),
    "exit": N_("Out"),
    "undo": N_("Undone"),
    "walk_in": N_("Walk-in"),
    "companion": N_("Companion"),
    "substitute": N_("Substitute"),
}
LONGEST_RAW = 600


class ShownScan(msgspec.Struct, frozen=True, kw_only=True):
    """A scan in words: `shown` is what the guest was told at the door, `raw` what the phone sent where nobody understands it."""

    id: UUID
    name: str
    act: str
    at: str
    where: str
    why: str
    shown: str
    note: str
    raw: str


@get("/organiser/events/{slug:str}/phones/stranded")
async def show_stranded(slug: FromPath[str], staff: NamedDependency[Staff], pool: NamedDependency[Pool]) -> Template:
    """Every scan that waits, the oldest first."""
    event = await event_for_staff(pool, staff, slug)
    scans = [await _shown(pool, event, stranded) for stranded in await stranded_queries.open_scans(pool, event.id)]
    return page("door/stranded.html", event=event, staff=staff, section="phones", scans=scans, takeable=sum(not scan.raw for scan in scans))


@post("/organiser/events/{slug:str}/phones/stranded", status_code=303)
async def decide_all(
    request: AnyRequest,
    slug: FromPath[str],
    *,
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    desk: NamedDependency[CheckInDesk],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Redirect:
    """One decision about all that were shown, in the order in which they came; what cannot be taken in stays."""
    event = await event_for_staff(pool, staff, slug)
    form = await Form.read(request)
    decision, shown = _decision(form), set(form.chosen("scan"))
    decider = _decider(event, staff, pool, desk, tokens)
    for stranded in await stranded_queries.open_scans(pool, event.id):
        if str(stranded.id) in shown:
            await decide(decider, stranded.id, decision)
    return _done(event, live)


@post("/organiser/events/{slug:str}/phones/stranded/{scan_id:uuid}", status_code=303)
async def decide_one(
    request: AnyRequest,
    slug: FromPath[str],
    *,
    scan_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    desk: NamedDependency[CheckInDesk],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Redirect:
    """Takes one scan in, or discards it."""
    event = await event_for_staff(pool, staff, slug)
    if not await stranded_queries.is_of_event(pool, event.id, scan_id):
        raise NotFound
    decision = _decision(await Form.read(request))
    await decide(_decider(event, staff, pool, desk, tokens), scan_id, decision)
    return _done(event, live)


def _decision(form: Form) -> Decision:
    decision = form.choice("decision", list(Decision))
    if not form.ok:
        raise InvalidInput(errors=form.errors)
    return Decision(decision)


def _decider(event: Event, staff: Staff, pool: Pool, desk: CheckInDesk, tokens: Tokens) -> Decider:
    return Decider(
        event_id=event.id, organiser_id=event.organiser_id, actor=staff.actor, now=clock.now(), pool=pool, desk=desk, tokens=tokens
    )


def _done(event: Event, live: Live) -> Redirect:
    live.mark(event.live_topic)
    live.mark(phones_topic(event.id))
    return Redirect(f"/organiser/events/{event.slug}/phones/stranded", status_code=303)


async def _shown(pool: Pool, event: Event, stranded: StrandedScan) -> ShownScan:
    phone = await phone_queries.phone_by_id(pool, event.id, stranded.device_id)
    scan = understood(stranded, phone) if phone else None
    now = clock.now()
    return ShownScan(
        id=stranded.id,
        name=_name(stranded, scan),
        act=_(ACTS.get(scan.act, scan.act)) if scan else "",
        at=told(scan.at if scan else stranded.received_at, event.time_zone, now=now),
        where=" · ".join((stranded.phone, stranded.gate)),
        why=_("came after the phone had been disconnected") if stranded.why == "disconnected" else _("could not be read as it came"),
        shown=_verdict(stranded, scan),
        note=scan.note if scan else "",
        raw="" if scan else json.dumps(stranded.scan, ensure_ascii=False)[:LONGEST_RAW],
    )


def _name(stranded: StrandedScan, scan: PhoneScan | None) -> str:
    """Whom it is about: the guest found, or the name that was typed at the door."""
    if stranded.guest:
        return native_name(stranded.guest)
    person = (scan.person if scan else None) or {}
    typed = " ".join(str(person[part]) for part in ("given_name", "family_name") if person.get(part))
    return typed or _("Unknown guest")


def _verdict(stranded: StrandedScan, scan: PhoneScan | None) -> str:
    """What happened at the door, as far as the phone says."""
    if scan is None:
        return ""
    if not stranded.scan.get("decided"):
        return _("the phone had not shown a verdict yet")
    return _("the guest was let through") if scan.decided and scan.decided.verdict in LETS_PASS else _("the guest was refused")


router = Router(path="/", route_handlers=[show_stranded, decide_all, decide_one])
