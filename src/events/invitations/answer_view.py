"""What the page of an invitation says: the letter, and each event with where its answer stands and what can be chosen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from events.itinerary.clashes import clashes_of_events
from events.itinerary.model import Clash
from events.itinerary.notices import clash_words
from events.kit.database import Executor
from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.kit.times import home_zone, moment_label, span_label
from events.people.names import address, full_name
from events.programme.model import Event, EventStatus
from events.registration.model import BookedPlace, RegistrationState

from . import queries
from .answering import answers_until
from .forms import event_prefix, standing_answer
from .model import Answer, CompanionRule, Invitation, InvitedEvent
from .party import Party

Kept = Mapping[UUID, datetime | None]
"""Contingents with a place for everybody invited from them, and when they are released."""


class EventCard(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the page. `tone` is that of the chip; `may_answer` says whether there is something to choose."""

    event: Event
    prefix: str
    when: str
    answer: str
    state: str
    tone: str
    explained: list[str]
    clashes: list[str]
    may_answer: bool
    until: str
    provisional_note: str
    substitutes_are_approved: bool
    attending: frozenset[str]
    offer_link: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """To whom the invitation is addressed, and from whom it comes."""

    addressed: str
    plain_name: str
    standing_of_invitee: str
    from_whom: str


def guest_choices() -> list[tuple[str, str]]:
    """The answers as an invitee chooses them."""
    return [
        (Answer.ACCEPTED.value, _("I am coming")),
        (Answer.PROVISIONAL.value, _("Provisionally yes")),
        (Answer.SUBSTITUTED.value, _("My deputy comes")),
        (Answer.DECLINED.value, _("I cannot come")),
    ]


def staff_choices() -> list[tuple[str, str]]:
    """The answers as somebody else chooses them, an organiser or a delegate."""
    return [
        (Answer.ACCEPTED.value, _("Comes")),
        (Answer.PROVISIONAL.value, _("Provisionally yes")),
        (Answer.SUBSTITUTED.value, _("Deputy comes")),
        (Answer.DECLINED.value, _("Declines")),
    ]


def letter_of(invitation: Invitation, organiser_name: Mapping[str, str]) -> Letter:
    """The head of the letter in the current language."""
    locale = current_language()
    parts = (invitation.company, invitation.department, invitation.job_title)
    return Letter(
        addressed=address(invitation, locale),
        plain_name=full_name(invitation, locale),
        standing_of_invitee=(" " if locale == "ja" else " · ").join(part for part in parts if part),
        from_whom=invitation.inviter or local(dict(organiser_name)),
    )


async def cards_of(db: Executor, party: Party, *, now: datetime, lead_token: str = "", by_staff: bool = False) -> list[EventCard]:
    """Every event that is not a draft, in order of time."""
    kept = await queries.contingents_for_all(db, [one.pool_id for one in party.invited if one.pool_id])
    clashes = await clashes_of_events(db, [one.event_id for one in party.invited])
    return [
        _card(party, invited, now=now, kept=kept, clashes=clashes, lead_token=lead_token, by_staff=by_staff)
        for invited in party.invited
        if party.events[invited.event_id].status != EventStatus.DRAFT
    ]


def until_words(moment: datetime | None, zone: str) -> str:
    """A deadline in the current language; empty without one."""
    locale = current_language()
    return moment_label(moment, zone, locale=locale, guest_zone=home_zone(locale)) if moment else ""


def companions_named(party: Party) -> list[tuple[str, str]]:
    """The companions who are named: how the page's fields call them, and their names."""
    return [(str(guest_id), full_name(details, current_language())) for guest_id, details in party.companions]


def companions_words(party: Party, zone: str) -> str:
    """What the invitation says about companions; empty when there is nothing to say."""
    invitation = party.invitation
    if invitation.companions == CompanionRule.NONE:
        return ""
    if invitation.companions == CompanionRule.LATER and invitation.companions_by:
        until = until_words(invitation.companions_by, zone)
        return _("You may name your companions until %(time)s. A place is theirs from the moment you name them.") % {"time": until}
    return _("Please name your companions with your answer. Each of them gets a ticket of their own.")


def _card(
    party: Party, invited: InvitedEvent, *, now: datetime, kept: Kept, clashes: Sequence[Clash], lead_token: str, by_staff: bool
) -> EventCard:
    event, locale = party.events[invited.event_id], current_language()
    until = event.starts_at if by_staff else answers_until(party.invitation, event)
    state, tone, advice = _standing(party, invited, event, now=now)
    principal = party.principal_at(event.id)
    offered = principal is not None and principal[1].state == RegistrationState.OFFERED
    return EventCard(
        event=event,
        prefix=event_prefix(event),
        when=span_label(event.starts_at, event.ends_at, event.time_zone, locale=locale, guest_zone=home_zone(locale)),
        answer=standing_answer(party, invited),
        state=state,
        tone=tone,
        explained=[*_who_words(party, event), *([] if by_staff else advice)],
        clashes=[clash_words(clash) for clash in clashes if event.id in clash.pair],
        may_answer=event.status == EventStatus.PUBLISHED and now < until,
        until=until_words(until, event.time_zone),
        provisional_note=_provisional_note(invited, event, kept),
        substitutes_are_approved=event.substitutes_need_approval,
        attending=frozenset(str(place.guest_id) for place in party.companions_at(event.id)),
        offer_link=f"/b/{lead_token}/offers/{event.slug}" if offered and lead_token else "",
    )


def _standing(party: Party, invited: InvitedEvent, event: Event, *, now: datetime) -> tuple[str, str, list[str]]:
    """A word for the chip, its tone, and what else the guest should know."""
    if event.status == EventStatus.CANCELLED:
        return _("Cancelled"), "bad", [_("This event was cancelled. We are sorry; you need not do anything.")]
    if now >= event.ends_at:
        return _("Over"), "", []
    if not invited.answer.comes:
        return _no_place_words(invited.answer)
    principal = party.principal_at(event.id)
    if principal is None:
        return _("Place given back"), "", [_("You may still choose again, as long as there are places.")]
    return _place_words(principal[1])


def _no_place_words(answer: Answer) -> tuple[str, str, list[str]]:
    return {
        Answer.NONE: (_("Not answered yet"), "brand", []),
        Answer.PROVISIONAL: (_("Provisionally yes"), "warn", []),
        Answer.DECLINED: (_("Declined"), "", [_("Thank you for letting us know.")]),
    }[answer]


def _place_words(place: BookedPlace) -> tuple[str, str, list[str]]:
    return {
        RegistrationState.CONFIRMED: (_("Place confirmed"), "ok", []),
        RegistrationState.AWAITING_APPROVAL: (
            _("Being decided"),
            "brand",
            [_("The hosts confirm every guest of this event in person. We write to you as soon as it is decided.")],
        ),
        RegistrationState.WAITLISTED: (
            _("On the waiting list"),
            "warn",
            [_("All places are taken just now. When one becomes free, it is yours in turn, and we write to you.")],
        ),
        RegistrationState.OFFERED: (_("A place is free for you"), "warn", [_("Please take it before the time on its page is over.")]),
        RegistrationState.HELD: (_("Kept for you"), "warn", []),
    }[place.state]


def _who_words(party: Party, event: Event) -> list[str]:
    """Who comes besides the invitee, or instead."""
    principal = party.principal_at(event.id)
    words = []
    if principal and not party.is_invitee(principal[1].guest_id):
        words.append(_("%(name)s comes instead.") % {"name": full_name(principal[1].guest, current_language())})
    return words + [_companion_words(one) for one in party.companions_at(event.id)]


def _companion_words(place: BookedPlace) -> str:
    name = full_name(place.guest, current_language())
    if place.state == RegistrationState.CONFIRMED:
        return _("%(name)s comes along.") % {"name": name}
    if place.state == RegistrationState.WAITLISTED:
        return _("%(name)s is on the waiting list.") % {"name": name}
    return _("%(name)s is not confirmed yet.") % {"name": name}


def _provisional_note(invited: InvitedEvent, event: Event, kept: Kept) -> str:
    if invited.pool_id is None or invited.pool_id not in kept:
        return _("This does not keep a place yet. Please confirm as soon as you know.")
    release = kept[invited.pool_id]
    if release is None:
        return _("A place is kept for you meanwhile.")
    return _("A place is kept for you until %(time)s.") % {"time": until_words(release, event.time_zone)}
