"""What guests are written to about offers and missing details: the real worker, a real SMTP server."""

import pytest

from events.accounts.model import ReviewRole
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.selection.line_actions import withdraw_offer
from events.selection.model import Verdict
from tests.builders import BASE_URL
from tests.selection.builders import apply_for, make_selective_event
from tests.selection.test_offers import free_places, make_offering_event, run_out, wait
from tests.selection.test_reviews import say
from tests.staff import make_staff
from tests.tickets.test_booking_mail import Mailboxes, mailboxes, worker

__all__ = ["mailboxes", "worker"]  # fixtures

WORDS = {
    "de": ("Ein Platz ist für Sie frei geworden", "(MEZ;", "die Zeit zu antworten ist verstrichen", "zurücknehmen"),
    "en": ("A place has become free for you", "(CET;", "the time to answer has passed", "take back the place"),
    "ja": ("お席を1名様分ご用意できるようになりました", "ドイツ時間", "回答期限を過ぎたため", "取り消させていただきます"),
}


def sent_to(boxes: Mailboxes, recipient: str) -> list[tuple[str, str]]:
    """Subject and text of the mails to somebody, in the order in which they came."""
    return [(mail["subject"], _text(mail)) for mail in boxes.received if mail["to"] == recipient]


def _text(mail: object) -> str:
    body = mail.get_body(preferencelist=("plain",))  # type: ignore[attr-defined]
    return " ".join(str(body.get_content()).split())


@pytest.mark.parametrize("locale", ["de", "en", "ja"])
async def test_offer_and_its_end_are_told_in_the_guests_language_and_zone(
    pool: Pool, worker: Worker, mailboxes: Mailboxes, locale: str
) -> None:
    event = await make_offering_event(pool)
    staff = await make_staff(pool, event.organiser_id)
    late, next_one = [await wait(pool, event, name, locale=locale, email=f"{name}-{locale}@example.com") for name in ("Late", "Next")]
    await pool.execute("update bookings set time_zone = 'Europe/Berlin' where event_id = $1", event.id)
    await free_places(pool, event, 1)
    await worker.run_until_idle()
    await run_out(pool, event)
    await worker.run_until_idle()
    async with pool.acquire() as connection, connection.transaction():
        await withdraw_offer(connection, event, staff, next_one.booking_id, reason="a mistake", now=now())
    await worker.run_until_idle()
    free, zone, lapsed, withdrawn = WORDS[locale]

    ((_, offer), (_, lapse)), (*_, (_, withdrawal)) = [sent_to(mailboxes, f"{name}-{locale}@example.com") for name in ("Late", "Next")]

    assert (free in offer, zone in offer, f"{BASE_URL}/b/{late.token}/offers/{event.slug}?lang={locale}" in offer) == (True, True, True)
    assert (lapsed in lapse, f"/b/{late.token}/offers/{event.slug}" in lapse) == (True, True)
    assert (withdrawn in withdrawal, "mistake" in withdrawal) == (True, False)


async def test_offer_that_was_answered_meanwhile_is_not_written_about(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_offering_event(pool)
    waiting = await wait(pool, event, "Quick", email="quick@example.com", mail=False)
    await free_places(pool, event, 1)
    await pool.execute("update registrations set state = 'confirmed', expires_at = null where booking_id = $1", waiting.booking_id)

    await worker.run_until_idle()

    assert sent_to(mailboxes, "quick@example.com") == []


async def test_guest_reads_what_is_missing_and_never_the_reason(pool: Pool, worker: Worker, mailboxes: Mailboxes) -> None:
    event = await make_selective_event(pool)
    staff = await make_staff(pool, event.organiser_id, reviews=[ReviewRole.SECURITY])
    guests = await apply_for(pool, event, "Asked", email="asked@example.com", mail=False)
    words = {"missing": "Your name as in the passport", "reason": "looks odd"}
    async with pool.acquire() as connection, connection.transaction():
        await say(connection, event, staff, guests, ReviewRole.SECURITY, verdict=Verdict.INCOMPLETE, **words)

    await worker.run_until_idle()

    ((subject, text),) = sent_to(mailboxes, "asked@example.com")
    assert (subject, "Your name as in the passport" in text, "odd" in text) == (
        "We still need something from you: Networking dinner",
        True,
        False,
    )
    assert f"{BASE_URL}/b/" in text
