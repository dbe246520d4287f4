"""Signing up by program."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath
from msgspec import Meta
from msgspec.structs import replace

from events.accounts.access import require_scope
from events.accounts.errors import ScopeMissing, TokenRequired
from events.accounts.model import ApiClient, Scope
from events.kit.errors import DomainError, InvalidInput, NotFound
from events.kit.http import Unavailable, before_program, problem_for
from events.kit.i18n import N_
from events.kit.json_body import ONE_LINE, JsonBody, MalformedJson
from events.kit.openapi import operation, refusals
from events.kit.tokens import Tokens
from events.people.names import full_name
from events.programme.access import hot_event_for_client
from events.questions.given import Answers, AnswersRefused, given_answers
from events.questions.model import GivenAnswer, Per, Question

from .actions import register
from .errors import EventFull, KeyReused, RegistrationClosed, UnknownContingent
from .model import GuestDetails, Outcome, RegistrationState, SignUp

MOST_GUESTS = 10  # a larger party is a list to import, not one booking

# Patterns stand in the OpenAPI document as well, so Python and ECMAScript must read them alike.
_LINE_WITH_LETTERS = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
_MAILBOX = r'[^@\s<>(),;:\\"\[\]\x00-\x1f\x7f-\x9f]+'
_LABEL = r'[^@\s<>(),;:\\"\[\].\x00-\x1f\x7f-\x9f]+'
_EMAIL = rf"^{_MAILBOX}@{_LABEL}(\.{_LABEL})+$"
_KEY = re.compile(r"[!-~]{1,200}")

Email = Annotated[str, Meta(pattern=_EMAIL, max_length=254)]
Name = Annotated[str, Meta(extra_json_schema=ONE_LINE, max_length=100)]
NameNeeded = Annotated[str, Meta(pattern=_LINE_WITH_LETTERS, max_length=100)]
Line = Annotated[str, Meta(extra_json_schema=ONE_LINE, max_length=200)]
LongLine = Annotated[str, Meta(extra_json_schema=ONE_LINE, max_length=500)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Locale = Literal["de", "en", "ja"]


class KeyMissing(DomainError):
    status = 400
    code = "idempotency_key_required"
    title = N_("The header Idempotency-Key is missing.")
    next_step = N_("Send a fresh random key with every booking, and the same key again when you repeat a request.")


class Registrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is written to, and in which language."""

    email: Email
    locale: Locale


class NewGuest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One guest, names as they are written. Somebody with one name has it as family name."""

    family_name: NameNeeded
    given_name: Name | None = None
    family_name_kana: Name | None = None
    given_name_kana: Name | None = None
    family_name_latin: Name | None = None
    given_name_latin: Name | None = None
    company: Line | None = None
    department: Line | None = None
    position: Line | None = None
    diet: LongLine | None = None
    answers: Answers | None = None


class NewRegistration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A party: all of its guests get places, or none does."""

    registrant: Registrant
    guests: Annotated[list[NewGuest], Meta(min_length=1, max_length=MOST_GUESTS)]
    contingent: Slug | None = None
    accept_waitlist: bool = False
    answers: Answers | None = None


class BookingLink(msgspec.Struct, frozen=True):
    token: str
    url: str


class Ticket(msgspec.Struct, frozen=True):
    """The code in the QR, the address of the ticket's page, the guest's name as readers of the registrant's language write it."""

    code: str
    url: str
    guest: str


class Registered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was decided. There are tickets once the places are confirmed; until then repeat the request with its key."""

    booking: BookingLink
    status: RegistrationState
    tickets: list[Ticket]
    waitlist_position: int | None = None


BODY = JsonBody(
    NewRegistration,
    example={
        "registrant": {"email": "hanako.mihon@example.com", "locale": "ja"},
        "guests": [
            {
                "family_name": "見本",
                "given_name": "花子",
                "family_name_kana": "ミホン",
                "given_name_kana": "ハナコ",
                "company": "株式会社みほん光学",
            }
        ],
        "accept_waitlist": True,
    },
)
KEY_HEADER = Schema(
    type=OpenAPIType.STRING,
    min_length=1,
    max_length=200,
    pattern="^[!-~]+$",
    description="A random text that is new for every booking. The same key with the same body answers the same booking again.",
)


@post(
    "/events/{slug:str}/registrations",
    operation_class=operation(body=BODY, headers={"Idempotency-Key": KEY_HEADER}),
    operation_id="create_registration",
    summary="Sign a party up for an event",
    responses=refusals(
        MalformedJson, KeyMissing, TokenRequired, ScopeMissing, NotFound, EventFull, RegistrationClosed,
        InvalidInput, AnswersRefused, UnknownContingent, KeyReused, Unavailable,
    ),
)  # fmt: skip
async def create_registration(
    request: Request[Any, Any, State], slug: FromPath[str], api_client: NamedDependency[ApiClient]
) -> Response[Registered]:
    """All guests of the party get a place, or none does. Needs the scope `registrations:write`.

    A request that is repeated with its key answers the same booking as it stands then, with 201 and the header
    `Idempotent-Replayed: true`; `status` may then also be `cancelled` or `expired`. A key with another body is refused.
    Keys belong to the organiser and the event.
    """
    # The desk and its neighbours come from the application's state: in a rush for places this is the address that everybody
    # calls, and each dependency more costs every one of them as much as reading the body.
    here = request.app.state
    require_scope(api_client, Scope.WRITE_REGISTRATIONS)
    key = _idempotency_key(request)
    wanted = await BODY.read(request)
    event = await hot_event_for_client(here.shelf, api_client, slug)
    try:
        questions = await here.questions.of_event(event.id)
        sign_up = _sign_up(wanted, api_key(api_client.organiser_id, key), questions=questions, tokens=here.claims.tokens)
        outcome = await register(here.claims, event, sign_up)
    except EventFull as full:
        return problem_for(request, full)
    if not outcome.replayed:
        here.live.mark(f"event:{event.id}")
        here.worker.wake()
    headers = {"idempotent-replayed": "true"} if outcome.replayed else None
    return Response(_registered(outcome, wanted.registrant.locale, here.base_url), headers=headers)


def api_key(organiser_id: UUID, key: str) -> str:
    """The key as it is stored: in a space of its own, so that no form and no other organiser can meet it. Empty if it is no key."""
    return f"api:{organiser_id}:{key}" if _KEY.fullmatch(key) else ""


def _idempotency_key(request: Request[Any, Any, State]) -> str:
    key = request.headers.get("idempotency-key")
    if key is None:
        raise KeyMissing
    if not _KEY.fullmatch(key):
        raise InvalidInput(errors={"Idempotency-Key": "Expected 1 to 200 printable ASCII characters without blanks"})
    return key


def _sign_up(wanted: NewRegistration, key: str, *, questions: Sequence[Question], tokens: Tokens) -> SignUp:
    """Raises `AnswersRefused` with every answer that is missing or does not fit."""

    def answers(given: Answers | None, per: Per, path: str, earlier: Sequence[GivenAnswer] = ()) -> list[GivenAnswer]:
        found, wrong = given_answers(given or {}, questions, per=per, path=path, tokens=tokens, context=key, earlier=earlier)
        errors.update(wrong)
        return found

    errors: dict[str, str] = {}
    own = answers(wanted.answers, Per.BOOKING, "answers")
    guests = [
        replace(_guest(guest), answers=answers(guest.answers, Per.GUEST, f"guests[{number}].answers", own))
        for number, guest in enumerate(wanted.guests)
    ]
    if errors:
        raise AnswersRefused(errors=errors)
    return SignUp(
        key=key,
        email=wanted.registrant.email.strip(),
        locale=wanted.registrant.locale,
        source="api",
        guests=guests,
        answers=own,
        contingent=wanted.contingent,
        accept_waitlist=wanted.accept_waitlist,
    )


def _guest(guest: NewGuest) -> GuestDetails:
    given = {name: value.strip() for name, value in msgspec.structs.asdict(guest).items() if value and name != "answers"}
    return GuestDetails(job_title=given.pop("position", ""), **given)


def _registered(outcome: Outcome, locale: str, base_url: str) -> Registered:
    issued = outcome.tickets if outcome.state == RegistrationState.CONFIRMED else []
    return Registered(
        booking=BookingLink(outcome.token, f"{base_url}/b/{outcome.token}"),
        status=outcome.state,
        tickets=[Ticket(ticket.code, f"{base_url}/t/{ticket.code}", full_name(ticket.guest, locale)) for ticket in issued],
        waitlist_position=outcome.waitlist_position,
    )


api = Router(
    path="/api/v1", route_handlers=[create_registration], tags=["registrations"], before_request=before_program, include_in_schema=True
)
