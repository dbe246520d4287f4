"""Two guests exchange contacts: both consent, both confirm, and until then neither learns anything of the other."""

import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.registration.actions import cancel_places, substitute
from events.registration.queries import booking_by_id
from tests.builders import TOKENS, make_event, make_guest
from tests.contacts.conftest import NewPhone
from tests.contacts.phones import ERIKA, HANAKO, end_event
from tests.staff import browser
from tests.visitor import Page, Visitor


async def test_ticket_leads_to_the_exchange_where_it_is_on(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    erika = await new_phone(ERIKA)
    page = await erika.visitor.open(f"/t/{erika.code}")
    assert erika.home in page.links
    await pool.execute("update contact_exchanges set is_open = false where event_id = $1", event.id)
    page = await erika.visitor.open(f"/t/{erika.code}")
    assert erika.home not in page.links
    refused = await erika.open()
    assert (refused.status, "Contacts are not exchanged at this event" in refused.text) == (404, True)


async def test_card_needs_an_agreement_that_is_kept_with_its_words(new_phone: NewPhone, pool: Pool) -> None:
    erika = await new_phone(ERIKA)
    page = await erika.post(email="erika@example.com")
    assert (page.status, page.errors) == (422, {"contacts": "Please agree to it first: without that nothing is shared."})
    assert await pool.fetchval("select count(*) from contact_cards where registration_id = $1", await erika.registration_id(pool)) == 0

    page = await erika.share(email="erika@example.com", phone="+49 361 0000", company="yes")
    assert page.status == 200
    row = await pool.fetchrow(
        """
        select c.shares, c.email, c.phone, n.purpose, n.withdrawn_at, t.words
        from contact_cards c
        join consents n on n.id = c.consent_id
        join consent_texts t on t.text_hash = n.text_hash
        where c.registration_id = $1
        """,
        await erika.registration_id(pool),
    )
    assert row is not None
    words = row["words"]
    assert tuple(row)[:5] == (["company"], "erika@example.com", "+49 361 0000", "contacts", None)
    assert words.startswith("Guests with whom I exchange contacts at this event receive my name")


@pytest.mark.parametrize(
    ("field", "typed"), [("email", "erika@"), ("phone", "call me"), ("phone", "1" * 60), ("email", "\x00@example.com")]
)
async def test_wrong_details_come_back(new_phone: NewPhone, field: str, typed: str) -> None:
    erika = await new_phone(ERIKA)
    page = await erika.share(**{field: typed})
    assert (page.status, list(page.errors)) == (422, [field])


async def test_scanning_each_other_exchanges(new_phone: NewPhone, pool: Pool) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={"company": "yes"})
    assert await erika.kind(f"HTTPS://EXAMPLE.COM/T/{hanako.code}") == "asked"
    for phone, other in ((erika, "見本"), (hanako, "Platzhalter")):
        assert other not in (await phone.open()).html
    assert await hanako.kind(erika.code.lower()) == "agreed"
    assert ["見本 花子" in (await erika.open()).text, "株式会社みほん光学" in (await erika.open()).text] == [True, True]
    page = await hanako.open()
    assert ["Dr. Erika Platzhalter" in page.text, "Musterlinse" in page.text] == [True, False]  # she did not tick the company
    assert [await erika.kind(hanako.code), await hanako.kind(erika.code)] == ["already", "already"]
    assert await pool.fetchval("select count(*) from contact_meetings") >= 1


async def test_asked_guest_says_yes_by_the_number_both_see(new_phone: NewPhone, pool: Pool) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    assert await erika.kind(await hanako.short_code(pool)) == "asked"
    meeting = await pool.fetchrow("select id, number from contact_meetings where asked_of = $1", await hanako.registration_id(pool))
    assert meeting is not None
    asked = await hanako.open()
    assert [str(meeting["number"]) in page.text for page in (asked, await erika.open())] == [True, True]
    assert "Platzhalter" not in asked.html
    page = await hanako.post(f"/meetings/{meeting['id']}/agreement")
    assert "Dr. Erika Platzhalter" in page.text
    assert "見本 花子" in (await erika.open()).text


async def test_refusal_is_told_to_nobody_and_asking_again_changes_nothing(new_phone: NewPhone, pool: Pool) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    await erika.kind(hanako.code)
    meeting_id = await pool.fetchval("select id from contact_meetings where asked_of = $1", await hanako.registration_id(pool))
    page = await hanako.post(f"/meetings/{meeting_id}/refusal")
    assert "Somebody has just scanned" not in page.text
    assert await erika.kind(hanako.code) == "asked"
    assert "Somebody has just scanned" not in (await hanako.open()).text
    assert "Waiting for the other person" in (await erika.open()).text
    assert await hanako.kind(erika.code) == "agreed"  # she thought better of it, and scanned herself


async def test_question_can_be_taken_back(new_phone: NewPhone, pool: Pool) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    await erika.kind(hanako.code)
    meeting_id = await pool.fetchval("select id from contact_meetings where asked_of = $1", await hanako.registration_id(pool))
    await erika.post(f"/meetings/{meeting_id}/refusal")
    assert "Somebody has just scanned" not in (await hanako.open()).text
    assert (await hanako.post(f"/meetings/{meeting_id}/agreement")).status == 404


async def test_every_code_that_leads_nowhere_says_why(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    erika, clara = await new_phone(ERIKA, share={}), await new_phone(make_guest("Weiß", "Clara"))
    elsewhere = await new_phone(make_guest("Anderswo"), at=await make_event(pool, organiser_id=event.organiser_id))
    foreign = await new_phone(make_guest("Fremd"), at=await make_event(pool))
    gone = await new_phone(make_guest("Gegangen"), share={})
    async with pool.acquire() as connection, connection.transaction():
        await cancel_places(connection, event.id, [await gone.registration_id(pool)], actor="guest", now=now())
    told = {
        "own": erika.code,
        "own by short code": await erika.short_code(pool),
        "no card": clara.code,
        "another event": elsewhere.code,
        "another organiser": foreign.code,
        "cancelled": gone.code,
        "unknown": "AAAA BBBB CCCC DDDD",
        "unknown short code": "ZZZ ZZZ",
        "a menu": "https://example.com/menu",
        "nothing": "",
    }
    assert {what: await erika.kind(code) for what, code in told.items()} == {
        "own": "own",
        "own by short code": "own",
        "no card": "no_card",
        "another event": "foreign",
        "another organiser": "foreign",
        "cancelled": "cancelled",
        "unknown": "unknown",
        "unknown short code": "unknown",
        "a menu": "unreadable",
        "nothing": "unreadable",
    }
    for what, code in told.items():
        words = (await erika.scan(code))["words"]
        assert words, what
        assert not any(name in words for name in ("Weiß", "Anderswo", "Fremd", "Gegangen")), what


async def test_without_a_script_the_page_says_the_same(new_phone: NewPhone) -> None:
    erika = await new_phone(ERIKA, share={})
    page = await erika.post("/scans", code=erika.code)
    assert "That is your own ticket" in page.text


async def test_before_the_doors_and_after_the_end(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    erika, hanako, late = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={}), await new_phone(make_guest("Spät"))
    await end_event(pool, event, hours_ago=-6)
    assert [await erika.kind(hanako.code), "You are set" in (await erika.open()).text] == ["early", True]
    await end_event(pool, event, hours_ago=0.5)
    assert await erika.kind(hanako.code) == "asked"  # people exchange contacts while they say goodbye
    await end_event(pool, event, hours_ago=1.5)
    assert [await erika.kind(hanako.code), await hanako.kind(erika.code)] == ["over", "over"]
    assert (await late.share()).status == 404


async def test_switching_off_ends_new_meetings(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    await pool.execute("update contact_exchanges set is_open = false where event_id = $1", event.id)
    assert await erika.kind(hanako.code) == "off"


async def test_typing_one_code_after_the_other_is_stopped(new_phone: NewPhone) -> None:
    erika = await new_phone(ERIKA, share={})
    statuses = [(await erika.scan(f"ABC{n:03}".replace("0", "Z").replace("1", "Y")))["status"] for n in range(25)]
    assert (statuses[:20], set(statuses[20:])) == ([200] * 20, {429})


async def test_scanning_without_end_is_stopped(new_phone: NewPhone) -> None:
    erika = await new_phone(ERIKA, share={})
    statuses = [(await erika.scan(erika.code))["status"] for _ in range(45)]
    assert (statuses[:40], set(statuses[40:])) == ([200] * 40, {429})


async def test_nobody_is_checked_in_by_any_of_it(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    await erika.kind(hanako.code)
    await hanako.kind(erika.code)
    assert await pool.fetchval("select count(*) from check_ins where event_id = $1", event.id) == 0


async def test_code_alone_opens_nobodys_contacts(app: Litestar, new_phone: NewPhone, pool: Pool) -> None:
    """Whoever scans a ticket knows its code; that must not be enough to act for its guest."""
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={"email": "hanako@example.com"})
    await erika.kind(hanako.code)
    meeting_id = await pool.fetchval("select id from contact_meetings where asked_of = $1", await hanako.registration_id(pool))
    async with browser(app) as client:
        thief = Visitor(client)
        page = await thief.open(hanako.home)
        posts = ["", "/scans", "/withdrawal", f"/meetings/{meeting_id}/agreement", f"/meetings/{meeting_id}/refusal"]
        answers = [(await client.post(f"{hanako.home}{path}", data={"contacts": "yes", "code": erika.code})).status_code for path in posts]
        looks = [(await client.get(f"{hanako.home}{path}")).status_code for path in ("/cards.vcf", "/stream")]
    assert (page.status, "another phone" in page.text, "hanako@example.com" in page.html) == (200, True, False)
    assert (answers, looks) == ([403] * 5, [403, 403])
    assert await pool.fetchval("select agreed_at is null and declined_at is null from contact_meetings where id = $1", meeting_id)


async def test_booking_moves_the_card_to_another_phone(app: Litestar, new_phone: NewPhone) -> None:
    hanako = await new_phone(HANAKO, share={"email": "hanako@example.com"})
    async with browser(app) as client:
        other = Visitor(client)
        page = await other.open(f"/b/{hanako.outcome.token}/contacts")
        response = await client.post(page.form.action)
        page = Page(await client.get(response.headers["location"]))
        assert "hanako@example.com" in page.text
    assert "another phone" in (await hanako.open()).text


async def test_couple_shares_one_phone(new_phone: NewPhone) -> None:
    couple = await new_phone(ERIKA, make_guest("Platzhalter", "Max"), share={})
    couple.place = 1
    await couple.share()
    assert "another phone" not in (await couple.open()).text
    couple.place = 0
    assert "another phone" not in (await couple.open()).text


async def test_withdrawal_takes_everything_back(new_phone: NewPhone, pool: Pool) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    await erika.kind(hanako.code)
    await hanako.kind(erika.code)
    page = await hanako.post("/withdrawal")
    assert "Switch on contact exchange" in page.text
    assert "見本" not in (await erika.open()).html
    assert await erika.kind(hanako.code) == "no_card"
    withdrawn = await pool.fetchval(
        "select bool_and(withdrawn_at is not null) from consents where purpose = 'contacts' and guest_id = "
        "(select guest_id from registrations where id = $1)",
        await hanako.registration_id(pool),
    )
    assert withdrawn is True


async def test_privacy_page_takes_the_consent_back_as_well(new_phone: NewPhone, pool: Pool) -> None:
    hanako = await new_phone(HANAKO, share={})
    page = await hanako.visitor.open(f"/b/{hanako.outcome.token}/privacy")
    assert "Guests with whom I exchange contacts at this event" in page.text
    guest_id = await pool.fetchval("select guest_id from registrations where id = $1", await hanako.registration_id(pool))
    path = f"/b/{hanako.outcome.token}/guests/{guest_id}/consents"
    given = await hanako.visitor.client.post(path, data={"purpose": "contacts", "agreed": "yes"})
    taken = await hanako.visitor.client.post(path, data={"purpose": "contacts", "agreed": "no"})
    assert (given.status_code in (404, 422), taken.status_code) == (True, 303)
    assert await pool.fetchval("select count(*) from contact_cards where guest_id = $1", guest_id) == 0


async def test_substitute_is_not_taken_for_who_had_the_place(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    await erika.kind(hanako.code)
    await hanako.kind(erika.code)
    booking = await booking_by_id(pool, hanako.outcome.booking_id)
    assert booking is not None
    async with pool.acquire() as connection, connection.transaction():
        place = await hanako.registration_id(pool)
        await substitute(connection, event, booking, place, make_guest("Ersatz", "Anna"), tokens=TOKENS, actor="staff:test", now=now())
    page = await erika.open()
    assert ["見本" in page.html, "Ersatz" in page.html] == [False, False]
