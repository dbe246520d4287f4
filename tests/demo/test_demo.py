"""The demo programme as it stands in the database after loading."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from events.demo import actions
from events.demo.model import DINNER, event_plans, frame
from events.demo.people import people
from events.demo.programme import load_programme
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.tokens import token_hash
from events.programme.queries import event_by_slug, pools_of_event
from tests.builders import TOKENS, settings_for

SETTINGS = settings_for("postgresql://unused")


async def dinner_pools(db: Connection) -> list[tuple[str | None, int, int, int]]:
    event = await event_by_slug(db, DINNER)
    assert event is not None
    return [(pool.slug, pool.capacity, pool.taken, pool.waiting) for pool in await pools_of_event(db, event.id)]


async def test_empty_programme_has_no_guests_and_takes_them_later(tx: Connection) -> None:
    await actions.load(tx, SETTINGS, empty=True)
    assert await dinner_pools(tx) == [
        (None, 120, 0, 0),
        ("thuringia", 40, 0, 0),
        ("berlin", 10, 0, 0),
        ("japan", 60, 0, 0),
        ("reserve", 20, 0, 0),
    ]
    assert await tx.fetchval("select count(*) from bookings") == 0
    await actions.load(tx, SETTINGS, empty=False)
    assert (await dinner_pools(tx))[0] == (None, 120, 93, 11)


@pytest.mark.parametrize("hour", [0, 9, 15])
async def test_at_any_hour_the_dinner_is_open_and_somebody_has_just_arrived(tx: Connection, hour: int) -> None:
    moment = now().replace(hour=hour, minute=20)
    moment += timedelta(days=moment < now())  # what invitees answer, they answer now
    await load_programme(tx, moment)
    await actions.load_guests(tx, TOKENS, moment)
    dinner = await event_by_slug(tx, DINNER)
    reception = await event_by_slug(tx, "embassy-reception")
    assert dinner is not None
    assert reception is not None
    assert dinner.takes_sign_ups(moment)
    assert reception.takes_sign_ups(moment)
    assert timedelta(days=2) < dinner.doors_at - moment < timedelta(days=4)
    latest = await tx.fetchval("select max(device_at) from check_ins")
    assert moment - timedelta(hours=13) < latest <= moment
    assert not await tx.fetchval("select count(*) from check_ins k join events e on e.id = k.event_id where e.slug = $1", DINNER)


async def test_links_lead_to_dinner_board_and_door(tx: Connection) -> None:
    await actions.load(tx, SETTINGS, empty=True)
    first = dict(await actions.links(SETTINGS, tx))
    again = dict(await actions.links(SETTINGS, tx))
    assert list(first) == ["guest", "organiser", "door"]  # nobody is invited yet
    assert first["guest"] == f"{SETTINGS.base_url}/e/{DINNER}"
    assert first["organiser"] != again["organiser"]
    assert first["door"] == again["door"]
    waiting = await tx.fetchval(
        "select pairing_expires_at from devices where pairing_hash = $1", token_hash(first["door"].rpartition("/")[2])
    )
    assert waiting > now() + timedelta(hours=11)


def test_every_text_is_there_in_three_languages() -> None:
    texts = list(_texts([msgspec.to_builtins(plan) for plan in event_plans()])) + list(_texts(msgspec.to_builtins(frame())))
    assert len(texts) > 200
    assert [text for text in texts if set(text) != {"de", "en", "ja"} or not all(text.values())] == []


def test_people_are_many_and_none_twice() -> None:
    everybody = [person for group in people().values() for person in group]
    names = [(p.guest.family_name, p.guest.given_name, p.guest.family_name_latin, p.guest.company, p.guest.job_title) for p in everybody]
    assert len(everybody) == 422
    assert len(set(names)) == len(names)
    assert [person.email for person in everybody if not person.email.isascii() or person.email.startswith("@")] == []


def _texts(value: Any) -> Iterator[dict[str, str]]:
    """Every {"de", "en", "ja"} inside."""
    if isinstance(value, dict):
        if "de" in value:
            yield value
        else:
            for inner in value.values():
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
