"""Builders: questions of an event, and files of each kind."""

import io
import zipfile
from typing import Any
from uuid import UUID

from events.kit.database import Executor
from events.kit.ids import new_id
from events.questions.model import Kind, Option, Question
from events.questions.queries import insert_question
from tests.builders import TOKENS

__all__ = ["DOCX", "JPEG", "PDF", "PNG", "TOKENS", "make_question", "question", "stored_answers"]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40


def office(*parts: str) -> bytes:
    """A zip archive with these parts, as office programs write their documents."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return content.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")


def question(slug: str = "hotel", kind: str = "text", *, options: str = "", event_id: UUID | None = None, **given: Any) -> Question:
    """A question that is called like its slug; its options are named by their values, unless `choices` says otherwise."""
    values = options.split()
    choices = given.pop("choices", None) or [Option(value, {"en": value.title(), "de": f"{value.title()} (de)"}) for value in values]
    label = given.pop("label", None) or {"en": slug.title(), "de": f"{slug.title()}?", "ja": f"{slug}は"}
    return Question(
        id=new_id(),
        event_id=event_id or new_id(),
        slug=slug,
        position=given.pop("position", 0),
        kind=Kind(kind),
        label=label,
        options=choices,
        **given,
    )


async def make_question(db: Executor, event_id: UUID, slug: str = "hotel", kind: str = "text", **given: Any) -> Question:
    """A question of the event, after those it has."""
    position = await db.fetchval("select count(*) from questions where event_id = $1", event_id)
    made = question(slug, kind, event_id=event_id, position=position, **given)
    await insert_question(db, made)  # type: ignore[arg-type]  # outside of a transaction it is one of its own
    return made


async def stored_answers(db: Executor, event_id: UUID) -> list[tuple[str, str | None, Any]]:
    """Every answer of the event: the question's slug, the guest's family name (None: of the booking), the value."""
    rows = await db.fetch(
        """
        select q.slug, g.family_name, a.value
        from question_answers a
        join questions q on q.id = a.question_id
        left join guests g on g.id = a.guest_id
        where q.event_id = $1
        order by q.position, g.position nulls first, a.booking_id
        """,
        event_id,
    )
    return [tuple(row) for row in rows]
