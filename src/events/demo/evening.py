"""What else happened at the doors of the Osaka evening: its phones lost each other for a while, and guests went out for some air.

Everything reaches the server as phones send it, at the moment in which they are heard again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from events.door import phone_queries, walk_ins  # noqa: F401  (guests made at the door register their acts)
from events.door.actions import change_phone
from events.door.acts import Acting
from events.door.board_actions import resolve
from events.door.board_model import Decision
from events.door.board_queries import conflict_of_entry
from events.door.handover import take_in
from events.door.model import Phone, PhoneRole
from events.door.paper_actions import list_to_print, make_list
from events.door.phone_facts import facts_of
from events.door.phone_list import Duty
from events.door.scan_forms import Handover
from events.kit.ids import new_id
from events.people.consents import Purpose, text_hash
from events.programme.model import Event

from . import queries, story_queries
from .doors import door_plan
from .story import Story
from .story_queries import Arrival

EVENING = "osaka-networking-evening"
PRINTED_BEFORE = timedelta(hours=2)
OUT_OF_TOUCH = timedelta(minutes=10)
SUPERVISOR = "Supervisor"
WAVED_IN = "Hat nach der Absage doch noch Zeit gefunden; mit der Delegationsleitung besprochen."
WALKED_ROUND = "Am Haupteingang gescannt, dann zum Garteneingang gegangen."


class _Doors(msgspec.Struct, frozen=True):
    """The evening with the phones of both its gates; the second one is the supervisor's."""

    story: Story
    event: Event
    steward: Phone
    supervisor: Phone


async def tell_evening(story: Story) -> None:
    """Everything of the evening that is more than a ticket shown at a gate."""
    event = story.events[EVENING]
    await _print_list(story, event)
    doors = await _doors(story, event)
    came = await story_queries.arrivals(story.tx, event.id)
    twice = [one for one in came if one.device_id == doors.steward.id][8:10]
    await _let_in_twice(doors, twice)
    await _walk_in(doors)
    await _wave_in(doors)
    out = [one for one in came if one not in twice]
    await _go_out(doors, out[3], back_after=timedelta(minutes=14))
    for leaving in out[-6:]:
        await _go_out(doors, leaving)
    await _say_how_phones_are(doors)


async def _print_list(story: Story, event: Event) -> None:
    made = await make_list(story.tx, event, story.owner, now=event.doors_at - PRINTED_BEFORE)
    await list_to_print(story.tx, event, made, story.owner)


async def _doors(story: Story, event: Event) -> _Doors:
    (steward_id, _gate), (supervisor_id, _other) = await queries.phones_at(story.tx, event.id)
    steward, held = [await phone_queries.phone_by_id(story.tx, event.id, one) for one in (steward_id, supervisor_id)]
    assert steward is not None
    assert held is not None
    await change_phone(story.tx, event.id, held.id, Duty(name=SUPERVISOR, gate=held.gate, role=PhoneRole.SUPERVISOR))
    supervisor = await phone_queries.phone_by_id(story.tx, event.id, held.id)
    assert supervisor is not None
    return _Doors(story, event, steward, supervisor)


async def _let_in_twice(doors: _Doors, twice: Sequence[Arrival]) -> None:
    """The other gate admits the same tickets without a network. Somebody has found out what was behind the first of them."""
    story, event = doors.story, doors.event
    scans = [
        _scan("entry", one.at + timedelta(seconds=95), one.registration_id, decided={"verdict": "admitted", "by": "phone"})
        | {"list_at": event.doors_at.isoformat()}
        for one in twice
    ]
    heard_at = max(one.at for one in twice) + OUT_OF_TOUCH
    await _hand_over(doors, doors.supervisor, scans, heard_at)
    conflict = await conflict_of_entry(story.tx, event.id, UUID(scans[0]["id"]))
    assert conflict is not None
    await resolve(
        story.tx, event, story.owner, conflict, decision=Decision.SAME_PERSON, note=WALKED_ROUND, now=heard_at + timedelta(minutes=4)
    )


async def _walk_in(doors: _Doors) -> None:
    person = door_plan().walk_in
    privacy = text_hash(Purpose.PRIVACY, person.language).hex()
    at = doors.event.starts_at + timedelta(minutes=12)
    scan = _scan("walk_in", at) | {"source": "walk_in", "person": msgspec.to_builtins(person) | {"privacy": privacy}}
    await _hand_over(doors, doors.steward, [scan], at)


async def _wave_in(doors: _Doors) -> None:
    """A guest who had cancelled comes all the same."""
    at = doors.event.starts_at + timedelta(minutes=25)
    (cancelled, *_others) = await story_queries.cancelled_at(doors.story.tx, doors.event.id)
    scan = _scan("entry", at, cancelled, decided={"verdict": "admitted", "by": "supervisor"}) | {"source": "search", "note": WAVED_IN}
    await _hand_over(doors, doors.supervisor, [scan], at)


async def _go_out(doors: _Doors, guest: Arrival, *, back_after: timedelta | None = None) -> None:
    """Out through the main entrance, two hours and a half after coming in, and perhaps back in."""
    at = guest.at + timedelta(minutes=140)
    await _hand_over(doors, doors.steward, [_scan("exit", at, guest.registration_id)], at)
    if back_after:
        await _hand_over(doors, doors.steward, [_scan("entry", at + back_after, guest.registration_id)], at + back_after)


async def _say_how_phones_are(doors: _Doors) -> None:
    for phone, battery in ((doors.steward, 41), (doors.supervisor, 17)):
        facts = {"queue": 0, "battery": battery, "charging": False, "list_at": doors.event.ends_at.isoformat()}
        await phone_queries.note_facts(doors.story.tx, phone.id, facts_of(facts), doors.event.ends_at)


def _scan(act: str, at: datetime, registration_id: UUID | None = None, *, decided: dict[str, str] | None = None) -> dict[str, Any]:
    """As a phone sends it."""
    found = {"registration_id": str(registration_id)} if registration_id else {}
    return {"id": str(new_id()), "act": act, "at": at.isoformat(), "decided": decided} | found


async def _hand_over(doors: _Doors, phone: Phone, scans: list[dict[str, Any]], at: datetime) -> None:
    """The phone is heard at this moment. Everything it says here is let pass."""
    story = doors.story
    acting = Acting(phone=phone, pool=story.pool, desk=story.check_ins, tokens=story.tokens, received_at=at)
    answers = await take_in(acting, Handover(sent_at=at, facts=None, scans=scans))
    assert [one.kind for one in answers if one.verdict not in ("admitted", "left")] == []
    await queries.date_scans_back(story.tx, [UUID(scan["id"]) for scan in scans], at)
