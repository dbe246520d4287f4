"""The organiser's switch, and who may not touch it."""

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.kit.database import Pool
from events.programme.model import Event
from tests.builders import make_event
from tests.contacts.conftest import NewPhone
from tests.contacts.phones import ERIKA, HANAKO
from tests.staff import browser, make_session, make_staff
from tests.visitor import Visitor


async def test_switch_is_off_at_first_and_tells_numbers_only(organiser: Visitor, new_phone: NewPhone, pool: Pool, event: Event) -> None:
    other = await make_event(pool, organiser_id=event.organiser_id)
    assert "Off" in (await organiser.open(f"/organiser/events/{other.slug}/contacts")).text
    erika, hanako = await new_phone(ERIKA, share={}), await new_phone(HANAKO, share={})
    await erika.kind(hanako.code)
    await hanako.kind(erika.code)
    path = f"/organiser/events/{event.slug}/contacts"
    page = await organiser.open(path)
    assert ["2 guests take part" in page.text, "1 pair has exchanged" in page.text, "Platzhalter" in page.text] == [True, True, False]
    await organiser.client.post(path, data={})
    assert "Off" in (await organiser.open(path)).text
    await organiser.client.post(path, data={"open": "yes"})
    rows = await pool.fetch("select action from audit_entries where subject = $1 order by at", f"event:{event.slug}")
    assert [row["action"] for row in rows] == ["contacts_closed", "contacts_opened"]


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 404), (Role.DOOR, 403), (Role.REVIEWER, 403)])
async def test_switch_of_others_is_closed(app: Litestar, pool: Pool, event: Event, role: Role, status: int) -> None:
    """An owner of another house, and people of this one whose role does not reach it."""
    organiser_id = (await make_event(pool)).organiser_id if role == Role.OWNER else event.organiser_id
    session = await make_session(pool, await make_staff(pool, organiser_id, role=role))
    path = f"/organiser/events/{event.slug}/contacts"
    async with browser(app, session) as client:
        assert [(await client.get(path)).status_code, (await client.post(path)).status_code] == [status, status]
    assert await pool.fetchval("select is_open from contact_exchanges where event_id = $1", event.id) is True
