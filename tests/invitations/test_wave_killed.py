"""A worker that dies in the middle of a wave: nobody is written to twice, nobody is forgotten without a word."""

import asyncio
import sys
from collections import Counter
from typing import Any

from events.invitations.wave_model import Wave
from events.kit.database import Pool
from tests.builders import make_event
from tests.invitations.builders import make_invitation
from tests.invitations.wave_builders import Mailboxes, mail_server, scope_of, send_wave, states, wave_worker, work_off

GUESTS = 40
KILLED_AFTER = 12
WORKER = """
import asyncio, sys
from events.kit.database import open_pool
from tests.invitations.wave_builders import wave_worker

async def main():
    pool = await open_pool(sys.argv[1], size=10)
    await wave_worker(pool, sys.argv[2]).run()

asyncio.run(main())
"""


class SlowMailboxes(Mailboxes):
    """Takes a mail, and says so a little later: a worker that dies meanwhile never hears the yes."""

    def __init__(self) -> None:
        super().__init__()
        self.many = asyncio.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.received) >= KILLED_AFTER:
            self.many.set()
        await asyncio.sleep(0.2)
        return answer


async def killed_wave(pool: Pool, dsn: str, mailboxes: SlowMailboxes, url: str) -> Wave:
    """A wave whose worker was killed while it had several mails in hand; their leases have run out."""
    await pool.execute("truncate jobs")
    event = await make_event(pool)
    guests = [await make_invitation(pool, event, email=f"guest-{n}@example.com") for n in range(GUESTS)]
    wave = await send_wave(pool, await scope_of(pool, event=event), guests)
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, dsn, url)
    async with asyncio.timeout(60):
        await mailboxes.many.wait()
    worker.kill()
    await worker.wait()
    await asyncio.sleep(0.3)
    assert (await states(pool, wave)).get("sending", 0) > 0, "it was killed between two mails: this run proves nothing"
    await pool.execute("update jobs set run_at = now()")
    return wave


async def test_killed_worker_makes_nobody_read_twice(pool: Pool, dsn: str) -> None:
    mailboxes = SlowMailboxes()
    async with mail_server(mailboxes) as url:
        wave = await killed_wave(pool, dsn, mailboxes, url)
        await work_off(pool, wave_worker(pool, url))

    ended = await states(pool, wave)
    troubled = await pool.fetchval("select count(*) from mails where status = 'failed' and last_error like 'interrupted%'")
    assert [recipient for recipient, times in Counter(mailboxes.recipients).items() if times > 1] == []
    assert (ended.keys() <= {"sent", "unclear"}, sum(ended.values()), troubled) == (True, GUESTS, ended["unclear"])
    assert len(mailboxes.received) >= ended["sent"]


async def test_without_the_mark_the_same_death_writes_twice(pool: Pool, dsn: str) -> None:
    mailboxes = SlowMailboxes()
    async with mail_server(mailboxes) as url:
        wave = await killed_wave(pool, dsn, mailboxes, url)
        await pool.execute("update wave_mails set state = 'queued' where wave_id = $1 and state = 'sending'", wave.id)
        await work_off(pool, wave_worker(pool, url))

    assert max(Counter(mailboxes.recipients).values()) == 2
