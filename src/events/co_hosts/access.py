"""Who may act for a co-host: its own people, and whoever organises the events."""

from uuid import UUID

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit.database import Executor
from events.kit.errors import NotFound

from . import queries
from .model import CoHost


async def co_host_for_staff(db: Executor, staff: Staff, co_host_id: UUID) -> CoHost:
    """The co-host, for its people and for those who organise; for anybody else it does not exist."""
    co_host = await queries.co_host_by_id(db, co_host_id)
    if co_host is None:
        raise NotFound
    if staff.may(Role.ORGANISER, co_host.organiser_id) or await queries.works_for_co_host(db, co_host_id, staff.id):
        return co_host
    raise NotFound


async def co_host_for_organiser(db: Executor, staff: Staff, co_host_id: UUID) -> CoHost:
    """The co-host, for those who decide what is in its hands."""
    co_host = await queries.co_host_by_id(db, co_host_id)
    if co_host is None or co_host.organiser_id not in staff.roles:
        raise NotFound
    if not staff.may(Role.ORGANISER, co_host.organiser_id):
        raise Forbidden
    return co_host
