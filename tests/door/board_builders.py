"""An evening as the organiser's page sees it: guests with names, phones at gates, what they did while they had no connection."""

from datetime import datetime
from uuid import UUID

import httpx

from events.door.model import Act, Answer, Decided, Decider, Phone, Reason, Scan, Verdict
from events.door.queries import redeem_tickets
from events.kit.database import Executor
from events.kit.ids import new_id
from events.programme.model import Event
from tests.visitor import Page


async def scanned(
    db: Executor,
    event: Event,
    phone: Phone,
    registration_id: UUID,
    *,
    at: datetime,
    act: Act = Act.ENTRY,
    offline: bool = False,
    reason: Reason | None = None,
) -> tuple[UUID, Answer]:
    """What a phone did: asked the server, or (`offline`) let somebody in by its own list. Answers the record's id, too."""
    scan = Scan(
        id=new_id(),
        at=at,
        operator=phone.operator,
        act=act,
        registration_id=registration_id,
        gate_id=phone.gate_id,
        device_id=phone.id,
        decided=Decided(verdict=Verdict.ADMITTED, by=Decider.PHONE, reason=reason) if offline else None,
        phone_at=at,
        list_at=at,
    )
    [answer] = await redeem_tickets(db, event.id, [scan])
    return scan.id, answer


async def set_rules(db: Executor, event: Event, **rules: object) -> None:
    names = ", ".join(rules)
    places = ", ".join(f"${number}" for number in range(2, len(rules) + 2))
    await db.execute(f"insert into door_rules (event_id, {names}) values ($1, {places})", event.id, *rules.values())


async def send(client: httpx.AsyncClient, page: Page, answers: dict[str, str | list[str]], *, action: str = "") -> Page:
    """Fills in the page's form whose address ends so (without `action` its only form about the door), sends it, follows the redirect."""
    (form,) = [form for form in page.forms if "/door" in form.action and form.action.endswith(action)]
    fields: dict[str, list[str]] = {}
    for name, value in form.filled(answers):
        fields.setdefault(name, []).append(value)
    response = await client.post(form.action, data=fields)
    while response.is_redirect:
        response = await client.get(response.headers["location"])
    return Page(response)
