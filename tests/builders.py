"""Builders: what a test needs in the database, with sensible defaults for all it does not care about."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from events.kit.clock import now
from events.kit.database import Executor
from events.kit.ids import new_id
from events.kit.tokens import Tokens, random_token
from events.programme.model import Event
from events.programme.queries import event_by_id
from events.registration.actions import register
from events.registration.claims import ClaimDesk
from events.registration.model import GuestDetails, Outcome, SignUp
from events.settings import Settings

SECRET_KEY = b"only for tests, only for tests, only"
TOKENS = Tokens(SECRET_KEY)
BASE_URL = "http://testserver.local"


def settings_for(dsn: str, data_dir: Path = Path("var"), **changes: Any) -> Settings:
    """Settings of an application under test; its links and codes are the ones of `TOKENS`."""
    given: dict[str, Any] = {
        "database_url": dsn,
        "data_dir": data_dir,
        "base_url": BASE_URL,
        "host": "127.0.0.1",
        "port": 8000,
        "secret_key": SECRET_KEY,
        "smtp_url": None,
        "mail_from": "Empfang <events@example.com>",
        "demo": False,
        "pool_size": 10,
        "metrics_token": None,
    }
    return Settings(**(given | changes))


async def make_organiser(db: Executor, *, slug: str | None = None, name: str = "Thuringia Delegation Office") -> UUID:
    organiser_id = new_id()
    await db.execute(
        "insert into organisers (id, slug, name, contact_email) values ($1, $2, $3, 'office@example.com')",
        organiser_id,
        slug or f"organiser-{organiser_id.hex[-10:]}",
        {"de": name, "en": name, "ja": name},
    )
    return organiser_id


async def make_programme(
    db: Executor, *, organiser_id: UUID | None = None, slug: str | None = None, title: str = "Japan delegation"
) -> UUID:
    programme_id = new_id()
    await db.execute(
        "insert into programmes (id, organiser_id, slug, title, lead, time_zone) values ($1, $2, $3, $4, $5, 'Asia/Tokyo')",
        programme_id,
        organiser_id or await make_organiser(db),
        slug or f"programme-{programme_id.hex[-10:]}",
        {"de": title, "en": title, "ja": title},
        {"de": "Acht Tage in Japan.", "en": "Eight days in Japan.", "ja": "日本での八日間です。"},
    )
    return programme_id


async def make_event(
    db: Executor,
    *,
    capacity: int = 120,
    contingents: Mapping[str, int] | None = None,
    organiser_id: UUID | None = None,
    programme_id: UUID | None = None,
    slug: str | None = None,
    kind: str = "dinner",
    title: str = "Networking dinner",
    status: str = "published",
    starts_at: datetime | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    changes_until: datetime | None = None,
    agenda: list[dict[str, Any]] | None = None,
    approval_required: bool = False,
    waiting_list: bool = True,
    max_companions: int = 3,
) -> Event:
    """A published dinner in Yokohama in thirty days, open for sign-up, with its root pool and contingents."""
    starts = starts_at or now() + timedelta(days=30)
    event_id, venue_id = new_id(), new_id()
    owner = organiser_id or await db.fetchval("select organiser_id from programmes where id = $1", programme_id)
    owner = owner or await make_organiser(db)
    await db.execute(
        "insert into venues (id, organiser_id, name, address, time_zone) values ($1, $2, $3, $4, 'Asia/Tokyo')",
        venue_id,
        owner,
        {"de": "Hafenterrasse", "en": "Harbour Terrace", "ja": "ハーバーテラス"},
        {"de": "1-1 Beispiel, Yokohama", "en": "1-1 Example, Yokohama", "ja": "横浜市例示1-1"},
    )
    await db.execute(
        """
        insert into events (id, organiser_id, venue_id, slug, kind, status, title, lead, time_zone, doors_at, starts_at, ends_at,
                            registration_closes_at, approval_required, waiting_list, max_companions, programme_id,
                            registration_opens_at, changes_until, agenda, facts)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'Asia/Tokyo', $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        """,
        event_id,
        owner,
        venue_id,
        slug or f"event-{event_id.hex[-10:]}",
        kind,
        status,
        {"de": title, "en": title, "ja": title},
        {"de": "Ein Abend an runden Tischen.", "en": "An evening at round tables.", "ja": "円卓を囲む夕べです。"},
        starts - timedelta(minutes=30),
        starts,
        starts + timedelta(hours=3),
        closes_at or starts - timedelta(days=1),
        approval_required,
        waiting_list,
        max_companions,
        programme_id,
        opens_at,
        changes_until or closes_at or starts - timedelta(days=1),
        agenda or [],
        {"dress": {"de": "Geschäftskleidung", "en": "Business attire", "ja": "ビジネススタイル"}},
    )
    await db.execute("insert into pools (id, event_id, capacity) values ($1, $1, $2)", event_id, capacity)
    for position, (name, places) in enumerate((contingents or {}).items(), start=1):
        await db.execute(
            "insert into pools (id, event_id, parent_id, slug, name, capacity, position) values ($1, $2, $2, $3, $4, $5, $6)",
            new_id(),
            event_id,
            name,
            {"en": name.title()},
            places,
            position,
        )
    event = await event_by_id(db, event_id)
    assert event is not None
    return event


def make_guest(family_name: str = "Platzhalter", given_name: str = "Erika", **details: Any) -> GuestDetails:
    return GuestDetails(family_name=family_name, given_name=given_name, **details)


async def book(
    db: Executor,
    event: Event,
    *guests: GuestDetails,
    key: str | None = None,
    email: str = "guest@example.com",
    locale: str = "en",
    source: str = "form",
    accept_waitlist: bool = False,
    contingent: str | None = None,
    hold_seconds: int | None = None,
    mail: bool = True,
) -> Outcome:
    """Signs guests (by default one) up for the event through the real claim; refusals are raised."""
    sign_up = SignUp(
        key=key or f"test:{random_token()}",
        email=email,
        locale=locale,
        source=source,
        guests=list(guests) or [make_guest()],
        contingent=contingent,
        accept_waitlist=accept_waitlist,
        hold_seconds=hold_seconds,
        mail=mail,
    )
    return await register(ClaimDesk(db, TOKENS), event, sign_up)  # type: ignore[arg-type]  # a single connection serves as well


async def fill(db: Executor, event: Event, places: int, *, party_size: int = 1) -> list[Outcome]:
    """Takes places by bookings of guests called Fill 0, Fill 1, …"""
    return [
        await book(db, event, *(make_guest(f"Fill {start + n}") for n in range(party_size)), email=f"fill-{start}@example.com", mail=False)
        for start in range(0, places, party_size)
    ]
