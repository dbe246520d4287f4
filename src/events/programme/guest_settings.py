"""Who may come to an event, who decides about it, how free places are offered, and until when guests may change what."""

from datetime import datetime, timedelta
from typing import Any

from events.accounts.model import ReviewRole
from events.kit.forms import Form
from events.kit.i18n import N_
from events.kit.i18n import gettext as _

from .form_fields import parse_moment, typed_moment
from .model import Access, Event

AT_ONCE, USUAL = "at_once", "usual"
OFFER_HOURS = (6, 12, 24, 48, 72)
USUAL_OFFER_HOURS = 24
USUAL_FROM = timedelta(days=7)  # nearer than that, a day of silence costs the next in line too much
SWITCHES = ("approval_required", "pending_holds_place", "invited_are_approved", "substitutes_need_approval", "waiting_list")
DEADLINES = {
    "names": N_("Names"),
    "diet": N_("Food and access"),
    "companions": N_("Companions"),
    "answers": N_("Answers to your questions"),
    "substitute": N_("Sending somebody else"),
}
ROLE_NAMES = {ReviewRole.HOST: N_("Host"), ReviewRole.PROTOCOL: N_("Protocol"), ReviewRole.SECURITY: N_("Security")}


def parse_guest_settings(form: Form, zone: str, *, starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> dict[str, Any]:
    """The settings by name. "As usual" offers free places for a day, or gives them at once when the event is within a week."""
    is_far = starts_at is not None and starts_at - now > USUAL_FROM
    return {name: form.checked(name) for name in SWITCHES} | {
        "access": form.choice("access", [*Access], default=Access.PUBLIC),
        "reviewer_roles": [role for role in ReviewRole if role in form.chosen("reviewer_roles")],
        "offer_hours": _offer_hours(form, usual=USUAL_OFFER_HOURS if is_far else None),
        "deadlines": _deadlines(form, zone, ends_at),
    }


def typed_guest_settings(event: Event) -> list[tuple[str, str]]:
    """The settings as the form's fields want them."""
    return [
        ("access", event.access),
        ("offer_hours", str(event.offer_hours or AT_ONCE)),
        ("offer_hours_now", str(event.offer_hours or AT_ONCE)),
        *((name, "yes" if getattr(event, name) else "") for name in SWITCHES),
        *(("reviewer_roles", role) for role in event.reviewer_roles),
        *((f"deadline_{name}", typed_moment(event.deadlines.get(name), event.time_zone)) for name in DEADLINES),
    ]


def guest_choices(event: Event | None) -> dict[str, Any]:
    """What the form offers to choose from."""
    hours = sorted({*OFFER_HOURS, *([event.offer_hours] if event and event.offer_hours else [])})
    usual = [] if event else [(USUAL, _("As usual: 24 hours, or at once when the event is within a week"))]
    return {
        "accesses": [(Access.PUBLIC, _("Everybody")), (Access.INVITED, _("Only who is invited"))],
        "reviewers": [(role, _(name)) for role, name in ROLE_NAMES.items()],
        "offers": [
            *usual,
            *((str(number), _("It is offered to the next in line for %(hours)s hours") % {"hours": number}) for number in hours),
            (AT_ONCE, _("It belongs to the next in line at once")),
        ],
        "deadlines": [(f"deadline_{name}", _(label)) for name, label in DEADLINES.items()],
    }


def _offer_hours(form: Form, *, usual: int | None) -> int | None:
    allowed = [AT_ONCE, USUAL, *map(str, OFFER_HOURS), *_present_hours(form)]
    chosen = form.choice("offer_hours", allowed, default=AT_ONCE)
    return usual if chosen == USUAL else int(chosen) if chosen in allowed and chosen.isascii() and chosen.isdigit() else None


def _present_hours(form: Form) -> list[str]:
    """The hours that the event had when its page was opened."""
    hours = form.values.get("offer_hours_now", "")
    return [hours] if hours.isascii() and hours.isdigit() and len(hours) <= 3 and 1 <= int(hours) <= 336 else []


def _deadlines(form: Form, zone: str, ends_at: datetime | None) -> dict[str, datetime]:
    """Those that are set; the others end with "Changes until"."""
    found: dict[str, datetime] = {}
    for name in DEADLINES:
        at = parse_moment(form, f"deadline_{name}", zone, required=False)
        if at and ends_at and at > ends_at:
            form.error(f"deadline_{name}", _("This is after the end of the event."))
        if at:
            found[name] = at
    return found
