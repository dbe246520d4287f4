"""What organisers decide about co-hosts and their own people. Every decision is an entry in the audit trail."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.ids import new_id
from events.programme.actions import suggested_slug
from events.programme.model import Texts

from . import queries
from .errors import LastOwner
from .model import CoHost

MOST_WITH_ONE_NAME = 100


async def add_co_host(tx: Connection, staff: Staff, organiser_id: UUID, name: Texts) -> UUID:
    """A new co-host, with a short name of its own made from its name."""
    base = suggested_slug(name) or "co-host"
    for number in range(1, MOST_WITH_ONE_NAME):
        co_host_id, slug = new_id(), base if number == 1 else f"{base}-{number}"
        if await queries.insert_co_host(tx, co_host_id, organiser_id, slug=slug, name=name):
            await _note(tx, staff, organiser_id, "co_host_added", subject=f"co-host:{slug}")
            return co_host_id
    raise AssertionError(f"{MOST_WITH_ONE_NAME} co-hosts named {base}")


async def edit_co_host(
    tx: Connection, staff: Staff, co_host: CoHost, name: Texts, pool_ids: Sequence[UUID], *, among: Sequence[UUID]
) -> None:
    """Renames a co-host, and of the contingents shown puts the chosen ones into its hands."""
    await queries.rename_co_host(tx, co_host.id, name)
    await queries.assign_contingents(tx, co_host.id, co_host.organiser_id, pool_ids, among)
    await _note(
        tx, staff, co_host.organiser_id, "co_host_changed", subject=f"co-host:{co_host.slug}", detail={"contingents": len(pool_ids)}
    )


async def add_co_host_member(tx: Connection, staff: Staff, co_host: CoHost, *, email: str, name: str, locale: str) -> None:
    """Lets a person act for the co-host, and nothing else. They sign in with their address."""
    staff_id = await queries.ensure_staff(tx, new_id(), email=email, name=name, locale=locale)
    await queries.add_co_host_member(tx, co_host.id, staff_id)
    await _note(tx, staff, co_host.organiser_id, "co_host_member_added", subject=f"staff:{staff_id}", detail={"co_host": co_host.slug})


async def remove_co_host_member(tx: Connection, staff: Staff, co_host: CoHost, staff_id: UUID) -> None:
    if await queries.remove_co_host_member(tx, co_host.id, staff_id):
        await queries.end_sessions(tx, staff_id)
        await _note(
            tx, staff, co_host.organiser_id, "co_host_member_removed", subject=f"staff:{staff_id}", detail={"co_host": co_host.slug}
        )


async def add_member(
    tx: Connection, staff: Staff, organiser_id: UUID, *, email: str, name: str, locale: str, role: Role, reviews: Sequence[str]
) -> None:
    """Lets a person work for the organiser, or changes what they may do. Raises `LastOwner` before anything is written."""
    await queries.lock_team(tx, organiser_id)
    staff_id = await queries.ensure_staff(tx, new_id(), email=email, name=name, locale=locale)
    if role != Role.OWNER:
        await _require_other_owner(tx, organiser_id, staff_id)
    await queries.set_member(tx, organiser_id, staff_id, role=role, reviews=reviews)
    await _note(tx, staff, organiser_id, "member_set", subject=f"staff:{staff_id}", detail={"role": role, "reviews": list(reviews)})


async def remove_member(tx: Connection, staff: Staff, organiser_id: UUID, staff_id: UUID) -> None:
    """Ends somebody's work for the organiser, and signs them out everywhere. Raises `LastOwner`."""
    await queries.lock_team(tx, organiser_id)
    await _require_other_owner(tx, organiser_id, staff_id)
    if await queries.remove_member(tx, organiser_id, staff_id):
        await queries.end_sessions(tx, staff_id)
        await _note(tx, staff, organiser_id, "member_removed", subject=f"staff:{staff_id}")


async def _require_other_owner(tx: Connection, organiser_id: UUID, staff_id: UUID) -> None:
    team = await queries.members_of_organiser(tx, organiser_id)
    if not any(member.role == Role.OWNER and member.staff_id != staff_id for member in team):
        raise LastOwner(link="/organiser/team")


async def _note(
    tx: Connection, staff: Staff, organiser_id: UUID, action: str, *, subject: str, detail: Mapping[str, object] | None = None
) -> None:
    await insert_audit_entry(tx, organiser_id=organiser_id, actor=staff.actor, action=action, subject=subject, detail=dict(detail or {}))
