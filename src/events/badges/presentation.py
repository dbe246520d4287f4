"""Badges in lists, in the words and scripts of the page's language."""

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from events.kit.i18n import N_, current_language
from events.kit.i18n import gettext as _
from events.people.names import full_name, is_family_first, second_script
from events.programme.model import Event

from .model import Arrived, Bearer, Code, FirstScript, Layout, Order, Waiting, Which

LAYOUTS = {
    Layout.CARD: N_("Badges, 86 × 54 mm, ten a sheet"),
    Layout.FOLD: N_("Badges to fold, A6, four a sheet"),
    Layout.PLACE_CARD: N_("Place cards to fold, 90 × 45 mm, six a sheet"),
}
FIRST_SCRIPTS = {FirstScript.NATIVE: N_("The guest’s own script"), FirstScript.LATIN: N_("Latin letters")}
CODES = {
    Code.NONE: N_("No code"),
    Code.MARK: N_("A mark only our door phones understand"),
    Code.CONTACT: N_("The code of guests who exchange contacts"),
    Code.TICKET: N_("The ticket itself"),
}
WHICH = {Which.UNPRINTED: N_("Not yet printed"), Which.ALL: N_("All guests")}
ORDERS = {Order.NAME: N_("By name"), Order.TABLE: N_("By table")}
LANGUAGE_NAMES = {"de": "Deutsch", "en": "English", "ja": "日本語"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A guest in a list: names as readers of this language expect them."""

    registration_id: UUID
    name: str
    name_lang: str
    other_name: str
    other_lang: str
    company: str
    table: str
    printed: str
    printed_times: int
    arrived: str = ""
    waits: bool = False


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A badge on its way. `state`: waiting or printing."""

    id: UUID
    guest: Row
    state: str
    station_id: str
    since: str
    from_door: bool


def row_of(one: Bearer, event: Event, *, printed_at: datetime | None = None) -> Row:
    """A guest with what was printed for them."""
    language = current_language()
    name, other = full_name(one.person, language), second_script(one.person, language)
    printed = printed_at or one.printed_at
    return Row(
        registration_id=one.registration_id,
        name=name,
        name_lang="ja" if is_family_first(name) else "",
        other_name=other,
        other_lang="ja" if is_family_first(other) else "",
        company=one.person.company,
        table=one.table_name or "",
        printed=_day_and_clock(printed, event) if printed else "",
        printed_times=one.printed_times,
    )


def arrived_row(arrived: Arrived, event: Event, *, queued: Container[UUID] = ()) -> Row:
    """A guest at the station; `queued` are those whose badge is on its way because they came in."""
    row = row_of(arrived.bearer, event, printed_at=arrived.printed_at)
    came = clock_of(arrived.arrived_at, event.time_zone) if arrived.arrived_at else ""
    return msgspec.structs.replace(row, arrived=came, waits=arrived.waits or row.registration_id in queued)


def queue_row(waiting: Waiting, event: Event) -> QueueRow:
    return QueueRow(
        id=waiting.id,
        guest=row_of(waiting.bearer, event),
        state=waiting.state,
        station_id=str(waiting.station_id or ""),
        since=clock_of(waiting.taken_at or waiting.requested_at, event.time_zone),
        from_door=waiting.actor.startswith("device:"),
    )


def clock_of(at: datetime, zone: str) -> str:
    """The time on the event's own clock."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def options(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    """Values and words of a choice."""
    return [(str(value), _(word)) for value, word in names.items()]


def _day_and_clock(at: datetime, event: Event) -> str:
    local, evening = at.astimezone(ZoneInfo(event.time_zone)), event.starts_at.astimezone(ZoneInfo(event.time_zone))
    return f"{local:%H:%M}" if local.date() == evening.date() else f"{local:%Y-%m-%d %H:%M}"
