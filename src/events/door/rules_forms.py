"""The organiser's forms about the door: what was typed → the rules or a question, or every field's error at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from events.kit.forms import Form
from events.kit.i18n import N_
from events.kit.i18n import gettext as _
from events.kit.ids import new_id
from events.programme.form_fields import parse_moment, parse_texts, typed_moment, typed_texts
from events.programme.model import Event, Pool

from .rules import DoorQuestion, DoorRules, Exits

MOST_INSIDE = 100_000  # the largest halls hold fewer
LONGEST_LEASE_HOURS = 72  # as the database has it
LONGEST_QUESTION = 120  # two lines on a phone
MOST_QUESTIONS = 8  # each one costs every guest some seconds in the queue

EXITS = {
    Exits.OFF: N_("Nobody is counted out"),
    Exits.REENTRY: N_("People leave and come back"),
    Exits.FINAL: N_("Whoever leaves has left"),
}
FLAGS = {"vip": N_("VIP"), "speaker": N_("Speaker"), "wheelchair": N_("Wheelchair"), "no_photo": N_("No photos")}


def parse_rules(form: Form, event: Event, contingents: Sequence[Pool]) -> DoorRules | None:
    """The rules, or nothing and every field's error."""
    walk_ins = form.checked("walk_ins")
    rules = DoorRules(
        doors_open_at=parse_moment(form, "doors_open_at", event.time_zone, required=False),
        exits=_exits(form),
        fire_limit=form.number("fire_limit", least=1, most=MOST_INSIDE) if form.text("fire_limit") else None,
        crew_inside=form.number("crew_inside", least=0, most=MOST_INSIDE) if form.text("crew_inside") else 0,
        walk_ins=walk_ins,
        walk_in_pool_id=_pool(form, contingents) if walk_ins else None,
        lease_hours=form.number("lease_hours", least=1, most=LONGEST_LEASE_HOURS),
    )
    if rules.doors_open_at and rules.doors_open_at >= event.ends_at:
        form.error("doors_open_at", _("The event is over by then. Please choose an earlier time."))
    if rules.fire_limit and form.ok and rules.crew_inside >= rules.fire_limit:
        form.error("crew_inside", _("With so much crew no guest could come in. Please check both numbers."))
    return rules if form.ok else None


def rules_form(rules: DoorRules, event: Event) -> Form:
    """The form as things stand."""
    values: dict[str, Any] = {
        "doors_open_at": typed_moment(rules.doors_open_at, event.time_zone),
        "exits": rules.exits.value,
        "fire_limit": rules.fire_limit or "",
        "crew_inside": rules.crew_inside,
        "walk_ins": "yes" if rules.walk_ins else "",
        "walk_in_pool": rules.walk_in_pool_id or "",
        "lease_hours": rules.lease_hours,
    }
    return Form((name, str(value)) for name, value in values.items())


def parse_question(form: Form, question: DoorQuestion | None) -> DoorQuestion | None:
    """A question as typed (with the id of the one it changes), or nothing and every field's error."""
    label = parse_texts(form, "label", longest=LONGEST_QUESTION)
    if not label and form.ok:
        form.error("label_en", _("Please write the question in at least one language."))
    flags = form.chosen("only_flags")
    if not set(flags) <= set(FLAGS):
        form.error("only_flags", _("Please choose one of the options."))
    parsed = DoorQuestion(
        id=question.id if question else new_id(),
        label=label,
        required=form.checked("required"),
        only_flags=[flag for flag in FLAGS if flag in flags],
    )
    return parsed if form.ok else None


def question_form(question: DoorQuestion | None) -> Form:
    """The form as things stand, empty for a new question."""
    if question is None:
        return Form()
    fields = [*typed_texts("label", question.label).items(), ("required", "yes" if question.required else "")]
    return Form([*fields, *(("only_flags", flag) for flag in question.only_flags)])


def _exits(form: Form) -> Exits:
    chosen = form.choice("exits", list(Exits))
    return Exits(chosen) if chosen in list(Exits) else Exits.OFF


def _pool(form: Form, contingents: Sequence[Pool]) -> UUID | None:
    """The contingent that walk-ins take; the empty choice means free places for everybody."""
    wanted = form.values.get("walk_in_pool", "")
    for pool in contingents:
        if str(pool.id) == wanted:
            return pool.id
    if wanted:
        form.error("walk_in_pool", _("Please choose one of the options."))
    return None
