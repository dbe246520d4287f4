"""A dinner with contingents in two co-hosts' hands, and somebody who acts for one of them."""

from uuid import UUID

import msgspec

from events.accounts.model import Staff
from events.kit.database import Pool
from events.kit.ids import new_id
from events.kit.tokens import random_token
from events.programme.model import Event
from tests.builders import make_event


class Hosted(msgspec.Struct, frozen=True):
    """The event, its co-hosts by contingent, and who acts for the first."""

    event: Event
    co_hosts: dict[str, UUID]
    pools: dict[str, UUID]
    member: Staff


async def make_hosted_event(pool: Pool) -> Hosted:
    event = await make_event(pool, capacity=12, contingents={"japan": 4, "berlin": 4})
    co_hosts, pools = {}, {}
    for slug in ("japan", "berlin"):
        co_hosts[slug] = new_id()
        await pool.execute(
            "insert into co_hosts (id, organiser_id, slug, name) values ($1, $2, $3, $4)",
            co_hosts[slug],
            event.organiser_id,
            f"{slug}-partner",
            {"en": f"Partner {slug}"},
        )
        pools[slug] = await pool.fetchval(
            "update pools set co_host_id = $1 where event_id = $2 and slug = $3 returning id", co_hosts[slug], event.id, slug
        )
    return Hosted(event, co_hosts, pools, await make_co_host_member(pool, co_hosts["japan"]))


async def make_co_host_member(pool: Pool, co_host_id: UUID) -> Staff:
    """Somebody who acts for the co-host and works for nobody else."""
    member = Staff(id=new_id(), email=f"{random_token()[:12].lower()}@example.com", name="Kenji", locale="ja", roles={})
    await pool.execute("insert into staff (id, email, name, locale) values ($1, $2, $3, 'ja')", member.id, member.email, member.name)
    await pool.execute("insert into co_host_members (co_host_id, staff_id) values ($1, $2)", co_host_id, member.id)
    return member
