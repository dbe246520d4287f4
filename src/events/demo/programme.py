"""The frame of the story: organisers, staff, programme, venues, events with their pools and gates."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from events.accounts.model import Role
from events.co_hosts.actions import add_co_host, add_co_host_member, add_member, edit_co_host
from events.co_hosts.queries import co_host_by_id
from events.door.queries import ensure_gate
from events.itinerary.venue_queries import update_place
from events.kit.database import Connection
from events.kit.ids import new_id
from events.programme.queries import event_by_slug

from . import queries
from .asked import ask
from .doors import set_door_rules
from .model import EventPlan, Frame, ProgrammePlan, event_plans, frame, story_day
from .story import team

REGISTRATION_OPENS = timedelta(days=30)  # before the day of loading
CHANGES_END = timedelta(hours=24)  # before the doors open: the kitchen's deadline


class Ids(msgspec.Struct, frozen=True):
    """What stands in the database already, by its name in the plans; venues by organiser and name."""

    organisers: dict[str, UUID]
    programme: UUID
    venues: dict[tuple[str, str], UUID]
    events: dict[str, UUID]


async def load_programme(tx: Connection, now: datetime) -> None:
    """Writes everything but the guests; nothing where the programme exists already."""
    plan = frame()
    organisers = await _organisers(tx, plan)
    programme_id = await _programme(tx, plan.programme, organisers)
    if programme_id is None:
        return
    events = {event.slug: new_id() for event in event_plans()}
    ids = Ids(organisers, programme_id, await _venues(tx, plan, organisers), events)
    await queries.insert_events(tx, [_event_row(event, ids, now) for event in event_plans()])
    await queries.insert_pools(tx, [row for event in event_plans() for row in _pool_rows(event, events[event.slug])])
    await queries.set_releases(tx, [row for event in event_plans() for row in _release_rows(event, events[event.slug], now)])
    await queries.set_guest_rules(tx, [_rules_row(event, events[event.slug]) for event in event_plans()])
    await _co_hosts(tx, plan, organisers)
    for event in event_plans():
        for gate in event.gates:
            await ensure_gate(tx, new_id(), events[event.slug], gate)
    found = {event.slug: one for event in event_plans() if (one := await event_by_slug(tx, event.slug))}
    await ask(tx, (await team(tx))[plan.staff[0].email], found)
    await set_door_rules(tx, found)


async def _organisers(tx: Connection, plan: Frame) -> dict[str, UUID]:
    ids = {
        organiser.slug: await queries.ensure_organiser(tx, organiser.slug, name=organiser.name, contact_email=organiser.contact_email)
        for organiser in plan.organisers
    }
    for person in plan.staff:
        await queries.ensure_member(tx, ids[person.organiser], email=person.email, name=person.name, locale=person.locale, role=person.role)
    return ids


async def _co_hosts(tx: Connection, plan: Frame, organisers: dict[str, UUID]) -> None:
    """The co-hosts with their people and contingents, and in whose name reviewers speak."""
    owner, organiser_id = (await team(tx))[plan.staff[0].email], organisers[plan.programme.organiser]
    for co_host in plan.co_hosts:
        made = await co_host_by_id(tx, await add_co_host(tx, owner, organiser_id, co_host.name))
        assert made is not None
        assert made.slug == co_host.slug
        contingents = [(event.slug, one.slug) for event in event_plans() for one in event.contingents if one.co_host == co_host.slug]
        pool_ids = await queries.pools_by_slug(tx, contingents)
        await edit_co_host(tx, owner, made, co_host.name, pool_ids, among=pool_ids)
        for person in co_host.members:
            await add_co_host_member(tx, owner, made, email=person.email, name=person.name, locale=person.locale)
    for member in plan.staff:
        if member.reviews:
            await add_member(
                tx,
                owner,
                organisers[member.organiser],
                email=member.email,
                name=member.name,
                locale=member.locale,
                role=Role(member.role),
                reviews=member.reviews,
            )


async def _programme(tx: Connection, plan: ProgrammePlan, organisers: dict[str, UUID]) -> UUID | None:
    return await queries.insert_programme(
        tx,
        organiser_id=organisers[plan.organiser],
        slug=plan.slug,
        title=plan.title,
        lead=plan.lead,
        time_zone=plan.time_zone,
        hue=plan.hue,
    )


async def _venues(tx: Connection, plan: Frame, organisers: dict[str, UUID]) -> dict[tuple[str, str], UUID]:
    """Each organiser has its own entry of a venue."""
    ids: dict[tuple[str, str], UUID] = {}
    for organiser, name in sorted({(event.organiser, event.venue) for event in event_plans()}):
        venue = plan.venues[name]
        ids[organiser, name] = new_id()
        await queries.insert_venue(
            tx,
            ids[organiser, name],
            organiser_id=organisers[organiser],
            name=venue.name,
            address=venue.address,
            time_zone=plan.programme.time_zone,
        )
        await update_place(tx, ids[organiser, name], venue.place)
    return ids


def _rules_row(event: EventPlan, event_id: UUID) -> tuple[Any, ...]:
    return event_id, event.reviewers, event.invited_are_approved, event.substitutes_need_approval, event.offer_hours


def _event_row(event: EventPlan, ids: Ids, now: datetime) -> tuple[Any, ...]:
    plan, today = frame(), story_day(now)
    doors_at, starts_at, ends_at = (event.at(clock, today) for clock in (event.doors, event.starts, event.ends))
    return (
        ids.events[event.slug],
        ids.organisers[event.organiser],
        ids.programme if event.organiser == plan.programme.organiser else None,
        ids.venues[event.organiser, event.venue],
        event.slug,
        event.kind,
        event.title,
        event.lead,
        [{"text": {}} | entry for entry in event.agenda],
        {"dress": plan.dress[event.dress], "languages": plan.languages[event.languages]},
        event.hue,
        plan.programme.time_zone,
        doors_at,
        starts_at,
        ends_at,
        now - REGISTRATION_OPENS,
        starts_at - timedelta(hours=event.closes_hours_before),
        doors_at - CHANGES_END,
        event.approval,
        event.companions,
    )


def _pool_rows(event: EventPlan, event_id: UUID) -> Iterator[tuple[Any, ...]]:
    """The root first, then the contingents in their order, each inside its parent."""
    yield event_id, event_id, None, None, {}, event.capacity, 0
    ids: dict[str | None, UUID] = {None: event_id}
    for position, contingent in enumerate(event.contingents):
        ids[contingent.slug] = new_id()
        yield ids[contingent.slug], event_id, ids[contingent.inside], contingent.slug, contingent.name, contingent.capacity, position


def _release_rows(event: EventPlan, event_id: UUID, now: datetime) -> Iterator[tuple[UUID, str, datetime]]:
    starts_at = event.at(event.starts, story_day(now))
    for contingent in event.contingents:
        if contingent.released_hours_before:
            yield event_id, contingent.slug, starts_at - timedelta(hours=contingent.released_hours_before)
