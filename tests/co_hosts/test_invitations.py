"""A co-host's people invite in its name, to its places, and see no other invitation."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from events.invitations.actions import invite
from events.invitations.model import NewInvitation
from events.kit.clock import now
from events.kit.database import Pool
from tests.builders import TOKENS, make_event
from tests.co_hosts.builders import Hosted, make_hosted_event
from tests.staff import browser, make_session, running_app


@pytest.fixture
async def app(dsn: str, tmp_path: Path) -> AsyncIterator[Litestar]:
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def hosted(pool: Pool) -> Hosted:
    return await make_hosted_event(pool)


@pytest.fixture
async def member(app: Litestar, pool: Pool, hosted: Hosted) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, await make_session(pool, hosted.member)) as client:
        yield client


def home(hosted: Hosted, slug: str = "japan") -> str:
    return f"/co-hosts/{hosted.co_hosts[slug]}/events/{hosted.event.slug}/invitations"


async def write_invitation(pool: Pool, hosted: Hosted, name: str, slug: str | None) -> str:
    """An invitation in the name of a co-host, or the organiser's own."""
    async with pool.acquire() as tx, tx.transaction():
        new = NewInvitation(
            organiser_id=hosted.event.organiser_id,
            family_name=name,
            email=f"{name.lower()}@example.com",
            locale="en",
            co_host_id=hosted.co_hosts[slug] if slug else None,
        )
        return str(await invite(tx, TOKENS, new, events={hosted.event.id: hosted.pools[slug] if slug else None}, now=now()))


async def test_list_and_record_show_own_invitations_only(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    own = await write_invitation(pool, hosted, "Mieko", "japan")
    others = [await write_invitation(pool, hosted, "Berliner", "berlin"), await write_invitation(pool, hosted, "Protokoll", None)]

    shown = (await member.get(home(hosted))).text
    opened = [(await member.get(f"/organiser/invitations/{one}")).status_code for one in (own, *others)]

    assert (["Mieko" in shown, "Berliner" in shown, "Protokoll" in shown], opened) == ([True, False, False], [200, 404, 404])
    assert home(hosted) in (await member.get(f"/organiser/invitations/{own}")).text


async def test_invitation_gives_an_own_place_in_the_own_name(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    typed = {"family_name": "葛󠄀例", "given_name": "三郎", "language": "ja", "companions": "none", "co_host": "berlin-partner"}

    forged = await member.post(f"{home(hosted)}/new", data=typed)
    answer = await member.post(f"{home(hosted)}/new", data=typed | {"co_host": "", f"contingent_{hosted.event.slug}": "berlin"})

    assert (forged.status_code, answer.status_code) == (422, 303)
    row = await pool.fetchrow(
        """
        select i.family_name, i.co_host_id, e.pool_id
        from invitations i
        join invitation_events e on e.invitation_id = i.id
        where i.organiser_id = $1
        """,
        hosted.event.organiser_id,
    )
    assert row is not None
    assert tuple(row) == ("葛󠄀例", hosted.co_hosts["japan"], hosted.pools["japan"])


async def test_wave_reaches_own_invitees_and_is_seen_by_them_alone(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    await write_invitation(pool, hosted, "Mieko", "japan")
    foreign = await write_invitation(pool, hosted, "Berliner", "berlin")

    sent = await member.post(f"{home(hosted)}/waves", data={"kind": "invitation", "which": "all"})
    forged = await member.post(f"{home(hosted)}/waves", data={"kind": "invitation", "which": "ticked", "invitation": foreign})

    assert (sent.status_code, forged.status_code) == (303, 422)
    rows = await pool.fetch("select i.family_name from wave_mails m join invitations i on i.id = m.invitation_id")
    assert [row[0] for row in rows] == ["Mieko"]
    assert (await member.get(sent.headers["location"])).status_code == 200
    other = sent.headers["location"].replace(str(hosted.co_hosts["japan"]), str(hosted.co_hosts["berlin"]))
    assert (await member.get(other)).status_code == 404


async def test_places_of_others_are_out_of_reach(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    elsewhere = await make_event(pool, organiser_id=hosted.event.organiser_id)
    addresses = [
        home(hosted, "berlin"),
        f"/co-hosts/{hosted.co_hosts['japan']}/events/{elsewhere.slug}/invitations",
        f"/organiser/events/{hosted.event.slug}/invitations",
        f"/co-hosts/{hosted.co_hosts['japan']}/programmes/no-such-thing/invitations",
    ]
    assert [(await member.get(address)).status_code for address in addresses] == [404] * 4
    assert (await member.post(f"{home(hosted)}/reminder-plans", data={"days_before": "3", "audience": "silent"})).status_code == 404


async def test_letters_of_a_co_host_leave_the_organisers_number_alone(member: httpx.AsyncClient, pool: Pool, hosted: Hosted) -> None:
    await write_invitation(pool, hosted, "Mieko", "japan")
    await pool.execute("update organisers set contact_phone = '+49 361 1' where id = $1", hosted.event.organiser_id)

    printed = await member.post(f"{home(hosted)}/letters.pdf", data={"which": "all", "phone": "+99 666"})

    assert printed.headers["content-type"] == "application/pdf"
    assert await pool.fetchval("select contact_phone from organisers where id = $1", hosted.event.organiser_id) == "+49 361 1"
