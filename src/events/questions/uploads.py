"""Files that come with a form: kept as soon as they arrived, so that an error elsewhere in the form does not lose them."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from events.kit.clock import now
from events.kit.database import Executor, Pool
from events.kit.forms import Form, SentFile
from events.kit.i18n import gettext as _
from events.kit.tokens import Tokens

from . import answer_queries, queries
from .files import checked_type, plain_name
from .forms import field_name, reference
from .model import Kind, Per, Question, Sensitivity
from .sealing import seal
from .values import Unfit

# All files of one event together; 420 guests with three photographed papers each are 4 GB at most. Keeps a stranger with a script
# from filling the disk.
UNSENT_STAY = timedelta(days=1)
LARGEST_EVENT = 5_000_000_000


async def receive_files(
    db: Executor, form: Form, questions: Sequence[Question], prefix: str = "", *, per: Per, tokens: Tokens, context: str
) -> None:
    """Keeps the files that came with the form and puts a signed reference to each into it; what is wrong is noted as its error."""
    for question in questions:
        file = form.files.get(field_name(question, prefix))
        if question.per == per and question.kind == Kind.FILE and file is not None:
            await _receive(db, form, question, file, name=field_name(question, prefix), tokens=tokens, context=context)


async def forget_unsent(pool: Pool) -> int:
    """Sweep: deletes files whose form was never sent off. Answers how many."""
    return await answer_queries.forget_unsent_uploads(pool, now() - UNSENT_STAY)


async def _receive(db: Executor, form: Form, question: Question, file: SentFile, *, name: str, tokens: Tokens, context: str) -> None:
    try:
        upload_id = await _keep(db, question, file, tokens=tokens, context=f"{context}\0{name}")
    except Unfit as unfit:
        form.error(name, str(unfit))
        return
    form.put(f"{name}-kept", reference(tokens, question, upload_id))
    form.put(f"{name}-name", plain_name(file.name))


async def _keep(db: Executor, question: Question, file: SentFile, *, tokens: Tokens, context: str) -> UUID:
    kind, called = checked_type(question, file), plain_name(file.name)
    if await queries.upload_bytes_of_event(db, question.event_id) + len(file.content) > LARGEST_EVENT:
        raise Unfit(_("We cannot take more files at the moment. Please write to the organiser."))
    upload_id = _id(tokens, question, file, context)
    is_sealed = question.sensitivity == Sensitivity.SECURITY
    content = seal(tokens, question.id, msgspec.msgpack.encode((called, file.content)), context=context) if is_sealed else file.content
    verdict = await queries.insert_upload(
        db,
        upload_id,
        event_id=question.event_id,
        question_id=question.id,
        file_name="" if is_sealed else called,
        media_type=kind,
        size=len(file.content),
        content=content,
        sealed=is_sealed,
        now=now(),
    )
    if verdict == "infected":
        raise Unfit(_("Our check found harmful software in this file. Please send another one."))
    return upload_id


def _id(tokens: Tokens, question: Question, file: SentFile, context: str) -> UUID:
    """The same file sent again from the same form is the same upload; nobody else can guess or meet it."""
    content = hashlib.sha256(file.content).digest()
    told_apart = b"\0".join((question.id.bytes, content, file.name.encode("utf-8", "replace"), context.encode("utf-8", "replace")))
    return UUID(bytes=hmac.digest(tokens.key("uploads"), told_apart, "sha256")[:16], version=4)
