"""The progress of a wave as a stream of server-sent events: `board` carries the fragment, `alive` that the connection lives.

Mails are sent by whichever process works off the jobs, so the progress is read from the database, once a second while it moves.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import msgspec

from events.kit import clock
from events.kit.database import Pool
from events.kit.i18n import use_language
from events.kit.live import Live, Signal
from events.kit.templates import new_environment

from . import wave_queries
from .wave_model import Progress, Wave, WaveState
from .wave_presentation import state_words

LIFETIME_SECONDS = 600.0
LOOK_SECONDS = 1.0
ALIVE_SECONDS = 15.0  # proxies drop silent connections after 30 to 60 s
RETRY_MILLISECONDS = 1000

_templates = new_environment()


def progress_words(state: WaveState, progress: Progress, wave: Wave, *, home: str, now: datetime) -> dict[str, Any]:
    """What the fragment shows, in the current language. `home` is the address of the wave."""
    word, tone = state_words(state, wave.send_at, now)
    return {
        "home": home,
        "word": word,
        "tone": tone,
        "through": progress.recipients - progress.open,
        "counts": progress,
        "may_pause": state == WaveState.RUNNING and progress.open > 0,
        "may_resume": state == WaveState.PAUSED,
        "may_stop": state in (WaveState.RUNNING, WaveState.PAUSED) and progress.open > 0,
    }


async def wave_stream(
    live: Live, pool: Pool, wave: Wave, *, home: str, language: str, lifetime_seconds: float = LIFETIME_SECONDS
) -> AsyncGenerator[bytes, None]:
    """The messages of one browser: the bar whenever it moved. Ends when the wave is through, or after ten minutes."""
    loop = asyncio.get_running_loop()
    shown, spoken_at, ends_at = "", loop.time(), loop.time() + lifetime_seconds
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    with live.subscribe(wave.live_topic) as changes:
        while loop.time() < ends_at:
            html = await _fragment(pool, wave, home, language)
            if html != shown:
                yield _message("board", msgspec.json.encode({"progress": html}).decode())
            if html != shown or loop.time() - spoken_at > ALIVE_SECONDS:
                yield _message("alive", "")
                shown, spoken_at = html, loop.time()
            if await changes.wait(LOOK_SECONDS) is Signal.ENDED:
                return


async def _fragment(pool: Pool, wave: Wave, home: str, language: str) -> str:
    state, progress = await wave_queries.progress_of(pool, wave.id)
    with use_language(language):
        words = progress_words(state, progress, wave, home=home, now=clock.now())
        return _templates.get_template("invitations/wave_progress.html").render(progress=words)


def _message(kind: str, data: str) -> bytes:
    return f"event: {kind}\ndata: {data}\n\n".encode()
