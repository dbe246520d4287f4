"""What holds at the doors of the invented programme, as `data/door.toml` tells."""

from collections.abc import Mapping
from functools import cache

import msgspec

from events.door.persons import NewPerson
from events.door.rules import DoorQuestion, DoorRules, Exits
from events.door.rules_editing_queries import insert_question, put_rules
from events.kit.database import Connection
from events.kit.ids import new_id
from events.programme.model import Event, Texts

from .model import DATA


class RulesPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of one event."""

    event: str
    exits: Exits = Exits.OFF
    fire_limit: int | None = None
    crew_inside: int = 0
    walk_ins: bool = False


class AskedPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that stewards ask."""

    event: str
    label: Texts
    required: bool = False
    only_flags: list[str] = []


class HostPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who receives the guests of some companies, or everybody; `notes` are about the first of them in turn."""

    event: str
    name: str
    email: str
    locale: str
    companies: list[str] = []
    sees_all: bool = False
    notes: list[str] = []


class DoorPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of the file."""

    rules: list[RulesPlan]
    questions: list[AskedPlan]
    hosts: list[HostPlan]
    walk_in: NewPerson


@cache
def door_plan() -> DoorPlan:
    return msgspec.toml.decode((DATA / "door.toml").read_bytes(), type=DoorPlan)


async def set_door_rules(tx: Connection, events: Mapping[str, Event]) -> None:
    """Rules and questions, where an event has any."""
    for plan in door_plan().rules:
        rules = DoorRules(exits=plan.exits, fire_limit=plan.fire_limit, crew_inside=plan.crew_inside, walk_ins=plan.walk_ins)
        await put_rules(tx, events[plan.event].id, rules)
    for asked in door_plan().questions:
        question = DoorQuestion(id=new_id(), label=asked.label, required=asked.required, only_flags=asked.only_flags)
        await insert_question(tx, events[asked.event].id, question)
