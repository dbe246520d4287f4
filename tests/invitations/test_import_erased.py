"""Who was erased is noticed when somebody brings or writes their name again."""

from typing import Any

import pytest

from events.invitations.model import match_key
from events.kit.clock import now
from events.kit.database import Pool
from events.people.erased_queries import insert_erased, person_hashes
from events.people.model import Person
from events.programme.model import Event
from tests.builders import TOKENS

from .import_builders import Bringer, csv_of

ERIKA = ("Platzhalter", "Erika", "erika@example.com", "Musterlinse GmbH")
SATO = ("Satō", "Kenji", "new@example.com", "例示電機")


@pytest.fixture(autouse=True)
async def erased(pool: Pool, dinner: Event) -> None:
    """Kenji Satoh by his name, Erika by her address."""
    hashes = person_hashes(TOKENS, dinner.organiser_id, match=match_key(Person(family_name="Satoh", given_name="Kenji")))
    hashes += person_hashes(TOKENS, dinner.organiser_id, email="Erika@example.com")
    async with pool.acquire() as db:
        await insert_erased(db, dinner.organiser_id, hashes, now())


async def names(pool: Pool, event: Event) -> list[str]:
    rows = await pool.fetch("select family_name from invitations where organiser_id = $1 order by family_name", event.organiser_id)
    return [row[0] for row in rows]


async def test_a_list_leaves_them_out_unless_somebody_decides_otherwise(bringer: Bringer, pool: Pool, dinner: Event) -> None:
    page = await bringer.look(csv_of(ERIKA, SATO, ("Przykład", "Łukasz", "l@example.com", "")), {f"at-{dinner.slug}": "yes"})
    assert page.text.count("Erased before") == 2
    await bringer.take_in(page)
    assert await names(pool, dinner) == ["Przykład"]
    again = await bringer.look(csv_of(ERIKA), {f"at-{dinner.slug}": "yes"})
    (decisions, *_others) = [form.action for form in again.forms if form.action.endswith("/decisions")]
    await bringer.take_in(await bringer.followed(await bringer.client.post(decisions, data={"line-2": "import"})))
    assert await names(pool, dinner) == ["Platzhalter", "Przykład"]


async def test_by_hand_it_is_asked_first(bringer: Bringer, pool: Pool, dinner: Event) -> None:
    typed: dict[str, Any] = {"family_name": "Satō", "given_name": "Kenji", "email": "new@example.com", "language": "en"}
    home = f"/organiser/events/{dinner.slug}/invitations/new"
    asked = await bringer.client.post(home, data=typed | {"event": dinner.slug})
    assert (asked.status_code, "has had all their data erased" in asked.text) == (409, True)
    assert await names(pool, dinner) == []
    sure = await bringer.client.post(home, data=typed | {"event": dinner.slug, "although_known": "yes"})
    assert (sure.status_code, await names(pool, dinner)) == (303, ["Satō"])
