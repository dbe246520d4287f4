"""Consents: given and taken back by the guest, marketing only after a yes from the mailbox, and proof of all of it."""

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from events.kit.clock import now
from events.kit.database import Pool
from events.kit.i18n import use_language
from events.kit.mail_folder import kept_mail, kept_names
from events.people.consents import Purpose, consent_text, text_hash
from events.privacy.consent_queries import count_marketing
from events.privacy.consents import ask_for_confirmation, keep_texts
from events.registration.model import Outcome
from tests.builders import BASE_URL, book, make_event, make_guest
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, Visitor

from .builders import consent

HANAKO = make_guest(
    "見本",
    "花子",
    family_name_latin="Mihon",
    given_name_latin="Hanako",
    diet="vegan",
    consents=[consent(Purpose.PRIVACY), consent(Purpose.SENSITIVE)],
)


async def decide(visitor: Visitor, outcome: Outcome, pool: Pool, purpose: str, agreed: str, *, position: int = 0) -> Any:
    guest_id = await pool.fetchval("select id from guests where booking_id = $1 and position = $2", outcome.booking_id, position)
    return await visitor.client.post(f"/b/{outcome.token}/guests/{guest_id}/consents", data={"purpose": purpose, "agreed": agreed})


async def standing(pool: Pool, outcome: Outcome) -> list[str]:
    rows = await pool.fetch(
        "select c.purpose from standing_consents c join guests g on g.id = c.guest_id where g.booking_id = $1 order by 1",
        outcome.booking_id,
    )
    return [row[0] for row in rows]


async def mail_to_confirm(app: Litestar, data_dir: Path) -> EmailMessage:
    await app.state.worker.run_until_idle()
    found = [kept_mail(data_dir, name) for name in kept_names(data_dir)]
    (mail,) = [one for one in found if one is not None and "/consents/" in plain_text(one)]
    return mail


def plain_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    link = re.search(rf"{BASE_URL}(/consents/[\w-]+)", plain_text(mail))
    assert link is not None
    return link[1]


async def test_page_says_what_is_kept_and_what_was_agreed_to(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), HANAKO, make_guest("Contoh", ""), email="hanako@example.com")
    page = await visitor.open(f"/b/{outcome.token}/privacy")
    expected = ["Hanako Mihon", "見本 花子", "Contoh", "hanako@example.com", "Vegan", consent_text(Purpose.MARKETING)]
    assert ([text for text in expected if text not in page.text], page.text.count(consent_text(Purpose.MARKETING))) == ([], 1)


async def test_every_consent_can_be_given_and_taken_back(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), HANAKO)
    given = [await decide(visitor, outcome, pool, purpose, "yes") for purpose in ("guest_list", "follow_up")]
    after = await standing(pool, outcome)
    listed = await pool.fetchval("select in_guest_list from guests where booking_id = $1", outcome.booking_id)
    taken = [await decide(visitor, outcome, pool, purpose, "no") for purpose in ("guest_list", "follow_up", "sensitive")]
    guest = await pool.fetchrow("select in_guest_list, diet from guests where booking_id = $1", outcome.booking_id)
    rows = await pool.fetchval(
        "select count(*) from consents c join guests g on g.id = c.guest_id where g.booking_id = $1", outcome.booking_id
    )
    assert guest is not None
    assert {
        "answers": [answer.status_code for answer in given + taken],
        "after giving": (after, listed),
        "after taking back": (await standing(pool, outcome), tuple(guest)),
        "rows kept as proof": rows,
    } == {
        "answers": [303] * 5,
        "after giving": (["follow_up", "guest_list", "privacy", "sensitive"], True),
        "after taking back": (["privacy"], (False, "")),
        "rows kept as proof": 4,
    }


async def test_what_was_agreed_to_can_be_read_again(visitor: Visitor, pool: Pool) -> None:
    visitor.client.headers["accept-language"] = "ja"
    outcome = await book(pool, await make_event(pool), HANAKO)
    await decide(visitor, outcome, pool, "guest_list", "yes")
    row = await pool.fetchrow(
        """
        select c.text_hash, c.locale, c.channel, t.words
        from consents c
        join guests g on g.id = c.guest_id
        join consent_texts t on t.text_hash = c.text_hash
        where g.booking_id = $1
          and c.purpose = 'guest_list'
        """,
        outcome.booking_id,
    )
    with use_language("ja"):
        words = consent_text(Purpose.GUEST_LIST)
    assert row is not None
    assert tuple(row) == (text_hash(Purpose.GUEST_LIST, "ja"), "ja", "form", words)


@pytest.mark.parametrize(("purpose", "agreed", "position"), [("privacy", "no", 0), ("sensitive", "yes", 0), ("marketing", "yes", 1)])
async def test_what_is_not_offered_is_refused(visitor: Visitor, pool: Pool, purpose: str, agreed: str, position: int) -> None:
    outcome = await book(pool, await make_event(pool), HANAKO, make_guest("Contoh", ""))
    before = await standing(pool, outcome)
    answer = await decide(visitor, outcome, pool, purpose, agreed, position=position)
    assert (answer.status_code, await standing(pool, outcome)) == (404, before)


async def test_guests_of_another_booking_are_not_found(visitor: Visitor, pool: Pool) -> None:
    event = await make_event(pool)
    mine, other = await book(pool, event, HANAKO), await book(pool, event, HANAKO)
    stranger = await pool.fetchval("select id from guests where booking_id = $1", other.booking_id)
    answer = await visitor.client.post(f"/b/{mine.token}/guests/{stranger}/consents", data={"purpose": "sensitive", "agreed": "no"})
    unknown = [
        await visitor.client.get(f"/b/wrong{path}")
        for path in ("/privacy", "/privacy/data", "/privacy/data.json", "/erasure", "/guest-list")
    ]
    assert (answer.status_code, await standing(pool, other), [one.status_code for one in unknown]) == (
        404,
        ["privacy", "sensitive"],
        [404] * 5,
    )


async def test_marketing_counts_only_after_a_yes_from_the_mailbox(app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path) -> None:
    outcome = await book(pool, await make_event(pool), HANAKO, email="hanako@example.com", mail=False)
    await decide(visitor, outcome, pool, "marketing", "yes")
    mail = await mail_to_confirm(app, tmp_path)
    link = link_in(mail)
    asked = await visitor.open(link)
    opened_by_scanners = [await standing(pool, outcome) for _ in range(2) if (await visitor.open(link)).status == 200]
    thanked = await visitor.client.post(asked.forms[0].action)
    assert {
        "to": mail["To"],
        "words in the mail": consent_text(Purpose.MARKETING) in plain_text(mail),
        "after GET": opened_by_scanners,
        "after POST": (thanked.status_code, await standing(pool, outcome)),
    } == {
        "to": "hanako@example.com",
        "words in the mail": True,
        "after GET": [["privacy", "sensitive"]] * 2,
        "after POST": (200, ["marketing", "privacy", "sensitive"]),
    }


async def test_no_from_the_mailbox_ends_it_for_good(app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path) -> None:
    outcome = await book(pool, await make_event(pool), HANAKO, mail=False)
    await decide(visitor, outcome, pool, "marketing", "yes")
    link = link_in(await mail_to_confirm(app, tmp_path))
    refused = await visitor.client.post(f"{link}/withdrawal")
    again = await visitor.client.post(link)
    assert (refused.status_code, again.status_code, await standing(pool, outcome)) == (200, 410, ["privacy", "sensitive"])


async def test_a_link_that_is_too_old_or_invented_is_over(app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path) -> None:
    outcome = await book(pool, await make_event(pool), HANAKO, mail=False)
    await decide(visitor, outcome, pool, "marketing", "yes")
    link = link_in(await mail_to_confirm(app, tmp_path))
    await pool.execute("update consents set confirm_until = $1 where confirm_until is not null", now() - timedelta(minutes=1))
    answers = [await visitor.client.get(link), await visitor.client.post(link), await visitor.client.get("/consents/invented")]
    assert ([one.status_code for one in answers], await standing(pool, outcome)) == ([410] * 3, ["privacy", "sensitive"])


async def test_a_tick_in_the_sign_up_is_asked_about_once(app: Litestar, pool: Pool, tmp_path: Path) -> None:
    await keep_texts(pool)
    guest = make_guest(consents=[consent(Purpose.PRIVACY), consent(Purpose.MARKETING)])
    outcome = await book(pool, await make_event(pool), guest, email="erika@example.com", mail=False)
    for _ in range(2):
        await ask_for_confirmation(pool)
    mail = await mail_to_confirm(app, tmp_path)
    assert (mail["To"], await standing(pool, outcome)) == ("erika@example.com", ["privacy"])


async def test_news_ended_by_a_mails_link_can_be_wanted_again(app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path) -> None:
    outcome = await make_subscriber(app, visitor, pool, tmp_path, email="hanako@example.com")
    organiser_id = await pool.fetchval("select organiser_id from bookings where id = $1", outcome.booking_id)
    seen = [await count_marketing(pool, [organiser_id])]
    await pool.execute("insert into unsubscriptions (organiser_id, email, channel) values ($1, 'hanako@example.com', 'page')", organiser_id)
    page = await visitor.open(f"/b/{outcome.token}/privacy")
    seen.append(await count_marketing(pool, [organiser_id]))
    await decide(visitor, outcome, pool, "marketing", "yes")
    await app.state.worker.run_until_idle()
    await pool.execute("update consents set confirmed_at = clock_timestamp() where confirm_until > now() and withdrawn_at is null")
    seen.append(await count_marketing(pool, [organiser_id]))
    assert (seen, page.text.count("Not agreed")) == ([1, 0, 1], 3)


async def make_subscriber(app: Litestar, visitor: Visitor, pool: Pool, data_dir: Path, **booking: Any) -> Outcome:
    outcome = await book(pool, await make_event(pool), HANAKO, mail=False, **booking)
    await decide(visitor, outcome, pool, "marketing", "yes")
    await visitor.client.post(link_in(await mail_to_confirm(app, data_dir)))
    return outcome


async def test_organiser_sees_and_exports_who_wants_news_and_nobody_else(
    app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path
) -> None:
    outcome = await make_subscriber(app, visitor, pool, tmp_path, email="Hanako@Example.com")
    organiser_id = await pool.fetchval("select organiser_id from bookings where id = $1", outcome.booking_id)
    staff, foreign = await make_staff(pool, organiser_id), await make_staff(pool, (await make_event(pool)).organiser_id)
    async with browser(app, await make_session(pool, staff)) as mine, browser(app, await make_session(pool, foreign)) as theirs:
        page, other = Page(await mine.get("/organiser/marketing")), Page(await theirs.get("/organiser/marketing"))
        file, other_file = await mine.post("/organiser/marketing.csv"), await theirs.post("/organiser/marketing.csv")
        await pool.execute(
            "insert into unsubscriptions (organiser_id, email, channel) values ($1, 'hanako@example.com', 'one_click')", organiser_id
        )
        ended = await mine.post("/organiser/marketing.csv")
    audit = await pool.fetch("select action, actor from audit_entries where organiser_id = $1", organiser_id)
    lines = [len(answer.content.decode().strip().splitlines()) for answer in (file, other_file, ended)]
    assert {
        "pages": ("Hanako@Example.com" in page.text, "Example.com" in other.text),
        "files": (lines, "見本".encode() in file.content),
        "audit": [tuple(row) for row in audit],
    } == {
        "pages": (True, False),
        "files": ([2, 1, 1], True),
        "audit": [("marketing_exported", staff.actor)] * 2,
    }
