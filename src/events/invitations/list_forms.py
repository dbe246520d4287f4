"""Inviting one person by hand: the form read into an invitation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from events.kit.forms import Form
from events.kit.i18n import LANGUAGES
from events.kit.i18n import gettext as _
from events.programme.form_fields import parse_moment

from .list_scope import Scope
from .model import CompanionRule, NewInvitation

FLAGS = ("vip", "speaker", "no_photo", "wheelchair")
NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana", "family_name_latin", "given_name_latin")
MOST_COMPANIONS = 9


def parse_new_invitation(
    form: Form, scope: Scope, *, co_hosts: Sequence[tuple[str, object]], pools: dict[UUID, dict[str, UUID]]
) -> tuple[NewInvitation, str, dict[UUID, UUID | None]] | None:
    """The invitation, the slug of the co-host (or nothing), and the events with their pools; or nothing and every field's error."""
    names: dict[str, Any] = {name: form.text(name, required=name == "family_name", longest=100) for name in NAMES}
    about: dict[str, Any] = {name: form.text(name, longest=200) for name in ("honorific", "company", "department", "job_title", "inviter")}
    email, delegate_email = form.email("email", required=False), form.email("delegate_email", required=False)
    locale = form.choice("language", LANGUAGES)
    co_host = form.choice("co_host", ["", *(slug for slug, _name in co_hosts)], default="")
    rule = CompanionRule(form.choice("companions", [*CompanionRule], default="none") or "none") if _known_rule(form) else CompanionRule.NONE
    most = form.number("max_companions", least=1, most=MOST_COMPANIONS) if rule != CompanionRule.NONE else 0
    companions_by = parse_moment(form, "companions_by", scope.time_zone) if rule == CompanionRule.LATER else None
    answer_by = parse_moment(form, "answer_by", scope.time_zone, required=False)
    events = _events(form, scope, pools)
    if not form.ok:
        return None
    new = NewInvitation(
        organiser_id=scope.organiser_id,
        programme_id=scope.programme_id,
        email=email,
        delegate_email=delegate_email,
        locale=locale,
        companions=rule,
        max_companions=most,
        companions_by=companions_by,
        answer_by=answer_by,
        flags=tuple(flag for flag in form.chosen("flags") if flag in FLAGS),
        **names,
        **about,
    )
    return new, co_host, events


def _known_rule(form: Form) -> bool:
    return form.values.get("companions", "none") in [*CompanionRule]


def _events(form: Form, scope: Scope, pools: dict[UUID, dict[str, UUID]]) -> dict[UUID, UUID | None]:
    """The chosen events, each with its contingent's pool or none: any shared place. A co-host gives its own places only."""
    chosen = form.chosen("event") if scope.programme else [scope.slug]
    events = {event.id: event.slug for event in scope.events if event.slug in chosen}
    if not events:
        form.error("event", _("Please choose at least one event."))
    chosen_pools = {event_id: pools.get(event_id, {}).get(form.values.get(f"contingent_{slug}", "")) for event_id, slug in events.items()}
    if scope.co_host is None:
        return chosen_pools
    return {event_id: pool_id or next(iter(pools[event_id].values())) for event_id, pool_id in chosen_pools.items()}
