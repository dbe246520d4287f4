"""The server dies while guests answer their invitations: whoever sends the page again is where they wanted to be, and nothing is lost."""

import asyncio

import httpx
import pytest

from events.invitations import reconcile as invitations
from events.invitations.model import Answer, Invitation
from events.invitations.party import party_of
from events.kit.database import Pool
from events.programme.model import Event
from events.registration import reconcile as registration
from tests.browser.conftest import Server
from tests.builders import make_event
from tests.invitations.builders import link_of, make_invitation

GUESTS = 12


async def send(server: Server, invitation: Invitation, dinner: Event, answer: Answer) -> int:
    """Sends the page; 0 when there was no answer any more."""
    fields = {f"at-{dinner.slug}-answer": answer.value, "family_name": "Platzhalter", "given_name": "Erika", "privacy": "yes"}
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        try:
            return (await client.post(link_of(invitation), data=fields)).status_code
        except httpx.TransportError:
            return 0


@pytest.mark.parametrize("after_seconds", [0.05, 0.12])
async def test_answers_survive_a_killed_server(server: Server, pool: Pool, after_seconds: float) -> None:
    async with pool.acquire() as db:
        dinner = await make_event(db, capacity=GUESTS // 2)
        guests = [await make_invitation(db, dinner, email=f"guest-{n}@example.com") for n in range(GUESTS)]
    under_way = [asyncio.create_task(send(server, guest, dinner, Answer.ACCEPTED)) for guest in guests]
    await asyncio.sleep(after_seconds)
    assert server.process is not None
    server.process.kill()
    first = await asyncio.gather(*under_way)
    await server.process.wait()
    assert 0 in first, "the server was killed too late to prove anything"

    await server.start()
    await pool.execute("update invitations set answering_until = null")  # whose turn it was; it would pass by itself
    wanted = [Answer.DECLINED if number % 3 == 0 else Answer.ACCEPTED for number in range(GUESTS)]
    again = await asyncio.gather(*(send(server, guest, dinner, answer) for guest, answer in zip(guests, wanted, strict=True)))

    assert set(again) == {303}
    parties = [await party_of(pool, guest.id) for guest in guests]
    assert [party.invited[0].answer for party in parties] == wanted
    assert [len(party.live_at(dinner.id)) for party in parties] == [int(answer.comes) for answer in wanted]
    assert await registration.differences(pool) + await invitations.differences(pool) == []
