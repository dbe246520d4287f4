"""SQL that makes people forgotten: rows stay for the counts, whatever is about the person goes. The connection first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.kit.database import Connection, Executor

from .model import Holdings

# What is left of a guest and of an invitee: nothing but the place in all counts. U+10FFFD sorts behind every name.
NO_GUEST = """honorific = '', family_name = '', given_name = '', family_name_kana = '', given_name_kana = '',
    family_name_latin = '', given_name_latin = '', company = '', department = '', job_title = '', diet = '', access_needs = '',
    in_guest_list = false, flags = '{}', search_key = '', sort_key = U&'\\+10FFFD', updated_at = $2, erased_at = $2"""
NOBODY_INVITED = """email = '', delegate_email = '', honorific = '', family_name = '', given_name = '', family_name_kana = '',
    given_name_kana = '', family_name_latin = '', given_name_latin = '', company = '', department = '', job_title = '',
    inviter = '', message = '', flags = '{}', search_key = '', sort_key = U&'\\+10FFFD', match_key = '',
    row_key = case when row_key is not null then 'erased:' || id end,
    token_hash = sha256(uuid_send(gen_random_uuid())), delegate_hash = sha256(uuid_send(gen_random_uuid())),
    withdrawn_at = coalesce(withdrawn_at, $2), erased_at = $2"""

NO_CONTACT = """email = '', registrant_name = '', payer = null, idempotency_key = 'erased:' || id, request_hash = '',
    wanted_email = '', wanted_email_hash = null, wanted_email_at = null"""


async def places_to_give_back(db: Executor, guest_ids: Sequence[UUID], now: datetime) -> list[tuple[UUID, list[UUID]]]:
    """Registrations at events that have not begun, by event, in the order in which events are locked."""
    rows = await db.fetch(
        """
        select r.event_id, array_agg(r.id order by r.id)
        from registrations r
        join events e on e.id = r.event_id
        where r.guest_id = any ($1)
          and r.state not in ('cancelled', 'expired')
          and e.starts_at > $2
          and not exists (select from attendances a where a.registration_id = r.id)
        group by r.event_id
        order by r.event_id
        """,
        list(guest_ids),
        now,
    )
    return [(row[0], list(row[1])) for row in rows]


async def erase_guests(tx: Connection, guest_ids: Sequence[UUID], now: datetime) -> int:
    """Overwrites what is known about guests. Their tickets open nothing any more."""
    status = await tx.execute(
        f"""
        update guests
        set {NO_GUEST}
        where id = any ($1)
          and erased_at is null
        """,
        list(guest_ids),
        now,
    )
    return int(status.rpartition(" ")[2])


async def erase_stranded_scans(tx: Connection, guest_ids: Sequence[UUID]) -> None:
    """What a door phone sent about the guests and nobody could take at its word. That there was something, and what became of it, stays.
    Needs their tickets and bookings as they were."""
    await tx.execute(
        "update stranded_scans set scan = '{}' where id in (select stranded_scans_of_guests($1))",
        list(guest_ids),
    )


async def void_tickets(tx: Connection, guest_ids: Sequence[UUID]) -> None:
    """No code leads to these tickets: the stored hash is of nothing anybody has."""
    await tx.execute(
        """
        update tickets
        set issue = issue + 1,
            code_hash = sha256(uuid_send(gen_random_uuid()))
        where guest_id = any ($1)
        """,
        list(guest_ids),
    )


async def erase_consents(tx: Connection, guest_ids: Sequence[UUID], now: datetime) -> None:
    """Consents end; that they were given, and to which words, stays as proof without a person."""
    await tx.execute(
        """
        update consents
        set withdrawn_at = coalesce(withdrawn_at, $2),
            address = null,
            confirm_hash = null
        where guest_id = any ($1)
        """,
        list(guest_ids),
        now,
    )


async def erase_words_about(tx: Connection, guest_ids: Sequence[UUID], booking_ids: Sequence[UUID]) -> None:
    """What reviewers, organisers and the door wrote about the guests, their places, their arrival and their place in line. That a
    supervisor had a reason stays to be seen, not which."""
    await tx.execute(
        """
        with places as (
            select r.id from registrations r where r.guest_id = any ($1)
        ), reasons as (
            update cancellations c
            set reason = ''
            from places p
            where c.registration_id = p.id
        ), arrivals as (
            update check_ins c
            set note = case when c.decided_by = 'supervisor' and c.kind <> 'undo' then '–' else '' end
            from places p
            where c.registration_id = p.id
              and c.note <> ''
            returning c.id
        ), decisions as (
            update conflict_resolutions s
            set note = ''
            from places p
            join check_ins c on c.registration_id = p.id
            where s.check_in_id = c.id
              and s.note <> ''
        ), lines as (
            update waitlist_entries
            set priority_reason = ''
            where booking_id = any ($2)
              and priority_reason <> ''
        )
        update reviews v
        set reason = '',
            missing = ''
        where v.guest_id = any ($1)
        """,
        list(guest_ids),
        list(booking_ids),
    )


async def delete_question_answers(tx: Connection, holdings: Holdings) -> None:
    """Answers to questions, and the files sent with them."""
    await tx.execute(
        """
        with gone as (
            delete from question_answers a
            where a.guest_id = any ($1)
               or (a.guest_id is null and a.booking_id = any ($2))
            returning a.question_id, a.value
        )
        delete from uploads u
        using gone
        join questions q on q.id = gone.question_id
        where q.kind = 'file'
          and u.id::text = gone.value #>> '{}'
        """,
        holdings.guest_ids,
        holdings.contact_booking_ids,
    )


async def erase_bookings(tx: Connection, booking_ids: Sequence[UUID]) -> None:
    """The contact of bookings, and the traces of the request they came with."""
    await tx.execute(
        f"""
        update bookings
        set {NO_CONTACT}
        where id = any ($1)
        """,
        list(booking_ids),
    )


async def close_links(tx: Connection, booking_ids: Sequence[UUID]) -> None:
    """The bookings' own pages open for nobody any more."""
    await tx.execute(
        "update bookings set token_hash = sha256(uuid_send(gen_random_uuid())) where id = any ($1)",
        list(booking_ids),
    )


async def erase_mails(tx: Connection, holdings: Holdings) -> None:
    """Sent mails keep what and when; those that were still to be sent are not."""
    await tx.execute(
        """
        with planned as (
            delete from jobs j
            where j.payload ->> 'booking_id' = any (select x::text from unnest($1::uuid[]) as x)
               or j.payload ->> 'invitation_id' = any (select x::text from unnest($2::uuid[]) as x)
        )
        update mails m
        set recipient = '',
            last_error = null,
            job_payload = '{}',
            unsubscribe_hash = null
        where m.booking_id = any ($1)
           or m.invitation_id = any ($2)
        """,
        holdings.contact_booking_ids,
        holdings.invitation_ids,
    )


async def erase_unsubscriptions(tx: Connection, organiser_id: UUID, emails: Sequence[str]) -> None:
    await tx.execute("delete from unsubscriptions where organiser_id = $1 and email = any ($2)", organiser_id, list(emails))


async def erase_invitations(tx: Connection, invitation_ids: Sequence[UUID], now: datetime) -> int:
    """Overwrites invitees. Answers stay counted; the links are dead."""
    status = await tx.execute(
        f"""
        update invitations
        set {NOBODY_INVITED}
        where id = any ($1)
          and erased_at is null
        """,
        list(invitation_ids),
        now,
    )
    return int(status.rpartition(" ")[2])


async def erase_answers(tx: Connection, invitation_ids: Sequence[UUID], guest_ids: Sequence[UUID]) -> None:
    """What was said beside the answers, and the addresses of deputies."""
    await tx.execute(
        """
        with notes as (
            update answers
            set note = ''
            where invitation_id = any ($1)
        ), links as (
            delete from ended_links
            where invitation_id = any ($1)
        ), waves as (
            update wave_mails
            set reason = ''
            where invitation_id = any ($1)
        )
        update invitation_guests
        set email = ''
        where guest_id = any ($2)
        """,
        list(invitation_ids),
        list(guest_ids),
    )


async def forget_imports(tx: Connection, holdings: Holdings, addresses: Sequence[str], now: datetime) -> None:
    """The lists that name the person. A file names everybody in it, so it goes as a whole, earlier than it would anyway; only lines
    that are still to be taken in stay until they are."""
    await tx.execute(
        """
        with lists as (
            select distinct r.import_id as id
            from import_rows r
            join imports i on i.id = r.import_id
            where i.organiser_id = $1
              and (r.invitation_id = any ($2)
                   or exists (select
                              from unnest($3::text[]) a
                              where position(a in lower(concat(r.cells, r.details, r.twin, r.row_key))) > 0))
        ), emptied as (
            update import_rows r
            set cells = '[]',
                details = null,
                row_key = null,
                twin = null,
                problems = '[]'
            from lists
            where r.import_id = lists.id
              and (r.state <> 'ready' or r.invitation_id = any ($2))
        )
        update imports i
        set content = null,
            sample = '[]',
            file_name = '',
            forgotten_at = coalesce(i.forgotten_at, $4)
        from lists
        where i.id = lists.id
        """,
        holdings.organiser_id,
        holdings.invitation_ids,
        list(addresses),
        now,
    )


async def addresses_of(db: Executor, holdings: Holdings) -> list[str]:
    """Every address the person is written to, in lower case."""
    rows = await db.fetch(
        """
        select lower(b.email) as email from bookings b where b.id = any ($1) and b.email <> ''
        union
        select lower(i.email) from invitations i where i.id = any ($2) and i.email <> ''
        union
        select lower(c.address) from consents c where c.guest_id = any ($3) and c.address <> ''
        union
        select lower(d.email) from invitation_guests d where d.guest_id = any ($3) and d.email <> ''
        order by 1
        """,
        holdings.contact_booking_ids,
        holdings.invitation_ids,
        holdings.guest_ids,
    )
    return [row[0] for row in rows]


async def parties_left_empty(db: Executor, guest_ids: Sequence[UUID]) -> list[UUID]:
    """Every booking of the parties of which nobody is left who is known."""
    rows = await db.fetch(
        """
        select b.id
        from (select distinct g.booking_id as id from guests g where g.id = any ($1)) lead
        join bookings b on lead.id in (b.id, b.lead_id)
        where not exists (select from guests g where g.booking_id = lead.id and g.erased_at is null)
        order by b.id
        """,
        list(guest_ids),
    )
    return [row[0] for row in rows]
