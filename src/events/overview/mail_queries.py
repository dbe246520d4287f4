"""SQL of the outbox as organisers see it. Always by the event or by the organiser first."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.people.model import Person

PAGE_SIZE = 50

# Of a booking the party's first guest, of an invitation the invitee; other mails name nobody.
_MAILS = """
select m.id, m.event_id, e.slug as event_slug, e.title as event_title, coalesce(e.time_zone, p.time_zone, 'UTC') as time_zone,
       m.booking_id, m.invitation_id, m.kind, m.recipient, m.status, m.attempts, m.last_error, m.created_at, m.sent_at,
       m.job_name, m.job_payload,
       m.repeated_at is null
       and not exists (select from mails n where n.booking_id = m.booking_id and n.id > m.id)
       and not exists (select from mails n where n.invitation_id = m.invitation_id and n.id > m.id) as is_newest,
       jsonb_build_object('honorific', coalesce(g.honorific, i.honorific, ''),
                          'family_name', coalesce(g.family_name, i.family_name, ''),
                          'given_name', coalesce(g.given_name, i.given_name, ''),
                          'family_name_latin', coalesce(g.family_name_latin, i.family_name_latin, ''),
                          'given_name_latin', coalesce(g.given_name_latin, i.given_name_latin, '')) as person
from mails m
left join events e on e.id = m.event_id
left join bookings b on b.id = m.booking_id
left join guests g on g.booking_id = coalesce(b.lead_id, b.id) and g.position = 0
left join invitations i on i.id = m.invitation_id
left join programmes p on p.id = i.programme_id
where m.organiser_id = $1
  and ($2::uuid is null or m.event_id = $2)
"""


class MailLine(msgspec.Struct, frozen=True, kw_only=True):
    """One mail. `is_newest` tells whether no later one has taken its place, nor was it sent once more."""

    id: int
    event_id: UUID | None
    event_slug: str | None
    event_title: dict[str, str] | None
    time_zone: str
    booking_id: UUID | None
    invitation_id: UUID | None
    kind: str
    recipient: str
    person: Person
    status: str
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    job_name: str
    job_payload: dict[str, Any]
    is_newest: bool

    @property
    def may_repeat(self) -> bool:
        return self.status in ("failed", "bounced") and self.is_newest


async def mails_page(
    db: Executor, organiser_id: UUID, event_id: UUID | None, *, statuses: list[str], words: list[str], address: str, before: int | None
) -> list[MailLine]:
    """The newest mails and one more, going back in time; `words` must be in the name, `address` in the recipient."""
    rows = await db.fetch(
        f"""
        {_MAILS}
          and m.status = any ($3)
          and coalesce(g.search_key, i.search_key, '') like all ($4::text[])
          and ($5 = '' or strpos(lower(m.recipient), $5) > 0)
          and ($6::bigint is null or m.id < $6)
        order by m.id desc
        limit $7
        """,
        organiser_id,
        event_id,
        statuses,
        [f"%{word}%" for word in words],
        address,
        before,
        PAGE_SIZE + 1,
    )
    return [msgspec.convert(dict(row), MailLine) for row in rows]


async def mail_by_id(db: Executor, organiser_id: UUID, event_id: UUID | None, mail_id: int) -> MailLine | None:
    row = await db.fetchrow(f"{_MAILS} and m.id = $3", organiser_id, event_id, mail_id)
    return msgspec.convert(dict(row), MailLine) if row else None


async def mail_counts(db: Executor, organiser_id: UUID, event_id: UUID | None) -> dict[str, int]:
    """How many mails there are in each state."""
    rows = await db.fetch(
        """
        select status, count(*)
        from mails
        where organiser_id = $1
          and ($2::uuid is null or event_id = $2)
        group by status
        """,
        organiser_id,
        event_id,
    )
    return {row["status"]: row["count"] for row in rows}


async def repeat_mail(tx: Executor, mail_id: int) -> bool:
    """Has the mail written once more, whoever asks first; what it says is what is true by then."""
    found = await tx.fetchval(
        """
        with repeated as (
            update mails
            set repeated_at = now()
            where id = $1
              and repeated_at is null
              and status in ('failed', 'bounced')
            returning job_name, job_payload
        )
        insert into jobs (name, payload)
        select job_name, job_payload
        from repeated
        returning id
        """,
        mail_id,
    )
    return found is not None


async def repeat_failed_mails(tx: Executor, organiser_id: UUID, event_id: UUID | None) -> int:
    """The same for every mail that was given up and is not overtaken. Bounced ones need another address first."""
    found = await tx.fetch(
        """
        with repeated as (
            update mails m
            set repeated_at = now()
            where m.organiser_id = $1
              and ($2::uuid is null or m.event_id = $2)
              and m.status = 'failed'
              and m.repeated_at is null
              and not exists (select from mails n where n.booking_id = m.booking_id and n.id > m.id)
              and not exists (select from mails n where n.invitation_id = m.invitation_id and n.id > m.id)
            returning m.job_name, m.job_payload
        )
        insert into jobs (name, payload, bulk)
        select job_name, job_payload, true
        from repeated
        returning id
        """,
        organiser_id,
        event_id,
    )
    return len(found)


async def correct_booking_address(tx: Executor, booking_id: UUID, email: str) -> None:
    """The mail contact of the whole party, whichever of its bookings is named."""
    await tx.execute(
        """
        update bookings
        set email = $2
        where coalesce(lead_id, id) = (select coalesce(lead_id, id) from bookings where id = $1)
        """,
        booking_id,
        email,
    )


async def correct_invitation_address(tx: Executor, invitation_id: UUID, *, former: str, email: str) -> None:
    """Of the invitee, or of the assistant if that is who was written to."""
    await tx.execute(
        """
        update invitations
        set email = case when delegate_email = $2 then email else $3 end,
            delegate_email = case when delegate_email = $2 then $3 else delegate_email end
        where id = $1
        """,
        invitation_id,
        former,
        email,
    )
