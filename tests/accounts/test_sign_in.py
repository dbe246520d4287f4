"""Signing in through the real pages: ask for a link, read the mail, press the button, sign out."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from litestar import Litestar

from events.accounts.actions import demo_sign_in_link, new_link_token, sign_in
from events.accounts.errors import LinkUsed
from events.accounts.model import Role
from events.kit.clock import now
from events.kit.database import Connection, Pool
from events.kit.mail_folder import kept_mail, kept_names
from tests.builders import BASE_URL, make_organiser
from tests.staff import browser, make_session, make_staff, running_app


@pytest.fixture
async def app(dsn: str, pool: Pool, tmp_path: Path) -> AsyncIterator[Litestar]:
    await pool.execute("truncate rate_limits, jobs")
    async with running_app(dsn, data_dir=tmp_path) as app:
        yield app


async def mail_sent(app: Litestar, data_dir: Path) -> EmailMessage:
    await app.state.worker.run_until_idle()
    (name,) = kept_names(data_dir)
    mail = kept_mail(data_dir, name)
    assert mail is not None
    return mail


def link_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    link = re.search(rf"{BASE_URL}(/sign-in/\S+)", body.get_content())
    assert link is not None
    return link[1]


async def test_link_from_the_mail_signs_in_and_leads_to_the_page_that_was_asked_for(app: Litestar, pool: Pool, tmp_path: Path) -> None:
    staff = await make_staff(pool, await make_organiser(pool), locale="de")
    async with browser(app) as guest:
        turned_away = await guest.get("/organiser/events/networking-dinner")
        assert (turned_away.status_code, turned_away.headers["location"]) == (
            303,
            "/sign-in?next_page=/organiser/events/networking-dinner",
        )
        form = await guest.get(turned_away.headers["location"])
        (wanted,) = re.findall(r'name="next_page" value="([^"]*)"', form.text)
        asked = await guest.post("/sign-in", data={"email": f" {staff.email.upper()} ", "next_page": wanted})
        assert asked.headers["location"] == "/sign-in?sent=true"

        mail = await mail_sent(app, tmp_path)
        link = link_in(mail)
        assert (mail["To"], mail["Subject"]) == (staff.email, "Ihr Link zum Einloggen")
        button = await guest.get(link)
        (wanted,) = re.findall(r'name="next_page" value="([^"]*)"', button.text)
        entered = await guest.post(link.partition("?")[0], data={"next_page": wanted})

        assert (entered.status_code, entered.headers["location"]) == (303, "/organiser/events/networking-dinner")
        cookie = entered.headers["set-cookie"]
        assert ("HttpOnly" in cookie, "SameSite=lax" in cookie, "Path=/" in cookie, "Secure" in cookie) == (True, True, True, False)
        assert (await guest.get("/organiser")).status_code == 200


async def test_session_cookie_is_secure_behind_https(dsn: str, pool: Pool) -> None:
    staff = await make_staff(pool, await make_organiser(pool))
    async with pool.acquire() as connection, running_app(dsn, base_url="https://events.example.com") as app, browser(app) as guest:
        token = await new_link_token(connection, staff.id, now=now())
        entered = await guest.post(f"/sign-in/{token}")

    assert "Secure" in entered.headers["set-cookie"]


async def test_unknown_address_gets_the_same_answer_and_no_mail(app: Litestar, pool: Pool) -> None:
    known = await make_staff(pool, await make_organiser(pool))
    former = await make_staff(pool, await make_organiser(pool))
    await pool.execute("delete from memberships where staff_id = $1", former.id)
    async with browser(app) as guest:
        answers = [await guest.post("/sign-in", data={"email": email}) for email in (known.email, former.email, "stranger@example.com")]

    assert {(answer.status_code, answer.headers["location"], answer.text) for answer in answers} == {
        (303, "/sign-in?sent=true", answers[0].text)
    }
    assert await pool.fetchval("select array_agg(payload ->> 'staff_id') from jobs") == [str(known.id)]


async def test_link_works_once(app: Litestar, pool: Pool) -> None:
    staff = await make_staff(pool, await make_organiser(pool))
    async with pool.acquire() as connection:
        token = await new_link_token(connection, staff.id, now=now())
    async with browser(app) as guest, browser(app) as second:
        shown = [await guest.get(f"/sign-in/{token}") for _ in range(2)]
        used = await guest.post(f"/sign-in/{token}")
        again = await second.post(f"/sign-in/{token}")
        late = await second.get(f"/sign-in/{token}")

    assert [answer.status_code for answer in (*shown, used, again, late)] == [200, 200, 303, 410, 410]
    assert "set-cookie" not in again.headers


async def test_link_is_refused_after_fifteen_minutes(tx: Connection) -> None:
    staff = await make_staff(tx, await make_organiser(tx))
    moment = now()
    token = await new_link_token(tx, staff.id, now=moment)

    with pytest.raises(LinkUsed):
        await sign_in(tx, token, moment + timedelta(minutes=15, seconds=1))
    assert await sign_in(tx, token, moment + timedelta(minutes=14, seconds=59))


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/b/somebody", "/organiser/../sign-in", "", "/organiser?x=1"])
async def test_link_never_leads_off_the_staff_pages(app: Litestar, pool: Pool, wanted: str) -> None:
    staff = await make_staff(pool, await make_organiser(pool))
    async with pool.acquire() as connection:
        token = await new_link_token(connection, staff.id, now=now())
    async with browser(app) as guest:
        entered = await guest.post(f"/sign-in/{token}", data={"next_page": wanted})

    assert entered.headers["location"] == "/organiser"


async def test_signing_in_replaces_the_session_this_browser_had(app: Litestar, pool: Pool) -> None:
    """A session chosen by somebody else (fixation) does not survive, and is not taken over."""
    staff = await make_staff(pool, await make_organiser(pool))
    planted = await make_session(pool, staff)
    async with pool.acquire() as connection:
        token = await new_link_token(connection, staff.id, now=now())
    async with browser(app, planted) as guest, browser(app, planted) as planter:
        await guest.post(f"/sign-in/{token}")

        assert (await guest.get("/organiser")).status_code == 200
        assert (await planter.get("/organiser")).status_code == 303


async def test_signing_out_ends_the_session_for_everybody_who_has_its_cookie(app: Litestar, pool: Pool) -> None:
    session = await make_session(pool, await make_staff(pool, await make_organiser(pool)))
    async with browser(app, session) as guest, browser(app, session) as copy:
        out = await guest.post("/sign-out")

        assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
        assert (await copy.get("/organiser")).status_code == 303


async def test_form_from_another_site_is_refused(app: Litestar) -> None:
    async with browser(app) as guest:
        answer = await guest.post("/sign-in", data={"email": "a@example.com"}, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403


async def test_incomplete_address_is_explained_and_kept(app: Litestar) -> None:
    async with browser(app) as guest:
        answer = await guest.post("/sign-in", data={"email": "ada@example"})

    assert (answer.status_code, 'value="ada@example"' in answer.text, 'id="email-error"' in answer.text) == (422, True, True)


async def test_sixth_link_within_a_quarter_of_an_hour_is_refused_for_known_and_unknown(app: Litestar, pool: Pool) -> None:
    staff = await make_staff(pool, await make_organiser(pool))
    async with browser(app) as guest:
        for email in (staff.email, "stranger@example.com"):
            codes = [(await guest.post("/sign-in", data={"email": email})).status_code for _ in range(6)]
            assert codes == [303, 303, 303, 303, 303, 429]


async def test_demo_link_leads_to_the_board(app: Litestar, pool: Pool) -> None:
    staff = await make_staff(pool, await make_organiser(pool), role=Role.OWNER)
    async with pool.acquire() as connection:
        url = await demo_sign_in_link(connection, BASE_URL, email=staff.email, next_path="/organiser/events/networking-dinner", now=now())
    async with browser(app) as guest:
        button = await guest.get(url)

    assert (button.status_code, 'value="/organiser/events/networking-dinner"' in button.text) == (200, True)
