"""Long papers: badges and a paper list for five thousand guests, and how long other work of the process waits meanwhile."""

import asyncio
import itertools
import time
from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

import msgspec

from events.badges.model import Bearer, Code, Look
from events.badges.papers import sheets_pdf
from events.demo.people import people
from events.door.paper_model import PaperGuest, PaperList, latin_order
from events.door.paper_sheets import list_pdf
from events.kit.clock import now
from events.kit.ids import new_id
from events.kit.tokens import Tokens
from events.people.model import Person
from events.programme.model import Event, EventKind, EventStatus
from events.registration.model import GuestDetails

SHEETS_FOR = 5_000
LOOKS_EVERY_SECONDS = 0.01


class Printed(msgspec.Struct, frozen=True):
    """How many guests a second were set, and the longest that something else in the process waited for its turn."""

    rate: float
    longest_wait_ms: float


async def paper_rates() -> tuple[Printed, Printed]:
    """Badges with a code each, and the list in both orders."""
    event, guests = _event(), list(itertools.islice(itertools.cycle(_everybody()), SHEETS_FOR))
    bearers = [_bearer(guest) for guest in guests]
    badges = await _measured(
        sheets_pdf(event, bearers, Look(qr=Code.MARK), tokens=Tokens(b"bench" * 8), base_url="https://example.com", now=now())
    )
    lines = dict(enumerate(sorted((_line(guest) for guest in guests), key=latin_order), start=1))
    made = PaperList(id=new_id(), version=1, lines=SHEETS_FOR, actor="bench", made_at=now())
    return badges, await _measured(list_pdf(event, made, lines, now=now()))


async def _measured(printing: Awaitable[bytes]) -> Printed:
    longest = 0.0

    async def look() -> None:
        nonlocal longest
        while True:
            began = time.perf_counter()
            await asyncio.sleep(LOOKS_EVERY_SECONDS)
            longest = max(longest, time.perf_counter() - began - LOOKS_EVERY_SECONDS)

    looking = asyncio.create_task(look())
    began = time.perf_counter()
    pdf = await printing
    seconds = time.perf_counter() - began
    looking.cancel()
    if not pdf.startswith(b"%PDF"):
        raise RuntimeError("no paper came out")
    return Printed(SHEETS_FOR / seconds, longest * 1000)


def _everybody() -> list[GuestDetails]:
    return [person.guest for group in people().values() for person in group]


def _person(guest: GuestDetails) -> Person:
    return Person(**{name: getattr(guest, name) for name in Person.__struct_fields__})


def _bearer(guest: GuestDetails) -> Bearer:
    return Bearer(
        registration_id=new_id(), person=_person(guest), job_title=guest.job_title, flags=guest.flags, is_host=False, table_name="7",
        ticket_id=None, ticket_issue=1,
    )  # fmt: skip


def _line(guest: GuestDetails) -> PaperGuest:
    return PaperGuest(
        registration_id=new_id(), state="confirmed", person=_person(guest), flags=guest.flags, has_needs=False, table_name="7",
        party_size=1, party_place=1, party_name="",
    )  # fmt: skip


def _event() -> Event:
    name, starts_at = {"en": "Networking dinner"}, now() + timedelta(hours=1)
    return Event(
        id=UUID(int=0), organiser_id=UUID(int=0), organiser_name=name, organiser_slug="bench", programme_title=None, programme_slug=None,
        venue_name=None, venue_address=None, slug="bench", kind=EventKind.DINNER, status=EventStatus.PUBLISHED, title=name, lead={},
        agenda=[], facts={}, hue=266, time_zone="Asia/Tokyo", doors_at=starts_at, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        registration_opens_at=None, registration_closes_at=starts_at, changes_until=starts_at, approval_required=False, waiting_list=True,
        max_companions=0, version=1,
    )  # fmt: skip
