"""One of everything, and for each address of the application what stands in its braces: for tests that go everywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Litestar

from events.accounts.model import ReviewRole, Role, Staff
from events.contacts.queries import switch
from events.door.actions import add_phone, pairing_code
from events.door.model import Phone
from events.door.paper_actions import make_list
from events.door.stranded_queries import keep_stranded
from events.invitations.model import delegate_token, invitation_token
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.programme.model import Event
from events.registration.feed_links import party_feed_url
from events.registration.model import Outcome
from tests.arrivals.builders import make_host
from tests.builders import BASE_URL, TOKENS, book, fill, make_event, make_guest, make_organiser, make_programme
from tests.co_hosts.builders import make_co_host_member
from tests.door.builders import make_phone
from tests.invitations.builders import make_invitation
from tests.invitations.wave_builders import scope_of, send_wave
from tests.questions.builders import make_question
from tests.staff import make_staff

_BRACES = re.compile(r"\{(\w+):\w+\}")
# These answer for as long as somebody listens, or end what the rest of the test needs.
LEFT_OUT = re.compile(r"/stream$|^/sign-out$|^/static/|^/metrics$")


@dataclass
class House:
    """A programme with a dinner where everything has happened once, and who may look at it."""

    organiser: Staff
    member: Staff
    phone: str
    event: Event
    filled: dict[str, dict[str, str]]
    """Start of an address → what stands in its braces; "" holds what is the same everywhere."""

    def address(self, path: str, instead: dict[str, str] | None = None) -> str:
        """The address with its braces filled; `instead` replaces what is right."""
        near = max((start for start in self.filled if path.startswith(start)), key=len)
        known = self.filled[""] | self.filled[near] | (instead or {})
        return _BRACES.sub(lambda found: known[found[1]], path)


def addresses(app: Litestar, method: str) -> Iterator[str]:
    """Every address that answers the method, as it is written in the code."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if method in handler.http_methods and not LEFT_OUT.search(route.path):
                yield route.path


def parameters(path: str) -> list[tuple[str, str]]:
    """The names and kinds in the braces of an address."""
    return re.findall(r"\{(\w+):(\w+)\}", path)


async def make_house(pool: Pool) -> House:
    organiser_id = await make_organiser(pool)
    organiser = await make_staff(pool, organiser_id, role=Role.OWNER, reviews=[*ReviewRole])
    colleague = await make_staff(pool, organiser_id)
    programme_id = await make_programme(pool, organiser_id=organiser_id)
    dinner = await make_event(pool, programme_id=programme_id, capacity=2, contingents={"japan": 1}, approval_required=True)
    other = await make_event(pool, programme_id=programme_id, title="Visit", kind="visit", starts_at=now() + timedelta(days=31))
    co_host = await _co_host(pool, organiser_id, dinner)
    booked = await book(pool, dinner, make_guest(), make_guest("髙見本", "一郎"))
    waiting = await book(pool, dinner, make_guest("Contoh", ""), accept_waitlist=True)
    question = await make_question(pool, dinner.id)
    await fill(pool, other, 2)
    rules: dict[str, Any] = {"companions": "named", "max_companions": 2, "co_host_id": co_host}
    invitation = await make_invitation(pool, dinner, other, programme_id=programme_id, **rules)
    programme = await pool.fetchval("select slug from programmes where id = $1", programme_id)
    wave = await send_wave(pool, await scope_of(pool, programme_slug=programme), [invitation])
    async with pool.acquire() as connection:
        phone, phone_token = await make_phone(connection, dinner)
        unpaired = await add_phone(connection, TOKENS, event_id=dinner.id, name="Kenji", gate="Side door", now=now())
        await make_list(connection, dinner, organiser, now=now())
    badge = await _badge(pool, dinner, booked)
    async with pool.acquire() as connection:
        await switch(connection, dinner.id, is_open=True, actor=organiser.actor, now=now())
    host, host_link = await make_host(pool, dinner, sees_all=True, email="host@example.com")
    stranded = await _stranded_scan(pool, dinner, phone)
    everywhere = {
        "slug": dinner.slug, "event_id": str(dinner.id), "co_host_id": str(co_host), "organiser_id": str(organiser_id),
        "organiser": await pool.fetchval("select slug from organisers where id = $1", organiser_id), "staff_id": str(colleague.id),
        "invitation_id": str(invitation.id), "wave_id": str(wave.id), "phone_id": str(unpaired), "question_id": str(question.id),
        "pool_id": str(await pool.fetchval("select id from pools where event_id = $1 and slug = 'japan'", dinner.id)),
        "booking_id": str(waiting.booking_id), "plan_id": str(new_id()), "import_id": str(new_id()), "upload_id": str(new_id()),
        "trace_id": await _first(pool, booked, "guest_id"), "guest_id": await _first(pool, booked, "guest_id"), "mail_id": "1",
        "registration_id": await _first(pool, booked, "id"), "locale": "ja", "kind": "confirmed", "deed": "pause", "token": "wrong",
        "code": "WRONG", "secret": "wrong", "name": party_feed_url(BASE_URL, TOKENS, booked.booking_id).rpartition("/")[2],
        "request_id": badge, "version": "1",
        "path": "nothing", "host_id": str(host.id),
        "meeting_id": str(new_id()), "scan_id": str(stranded), "check_in_id": str(new_id()), "record_id": str(new_id()),
    }  # fmt: skip
    near = {
        "/b/": {"token": booked.token},
        "/b/{token:str}/offers": {"token": waiting.token},
        "/h/": {"token": host_link},
        "/i/": {"token": invitation_token(TOKENS, invitation.id, 1)},
        "/d/": {"token": delegate_token(TOKENS, invitation.id, 1)},
        "/organiser/programmes/": {"slug": programme},
        "/p/": {"slug": programme},
        "/organiser/people/": {"kind": "guest"},
        "/door/pair/": {"code": pairing_code(TOKENS, unpaired)},
        "/t/": {"code": booked.tickets[0].code},
        "/T/": {"code": booked.tickets[0].code},
    }
    return House(organiser, await make_co_host_member(pool, co_host), phone_token, dinner, {"": everywhere} | near)


async def _co_host(pool: Pool, organiser_id: UUID, event: Event) -> UUID:
    co_host = new_id()
    await pool.execute(
        "insert into co_hosts (id, organiser_id, slug, name) values ($1, $2, 'partner', $3)", co_host, organiser_id, {"en": "Partner"}
    )
    await pool.execute("update pools set co_host_id = $1 where event_id = $2 and slug = 'japan'", co_host, event.id)
    return co_host


async def _stranded_scan(pool: Pool, event: Event, phone: Phone) -> UUID:
    await keep_stranded(pool, phone, [(b"1", {"act": "entry"})], why="disconnected")  # type: ignore[arg-type]  # a pool serves as well
    return UUID(str(await pool.fetchval("select id from stranded_scans where event_id = $1", event.id)))


async def _badge(pool: Pool, event: Event, booked: Outcome) -> str:
    badge = new_id()
    await pool.execute(
        "insert into badge_requests (id, event_id, registration_id, actor, requested_at) values ($1, $2, $3, 'arrival', now())",
        badge,
        event.id,
        UUID(await _first(pool, booked, "id")),
    )
    return str(badge)


async def _first(pool: Pool, booked: Outcome, column: str) -> str:
    row = await pool.fetchrow("select id, guest_id from registrations where booking_id = $1 order by id limit 1", booked.booking_id)
    assert row is not None
    return str(row[column])
