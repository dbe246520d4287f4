"""Checking in by program: turnstiles, self-service desks, and queues that were kept while there was no network."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from events.accounts.access import require_scope
from events.accounts.errors import ScopeMissing, TokenRequired
from events.accounts.model import ApiClient, Scope
from events.kit import clock
from events.kit.database import Pool
from events.kit.errors import InvalidInput, NotFound
from events.kit.http import Unavailable, before_program
from events.kit.json_body import JsonBody, MalformedJson
from events.kit.live import Live
from events.kit.openapi import operation, refusals
from events.programme.access import event_for_client, hot_event_for_client

from . import queries
from .desk import CheckInDesk
from .errors import UnknownGate
from .model import (
    LONGEST_CODE,
    Act,
    Answer,
    Decided,
    Decider,
    Entrant,
    FirstEntry,
    Reason,
    Scan,
    Source,
    Verdict,
    corrected_time,
    told_apart,
)

AnyRequest = Request[Any, Any, State]

MOST_CHECK_INS = 500  # half an hour of a busy gate; a longer queue is sent in parts

MOST_ANSWERS = 50

# One line of text: no control characters. The same pattern stands in the OpenAPI document.
_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
Code = Annotated[str, Meta(pattern=_LINE, min_length=1, max_length=LONGEST_CODE)]
GateName = Annotated[str, Meta(pattern=_LINE, min_length=1, max_length=60)]
Instant = Annotated[datetime, Meta(tz=True)]
QuestionId = Annotated[str, Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class NewCheckIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One scan. `id` is made by the client: the same id again is the same scan and answers the same.

    `kind` is `exit` for somebody who leaves. `answers` are those to the questions of the door, by their ids. `decided` is what a
    turnstile did while it could ask nobody; it is recorded as it happened.
    """

    id: UUID
    code: Code
    kind: Literal["entry", "exit"] = "entry"
    gate: GateName | None = None
    at: Instant | None = None
    answers: Annotated[dict[QuestionId, bool], Meta(max_length=MOST_ANSWERS)] = {}
    decided: Literal["let_through", "sent_away"] | None = None


class NewCheckIns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A queue of scans in the order they were made; `sent_at` is the client's clock now, by which a wrong `at` is set right."""

    check_ins: Annotated[list[NewCheckIn], Meta(min_length=1, max_length=MOST_CHECK_INS)]
    sent_at: Instant | None = None


class AdmittedGuest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the door needs to know of a guest; empty fields are left out."""

    family_name: str
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    family_name_latin: str = ""
    given_name_latin: str = ""
    honorific: str = ""
    company: str = ""
    table: str = ""
    flags: list[str] = []
    diet: str = ""
    access_needs: str = ""


class CheckedIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verdict. `first` is the entry that counts when the guest is already in.

    `reason` is why a guest is refused, or why the server would have refused one who was `let_through`; `would_be` is what the
    server says about one who was `sent_away`.
    """

    id: UUID
    verdict: Verdict
    reason: Reason | None = None
    would_be: str = ""
    guest: AdmittedGuest | None = None
    first: FirstEntry | None = None


class AllCheckedIn(msgspec.Struct, frozen=True):
    """One verdict a scan, in the order they were sent."""

    check_ins: list[CheckedIn]


_EXAMPLE = {
    "id": "0197c5a0-93f1-7cc2-9d43-0a1b2c3d4e5f",
    "code": "ABCDEFGHIJKLMNOP",
    "gate": "Main entrance",
    "at": "2027-04-22T18:31:07+09:00",
}
ONE = JsonBody(NewCheckIn, example=_EXAMPLE)
MANY = JsonBody(NewCheckIns, example={"sent_at": "2027-04-22T18:40:00+09:00", "check_ins": [_EXAMPLE]})
REFUSALS = refusals(MalformedJson, TokenRequired, ScopeMissing, NotFound, InvalidInput, UnknownGate, Unavailable)


@post(
    "/events/{slug:str}/check-ins",
    status_code=200,
    operation_class=operation(body=ONE),
    operation_id="create_check_in",
    summary="Check a ticket in",
    responses=REFUSALS,
)
async def create_check_in(request: AnyRequest, slug: FromPath[str], api_client: NamedDependency[ApiClient]) -> CheckedIn:
    """Decides on one scan; a refusal is an answer with `verdict: refused`, not an error. Needs the scope `check-ins:write`.

    `code` is the ticket's code or the whole address in its QR, in any case. `gate` is the name of a gate of the event. Reasons of a
    refusal are, in the order in which they are looked for: `unknown` (no ticket of yours), `replaced` (issued again since),
    `other_event`, the state of a place that is not confirmed (`held`, `offered`, `awaiting_approval`, `waitlisted`, `cancelled`,
    `expired`), `too_early` (the doors are not open yet), `left` (whoever leaves does not come back), `question_open` and
    `question_refused` (a required question of the door has no answer, or a no), `house_full` (the limit of people in the house). An
    exit is refused as `exits_off` where exits are not recorded, and as `not_inside`. An `id` that stands for another guest or kind is
    `id_reused`.
    """
    here = request.app.state  # each dependency more would cost every scan at a busy door as much as reading its body
    require_scope(api_client, Scope.WRITE_CHECK_INS)
    wanted = await ONE.read(request)
    event = await hot_event_for_client(here.shelf, api_client, slug)
    [scan] = await _scans(here.pool, event.id, [wanted], None, api_client)
    answer = await here.desk.redeem(event.id, scan)
    here.live.mark(f"event:{event.id}")
    return _checked_in(scan, answer)


@post(
    "/events/{slug:str}/check-ins/batch",
    status_code=200,
    operation_class=operation(body=MANY),
    operation_id="create_check_ins",
    summary="Check in a queue of tickets",
    responses=REFUSALS,
)
async def create_check_ins(
    request: AnyRequest,
    slug: FromPath[str],
    *,
    api_client: NamedDependency[ApiClient],
    pool: NamedDependency[Pool],
    desk: NamedDependency[CheckInDesk],
    live: NamedDependency[Live],
) -> AllCheckedIn:
    """Decides on up to 500 scans, one after the other, and answers in their order. Needs the scope `check-ins:write`.

    A queue whose answer was lost is simply sent again: scans that are known answer as before. With `sent_at` a clock that
    is wrong is set right: the difference between it and the server's clock is added to every `at`. With `decided` a scan says what
    was done without the server; an entry that contradicts others is then shown to the organiser.
    """
    require_scope(api_client, Scope.WRITE_CHECK_INS)
    wanted = await MANY.read(request)
    event = await event_for_client(pool, api_client, slug)
    scans = await _scans(pool, event.id, wanted.check_ins, wanted.sent_at, api_client)
    answers = await desk.redeem_all(event.id, scans)
    live.mark(f"event:{event.id}")
    return AllCheckedIn([_checked_in(scan, answer) for scan, answer in zip(scans, answers, strict=True)])


async def _scans(pool: Pool, event_id: UUID, wanted: list[NewCheckIn], sent_at: datetime | None, client: ApiClient) -> list[Scan]:
    now = clock.now()
    named = sorted({check_in.gate for check_in in wanted if check_in.gate})
    gates = await queries.gates_by_name(pool, event_id, named) if named else {}
    if any(check_in.gate and check_in.gate not in gates for check_in in wanted):
        raise UnknownGate
    moments = told_apart(corrected_time(check_in.at, sent_at, now) for check_in in wanted)
    return [
        Scan(
            id=check_in.id,
            code=check_in.code,
            gate_id=gates.get(check_in.gate or ""),
            at=at,
            operator=client.actor,
            act=Act(check_in.kind),
            source=Source.API,
            answers=check_in.answers,
            decided=_decided(check_in),
        )
        for check_in, at in zip(wanted, moments, strict=True)
    ]


def _decided(check_in: NewCheckIn) -> Decided | None:
    if check_in.decided is None:
        return None
    passed = Verdict.LEFT if check_in.kind == "exit" else Verdict.ADMITTED
    return Decided(verdict=passed if check_in.decided == "let_through" else Verdict.REFUSED, by=Decider.PHONE)


def _checked_in(scan: Scan, answer: Answer) -> CheckedIn:
    guest = _guest(answer.guest) if answer.guest else None
    return CheckedIn(
        id=scan.id, verdict=answer.verdict, reason=answer.reason, would_be=answer.would_be or "", guest=guest, first=answer.first
    )


def _guest(guest: Entrant) -> AdmittedGuest:
    known = {name: getattr(guest, name) for name in AdmittedGuest.__struct_fields__ if name != "table"}
    return AdmittedGuest(table=guest.table_name or "", **known)


api = Router(
    path="/api/v1",
    route_handlers=[create_check_in, create_check_ins],
    tags=["check-ins"],
    before_request=before_program,
    include_in_schema=True,
)
