"""A person of whom everything is known that can be known, for tests of export and erasure."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from events.arrivals.editing_queries import save_notes
from events.contacts.actions import share_card
from events.contacts.meeting_queries import meet
from events.contacts.model import CardDetails, Share
from events.door.actions import add_phone
from events.door.phone_queries import phone_by_id
from events.door.stranded_queries import keep_stranded
from events.invitations.model import Invitation
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import token_hash
from events.people.consents import Purpose, text_hash
from events.privacy.consents import keep_texts
from events.programme.model import Event
from events.registration.model import Consent, GuestDetails, Outcome
from tests.arrivals.builders import make_host
from tests.builders import TOKENS, book, make_event, make_guest, make_organiser
from tests.invitations.builders import make_invitation

# Words that occur nowhere else, each in another field; in the export they come back byte for byte.
WORDS = {
    "family_name": "𠮷例葛󠄀",
    "given_name": "Zyxwolska",
    "family_name_kana": "ゼッタイナイ",
    "given_name_kana": "ドコニモナイ",
    "family_name_latin": "Yoshirei-Qanat",
    "given_name_latin": "Zyxwolska",
    "honorific": "Zyx-Rat",
    "company": "Quorvex GmbH",
    "department": "Zyxometrie",
    "job_title": "Oberzyxometer",
    "diet": "vegan; no zwetschgenknoedel",
    "access_needs": "a place near the xylophone",
}
EMAIL = "zyxwolska@quorvex.example"
SAID = {
    "note": "zyx: comes by bicycle",
    "message": "zyx: a word to the hosts",
    "reason": "zyx: was rude last year",
    "missing": "zyx: a copy of the passport",
    "answer": "zyx: born in 1961",
    "file": "zyx-passport.pdf",
    "registrant": "zyx: the assistant's name",
    "payer": "zyx: Payments Quorvex",
    "imported": "zyx: as the list had it",
    "mail_error": "550 zyx unknown",
    "inviter": "zyx: in the name of a friend",
    "host_note": "zyx: bow first",
    "card_phone": "zyx 0361",
    "door": "zyx: let in on a word",
    "conflict": "zyx: asked both",
    "stranded": "zyx: said at the gate",
}
NEEDLES = [*(word for name, word in WORDS.items() if name not in ("diet",)), "zwetschgenknoedel", EMAIL, "zyx"]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The person, at an event that is over and one that is still to come."""

    organiser_id: UUID
    over: Event
    ahead: Event
    outcome: Outcome
    guest_id: UUID
    booking_ids: list[UUID]
    invitation: Invitation


def consent(purpose: Purpose, locale: str = "en") -> Consent:
    return Consent(purpose=purpose.value, text_hash=text_hash(purpose, locale).hex(), channel="form")


def the_person(**changes: Any) -> GuestDetails:
    given: dict[str, Any] = WORDS | {"in_guest_list": True, "consents": [consent(purpose) for purpose in Purpose]}
    return make_guest(**(given | changes))


async def make_known_person(pool: Pool) -> Known:
    """Invited, booked twice over one lead, came once, asked, answered, reviewed, imported, written to."""
    organiser_id = await make_organiser(pool)
    over, ahead = await make_event(pool, organiser_id=organiser_id), await make_event(pool, organiser_id=organiser_id, capacity=1)
    await keep_texts(pool)
    outcome = await book(pool, over, the_person(), email=EMAIL)
    guest_id = await pool.fetchval("select id from guests where booking_id = $1", outcome.booking_id)
    second = await _book_again(pool, ahead, guest_id, outcome.booking_id)
    details: Any = {name: word for name, word in WORDS.items() if name not in ("diet", "access_needs")} | {"inviter": SAID["inviter"]}
    invitation = await make_invitation(pool, over, ahead, email=EMAIL, delegate_email=f"office.{EMAIL}", row_key=EMAIL, **details)
    await _come(pool, over, guest_id)
    await _wear_a_badge(pool, over, guest_id)
    await _strand_a_scan(pool, over, guest_id)
    await _say_everything(pool, over, guest_id, outcome.booking_id, invitation.id)
    await _meet(pool, over, guest_id)
    return Known(
        organiser_id=organiser_id,
        over=over,
        ahead=ahead,
        outcome=outcome,
        guest_id=guest_id,
        booking_ids=[outcome.booking_id, second],
        invitation=invitation,
    )


async def _wear_a_badge(pool: Pool, event: Event, guest_id: UUID) -> None:
    await pool.execute(
        """
        insert into badge_prints (id, event_id, registration_id, layout, actor, printed_at)
        select $3, event_id, id, 'card', 'staff:0', now()
        from registrations
        where event_id = $1
          and guest_id = $2
        """,
        event.id,
        guest_id,
        new_id(),
    )


async def end_event(pool: Pool, event: Event, *, days_ago: float) -> None:
    """The event was over so many days ago."""
    ended = now() - timedelta(days=days_ago)
    await pool.execute(
        "update events set doors_at = $2, starts_at = $2, ends_at = $3 where id = $1", event.id, ended - timedelta(hours=3), ended
    )


async def make_answer(
    pool: Pool, event: Event, guest_id: UUID, booking_id: UUID, *, kind: str = "text", sensitivity: str = "ordinary", value: Any = "word"
) -> UUID:
    """A question of the event with the guest's answer; a file's answer names an upload of that name."""
    question_id = new_id()
    await pool.execute(
        "insert into questions (id, event_id, slug, kind, label, sensitivity) values ($1, $2, $3, $4, $5, $6)",
        question_id,
        event.id,
        f"q-{question_id.hex[-10:]}",
        kind,
        {"en": "Question"},
        sensitivity,
    )
    if kind == "file":
        upload_id = new_id()
        await pool.execute(
            """
            insert into uploads (id, event_id, question_id, file_name, media_type, size, content)
            values ($1, $2, $3, $4, 'application/pdf', 3, $5)
            """,
            upload_id,
            event.id,
            question_id,
            value,
            value.encode(),
        )
        value = str(upload_id)
    await pool.execute(
        "insert into question_answers (question_id, booking_id, guest_id, value, answered_at) values ($1, $2, $3, $4, now())",
        question_id,
        booking_id,
        guest_id,
        value,
    )
    return question_id


async def _book_again(pool: Pool, event: Event, guest_id: UUID, lead_id: UUID) -> UUID:
    """The same guest at another event of the party."""
    booking_id, root = new_id(), event.id
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            """
            insert into bookings (id, organiser_id, event_id, idempotency_key, request_hash, token_hash, email, locale, source,
                                  created_at, lead_id)
            select $1, $2, $3, 'import:' || $4, '', $5, $4, 'en', 'invitation', now(), $6
            """,
            booking_id,
            event.organiser_id,
            event.id,
            EMAIL,
            token_hash(TOKENS.token("booking", booking_id)),
            lead_id,
        )
        await connection.execute(
            """
            insert into registrations (id, event_id, booking_id, guest_id, pool_id, state, created_at, state_changed_at)
            values ($1, $2, $3, $4, $5, 'confirmed', now(), now())
            """,
            new_id(),
            event.id,
            booking_id,
            guest_id,
            root,
        )
        await connection.execute("update pools set taken = taken + 1 where id = $1", root)
    return booking_id


async def _come(pool: Pool, event: Event, guest_id: UUID) -> None:
    await end_event(pool, event, days_ago=1)
    await pool.execute(
        """
        with arrival as (
            insert into check_ins (id, event_id, registration_id, operator, kind, verdict, device_at, note)
            select $1, r.event_id, r.id, 'staff:x', 'entry', 'admitted', now(), $4
            from registrations r
            where r.event_id = $2
              and r.guest_id = $3
            returning id, event_id
        )
        insert into conflict_resolutions (check_in_id, event_id, kind, decision, note, actor)
        select id, event_id, 'twice', 'same_person', $5, 'staff:x'
        from arrival
        """,
        new_id(),
        event.id,
        guest_id,
        SAID["door"],
        SAID["conflict"],
    )


async def _strand_a_scan(pool: Pool, event: Event, guest_id: UUID) -> None:
    """A phone that had been disconnected still told of the guest."""
    place = await pool.fetchval("select id from registrations where event_id = $1 and guest_id = $2", event.id, guest_id)
    person = {name: WORDS[name] for name in ("family_name", "given_name", "family_name_kana", "given_name_kana", "company")}
    scan = {"act": "substitute", "registration_id": str(place), "note": SAID["stranded"], "person": person | {"email": EMAIL}}
    async with pool.acquire() as connection:
        phone_id = await add_phone(connection, TOKENS, event_id=event.id, name="Aiko", gate="Main entrance", now=now())
        phone = await phone_by_id(connection, event.id, phone_id)
        assert phone is not None
        await keep_stranded(connection, phone, [(b"1", scan)], why="disconnected")


async def _say_everything(pool: Pool, event: Event, guest_id: UUID, booking_id: UUID, invitation_id: UUID) -> None:
    registration_id = await pool.fetchval("select id from registrations where event_id = $1 and guest_id = $2", event.id, guest_id)
    await pool.execute(
        "update bookings set registrant_name = $2, payer = $3 where id = $1", booking_id, SAID["registrant"], {"name": SAID["payer"]}
    )
    await pool.execute(
        "update bookings set wanted_email = $2, wanted_email_hash = uuid_send(id), wanted_email_at = now() where id = $1", booking_id, EMAIL
    )
    await pool.execute("update invitations set message = $2, booking_id = $3 where id = $1", invitation_id, SAID["message"], booking_id)
    await pool.execute("update invitation_events set answer = 'accepted' where invitation_id = $1", invitation_id)
    await pool.execute(
        """
        insert into answers (invitation_id, event_id, answer, actor, source, note, at)
        values ($1, $2, 'accepted', 'invitee', 'link', $3, now())
        """,
        invitation_id,
        event.id,
        SAID["note"],
    )
    await pool.execute(
        "insert into cancellations (event_id, registration_id, actor, reason, at) values ($1, $2, 'staff:x', $3, now())",
        event.id,
        registration_id,
        SAID["reason"],
    )
    await pool.execute(
        """
        insert into reviews (event_id, registration_id, guest_id, role, verdict, reason, missing, actor, at)
        values ($1, $2, $3, 'security', 'approved', $4, $5, 'staff:x', now())
        """,
        event.id,
        registration_id,
        guest_id,
        SAID["reason"],
        SAID["missing"],
    )
    await make_answer(pool, event, guest_id, booking_id, value=SAID["answer"])
    await make_answer(pool, event, guest_id, booking_id, kind="file", value=SAID["file"])
    await _write_and_import(pool, event, booking_id, invitation_id)


async def _write_and_import(pool: Pool, event: Event, booking_id: UUID, invitation_id: UUID) -> None:
    await pool.execute(
        """
        insert into mails (organiser_id, event_id, booking_id, kind, job_id, job_name, job_payload, recipient, locale, last_error, status)
        values ($1, $2, $3, 'confirmed', $4, 'booking_mail', $5, $6, 'en', $7, 'bounced')
        """,
        event.organiser_id,
        event.id,
        booking_id,
        int(booking_id) % 2**31,
        {"words": SAID["note"]},
        EMAIL,
        SAID["mail_error"],
    )
    await pool.execute("insert into unsubscriptions (organiser_id, email, channel) values ($1, $2, 'page')", event.organiser_id, EMAIL)
    await _plan_and_line_up(pool, event, booking_id, invitation_id)
    import_id, cells = new_id(), [SAID["imported"], EMAIL]
    await pool.execute(
        """
        insert into imports (id, organiser_id, event_id, actor, file_name, content, encoding, sample, created_at)
        values ($1, $2, $3, 'staff:x', $4, $5, 'utf-8', $6, now())
        """,
        import_id,
        event.organiser_id,
        event.id,
        f"{SAID['imported']}.csv",
        ",".join(cells).encode(),
        [cells],
    )
    await pool.execute(
        """
        insert into import_rows (import_id, line, cells, details, row_key, state, invitation_id)
        values ($1, 1, $2, $3, $4, 'imported', $5)
        """,
        import_id,
        cells,
        {"email": EMAIL},
        EMAIL,
        invitation_id,
    )


async def _plan_and_line_up(pool: Pool, event: Event, booking_id: UUID, invitation_id: UUID) -> None:
    """Mails still to be written, a wave that failed, a place in line with a reason, a deputy's and a news letter's address."""
    await pool.execute(
        "insert into jobs (name, payload, last_error, failed_at) values ('booking_mail', $1, $2, now())",
        {"booking_id": str(booking_id), "words": SAID["note"]},
        SAID["mail_error"],
    )
    wave_id = new_id()
    await pool.execute(
        """
        insert into waves (id, organiser_id, event_id, kind, audience, send_at, actor)
        values ($1, $2, $3, 'invitation', 'everyone', now(), 'staff:x')
        """,
        wave_id,
        event.organiser_id,
        event.id,
    )
    await pool.execute(
        "insert into wave_mails (wave_id, invitation_id, state, reason) values ($1, $2, 'bounced', $3)",
        wave_id,
        invitation_id,
        SAID["mail_error"],
    )
    await pool.execute(
        """
        insert into waitlist_entries (event_id, booking_id, party_size, state, created_at, settled_at, priority_reason)
        values ($1, $2, 1, 'accepted', now(), now(), $3)
        """,
        event.id,
        booking_id,
        SAID["reason"],
    )
    await pool.execute(
        """
        insert into invitation_guests (guest_id, invitation_id, role, email)
        select id, $2, 'deputy', $3
        from guests
        where booking_id = $1
        """,
        booking_id,
        invitation_id,
        EMAIL,
    )
    await pool.execute(
        """
        update consents
        set address = $2,
            asked_at = now()
        where purpose = 'marketing'
          and guest_id in (select id from guests where booking_id = $1)
        """,
        booking_id,
        EMAIL,
    )


async def _meet(pool: Pool, event: Event, guest_id: UUID) -> None:
    """Received by a host, and in contact with another guest."""
    place = await pool.fetchval("select id from registrations where event_id = $1 and guest_id = $2", event.id, guest_id)
    host, _token = await make_host(pool, event, place)
    other = await book(pool, event, make_guest("Andere"), email="other@example.com", mail=False)
    met = await pool.fetchrow("select id, guest_id from registrations where booking_id = $1", other.booking_id)
    assert met is not None
    async with pool.acquire() as connection, connection.transaction():
        await save_notes(connection, host.id, {place: SAID["host_note"]})
        mine = CardDetails(shares=(Share.COMPANY,), email=EMAIL, phone=SAID["card_phone"])
        await share_card(connection, place, guest_id, mine, key="mine", now=now())
        await share_card(connection, met["id"], met["guest_id"], CardDetails(), key="theirs", now=now())
        for by, of in ((place, met["id"]), (met["id"], place)):
            await meet(connection, new_id(), event.id, by=by, of=of, number=123, now=now())
