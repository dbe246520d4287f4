"""What is printed for a guest, how it looks, and what waits at the print station."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from events.people.model import Person


class Layout(StrEnum):
    """What comes out of the printer: badges of 86 × 54 mm, badges of A6 to fold, place cards of 90 × 90 mm to fold."""

    CARD = "card"
    FOLD = "fold"
    PLACE_CARD = "place_card"

    @property
    def size_mm(self) -> tuple[int, int]:
        """Width and height of the paper before it is folded, as templates/badges/sheet.typ and badges.css have them."""
        return {Layout.CARD: (86, 54), Layout.FOLD: (105, 148), Layout.PLACE_CARD: (90, 90)}[self]

    @property
    def is_badge(self) -> bool:
        return self is not Layout.PLACE_CARD


BADGES = [Layout.CARD, Layout.FOLD]


class FirstScript(StrEnum):
    """The script that stands first and largest."""

    NATIVE = "native"
    LATIN = "latin"


class Code(StrEnum):
    """What the QR on a badge says: nothing; a mark that means the guest to this event's own phones and nothing to anybody else; the short
    code by which guests who exchange contacts are asked for their card (they still have to agree; others have none); or the ticket
    itself, with which whoever photographs the badge could come in."""

    NONE = "none"
    MARK = "mark"
    CONTACT = "contact"
    TICKET = "ticket"


class Which(StrEnum):
    UNPRINTED = "unprinted"
    ALL = "all"


class Order(StrEnum):
    NAME = "name"
    TABLE = "table"


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How an event's badges look; `on_arrival`: whether whoever comes in without a badge gets one from the station."""

    layout: Layout = Layout.CARD
    first_script: FirstScript = FirstScript.NATIVE
    words: str = "en"
    qr: Code = Code.NONE
    shows_roles: bool = True
    shows_table: bool = True
    on_arrival: bool = False


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Whose badges. Named guests are printed whatever else is asked for."""

    which: Which = Which.UNPRINTED
    order: Order = Order.NAME
    contingent: str = ""
    query: str = ""
    pool_ids: list[UUID] | None = None
    words: list[str] = []
    registration_ids: list[UUID] = []


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a place at the event, as a badge names them. `roles`: speaker, vip, host."""

    registration_id: UUID
    person: Person
    job_title: str
    flags: list[str]
    is_host: bool
    table_name: str | None
    ticket_id: UUID | None
    ticket_issue: int
    contact_code: str | None = None
    printed_at: datetime | None = None
    printed_times: int = 0

    @property
    def roles(self) -> list[str]:
        return [*(role for role in ("speaker", "vip") if role in self.flags), *(["host"] if self.is_host else [])]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A badge on its way: asked for, and perhaps taken by a station. `id` is the request's, none while only the arrival asks for it."""

    id: UUID
    bearer: Bearer
    actor: str
    requested_at: datetime
    station_id: UUID | None
    taken_at: datetime | None
    printed_at: datetime | None

    @property
    def state(self) -> str:
        if self.printed_at:
            return "printed"
        return "printing" if self.station_id else "waiting"


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A guest as the station lists them: when they came, and what became of their badge."""

    bearer: Bearer
    arrived_at: datetime | None
    printed_at: datetime | None
    waits: bool
