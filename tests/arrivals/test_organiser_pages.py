"""Hosts as organisers keep them: added, changed, given guests one by one, by company and as a list; and who may not."""

import pytest
from litestar import Litestar

from events.accounts.model import Role
from events.arrivals.model import host_token
from events.kit.database import Pool
from events.programme.model import Event
from tests.arrivals.builders import HANAKO, make_host, places_of
from tests.builders import BASE_URL, TOKENS, book, make_event, make_guest
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, PageForm, Visitor


def home(event: Event) -> str:
    return f"/organiser/events/{event.slug}/hosts"


def form_to(page: Page, ending: str) -> PageForm:
    """The form that is sent to an address with this end."""
    (found,) = [form for form in page.forms if form.action.endswith(ending)]
    return found


async def send(visitor: Visitor, form: PageForm, answers: dict[str, str | list[str]]) -> Page:
    grouped: dict[str, list[str]] = {}
    for name, value in form.filled(answers):
        grouped.setdefault(name, []).append(value)
    response = await visitor.client.post(form.action, data=grouped)
    while response.is_redirect:
        response = await visitor.client.get(response.headers["location"])
    return Page(response)


async def hosted(pool: Pool, event: Event) -> list[tuple[str, str]]:
    """Family name and note of everybody who has a host."""
    rows = await pool.fetch(
        """
        select g.family_name, x.note
        from hosted_guests x
        join registrations r on r.id = x.registration_id
        join guests g on g.id = r.guest_id
        where r.event_id = $1
        order by g.family_name
        """,
        event.id,
    )
    return [tuple(row) for row in rows]


async def test_host_is_added_and_gets_a_link(organiser: Visitor, pool: Pool, event: Event) -> None:
    page = await organiser.open(home(event))
    details: dict[str, str | list[str]] = {"name": "Jonas Hoffmann", "email": "jonas@example.com", "language": "ja", "wants_mail": "yes"}
    page = await send(organiser, form_to(page, "/hosts"), details)
    host_id = await pool.fetchval("select id from hosts where event_id = $1", event.id)
    assert f"{BASE_URL}/h/{host_token(TOKENS, host_id, 1)}?lang=ja" in page.text
    listed = await organiser.open(home(event))
    assert ["Jonas Hoffmann" in listed.text, "0 guests" in listed.text] == [True, True]
    assert await pool.fetchval("select action from audit_entries where subject = $1", f"host:{host_id}") == "host_added"


async def test_wrong_details_come_back(organiser: Visitor, event: Event, pool: Pool) -> None:
    empty = form_to(await organiser.open(home(event)), "/hosts")
    page = await send(organiser, empty, {"name": "", "email": "jonas@", "wants_mail": "yes"})
    assert (page.status, sorted(page.errors)) == (422, ["email", "name"])
    page = await send(organiser, empty, {"name": "Jonas", "wants_mail": "yes"})
    assert page.errors == {"email": "Mails about arrivals need an address."}
    assert await pool.fetchval("select count(*) from hosts where event_id = $1", event.id) == 0


async def test_guests_are_found_in_any_script_and_ticked(organiser: Visitor, pool: Pool, event: Event) -> None:
    await book(pool, event, HANAKO, make_guest("Weiß", "Clara"))
    host, _token = await make_host(pool, event)
    page = await organiser.open(f"{home(event)}/{host.id}?q=mihon")
    assert ("見本" in page.text or "Mihon" in page.text, "Clara" in page.text) == (True, False)
    boxes, _by_company = [form for form in page.forms if form.action.endswith("/guests")]
    place = await pool.fetchval(
        "select r.id from registrations r join guests g on g.id = r.guest_id where r.event_id = $1 and g.family_name = '見本'", event.id
    )
    await send(organiser, boxes, {"guest": str(place)})
    assert await hosted(pool, event) == [("見本", "")]


async def test_company_and_pasted_list_assign_many(organiser: Visitor, pool: Pool, event: Event) -> None:
    booked = await book(pool, event, HANAKO, make_guest("例", "次郎", company="株式会社みほん光学"), make_guest("Weiß", "Clara"))
    await book(pool, event, make_guest("Müller", "Jonas"), email="jonas@example.com")
    await book(pool, event, make_guest("Müller", "Anna"), email="anna@example.com")
    await book(pool, event, make_guest("Przykład", "Łukasz"), email="lukasz@example.com")
    host, _token = await make_host(pool, event)
    await organiser.client.post(f"{home(event)}/{host.id}/guests", data={"company": "株式会社みほん光学"})
    assert [name for name, _note in await hosted(pool, event)] == ["例", "見本"]

    page = await organiser.open(f"{home(event)}/{host.id}")
    lines = f"Clara  Weiss\njonas@example.com\n{booked.tickets[0].code}\nMueller\nNobody Known\nprzyklad lukasz\n"
    page = await send(organiser, form_to(page, "/list"), {"lines": lines})
    assert "Some lines are not clear" in page.text
    assert form_to(page, "/list").filled({}) == [("lines", "Mueller\nNobody Known")]
    assert [name for name, _note in await hosted(pool, event)] == ["Müller", "Przykład", "Weiß", "例", "見本"]


async def test_guests_of_another_event_cannot_be_assigned(organiser: Visitor, pool: Pool, event: Event) -> None:
    other = await make_event(pool, organiser_id=event.organiser_id)
    foreign = await book(pool, other, make_guest("Anderswo"), email="elsewhere@example.com")
    host, _token = await make_host(pool, event)
    places = await places_of(pool, foreign)
    await organiser.client.post(f"{home(event)}/{host.id}/guests", data={"guest": [str(place) for place in places]})
    await organiser.client.post(
        f"{home(event)}/{host.id}/list", data={"lines": f"{foreign.tickets[0].code}\nelsewhere@example.com\nAnderswo"}
    )
    assert await pool.fetchval("select count(*) from hosted_guests where host_id = $1", host.id) == 0


async def test_notes_are_kept_for_the_host_and_leave_with_the_guest(organiser: Visitor, pool: Pool, event: Event) -> None:
    hanako, clara = await places_of(pool, await book(pool, event, HANAKO, make_guest("Weiß", "Clara")))
    host, token = await make_host(pool, event, hanako, clara)
    page = await organiser.open(f"{home(event)}/{host.id}")
    await send(organiser, form_to(page, "/notes"), {f"note-{hanako}": "Meet at the lift", f"note-{clara}": "Bring the contract"})
    assert await hosted(pool, event) == [("Weiß", "Bring the contract"), ("見本", "Meet at the lift")]
    page = await organiser.open(f"{home(event)}/{host.id}")
    await send(organiser, form_to(page, "/notes"), {"guest": [str(clara)]})
    assert await hosted(pool, event) == [("見本", "Meet at the lift")]
    assert "Bring the contract" not in (await organiser.open(f"/h/{token}")).text


async def test_link_is_replaced_ended_and_made_again(organiser: Visitor, pool: Pool, event: Event) -> None:
    host, token = await make_host(pool, event)
    page = await organiser.open(f"{home(event)}/{host.id}")
    page = await send(organiser, form_to(page, "/link"), {})
    newer = host_token(TOKENS, host.id, 2)
    assert newer in page.text
    assert [(await organiser.open(f"/h/{one}")).status for one in (token, newer)] == [404, 200]
    page = await send(organiser, form_to(page, "/link/end"), {})
    assert ["The link is over" in page.text, newer in page.text] == [True, False]
    assert (await organiser.open(f"/h/{newer}")).status == 410
    page = await send(organiser, form_to(page, "/link"), {})
    assert (await organiser.open(f"/h/{host_token(TOKENS, host.id, 3)}")).status == 200


async def test_host_without_an_address_is_not_written_to(organiser: Visitor, pool: Pool, event: Event) -> None:
    host, _token = await make_host(pool, event)
    answer = await organiser.client.post(f"{home(event)}/{host.id}/link/mail")
    assert (answer.status_code, "copy the link" in answer.text) == (409, True)


async def test_guest_list_shows_the_host(organiser: Visitor, pool: Pool, event: Event) -> None:
    hanako, clara = await places_of(pool, await book(pool, event, HANAKO, make_guest("Weiß", "Clara")))
    await make_host(pool, event, hanako, name="Jonas Hoffmann")
    page = await organiser.open(f"/organiser/events/{event.slug}/guests?q=mihon")
    assert "Host: Jonas Hoffmann" in page.text
    page = await organiser.open(f"/organiser/events/{event.slug}/guests?q=clara")
    assert "Jonas Hoffmann" not in page.text
    assert clara != hanako


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 404), (Role.DOOR, 403), (Role.REVIEWER, 403)])
async def test_hosts_of_others_are_closed(app: Litestar, pool: Pool, event: Event, role: Role, status: int) -> None:
    """An owner of another house, and people of this one whose role does not reach it."""
    (place,) = await places_of(pool, await book(pool, event, HANAKO))
    host, token = await make_host(pool, event, email="host@example.com")
    organiser_id = (await make_event(pool)).organiser_id if role == Role.OWNER else event.organiser_id
    session = await make_session(pool, await make_staff(pool, organiser_id, role=role))
    here = f"{home(event)}/{host.id}"
    posts = {
        home(event): {"name": "Mallory"},
        here: {"name": "Mallory"},
        f"{here}/guests": {"guest": str(place)},
        f"{here}/list": {"lines": "Mihon"},
        f"{here}/notes": {f"note-{place}": "x"},
        **{f"{here}/link{what}": {} for what in ("", "/end", "/mail")},
    }
    async with browser(app, session) as client:
        answers = [(await client.get(path)).status_code for path in (home(event), here)]
        answers += [(await client.post(path, data=fields)).status_code for path, fields in posts.items()]
        assert (await client.get(f"/h/{token}")).status_code == 200
    assert answers == [status] * 10
    assert await hosted(pool, event) == []
