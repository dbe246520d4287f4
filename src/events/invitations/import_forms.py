"""The forms of an import: what each column says, what holds for everybody, what happens with those who are there already."""

from datetime import datetime
from uuid import UUID

from events.kit.forms import Form
from events.kit.i18n import LANGUAGES, N_, current_language, local
from events.kit.i18n import gettext as _
from events.programme.form_fields import parse_moment, typed_moment

from .import_columns import WORDS, Columns, Field
from .import_model import Decision, Defaults, Import, Target, TargetEvent, TwinKind
from .model import CompanionRule

SURE = (TwinKind.SAME, TwinKind.LIKELY)
DECISION_WORDS = {
    Decision.MERGE: N_("Same person: add the events"),
    Decision.SKIP: N_("Same person: leave out"),
    Decision.IMPORT: N_("Another person: take in"),
}
COMPANION_WORDS = {
    CompanionRule.NONE: N_("None"),
    CompanionRule.NAMED: N_("Named with the answer"),
    CompanionRule.LATER: N_("To be named by a date"),
}
_PER_ROW_ONLY = {Field.CO_HOST}


def column_field(number: int) -> str:
    """The name of the field that says what a column means."""
    return f"column-{number}"


def columns_form(list_: Import) -> Form:
    """The columns as they are chosen."""
    return Form((column_field(number), field) for field, number in list_.columns.items())


def column_choices(target: Target) -> list[tuple[str, str]]:
    """What a column may say; first: nothing we need."""
    offered = [field for field in Field if not (target.co_host and field in _PER_ROW_ONLY)]
    return [("", _("– not needed –")), *((field.value, _(WORDS[field])) for field in offered)]


def parse_columns(form: Form, list_: Import, target: Target) -> Columns:
    """Which column says what; `form.errors` has what does not fit."""
    columns: Columns = {}
    for number in range(len(list_.sample.header)):
        field = form.choice(column_field(number), [value for value, _word in column_choices(target)])
        if column_field(number) in form.errors:
            continue
        if field and field in columns:
            form.error(column_field(number), _("Another column is already “%(field)s”.") % {"field": _(WORDS[Field(field)])})
        elif field:
            columns[field] = number
    if Field.WHOLE_NAME in columns and Field.FAMILY_NAME in columns:
        form.error(column_field(columns[Field.WHOLE_NAME]), _("Please choose either the whole name or the family name, not both."))
    elif Field.WHOLE_NAME not in columns and Field.FAMILY_NAME not in columns:
        form.error("", _("Please say which column is the family name."))
    return columns


def event_field(event: TargetEvent) -> str:
    return f"at-{event.slug}"


def pool_field(event: TargetEvent) -> str:
    return f"pool-{event.slug}"


def pool_choices(event: TargetEvent, target: Target) -> list[tuple[str, str]]:
    """The contingents of an event. A co-host has no say over shared places."""
    pools = [(str(pool.id), local(pool.name) or pool.slug) for pool in event.pools]
    return pools if target.co_host else [("", _("Shared places")), *pools]


def defaults_form(list_: Import, target: Target) -> Form:
    """What holds for everybody as it was chosen, or a first proposal."""
    defaults, zone = list_.defaults, target.time_zone
    if defaults is None:
        only = [(event_field(target.events[0]), "yes")] if len(target.events) == 1 else []
        return Form([("locale", current_language()), ("companions", "none"), ("max_companions", "1"), *only])
    values = {
        "locale": defaults.locale,
        "honorific": defaults.honorific,
        "inviter": defaults.inviter,
        "co_host": str(defaults.co_host_id or ""),
        "companions": defaults.companions,
        "max_companions": str(defaults.max_companions or 1),
        "companions_by": typed_moment(defaults.companions_by, zone),
        "answer_by": typed_moment(defaults.answer_by, zone),
    }
    invited = {event.id: event for event in target.events if event.id in defaults.events}
    values |= {event_field(event): "yes" for event in invited.values()}
    values |= {pool_field(event): str(defaults.events[event_id] or "") for event_id, event in invited.items()}
    return Form(values.items())


def parse_defaults(form: Form, list_: Import, target: Target, *, now: datetime) -> Defaults | None:
    """What holds for everybody, or nothing when `form.errors` says why not."""
    events = _events(form, target)
    if not events and Field.EVENTS not in list_.columns:
        form.error("events", _("Please choose at least one event."))
    companions = form.choice("companions", [rule.value for rule in CompanionRule], default="none")
    companions_by = None
    if companions == CompanionRule.LATER:
        companions_by = parse_moment(form, "companions_by", target.time_zone)
        _must_be_ahead(form, "companions_by", companions_by, now)
    answer_by = parse_moment(form, "answer_by", target.time_zone, required=False)
    _must_be_ahead(form, "answer_by", answer_by, now)
    defaults = Defaults(
        events=events,
        locale=form.choice("locale", LANGUAGES),
        honorific=form.text("honorific", longest=100),
        inviter=form.text("inviter"),
        co_host_id=_co_host(form, target),
        companions=companions,
        max_companions=form.number("max_companions", least=1, most=9) if companions != CompanionRule.NONE else 0,
        companions_by=companions_by,
        answer_by=answer_by,
    )
    return defaults if form.ok else None


def parse_decisions(form: Form) -> dict[int, Decision]:
    """The lines about which something was decided; what is no decision is left as it was."""
    known = {decision.value for decision in Decision}
    return {
        int(name.removeprefix("line-")): Decision(value)
        for name, value in form.values.items()
        if name.startswith("line-") and name.removeprefix("line-").isdecimal() and len(name) < 12 and value in known
    }


def _events(form: Form, target: Target) -> dict[UUID, UUID | None]:
    events: dict[UUID, UUID | None] = {}
    for event in target.events:
        if not form.checked(event_field(event)):
            continue
        choices = pool_choices(event, target)
        chosen = form.choice(pool_field(event), [value for value, _word in choices], default=choices[0][0])
        events[event.id] = UUID(chosen) if chosen and pool_field(event) not in form.errors else None
    return events


def _co_host(form: Form, target: Target) -> UUID | None:
    if target.co_host:
        return target.co_host.id
    chosen = form.choice("co_host", ["", *(str(co_host.id) for co_host in target.co_hosts)])
    return UUID(chosen) if chosen and "co_host" not in form.errors else None


def _must_be_ahead(form: Form, name: str, at: datetime | None, now: datetime) -> None:
    if at and at <= now:
        form.error(name, _("This moment has passed."))
