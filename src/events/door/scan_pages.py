"""Where phones hand over their scans. What they sent is written down before they hear of it, whoever they are by now."""

from typing import Any

from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from events.kit import clock
from events.kit.database import Pool
from events.kit.errors import DomainError
from events.kit.http import problem_details
from events.kit.live import Live
from events.kit.tokens import Tokens

from . import phone_queries, walk_ins  # noqa: F401  (guests made at the door register their acts)
from .access import Sender
from .acts import Acting
from .desk import CheckInDesk
from .errors import PhoneDisconnected
from .handover import strand_all, take_in
from .model import Standing, phones_topic
from .phone_facts import facts_of
from .scan_forms import parse_handover

AnyRequest = Request[Any, Any, State]


@post("/door/scans", status_code=200)
async def hand_over(
    request: AnyRequest,
    *,
    sender: NamedDependency[Sender],
    pool: NamedDependency[Pool],
    desk: NamedDependency[CheckInDesk],
    tokens: NamedDependency[Tokens],
    live: NamedDependency[Live],
) -> Response[Any]:
    """Takes up to 500 scans and answers each. The same scans again answer the same, so a phone that heard nothing sends them again.

    A phone out of its hours is heard all the same; one that was disconnected is, too, but nothing of what it says counts by itself.
    """
    handed = parse_handover(await request.body())
    acting = Acting(phone=sender.phone, pool=pool, desk=desk, tokens=tokens, received_at=clock.now())
    await phone_queries.note_facts(pool, sender.phone.id, facts_of(handed.facts), acting.received_at)
    live.mark(phones_topic(sender.phone.event_id))
    if sender.standing == Standing.REVOKED:
        await strand_all(acting, handed)
        raise PhoneDisconnected
    answers = await take_in(acting, handed)
    if answers:
        live.mark(f"event:{sender.phone.event_id}")
    attendance = await desk.attendance(sender.phone.event_id)
    return Response({"received_at": acting.received_at, "standing": sender.standing, "answers": answers, "attendance": attendance})


def answer_refusal(_request: AnyRequest, error: DomainError) -> Response[Any]:
    """Problem details, whatever the phone accepts; to a disconnected one with the order to forget."""
    wipe = {"wipe": True} if isinstance(error, PhoneDisconnected) else {}
    return Response(problem_details(error) | wipe, status_code=error.status, media_type="application/problem+json")


router = Router(path="/", route_handlers=[hand_over], exception_handlers={DomainError: answer_refusal})
