"""Files are looked at by the scanner, and forgotten when their form is never sent off."""

import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from events.kit.clock import now
from events.kit.database import Pool
from events.kit.forms import Form, SentFile
from events.questions.forms import parse_answers
from events.questions.model import GivenAnswer, Per, Sensitivity
from events.questions.queries import insert_upload, questions_of_event
from events.questions.scanning import scanner
from events.questions.sealing import seal
from events.questions.uploads import forget_unsent, receive_files
from tests.builders import book, make_event, make_guest
from tests.questions.builders import PDF, TOKENS, make_question

# Says "harmful" to what holds the word, "cannot tell" to what holds another one.
BARELY_READS = "import sys; sys.exit(0 if sys.stdin.read(1) == '%' else 3)"
SCANNER = "import sys; found = sys.stdin.buffer.read(); sys.exit(1 if b'EICAR' in found else 2 if b'odd' in found else 0)"


async def keep(pool: Pool, question_id: UUID, event_id: UUID, content: bytes, *, sealed: bool = False) -> UUID:
    upload_id = UUID(int=question_id.int ^ len(content))
    stored = seal(TOKENS, question_id, msgspec.msgpack.encode(("a.pdf", content)), context="") if sealed else content
    await insert_upload(
        pool, upload_id, event_id=event_id, question_id=question_id, file_name="a.pdf", media_type="application/pdf",
        size=len(content), content=stored, sealed=sealed, now=now(),
    )  # fmt: skip
    return upload_id


async def verdicts(pool: Pool, ids: list[UUID]) -> list[tuple[str, bool]]:
    """Verdict, and whether the content is still there."""
    rows = await pool.fetch("select verdict, content <> '' as kept from uploads where id = any ($1) order by array_position($1, id)", ids)
    return [tuple(row) for row in rows]


async def test_the_scanner_says_what_is_clean_and_harmful_content_is_gone(pool: Pool) -> None:
    event = await make_event(pool)
    paper = await make_question(pool, event.id, "paper", "file")
    passport = await make_question(pool, event.id, "passport", "file", sensitivity=Sensitivity.SECURITY)
    contents = [PDF, PDF + b"EICAR", PDF + b"odd"]
    ids = [await keep(pool, paper.id, event.id, content) for content in contents]
    ids += [await keep(pool, passport.id, event.id, content, sealed=True) for content in contents[:2]]
    scan = scanner([sys.executable, "-c", SCANNER], TOKENS)
    seen = [await scan(pool), await scan(pool)]
    assert await verdicts(pool, ids) == [("clean", True), ("infected", False), ("unseen", True), ("clean", True), ("infected", False)]
    assert seen == [5, 0]
    await pool.execute("update uploads set scan_after = now() where id = any ($1)", ids)
    assert await scan(pool) == 1


@pytest.mark.parametrize("command", [["/nowhere/scanner"], [sys.executable, "-c", BARELY_READS]])
async def test_a_scanner_that_is_broken_or_does_not_read_on_loses_nothing(pool: Pool, command: list[str]) -> None:
    event = await make_event(pool)
    question = await make_question(pool, event.id, "paper", "file")
    upload_id = await keep(pool, question.id, event.id, PDF + b" " * 1_000_000)
    await scanner(command, TOKENS)(pool)
    ((verdict, kept),) = await verdicts(pool, [upload_id])
    assert (verdict in ("unseen", "clean"), kept) == (True, True)


async def test_a_file_found_harmful_is_refused_when_it_comes_again(pool: Pool) -> None:
    event = await make_event(pool)
    await make_question(pool, event.id, "paper", "file", required=True)
    (question,) = await questions_of_event(pool, event.id)

    async def send() -> Form:
        form = Form(files=[("q-paper", SentFile("a.pdf", PDF + b"EICAR"))])
        await receive_files(pool, form, [question], per=Per.GUEST, tokens=TOKENS, context="x")
        return form

    first = await send()
    await scanner([sys.executable, "-c", SCANNER], TOKENS)(pool)
    again = await send()
    assert (first.errors, again.errors) == ({}, {"q-paper": "Our check found harmful software in this file. Please send another one."})
    assert parse_answers(again, [question], per=Per.GUEST, tokens=TOKENS, context="x") == []


async def test_a_file_whose_form_was_never_sent_off_is_forgotten_after_a_day(pool: Pool, tmp_path: Path) -> None:
    event = await make_event(pool)
    question = await make_question(pool, event.id, "paper", "file")
    sent, unsent, fresh = [await keep(pool, question.id, event.id, PDF + b" " * number) for number in range(3)]
    await book(pool, event, make_guest(answers=[GivenAnswer(question.id, str(sent))]))
    old = now() - timedelta(days=1, minutes=1)
    await pool.execute("update uploads set created_at = $2 where id = any ($1)", [sent, unsent], old)
    assert [await forget_unsent(pool), await forget_unsent(pool)] == [1, 0]
    left = await pool.fetch("select id from uploads where event_id = $1", event.id)
    assert {row[0] for row in left} == {sent, fresh}
