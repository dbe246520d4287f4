"""What guests take along and have erased by themselves."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from litestar import Litestar

from events.accounts.queries import insert_audit_entry
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.mail_folder import kept_mail, kept_names
from events.questions.sealing import seal
from events.registration.reconcile import differences
from tests.builders import BASE_URL, TOKENS, book, make_event, make_guest
from tests.staff import browser, make_session, make_staff
from tests.visitor import Visitor

from .builders import EMAIL, NEEDLES, SAID, WORDS, Known, make_answer, make_known_person
from .whole_database import columns_holding


def link(known: Known, path: str = "") -> str:
    return f"/b/{TOKENS.token('booking', known.outcome.booking_id)}{path}"


async def erasure_link(app: Litestar, data_dir: Path) -> tuple[str, str]:
    """Who got the mail, and where its link leads."""
    await app.state.worker.run_until_idle()
    for name in kept_names(data_dir):
        mail = kept_mail(data_dir, name)
        body = mail.get_body(("plain",)) if mail else None
        found = re.search(rf"{BASE_URL}(/erasures/[\w-]+)", body.get_content()) if body else None
        if mail and found:
            return str(mail["To"]), found[1]
    raise AssertionError("no mail asks for confirmation")


async def test_own_data_are_complete_and_byte_exact_without_what_is_internal(visitor: Visitor, pool: Pool) -> None:
    known = await make_known_person(pool)
    answer = await visitor.client.get(link(known, "/privacy/data.json"))
    page = await visitor.open(link(known, "/privacy/data"))
    data = json.loads(answer.content)["data"]
    told = answer.content.decode()
    internal = [SAID["reason"], SAID["note"], SAID["door"], SAID["conflict"]]
    readable = [WORDS["family_name"], WORDS["company"], "zwetschgenknoedel", SAID["answer"], SAID["file"], EMAIL]
    assert {
        "guest": {name: data["guests"][0][name] for name in WORDS},
        "bookings": len(data["bookings"]),
        "internal": [word for word in internal if word in told or word in page.text],
        "readable": [word for word in readable if word not in page.text],
        "hashes": [name for name in ("token_hash", "code_hash", "search_key", "match_key") if name in told],
    } == {"guest": WORDS, "bookings": 2, "internal": [], "readable": [], "hashes": []}


async def test_sealed_answers_are_open_to_the_guest_and_closed_to_the_organiser(app: Litestar, visitor: Visitor, pool: Pool) -> None:
    known = await make_known_person(pool)
    question_id = await make_answer(pool, known.over, known.guest_id, known.booking_ids[0], sensitivity="security")
    sealed = seal(TOKENS, question_id, b'"passport P1234567"', context=EMAIL)
    await pool.execute("update question_answers set value = null, sealed = $2 where question_id = $1", question_id, sealed)
    own = await visitor.client.get(link(known, "/privacy/data.json"))
    async with browser(app, await make_session(pool, await make_staff(pool, known.organiser_id))) as client:
        taken = await client.post(f"/organiser/people/guests/{known.guest_id}/data.json")
    answers = [json.loads(answer.content)["data"]["answers_to_questions"] for answer in (own, taken)]
    told = [[(row["value"], row.get("is_sealed")) for row in rows if row["question_id"] == str(question_id)] for rows in answers]
    assert (told, sealed.hex().encode() in own.content + taken.content) == ([[("passport P1234567", None)], [(None, True)]], False)


async def test_any_booking_of_the_party_shows_the_same(visitor: Visitor, pool: Pool) -> None:
    known = await make_known_person(pool)
    second = f"/b/{TOKENS.token('booking', known.booking_ids[1])}/privacy/data.json"
    first, other = [json.loads((await visitor.client.get(path)).content)["data"] for path in (link(known, "/privacy/data.json"), second)]
    assert first == other


async def test_guest_sees_by_role_who_took_the_details_away(visitor: Visitor, pool: Pool) -> None:
    known = await make_known_person(pool)
    staff = await make_staff(pool, known.organiser_id)
    async with pool.acquire() as connection:
        for action, subject in (
            ("guests_exported", f"event:{known.over.slug}"),
            ("person_viewed", f"guest:{known.guest_id}"),
            ("guests_exported", "event:another"),
        ):
            await insert_audit_entry(
                connection, organiser_id=known.organiser_id, actor=staff.actor, action=action, subject=subject, detail={}
            )
    page = await visitor.open(link(known, "/privacy"))
    told = ["the organiser took the guest list as a file", "the organiser looked at food, access and answers"]
    assert ([words for words in told if words not in page.text], "2×" in page.text, staff.name in page.text) == ([], False, False)


@pytest.mark.usefixtures("nobody_else")
async def test_erasure_happens_only_when_the_mailbox_says_yes(app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path) -> None:
    known = await make_known_person(pool)
    asked = await visitor.send(await visitor.open(link(known, "/erasure")), {"guests": str(known.guest_id)})
    recipient, address = await erasure_link(app, tmp_path)
    opened = [(await visitor.open(address)).status for _ in range(2)]
    before = await columns_holding(pool, [EMAIL])
    done = await visitor.client.post(address)
    after = [(await visitor.client.post(address)).status_code, (await visitor.open(link(known))).status]
    assert {
        "asked": ("Nothing is erased until" in asked.text, recipient),
        "GET": (opened, bool(before)),
        "POST": (done.status_code, await columns_holding(pool, NEEDLES), await differences(pool)),
        "afterwards": after,
    } == {"asked": (True, EMAIL), "GET": ([200, 200], True), "POST": (200, [], []), "afterwards": [410, 404]}


async def test_link_of_an_erasure_ends_after_two_days(app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path) -> None:
    known = await make_known_person(pool)
    await visitor.send(await visitor.open(link(known, "/erasure")), {"guests": str(known.guest_id)})
    _recipient, address = await erasure_link(app, tmp_path)
    await pool.execute("update erasure_requests set expires_at = $1", now() - timedelta(seconds=1))
    answers = [await visitor.client.get(address), await visitor.client.post(address), await visitor.client.post("/erasures/invented")]
    assert ([one.status_code for one in answers], bool(await columns_holding(pool, [EMAIL]))) == ([410] * 3, True)


async def test_one_of_two_guests_goes_and_the_booking_stays(app: Litestar, visitor: Visitor, pool: Pool, tmp_path: Path) -> None:
    outcome = await book(pool, await make_event(pool), make_guest(), make_guest("Contoh", "Quux"), email="erika@example.com", mail=False)
    companion = await pool.fetchval("select id from guests where booking_id = $1 and position = 1", outcome.booking_id)
    await visitor.send(await visitor.open(f"/b/{outcome.token}/erasure"), {"guests": str(companion)})
    _recipient, address = await erasure_link(app, tmp_path)
    await visitor.client.post(address)
    page = await visitor.open(f"/b/{outcome.token}/privacy")
    states = await pool.fetch(
        "select r.state from registrations r join guests g on g.id = r.guest_id where r.booking_id = $1 order by g.position",
        outcome.booking_id,
    )
    seen = [words for words in ("Erika Platzhalter", "Erased guest", "erika@example.com") if words in page.text]
    assert (seen, "Quux" in page.html, [row[0] for row in states]) == (
        ["Erika Platzhalter", "Erased guest", "erika@example.com"],
        False,
        ["confirmed", "cancelled"],
    )


async def test_a_question_without_a_choice_is_asked_again(visitor: Visitor, pool: Pool) -> None:
    outcome = await book(pool, await make_event(pool), make_guest(), make_guest("Contoh", ""))
    page = await visitor.send(await visitor.open(f"/b/{outcome.token}/erasure"), {})
    assert (
        page.status,
        list(page.errors),
        await pool.fetchval("select count(*) from erasure_requests where booking_id = $1", outcome.booking_id),
    ) == (
        422,
        ["guests"],
        0,
    )
