"""Phones that speak the door's protocol, for tests: they hand over scans and read the answers."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar

from events.door.access import PHONE_COOKIE
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from tests.staff import browser

from .builders import make_phone


async def open_phone(app: Litestar, pool: Pool, event: Event, *, role: str = "steward", **phone: str) -> httpx.AsyncClient:
    """A paired phone with that role."""
    async with pool.acquire() as connection:
        paired, token = await make_phone(connection, event, **phone)
        await connection.execute("update devices set role = $2 where id = $1", paired.id, role)
    client = browser(app)
    client.cookies.set(PHONE_COOKIE, token, path="/door")
    return client


def sent(code: str | None = None, *, act: str = "entry", **more: Any) -> dict[str, Any]:
    """A scan as a phone writes it down."""
    named = {"code_hash": sha256(code.upper().encode()).hexdigest()} if code else {}
    return {"id": str(new_id()), "at": datetime.now(UTC).isoformat(), "act": act, "source": "scan"} | named | more


def shown(verdict: str, reason: str | None = None, *, by: str = "phone") -> dict[str, Any]:
    """What the phone decided by itself."""
    return {"verdict": verdict, "reason": reason, "by": by}


async def hand_over(phone: httpx.AsyncClient, *scans: Any, sent_at: datetime | None = None, **facts: Any) -> httpx.Response:
    body = {"sent_at": (sent_at or datetime.now(UTC)).isoformat(), "facts": facts, "scans": list(scans)}
    return await phone.post("/door/scans", json=body)


async def kinds(phone: httpx.AsyncClient, *scans: Any, sent_at: datetime | None = None) -> list[str]:
    """The words of the verdicts on these scans."""
    answer = await hand_over(phone, *scans, sent_at=sent_at)
    assert answer.status_code == 200, answer.text
    return [each["kind"] for each in answer.json()["answers"]]


async def set_rules(pool: Pool, event: Event, **rules: Any) -> None:
    """What holds at the event's doors."""
    names = list(rules)
    columns, values = ", ".join(names), ", ".join(f"${n}" for n in range(2, len(names) + 2))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    await pool.execute(
        f"insert into door_rules (event_id, {columns}) values ($1, {values}) on conflict (event_id) do update set {changes}",
        event.id,
        *rules.values(),
    )


async def ask(pool: Pool, event: Event, label: str, *, required: bool = True, only_flags: tuple[str, ...] = ()) -> str:
    """A question of the door; its id."""
    question: UUID = new_id()
    await pool.execute(
        "insert into door_questions (id, event_id, position, label, only_flags, is_required) values ($1, $2, 0, $3, $4, $5)",
        question,
        event.id,
        {"de": label, "en": label, "ja": label},
        list(only_flags),
        required,
    )
    return str(question)


async def stranded(pool: Pool, event: Event) -> list[tuple[str, Any]]:
    """Why scans were kept for people to decide, and their ids."""
    rows = await pool.fetch("select why, scan from stranded_scans where event_id = $1 order by received_at, id", event.id)
    return [(row["why"], row["scan"].get("id")) for row in rows]
