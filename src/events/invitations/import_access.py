"""Who may bring a list: whoever organises, and a co-host's people for the co-host's own contingents."""

from uuid import UUID

from events.accounts.errors import Forbidden
from events.accounts.model import Role, Staff
from events.kit.database import Executor
from events.kit.errors import NotFound

from . import import_queries as queries
from . import import_target_queries as targets
from .import_model import Import, Target
from .import_target_queries import Choice


async def import_for_staff(db: Executor, staff: Staff, import_id: UUID) -> Import:
    """The list, if this person may see it; else `NotFound`, or `Forbidden` for who works there in another role."""
    list_ = await queries.import_by_id(db, import_id)
    if list_ is None:
        raise NotFound
    if staff.may(Role.ORGANISER, list_.organiser_id):
        return list_
    if list_.co_host_id in await targets.co_hosts_of_staff(db, staff.id):
        return list_
    raise Forbidden if list_.organiser_id in staff.roles else NotFound


async def choices_for_staff(db: Executor, staff: Staff) -> dict[str, Choice]:
    """What this person may bring a list for, by the value of the form's field. Raises `Forbidden` if they may bring none at all."""
    organiser_ids = staff.organisers(Role.ORGANISER)
    own = await targets.choices_of(db, organiser_ids) if organiser_ids else []
    for_co_hosts = await targets.choices_of_co_host(db, staff.id)
    if not organiser_ids and not for_co_hosts:
        raise Forbidden
    return {choice_value(choice): choice for choice in [*own, *for_co_hosts]}


def choice_value(choice: Choice) -> str:
    """How the form names a choice."""
    kind = "programme" if choice.is_programme else "event"
    return f"{kind}-{choice.id}" + (f"-for-{choice.co_host_id}" if choice.co_host_id else "")


async def target_for_choice(db: Executor, choice: Choice) -> Target:
    target = await targets.target_of(
        db,
        programme_id=choice.id if choice.is_programme else None,
        event_id=None if choice.is_programme else choice.id,
        co_host_id=choice.co_host_id,
    )
    if target is None:
        raise NotFound
    return target
