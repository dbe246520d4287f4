"""The scanner's hook: every file goes through a command of the operator's choice before it counts as clean.

The command gets the bytes on its standard input and says by its exit status what it found: 0 clean, 1 harmful, as clamdscan does
(`clamdscan --no-summary -`). Anything else is no verdict, and the file is shown to it again five minutes later.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import msgspec
import structlog

from events.kit.database import Pool
from events.kit.jobs import Sweep
from events.kit.tokens import Tokens

from . import answer_queries
from .sealing import Unreadable, unseal

FILES_AT_ONCE = 10  # up to 50 MB in memory
SECONDS = 60
VERDICTS = {0: "clean", 1: "infected"}

log: structlog.stdlib.BoundLogger = structlog.get_logger("events.scanning")


def scanner(command: Sequence[str], tokens: Tokens) -> Sweep:
    """The sweep that shows new files to the command."""

    async def scan(pool: Pool) -> int:
        unseen = await answer_queries.lease_unseen(pool, FILES_AT_ONCE)
        for upload_id, question_id, content, is_sealed in unseen:
            with suppress(Unreadable):
                verdict = await _verdict(command, _opened(tokens, question_id, content) if is_sealed else content)
                if verdict:
                    await answer_queries.set_verdict(pool, upload_id, verdict)
        return len(unseen)

    return scan


async def _verdict(command: Sequence[str], content: bytes) -> str | None:
    """What the command says, or nothing when it could not tell."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as reason:
        log.warning("the scanner cannot be started", kind=type(reason).__name__)
        return None
    try:
        await asyncio.wait_for(process.communicate(content), SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
    if process.returncode not in VERDICTS:
        log.warning("the scanner gave no verdict", status=process.returncode)
    return VERDICTS.get(process.returncode or 0)


def _opened(tokens: Tokens, question_id: UUID, sealed: bytes) -> bytes:
    _name, content = msgspec.msgpack.decode(unseal(tokens, question_id, sealed), type=tuple[str, bytes])
    return content
