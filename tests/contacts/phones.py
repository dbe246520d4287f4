"""A guest's phone: the ticket's own page, used as a browser without scripts does, and as the page's script does."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events.kit.database import Pool
from events.programme.model import Event
from events.registration.model import Outcome
from tests.builders import make_guest
from tests.visitor import Page, Visitor

HANAKO = make_guest(
    "見本",
    "花子",
    family_name_kana="ミホン",
    given_name_kana="ハナコ",
    family_name_latin="Mihon",
    given_name_latin="Hanako",
    company="株式会社みほん光学",
    job_title="課長",
)
ERIKA = make_guest("Platzhalter", "Erika", honorific="Dr.", company="Musterlinse; Optik, GmbH", job_title="Leiterin")


@dataclass
class GuestPhone:
    visitor: Visitor
    outcome: Outcome
    event: Event
    place: int = 0

    @property
    def code(self) -> str:
        return self.outcome.tickets[self.place].code

    @property
    def home(self) -> str:
        return f"/t/{self.code}/contacts/{self.event.slug}"

    async def open(self) -> Page:
        return await self.visitor.open(self.home)

    async def post(self, path: str = "", **fields: str) -> Page:
        """Sends a form and follows the redirect."""
        response = await self.visitor.client.post(f"{self.home}{path}", data=fields)
        while response.is_redirect:
            response = await self.visitor.client.get(response.headers["location"])
        return Page(response)

    async def share(self, **fields: str) -> Page:
        """Switches the exchange on."""
        return await self.post(contacts="yes", **fields)

    async def scan(self, what: str) -> dict[str, Any]:
        """What the page's script is told."""
        response = await self.visitor.client.post(f"{self.home}/scans", data={"code": what}, headers={"accept": "application/json"})
        body: dict[str, Any] = response.json()
        return body | {"status": response.status_code}

    async def kind(self, what: str) -> str:
        return str((await self.scan(what))["kind"])

    async def registration_id(self, pool: Pool) -> UUID:
        rows = await pool.fetch(
            "select r.id from registrations r join guests g on g.id = r.guest_id where r.booking_id = $1 order by g.position",
            self.outcome.booking_id,
        )
        return UUID(str(rows[self.place]["id"]))

    async def short_code(self, pool: Pool) -> str:
        return str(await pool.fetchval("select short_code from contact_cards where registration_id = $1", await self.registration_id(pool)))


async def end_event(pool: Pool, event: Event, *, hours_ago: float = 20) -> None:
    """The event was over so many hours ago."""
    await pool.execute(
        """
        update events
        set doors_at = now() - make_interval(mins => $2::int + 240),
            starts_at = now() - make_interval(mins => $2::int + 180),
            ends_at = now() - make_interval(mins => $2::int)
        where id = $1
        """,
        event.id,
        int(hours_ago * 60),
    )
