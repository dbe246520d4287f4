"""Waves: the letter as it will be read, sending it to many, watching it go, holding it back; and the reminders that go by themselves."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from events.accounts.model import Staff
from events.accounts.queries import insert_audit_entry
from events.kit import clock
from events.kit.database import Connection, Pool
from events.kit.errors import NotFound
from events.kit.forms import Form
from events.kit.http import CONTENT_SECURITY_POLICY
from events.kit.i18n import LANGUAGES, current_language
from events.kit.live import Live
from events.kit.templates import page
from events.programme.form_fields import parse_moment

from . import letter_queries, list_change_queries, list_queries, reminder_queries, wave_mail_queries, wave_queries
from .list_bulk_pages import asked_by_address, asked_by_form
from .list_filter import Filter
from .list_pages import below
from .list_scope import Scope, scope_for_staff
from .mails import TEMPLATES
from .wave_errors import WaveOver
from .wave_model import Audience, Wave, WaveKind
from .wave_presentation import AUDIENCE_NAMES, SKIPPED_WORDS, present_plan, present_trouble, present_wave
from .wave_stream import progress_words, wave_stream
from .waves import pause_wave, resume_wave, start_wave, stop_wave

AnyRequest = Request[Any, Any, State]


@get(below("/waves"))
async def show_waves(
    request: AnyRequest,
    slug: FromPath[str],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    done: FromQuery[str | None] = None,
) -> Template:
    """What was sent, what is being sent, what will go out by itself."""
    scope = await scope_for_staff(db, staff, request, slug)
    return await waves_page(db, staff, scope, Form([("days_before", "5"), ("audience", "silent")]), done=done)


@get(below("/waves/new"))
async def new_wave(request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], db: NamedDependency[Connection]) -> Template:
    """To whom it would go, who would be left out and why, and the letter in every language they read."""
    scope = await scope_for_staff(db, staff, request, slug)
    kind = WaveKind.REMINDER if request.query_params.get("kind") == "reminder" else WaveKind.INVITATION
    audience = Audience.PROVISIONAL if request.query_params.get("group") == "provisional" else Audience.SILENT
    form = Form([("audience", audience if kind == WaveKind.REMINDER else Audience.EVERYONE)])
    form.values["phone"] = await letter_queries.contact_phone(db, scope.organiser_id)
    return await _wave_form(db, staff, scope, kind, asked=asked_by_address(scope, request), form=form)


@post(below("/waves"), status_code=303)
async def create_wave(
    request: AnyRequest, slug: FromPath[str], staff: NamedDependency[Staff], tx: NamedDependency[Connection]
) -> Response[Any]:
    """Sends now, or at the time that was chosen."""
    scope = await scope_for_staff(tx, staff, request, slug)
    form = await Form.read(request)
    asked = asked_by_form(scope, form)
    kind = WaveKind(form.choice("kind", [*WaveKind]) if form.values.get("kind") in [*WaveKind] else WaveKind.INVITATION)
    audience = _audience(form, kind)
    later = form.values.get("when") == "later"
    send_at = parse_moment(form, "send_at", scope.time_zone) if later else None
    phone = form.text("phone", longest=40)
    ids = await list_queries.chosen_ids(tx, scope, asked)
    if not form.ok or not ids:
        return await _wave_form(tx, staff, scope, kind, asked=asked, form=form, status=422)
    if not scope.co_host:
        await letter_queries.set_contact_phone(tx, scope.organiser_id, phone)
    now = clock.now()
    wave = await start_wave(tx, scope, ids, kind=kind, audience=audience, actor=staff.actor, send_at=send_at, now=now)
    await _note(tx, staff, wave, "wave_started", kind=kind, audience=audience, recipients=len(ids))
    return Redirect(f"{scope.home}/waves/{wave.id}", status_code=303)


@get(below("/waves/{wave_id:uuid}"))
async def show_wave(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    wave_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    db: NamedDependency[Connection],
    done: FromQuery[str | None] = None,
) -> Template:
    """How far a wave is and whom it did not reach; a script keeps the bar moving."""
    scope = await scope_for_staff(db, staff, request, slug)
    wave = await _wave(db, scope, wave_id)
    state, progress = await wave_queries.progress_of(db, wave_id)
    return page(
        "invitations/wave.html",
        **scope.words(staff),
        wave=present_wave(wave, progress, scope.time_zone, clock.now()),
        progress=progress_words(state, progress, wave, home=f"{scope.home}/waves/{wave_id}", now=clock.now()),
        troubles=[present_trouble(mail) for mail in await wave_mail_queries.troubled_mails(db, wave_id)],
        done=done,
    )


@get(below("/waves/{wave_id:uuid}/stream"))
async def stream_wave(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    wave_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    pool: NamedDependency[Pool],
    live: NamedDependency[Live],
) -> Stream:
    """The same progress as it changes."""
    scope = await scope_for_staff(pool, staff, request, slug)
    wave = await _wave(pool, scope, wave_id)
    stream = wave_stream(live, pool, wave, home=f"{scope.home}/waves/{wave_id}", language=current_language())
    return Stream(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


@post(below("/waves/{wave_id:uuid}/{deed:str}"), status_code=303)
async def turn_wave(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    wave_id: FromPath[UUID],
    deed: FromPath[str],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Pauses a wave, lets it go on, or ends it (`pause`, `resumption`, `stop`)."""
    deeds = {"pause": pause_wave, "resumption": resume_wave, "stop": stop_wave}
    scope = await scope_for_staff(tx, staff, request, slug)
    wave = await _wave(tx, scope, wave_id)
    if deed not in deeds:
        raise NotFound(link=scope.home)
    if not await deeds[deed](tx, wave, now=clock.now()):
        raise WaveOver(link=f"{scope.home}/waves/{wave_id}")
    await _note(tx, staff, wave, f"wave_{deed}")
    live.mark(wave.live_topic)
    return Redirect(f"{scope.home}/waves/{wave_id}", status_code=303)


@post(below("/waves/{wave_id:uuid}/mails/{invitation_id:uuid}/repetition"), status_code=303)
async def create_repetition(
    *,
    request: AnyRequest,
    slug: FromPath[str],
    wave_id: FromPath[UUID],
    invitation_id: FromPath[UUID],
    staff: NamedDependency[Staff],
    tx: NamedDependency[Connection],
    live: NamedDependency[Live],
) -> Redirect:
    """Sends one mail of a wave again that did not, or perhaps did not, go out."""
    scope = await scope_for_staff(tx, staff, request, slug)
    wave = await _wave(tx, scope, wave_id)
    if not await wave_mail_queries.send_again(tx, wave_id, [invitation_id], clock.now()):
        raise WaveOver(link=f"{scope.home}/waves/{wave_id}")
    await _note(tx, staff, wave, "wave_mail_repeated", invitation=str(invitation_id))
    live.mark(wave.live_topic)
    return Redirect(f"{scope.home}/waves/{wave_id}?done=repeated", status_code=303)


async def _wave(db: Connection | Pool, scope: Scope, wave_id: UUID) -> Wave:
    wave = await wave_queries.wave_of_organiser(db, [scope.organiser_id], wave_id)
    if wave is None or (wave.programme_id, wave.event_id) != (scope.programme_id, scope.event_id):
        raise NotFound(link=f"{scope.home}/waves")
    if scope.co_host and wave.co_host_id != scope.co_host_id:
        raise NotFound(link=f"{scope.home}/waves")
    return wave


async def _wave_form(
    db: Connection, staff: Staff, scope: Scope, kind: WaveKind, *, asked: Filter, form: Form, status: int = 200
) -> Template:
    ids = await list_queries.chosen_ids(db, scope, asked)
    audience = _audience(form, kind)
    left_out = await wave_mail_queries.not_to_be_written(db, ids, event_id=scope.event_id, audience=audience)
    return page(
        "invitations/wave_new.html",
        status=status,
        headers={"content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"},
        **scope.words(staff),
        kind=kind,
        asked=asked,
        form=form,
        number=len(ids),
        left_out={reason: (count, SKIPPED_WORDS[reason]) for reason, count in left_out.items()},
        written=await wave_mail_queries.written_before(db, ids, TEMPLATES[kind]),
        readers=[(LANGUAGES[locale], locale, first) for locale, first in await list_change_queries.first_readers(db, ids)],
        audiences=[(name.value, words) for name, words in AUDIENCE_NAMES.items()],
        page_url=f"{scope.home}/waves/new",
    )


async def waves_page(db: Connection, staff: Staff, scope: Scope, form: Form, *, status: int = 200, done: str | None = None) -> Template:
    within = {"programme_id": scope.programme_id, "event_id": scope.event_id}
    waves = await wave_queries.waves_of(db, **within, co_host_id=scope.co_host_id)
    return page(
        "invitations/waves.html",
        status=status,
        **scope.words(staff),
        form=form,
        waves=[present_wave(wave, progress, scope.time_zone, clock.now()) for wave, progress in waves],
        plans=[] if scope.co_host else [present_plan(plan) for plan in await reminder_queries.plans_of(db, **within)],
        done=done,
        page_url=f"{scope.home}/waves",
    )


def _audience(form: Form, kind: WaveKind) -> Audience:
    """Invitations go to everybody chosen; reminders never to those who have settled everything."""
    if kind == WaveKind.INVITATION:
        return Audience.EVERYONE
    return Audience.PROVISIONAL if form.values.get("audience") == Audience.PROVISIONAL else Audience.SILENT


async def _note(tx: Connection, staff: Staff, wave: Wave, action: str, **detail: object) -> None:
    await insert_audit_entry(tx, organiser_id=wave.organiser_id, actor=staff.actor, action=action, subject=f"wave:{wave.id}", detail=detail)


router = Router(path="/", route_handlers=[show_waves, new_wave, create_wave, show_wave, stream_wave, turn_wave, create_repetition])
