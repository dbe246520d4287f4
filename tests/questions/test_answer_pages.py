"""What organisers, reviewers and security see of a guest's answers."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.clock import now
from events.kit.database import Pool
from events.programme.model import Event
from events.questions.forms import sealed_answer
from events.questions.model import GivenAnswer, Per, Sensitivity
from events.questions.queries import insert_upload
from events.questions.sealing import seal
from tests.builders import book, make_event, make_guest, make_organiser
from tests.questions.builders import PDF, TOKENS, make_question
from tests.staff import browser, make_session, make_staff, running_app
from tests.visitor import Page


@pytest.fixture(scope="module")
async def app(dsn: str) -> AsyncIterator[Litestar]:
    async with running_app(dsn) as running:
        yield running


@pytest.fixture
async def event(pool: Pool) -> Event:
    return await make_event(pool)


async def answered(pool: Pool, event: Event) -> str:
    """A guest who has answered one question of each sensitivity; the address of the answers."""
    hotel = await make_question(pool, event.id, "hotel", "choice", options="yes no")
    arrival = await make_question(pool, event.id, "arrival", "date", per=Per.BOOKING)
    allergy = await make_question(pool, event.id, "allergy", "long_text", sensitivity=Sensitivity.SENSITIVE)
    born = await make_question(pool, event.id, "born", "date", sensitivity=Sensitivity.SECURITY)
    await make_question(pool, event.id, "motto", required=True)
    given = [GivenAnswer(hotel.id, "no"), GivenAnswer(allergy.id, "nuts\nand <soy>")]
    given.append(sealed_answer(born, "1970-01-31", tokens=TOKENS, context="test"))
    outcome = await book(pool, event, make_guest("髙見本", "一郎", answers=given))
    await pool.execute(
        "insert into question_answers (question_id, booking_id, value, answered_at) values ($1, $2, $3, now())",
        arrival.id, outcome.booking_id, "2027-04-22",
    )  # fmt: skip
    registration_id = await pool.fetchval("select id from registrations where booking_id = $1", outcome.booking_id)
    return f"/organiser/events/{event.slug}/guests/{registration_id}/answers"


async def sent_file(pool: Pool, event: Event, *, sensitivity: Sensitivity = Sensitivity.ORDINARY, verdict: str = "unseen") -> str:
    """A file that belongs to an answer; the address to get it from."""
    question = await make_question(pool, event.id, f"paper-{sensitivity}-{verdict}", "file", sensitivity=sensitivity)
    upload_id = UUID(int=question.id.int ^ 1)
    is_sealed = sensitivity == Sensitivity.SECURITY
    content = seal(TOKENS, question.id, msgspec.msgpack.encode(("旅券 Łukasz.pdf", PDF)), context="") if is_sealed else PDF
    await insert_upload(
        pool, upload_id, event_id=event.id, question_id=question.id, file_name="" if is_sealed else "旅券 Łukasz.pdf",
        media_type="application/pdf", size=len(PDF), content=content, sealed=is_sealed, now=now(),
    )  # fmt: skip
    await pool.execute("update uploads set verdict = $2 where id = $1", upload_id, verdict)
    await book(pool, event, make_guest(answers=[GivenAnswer(question.id, str(upload_id))]))
    return f"/organiser/events/{event.slug}/uploads/{upload_id}"


async def signed_in(app: Litestar, pool: Pool, organiser_id: UUID, role: Role, *reviews: str) -> httpx.AsyncClient:
    staff = await make_staff(pool, organiser_id, role=role)
    await pool.execute("update memberships set reviews = $2 where staff_id = $1", staff.id, list(reviews))
    return browser(app, await make_session(pool, staff))


async def audited(pool: Pool, event: Event) -> list[str]:
    rows = await pool.fetch("select action from audit_entries where organiser_id = $1 order by id", event.organiser_id)
    return [row[0] for row in rows]


async def test_the_organiser_reads_answers_in_words_but_nothing_sealed(app: Litestar, pool: Pool, event: Event) -> None:
    path = await answered(pool, event)
    async with await signed_in(app, pool, event.organiser_id, Role.ORGANISER) as client:
        page = Page(await client.get(path))
        refused = await client.post(f"{path}/opened")
    assert [words in page.text for words in ("髙見本 一郎", "No", "April 22, 2027", "nuts and <soy>", "Sealed", "Missing", "1970")] == [
        True, True, True, True, True, True, False,
    ]  # fmt: skip
    assert (refused.status_code, "1970" in refused.text, await audited(pool, event)) == (403, False, [])


@pytest.mark.parametrize(("role", "reviews"), [(Role.OWNER, []), (Role.REVIEWER, ["security"]), (Role.ORGANISER, ["security"])])
async def test_security_and_owners_open_answers_and_that_is_written_down(
    app: Litestar, pool: Pool, event: Event, role: Role, reviews: list[str]
) -> None:
    path = await answered(pool, event)
    async with await signed_in(app, pool, event.organiser_id, role, *reviews) as client:
        closed = Page(await client.get(path))
        opened = Page(await client.post(f"{path}/opened"))
    assert ("1970" in closed.text, "January 31, 1970" in opened.text) == (False, True)
    here = f"/organiser/events/{event.slug}"
    assert closed.links[-4:][0] == (f"{here}/applications" if role == Role.REVIEWER else f"{here}/guests")
    assert await audited(pool, event) == ["answers_viewed"]


@pytest.mark.parametrize(("role", "reviews"), [(Role.REVIEWER, ["protocol"]), (Role.DOOR, [])])
async def test_nobody_else_opens_them(app: Litestar, pool: Pool, event: Event, role: Role, reviews: list[str]) -> None:
    path = await answered(pool, event)
    file = await sent_file(pool, event, sensitivity=Sensitivity.SECURITY)
    async with await signed_in(app, pool, event.organiser_id, role, *reviews) as client:
        assert [(await client.post(one)).status_code for one in (f"{path}/opened", file)] == [403, 403]
    assert await audited(pool, event) == []


async def test_a_file_is_saved_under_its_name_and_never_shown(app: Litestar, pool: Pool, event: Event) -> None:
    file = await sent_file(pool, event)
    async with await signed_in(app, pool, event.organiser_id, Role.ORGANISER) as client:
        found = await client.post(file)
        shown = await client.get(file)
    assert (found.status_code, found.content, shown.status_code) == (200, PDF, 405)
    names = ("content-type", "content-disposition", "content-security-policy", "x-content-type-options")
    assert [found.headers[name] for name in names] == [
        "application/octet-stream",
        "attachment; filename*=UTF-8''%E6%97%85%E5%88%B8%20%C5%81ukasz.pdf",
        "sandbox; default-src 'none'",
        "nosniff",
    ]
    assert await audited(pool, event) == ["upload_viewed"]


async def test_a_sealed_file_opens_for_security(app: Litestar, pool: Pool, event: Event) -> None:
    file = await sent_file(pool, event, sensitivity=Sensitivity.SECURITY)
    async with await signed_in(app, pool, event.organiser_id, Role.REVIEWER, "security") as client:
        found = await client.post(file)
    assert (found.status_code, found.content) == (200, PDF)
    assert found.headers["content-disposition"].endswith("%C5%81ukasz.pdf")


async def test_a_harmful_file_and_one_that_was_never_sent_off_are_not_handed_out(app: Litestar, pool: Pool, event: Event) -> None:
    harmful, unsent = await sent_file(pool, event, verdict="infected"), await sent_file(pool, event)
    await pool.execute("delete from question_answers where value #>> '{}' = $1", unsent.rpartition("/")[2])
    async with await signed_in(app, pool, event.organiser_id, Role.OWNER) as client:
        assert [(await client.post(one)).status_code for one in (harmful, unsent)] == [410, 404]


async def test_another_organiser_finds_nothing(app: Litestar, pool: Pool, event: Event) -> None:
    path, file = await answered(pool, event), await sent_file(pool, event)
    own = await make_event(pool, organiser_id=await make_organiser(pool))
    async with await signed_in(app, pool, own.organiser_id, Role.OWNER) as client:
        answers = [await client.get(path), await client.post(f"{path}/opened"), await client.post(file)]
        swapped = [
            await client.get(path.replace(event.slug, own.slug)),
            await client.post(f"{path}/opened".replace(event.slug, own.slug)),
            await client.post(file.replace(event.slug, own.slug)),
        ]
    assert [answer.status_code for answer in answers + swapped] == [404] * 6
