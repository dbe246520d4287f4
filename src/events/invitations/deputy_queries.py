"""SQL of deputies' mails. One statement a function, the connection first."""

from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.people.model import Person


class DeputyPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A deputy with the place they took over, and how the host is reached."""

    deputy: Person
    invitee: Person
    email: str
    locale: str
    contact: str
    state: str
    ticket_id: UUID
    issue: int


async def deputy_place(db: Executor, invitation_id: UUID, guest_id: UUID, event_id: UUID) -> DeputyPlace | None:
    """The deputy as long as they have, or wait for, a place at the event."""
    row = await db.fetchrow(
        """
        select to_jsonb(g) as deputy, to_jsonb(i) as invitee, ig.email, i.locale, o.contact_email as contact, r.state,
               t.id as ticket_id, t.issue
        from invitation_guests ig
        join invitations i on i.id = ig.invitation_id
        join organisers o on o.id = i.organiser_id
        join guests g on g.id = ig.guest_id
        join tickets t on t.guest_id = g.id
        join registrations r on r.guest_id = g.id
                            and r.event_id = $3
        where ig.invitation_id = $1
          and ig.guest_id = $2
          and ig.role = 'deputy'
          and r.state not in ('cancelled', 'expired')
        """,
        invitation_id,
        guest_id,
        event_id,
    )
    if row is None:
        return None
    people = {name: _person(row[name]) for name in ("deputy", "invitee")}
    return msgspec.convert(dict(row) | people, DeputyPlace)


def _person(row: dict[str, str]) -> Person:
    return Person(**{name: row[name] for name in Person.__struct_fields__})
