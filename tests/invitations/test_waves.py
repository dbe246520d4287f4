"""Waves: who is written to, what they read, what is left out at the last moment; through a real mail server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from events.invitations.model import Invitation, delegate_token, invitation_token
from events.invitations.wave_mail_queries import send_again
from events.invitations.wave_model import Audience, WaveKind, WaveState
from events.invitations.wave_queries import progress_of
from events.invitations.waves import feed_waves, pause_wave, resume_wave, start_wave, stop_wave
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.overview.mail_queries import repeat_mail
from events.programme.model import Event
from tests.builders import BASE_URL, TOKENS, make_event
from tests.invitations.builders import make_invitation
from tests.invitations.wave_builders import (
    Mailboxes,
    answer,
    html_of,
    mail_server,
    scope_of,
    send_wave,
    states,
    text_of,
    wave_worker,
    work_off,
)


@pytest.fixture
def mailboxes() -> Mailboxes:
    return Mailboxes()


@pytest.fixture
async def worker(pool: Pool, mailboxes: Mailboxes) -> AsyncIterator[Worker]:
    await pool.execute("truncate jobs")
    await pool.execute("update waves set state = 'stopped' where state in ('running', 'paused')")
    async with mail_server(mailboxes) as url:
        yield wave_worker(pool, url)


async def test_each_guest_gets_one_letter_in_their_language_with_their_own_link(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    erika = await make_invitation(pool, event, locale="de", email="erika@example.com", honorific="Frau Dr.", inviter="Max Beispiel")
    hanako = await make_invitation(
        pool,
        event,
        locale="ja",
        email="hanako@example.com",
        honorific="",
        family_name="葛󠄀例",
        given_name="花子",
        company="株式会社みほん光学",
    )
    wave = await send_wave(pool, await scope_of(pool, event=event), [erika, hanako])

    await work_off(pool, worker)

    by_recipient = {str(mail["To"]): mail for mail in mailboxes.received}
    german, japanese = by_recipient["erika@example.com"], by_recipient["hanako@example.com"]
    links = {guest.id: f"{BASE_URL}/i/{invitation_token(TOKENS, guest.id, 1)}" for guest in (erika, hanako)}
    assert sorted(by_recipient) == mailboxes.recipients == ["erika@example.com", "hanako@example.com"]
    assert (german["Subject"], japanese["Subject"]) == ("Einladung: Networking dinner", "「Networking dinner」ご案内")
    assert text_of(german).startswith("Sehr geehrte Frau Dr. Platzhalter,")
    assert text_of(japanese).startswith("株式会社みほん光学\n葛󠄀例 花子 様")
    for mail, guest, other in ((german, erika, hanako), (japanese, hanako, erika)):
        for text in (text_of(mail), html_of(mail)):
            assert (links[guest.id] in text, links[other.id] in text) == (True, False)
    assert "Max Beispiel" in text_of(german)
    assert ("拝啓" in text_of(japanese), "敬具" in text_of(japanese)) == (True, True)
    assert [bool(mail["List-Unsubscribe"]) for mail in (german, japanese)] == [True, True]
    assert (await progress_of(pool, wave.id))[0] == WaveState.DONE


async def test_organiser_who_invites_in_its_own_name_is_named_once(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    name = str(await pool.fetchval("select name ->> 'en' from organisers where id = $1", event.organiser_id))
    hanako = await make_invitation(pool, event, locale="ja", email="hanako@example.com", inviter=name)
    await send_wave(pool, await scope_of(pool, event=event), [hanako])

    await work_off(pool, worker)

    [letter] = mailboxes.received
    lines = text_of(letter).splitlines()
    assert ("に代わりまして" in text_of(letter), lines.count(name)) == (False, 1)


async def test_delegate_is_written_to_instead_with_a_link_of_their_own(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    guest = await make_invitation(pool, event, email="ambassador@example.com", delegate_email="office@embassy.example.com")
    await send_wave(pool, await scope_of(pool, event=event), [guest])

    await work_off(pool, worker)

    [mail] = mailboxes.received
    own, office = invitation_token(TOKENS, guest.id, 1), delegate_token(TOKENS, guest.id, 1)
    assert mail["To"] == "office@embassy.example.com"
    assert (f"/d/{office}" in text_of(mail), own in text_of(mail), own in html_of(mail)) == (True, False, False)
    assert "because you answer for Dr. Erika Platzhalter" in text_of(mail)


async def test_whoever_withdrew_declined_unsubscribed_or_has_no_address_gets_nothing(
    pool: Pool, worker: Worker, mailboxes: Mailboxes
) -> None:
    event = await make_event(pool)
    guests = [await make_invitation(pool, event, email=f"{name}@example.com") for name in ("fine", "withdrawn", "declined", "gone")]
    guests.append(await make_invitation(pool, event, email=""))
    wave = await send_wave(pool, await scope_of(pool, event=event), guests)
    await pool.execute("update invitations set withdrawn_at = now() where id = $1", guests[1].id)
    await answer(pool, guests[2], event, "declined")
    await pool.execute(
        "insert into unsubscriptions (organiser_id, email, channel) values ($1, 'gone@example.com', 'page')", event.organiser_id
    )

    await work_off(pool, worker)

    reasons = await pool.fetch("select reason from wave_mails where wave_id = $1 and state = 'skipped' order by reason", wave.id)
    assert mailboxes.recipients == ["fine@example.com"]
    assert [row["reason"] for row in reasons] == ["declined", "no_address", "unsubscribed", "withdrawn"]


@pytest.mark.parametrize(("audience", "reached"), [(Audience.SILENT, "silent"), (Audience.PROVISIONAL, "provisional")])
async def test_reminder_asks_again_at_the_last_moment_who_has_answered(
    pool: Pool, worker: Worker, mailboxes: Mailboxes, audience: Audience, reached: str
) -> None:
    event = await make_event(pool)
    other = await make_event(pool, organiser_id=event.organiser_id)
    guests = {name: await make_invitation(pool, event, other, email=f"{name}@example.com") for name in ("silent", "provisional", "coming")}
    await send_wave(pool, await scope_of(pool, event=event), list(guests.values()), kind=WaveKind.REMINDER, audience=audience)
    await answer(pool, guests["provisional"], event, "provisional")
    await answer(pool, guests["coming"], event, "accepted")

    await work_off(pool, worker)

    assert mailboxes.recipients == [f"{reached}@example.com"]
    assert str(mailboxes.received[0]["Subject"]).startswith("May we ask" if reached == "silent" else "Will you be able")


async def test_same_job_coming_again_sends_nothing(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    await send_wave(pool, await scope_of(pool, event=event), [await make_invitation(pool, event)])
    job = dict(await pool.fetchrow("select id, name, payload from jobs") or {})
    await work_off(pool, worker)

    await pool.execute(
        "insert into jobs (id, name, payload, bulk) overriding system value values ($1, $2, $3, true)",
        job["id"],
        job["name"],
        job["payload"],
    )
    await work_off(pool, worker)

    assert len(mailboxes.received) == 1


async def test_bounced_mail_is_sent_again_to_the_corrected_address(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    guest = await make_invitation(pool, event, email="old@example.com")
    mailboxes.refusals["old@example.com"] = "550 no such user"
    wave = await send_wave(pool, await scope_of(pool, event=event), [guest])
    await work_off(pool, worker)
    before = await states(pool, wave)
    await pool.execute("update invitations set email = 'new@example.com' where id = $1", guest.id)

    async with pool.acquire() as tx, tx.transaction():
        again = await send_again(tx, wave.id, [guest.id], now())
    await work_off(pool, worker)

    assert (before, again, await states(pool, wave), mailboxes.recipients) == ({"bounced": 1}, 1, {"sent": 1}, ["new@example.com"])


async def test_mail_sent_again_from_the_outbox_goes_out_and_settles_in_its_wave(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    guest = await make_invitation(pool, event, email="full@example.com")
    mailboxes.refusals["full@example.com"] = "552 mailbox full"
    wave = await send_wave(pool, await scope_of(pool, event=event), [guest])
    await work_off(pool, worker)
    mailboxes.refusals.clear()

    await repeat_mail(pool, await pool.fetchval("select id from mails where invitation_id = $1", guest.id))
    await work_off(pool, worker)

    assert (mailboxes.recipients, await states(pool, wave)) == (["full@example.com"], {"sent": 1})


async def test_mail_that_comes_back_days_later_is_told_by_its_wave(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    wave = await send_wave(pool, await scope_of(pool, event=event), await guests_of(pool, event, 2))
    await work_off(pool, worker)

    statement = "update mails set status = 'bounced' where event_id = $1 and recipient = 'guest-0@example.com'"
    await pool.execute(statement, event.id)

    assert await states(pool, wave) == {"sent": 1, "bounced": 1}


async def test_paused_wave_sends_nothing_and_goes_on_where_it_was(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    wave = await send_wave(pool, await scope_of(pool, event=event), await guests_of(pool, event, 3))
    async with pool.acquire() as tx:
        await pause_wave(tx, wave, now=now())
    await work_off(pool, worker)
    paused = (len(mailboxes.received), await states(pool, wave))
    async with pool.acquire() as tx:
        await resume_wave(tx, wave, now=now())
    await work_off(pool, worker)

    assert (paused, len(set(mailboxes.recipients)), len(mailboxes.received)) == ((0, {"waiting": 3}), 3, 3)


async def test_stopped_wave_writes_to_nobody_any_more(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    wave = await send_wave(pool, await scope_of(pool, event=event), await guests_of(pool, event, 3))
    async with pool.acquire() as tx, tx.transaction():
        await stop_wave(tx, wave, now=now())
    await work_off(pool, worker)

    assert (mailboxes.received, await states(pool, wave)) == ([], {"skipped": 3})


async def test_wave_for_later_waits_for_its_time(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    [guest] = await guests_of(pool, event, 1)
    scope, later = await scope_of(pool, event=event), now() + timedelta(hours=2)
    async with pool.acquire() as tx, tx.transaction():
        wave = await start_wave(
            tx, scope, [guest.id], kind=WaveKind.INVITATION, audience=Audience.EVERYONE, actor="system", send_at=later, now=now()
        )
    await work_off(pool, worker)
    before = len(mailboxes.received)
    await pool.execute("update waves set send_at = now() where id = $1", wave.id)
    await feed_waves(pool)
    await work_off(pool, worker)

    assert (before, len(mailboxes.received)) == (0, 1)


async def test_mail_whose_worker_died_while_sending_is_left_to_a_person(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    wave = await send_wave(pool, await scope_of(pool, event=event), await guests_of(pool, event, 1))
    await pool.execute("update wave_mails set state = 'sending' where wave_id = $1", wave.id)
    await work_off(pool, worker)

    assert (mailboxes.received, await states(pool, wave)) == ([], {"unclear": 1})
    async with pool.acquire() as tx, tx.transaction():
        [guest_id] = [row["invitation_id"] for row in await tx.fetch("select invitation_id from wave_mails where wave_id = $1", wave.id)]
        await send_again(tx, wave.id, [guest_id], now())
    await work_off(pool, worker)
    assert (len(mailboxes.received), await states(pool, wave)) == (1, {"sent": 1})


async def test_many_processes_feeding_at_once_order_each_mail_once(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_event(pool)
    guests = await guests_of(pool, event, 30)
    scope, soon = await scope_of(pool, event=event), now() + timedelta(milliseconds=50)
    async with pool.acquire() as tx, tx.transaction():
        wave = await start_wave(
            tx,
            scope,
            [guest.id for guest in guests],
            kind=WaveKind.INVITATION,
            audience=Audience.EVERYONE,
            actor="system",
            send_at=soon,
            now=now(),
        )
    await asyncio.sleep(0.1)

    await asyncio.gather(*(feed_waves(pool) for _ in range(8)))

    ordered = await pool.fetch("select payload ->> 'invitation_id' as guest from jobs where payload ->> 'wave_id' = $1", str(wave.id))
    assert sorted(row["guest"] for row in ordered) == sorted(str(guest.id) for guest in guests)
    await work_off(pool, worker)
    assert (len(mailboxes.received), await states(pool, wave)) == (30, {"sent": 30})


async def guests_of(pool: Pool, event: Event, number: int) -> list[Invitation]:
    return [await make_invitation(pool, event, email=f"guest-{n}@example.com") for n in range(number)]
