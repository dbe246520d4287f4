"""Puts the house together: with addresses.py the only module that sees every room."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from . import api_document
from .accounts import access
from .accounts import jobs as accounts_jobs
from .accounts.errors import SignInRequired, TokenRequired
from .addresses import PAGES
from .arrivals import jobs as arrivals_jobs
from .arrivals.actions import LINK_MAIL_JOB
from .arrivals.samples import host_kinds
from .contacts import jobs as contacts_jobs
from .contacts.samples import contacts_kind
from .door.access import provide_phone, provide_sender, provide_steward
from .door.board import DoorBoards
from .door.desk import CheckInDesk
from .door.listing import GuestLists
from .door.stream import DoorNews
from .invitations import importing, waves
from .invitations.background import invitation_jobs
from .invitations.mail_samples import invitation_kinds
from .itinerary import moves as itinerary_moves
from .itinerary.jobs import programme_mailer
from .itinerary.samples import programme_kind
from .kit import callers, http, jobs, limits, templates, tokens
from .kit.assets import BUILT_FOLDER
from .kit.database import Pool, open_pool
from .kit.errors import DomainError
from .kit.head import as_get
from .kit.jobs import Worker
from .kit.live import Live
from .kit.mail import Transport
from .kit.mail_folder import FolderTransport
from .kit.mail_smtp import SmtpTransport
from .kit.pace import Pace, PacedTransport
from .messaging.kinds import MailKinds
from .messaging.outbox import Outbox
from .messaging.stationery import new_stationery
from .overview.board import Boards
from .privacy import consents
from .privacy.jobs import consent_mailer, erasure_mailer
from .privacy.retention import forget_what_is_due
from .programme.shelf import EventShelf
from .questions import actions as question_actions
from .questions import uploads
from .questions.scanning import scanner
from .questions.shelf import QuestionShelf
from .registration import actions as registration
from .registration.claims import ClaimDesk
from .registration.quick_no import QuickNo
from .settings import Settings, SettingsError
from .tickets import reissue
from .tickets.contact_mails import contact_mailer
from .tickets.jobs import booking_mailer, order_planned_mails
from .tickets.mailbox_pages import mailbox
from .tickets.samples import booking_kinds
from .tickets.wallet_keys import Wallets, wallets_of

# Answers that are never worth compressing, from addresses where every microsecond counts.
SMALL_ANSWERS = [r"^/api/v1/events/[^/]+/(registrations|check-ins)$"]
LARGEST_BODY = 1_000_000  # a sign-up with nine companions is under 20 kB

SWEEPS: list[tuple[float, jobs.Sweep]] = [
    (5.0, registration.expire_holds),
    (1.0, waves.feed_waves),
    (60.0, registration.release_contingents),
    (60.0, waves.remind_as_planned),
    (60.0, order_planned_mails),
    (2.0, arrivals_jobs.order_arrival_mails),
    (60.0, contacts_jobs.order_mails),
    (3600.0, accounts_jobs.forget_ended_sessions),
    (3600.0, importing.forget_old_rows),
    (3600.0, limits.forget_old_windows),
    (3600.0, question_actions.forget_unanswered),
    (3600.0, uploads.forget_unsent),
    (10.0, consents.ask_for_confirmation),
    (3600.0, consents.keep_texts),
    (3600.0, forget_what_is_due),
]


class House(Litestar):
    """The application with its quick desk at the door."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = as_get(scope)
            receive = await self.state.quick_no.answer(scope, receive, send)
        if receive is not None:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings, *, run_jobs: bool = True) -> Litestar:
    """The web application. With `run_jobs` this process also does background work, as `events run` wants it."""
    return House(
        route_handlers=[*PAGES, *_mailbox(settings), _static_files()],
        dependencies=_dependencies(settings),
        before_request=http.before_request,
        before_send=[http.before_send],
        exception_handlers={
            SignInRequired: access.answer_sign_in_required,
            TokenRequired: access.answer_token_required,
            DomainError: http.answer_domain_error,
            HTTPException: http.answer_http_error,
            Exception: http.answer_unexpected,
        },
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(templates.new_environment())),
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000, exclude=[r"/stream$", r"^/door/list$", *SMALL_ANSWERS]),
        request_max_body_size=LARGEST_BODY,
        state=_callers(),
        lifespan=[_resources(settings, run_jobs=run_jobs)],
        openapi_config=api_document.CONFIG,
        include_in_schema=False,  # the JSON API says otherwise
        logging_config=None,
        debug=False,
    )


async def run_worker(settings: Settings) -> None:
    """Does background work until cancelled."""
    assert settings.database_url is not None
    pool = await open_pool(settings.database_url, size=settings.pool_size)
    try:
        await _worker(pool, settings).run()
    finally:
        await pool.close()


def _worker(pool: Pool, settings: Settings) -> Worker:
    pace = Pace(settings.mails_per_minute)
    inner: Transport = SmtpTransport(settings.smtp_url) if settings.smtp_url else FolderTransport(settings.data_dir)
    return Worker(pool, _handlers(settings, PacedTransport(inner, pace)), [*SWEEPS, *_scanner(settings)], bulk_gate=pace.bulk_wait)


def _scanner(settings: Settings) -> list[tuple[float, jobs.Sweep]]:
    """Without a scanner files stay "not scanned", and nobody looks at them in vain."""
    return [(10.0, scanner(settings.upload_scanner, tokens.Tokens(settings.secret_key)))] if settings.upload_scanner else []


def _handlers(settings: Settings, transport: Transport) -> dict[str, jobs.Handler]:
    outbox = Outbox(transport, tokens.Tokens(settings.secret_key), base_url=settings.base_url, sender=settings.mail_from)
    return {
        "booking_mail": booking_mailer(outbox, clashes_by_move=itinerary_moves.clashes_by_move),
        importing.JOB: importing.importer(tokens.Tokens(settings.secret_key)),
        "consent_mail": consent_mailer(transport, base_url=settings.base_url, sender=settings.mail_from),
        "contact_mail": contact_mailer(outbox),
        "erasure_mail": erasure_mailer(transport, base_url=settings.base_url, sender=settings.mail_from),
        **invitation_jobs(outbox),
        arrivals_jobs.ARRIVAL_MAIL_JOB: arrivals_jobs.arrival_mailer(outbox),
        contacts_jobs.JOB: contacts_jobs.exchange_mailer(outbox),
        LINK_MAIL_JOB: arrivals_jobs.link_mailer(outbox),
        "lost_tickets": reissue.answer_lost,
        "programme_mail": programme_mailer(outbox),
        "sign_in_mail": accounts_jobs.sign_in_mailer(transport, base_url=settings.base_url, sender=settings.mail_from),
    }


def _mail_kinds(settings: Settings) -> MailKinds:
    """Every mail whose words organisers may choose."""
    stationery = new_stationery(tokens.Tokens(settings.secret_key), base_url=settings.base_url, sender=settings.mail_from)
    return MailKinds([*invitation_kinds(), programme_kind(), *booking_kinds(), contacts_kind(), *host_kinds()], stationery)


def _callers() -> State:
    """Who may ask, and what is remembered of those who did."""
    clients = access.ApiClients()
    identifiers: callers.Identifiers = {
        "api_client": clients.provide,
        "phone": provide_phone,
        "sender": provide_sender,
        "staff": access.provide_staff,
        "steward": provide_steward,
    }
    return State({"clients": clients, "identifiers": identifiers})


def _dependencies(settings: Settings) -> dict[str, Provide]:
    def constant(value: object) -> Provide:
        return Provide(lambda: value, sync_to_thread=False, use_cache=True)

    return {
        "api_client": callers.provide("api_client"),
        "base_url": constant(settings.base_url),
        "db": Provide(http.provide_db),
        "tx": Provide(http.provide_tx),
        "pool": Provide(http.provide_pool),
        "settings": constant(settings),
        "boards": Provide(_boards),
        "claims": Provide(_claims),
        "desk": Provide(_desk),
        "door_boards": Provide(_door_boards),
        "door_news": Provide(_door_news),
        "lists": Provide(_lists),
        "live": Provide(_live),
        "mail_kinds": constant(_mail_kinds(settings)),
        "phone": callers.provide("phone"),
        "sender": callers.provide("sender"),
        "staff": callers.provide("staff"),
        "steward": callers.provide("steward"),
        "tokens": constant(tokens.Tokens(settings.secret_key)),
        "wallets": constant(wallets := _wallets(settings)),
        "wallet_kinds": constant(wallets.kinds),
    }


def _wallets(settings: Settings) -> Wallets:
    """What passes are signed with; keys that cannot be used stop the start."""
    try:
        return wallets_of(settings)
    except ValueError as reason:
        raise SettingsError([f"EVENTS_WALLET_{reason}"]) from reason


async def _claims(state: State) -> ClaimDesk:
    return cast(ClaimDesk, state.claims)


async def _desk(state: State) -> CheckInDesk:
    return cast(CheckInDesk, state.desk)


async def _lists(state: State) -> GuestLists:
    return cast(GuestLists, state.lists)


async def _door_news(state: State) -> DoorNews:
    return cast(DoorNews, state.door_news)


async def _door_boards(state: State) -> DoorBoards:
    return cast(DoorBoards, state.door_boards)


async def _boards(state: State) -> Boards:
    return cast(Boards, state.boards)


async def _live(state: State) -> Live:
    return cast(Live, state.live)


def _resources(settings: Settings, *, run_jobs: bool) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None, None]:
        assert settings.database_url is not None
        pool = app.state.pool = await open_pool(settings.database_url, size=settings.pool_size)
        app.state.claims = ClaimDesk(pool, tokens.Tokens(settings.secret_key))
        app.state.desk = CheckInDesk(pool)
        app.state.lists = GuestLists(pool)
        app.state.shelf = EventShelf(pool)
        app.state.questions = QuestionShelf(pool)
        app.state.quick_no = QuickNo(app.state.clients, app.state.shelf, app.state.claims)
        app.state.base_url = settings.base_url
        app.state.foresee_move = itinerary_moves.foreseen
        app.state.boards = Boards(pool)
        app.state.door_boards = DoorBoards(pool)
        live = app.state.live = Live(settings.database_url)
        app.state.door_news = DoorNews(pool, app.state.desk, app.state.lists, live)
        await live.start()
        worker = app.state.worker = _worker(pool, settings)
        task = asyncio.create_task(worker.run()) if run_jobs else None
        try:
            yield
        finally:
            if task:
                worker.stop()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait_for(task, timeout=5)
            await live.stop()
            await pool.close()

    return lifespan


def _mailbox(settings: Settings) -> list[ControllerRouterHandler]:
    """Kept mails hold sign-in links and tickets: anybody may read them only where everything is a demonstration."""
    return [mailbox(settings.data_dir)] if settings.demo and not settings.smtp_url else []


def _static_files() -> ControllerRouterHandler:
    return create_static_files_router(
        path="/static",
        directories=[BUILT_FOLDER],
        cache_control=CacheControlHeader(public=True, max_age=31_536_000, immutable=True),
        include_in_schema=False,
    )
