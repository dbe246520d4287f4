"""The organiser's own words: saved with placeholders that cannot break, shown in the real mail, and sent."""

import re
from email.message import EmailMessage

import httpx
import pytest
from litestar import Litestar

from events.kit.database import Pool
from events.kit.jobs import Worker
from events.programme.model import Event
from tests.builders import book, make_event, make_guest
from tests.messaging.conftest import Mailboxes
from tests.staff import browser, make_session, make_staff
from tests.visitor import Page, Visitor

WORDS = {
    "subject": "See you at {event}, {name}",
    "lead": "We are delighted, {name}.",
    "body": "Please bring <b>good</b> shoes & time.\n\n[The way](https://example.com/way) and https://example.com/map.",
    "closing": "Yours,\nthe {organiser}",
}


async def open_editor(organiser: httpx.AsyncClient, event: Event, kind: str = "confirmed", locale: str = "en") -> Page:
    return editor(await Visitor(organiser).open(f"/organiser/events/{event.slug}/mail-texts/{kind}/{locale}"))


def editor(page: Page) -> Page:
    """The page without the button to sign out."""
    page.forms = [form for form in page.forms if "/mail-texts/" in form.action]
    return page


async def save(organiser: httpx.AsyncClient, page: Page, **answers: str) -> Page:
    return editor(await Visitor(organiser).send(page, dict(answers)))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


async def test_editor_begins_with_the_words_of_the_house(organiser: httpx.AsyncClient, event: Event) -> None:
    page = await open_editor(organiser, event, "held")
    fields = dict(page.form.fields)
    assert (fields["subject"], fields["lead"], fields["closing"], fields["version"]) == (
        "We hold a place for you: {event}",
        "Please confirm by {deadline}.",
        "Kind regards,\n{organiser}",
        "0",
    )
    assert fields["body"] == "Until then the place is yours alone; afterwards it goes to the next guest."


async def test_own_words_are_in_text_and_html_and_nothing_in_them_is_markup(
    organiser: httpx.AsyncClient, event: Event, pool: Pool, worker: Worker, mailboxes: Mailboxes
) -> None:
    page = await save(organiser, await open_editor(organiser, event), **WORDS)
    await book(pool, event, make_guest("O'Brien <i>", "[x](https://evil.example)"))
    await worker.run_until_idle()
    [mail] = mailboxes.received
    name = "[x](https://evil.example) O'Brien <i>"
    assert page.status == 200
    assert mail["Subject"] == f"See you at Networking dinner, {name}"
    assert f"We are delighted, {name}.\n\nNetworking dinner\n" in part(mail, "plain")
    assert "Please bring <b>good</b> shoes & time.\n\nThe way: https://example.com/way and https://example.com/map.\n" in part(
        mail, "plain"
    )
    assert "Yours,\nthe Thuringia Delegation Office\n" in part(mail, "plain")
    html = re.sub(r' style="[^"]*"', "", part(mail, "html"))
    assert '<h2 class="lead">We are delighted, [x](https://evil.example) O\'Brien &lt;i&gt;.</h2>' in html.replace("&#39;", "'")
    assert "<p>Please bring &lt;b&gt;good&lt;/b&gt; shoes &amp; time.</p>" in html
    assert (
        '<a class="quiet" href="https://example.com/way">The way</a> and <a class="quiet" href="https://example.com/map">'
        "https://example.com/map</a>." in html
    )
    assert "Yours,<br>the Thuringia Delegation Office</p>" in html
    assert "Your place is confirmed." not in html


async def test_words_for_all_events_hold_where_the_event_says_nothing(
    organiser: httpx.AsyncClient, event: Event, pool: Pool, worker: Worker, mailboxes: Mailboxes
) -> None:
    first = await Visitor(organiser).open("/organiser/mail-texts")
    assert first.status == 303
    everywhere = editor(await Visitor(organiser).open(f"{first.headers['location']}/confirmed/de"))
    await save(organiser, everywhere, subject="Willkommen zu {event}", closing="Herzlich\nIhr Team")
    own = await open_editor(organiser, event, "confirmed", "de")
    assert (dict(own.form.fields)["subject"], dict(own.form.fields)["version"]) == ("Willkommen zu {event}", "0")
    await save(organiser, own, subject="Bis bald: {event}")
    await book(pool, event, locale="de")
    await worker.run_until_idle()
    [mail] = mailboxes.received
    assert (mail["Subject"], "Herzlich\nIhr Team\n" in part(mail, "plain")) == ("Bis bald: Networking dinner", True)
    assert "Ihr Platz ist bestätigt" in part(mail, "plain")


@pytest.mark.parametrize(
    "mistake",
    [
        ("confirmed", {"lead": "Hello {nmae}"}, "lead", "nothing called {nmae}"),
        ("confirmed", {"subject": "Hello {position}"}, "subject", "nothing called {position}"),
        ("confirmed", {"body": "See {name"}, "body", "A brace is left over"),
        ("confirmed", {"body": "[here](javascript:alert(1))"}, "body", "is no address"),
        ("confirmed", {"closing": "[here](ftp://example.com)"}, "closing", "“ftp://example.com” is no address"),
        ("confirmed", {"subject": " "}, "subject", "Please fill this in"),
        ("held", {"lead": "Please confirm soon."}, "lead", "Please keep {deadline}"),
    ],
)
async def test_mistake_stands_beside_its_field_and_what_was_typed_stays(
    organiser: httpx.AsyncClient, event: Event, mistake: tuple[str, dict[str, str], str, str]
) -> None:
    kind, answers, field, says = mistake
    page = await save(organiser, await open_editor(organiser, event, kind), **(WORDS | answers if kind == "confirmed" else answers))
    assert (page.status, list(page.errors)) == (422, [field])
    assert says in page.errors[field]
    assert dict(page.form.fields)[field].strip() == answers[field].strip()
    assert dict((await open_editor(organiser, event, kind)).form.fields)["version"] == "0"


async def test_words_as_they_were_are_not_kept_and_reset_forgets(organiser: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    await save(organiser, await open_editor(organiser, event), lead="Only this sentence.")
    row = await pool.fetchrow("select subject, lead, body, closing, version from mail_texts where event_id = $1", event.id)
    assert tuple(row or ()) == (None, "Only this sentence.", None, None, 1)
    page = await open_editor(organiser, event)
    answer = await organiser.post(f"{page.form.action}/reset", data={"version": dict(page.form.fields)["version"]})
    assert answer.status_code == 303
    assert await pool.fetchval("select count(*) from mail_texts where event_id = $1", event.id) == 0


async def test_of_two_editors_the_slower_sees_the_other_words_and_decides(organiser: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    mine, theirs = await open_editor(organiser, event), await open_editor(organiser, event)
    await save(organiser, theirs, lead="Theirs.")
    page = await save(organiser, mine, lead="Mine.")
    assert (page.status, dict(page.form.fields)["lead"], "Theirs." in page.text) == (409, "Mine.", True)
    assert await pool.fetchval("select lead from mail_texts where event_id = $1", event.id) == "Theirs."
    await save(organiser, page)
    assert await pool.fetchval("select lead from mail_texts where event_id = $1", event.id) == "Mine."


async def test_preview_is_the_real_mail_in_a_frame_that_may_do_nothing(organiser: httpx.AsyncClient, event: Event, pool: Pool) -> None:
    page = await open_editor(organiser, event, "confirmed", "ja")
    typed = dict(page.form.fields) | {"lead": "{name} <script>alert(1)</script>", "sample": "takamimoto"}
    answer = await organiser.post(f"{page.form.action}/preview", data=typed)
    policy = answer.headers["content-security-policy"]
    assert (answer.status_code, "default-src 'none'" in policy, "sandbox" in policy, "script-src" in policy) == (200, True, True, False)
    assert "髙見本 一郎 様 &lt;script&gt;" in answer.text
    assert ("data:image/png;base64," in answer.text, "cid:" in answer.text, "<script" in answer.text) == (True, False, False)
    assert await pool.fetchval("select count(*) from mail_texts where event_id = $1", event.id) == 0
    assert "frame-src 'self'" in page.headers["content-security-policy"]


async def test_every_kind_can_be_opened_and_seen_in_every_language(organiser: httpx.AsyncClient, event: Event) -> None:
    overview = await Visitor(organiser).open(f"/organiser/events/{event.slug}/mail-texts")
    editors = [link for link in overview.links if link.startswith(f"/organiser/events/{event.slug}/mail-texts/")]
    assert len(editors) >= 33
    for link in editors:
        page = editor(await Visitor(organiser).open(link))
        assert (page.status, dict(page.form.fields)["subject"] != "") == (200, True)
        shown = await organiser.get(f"{link}/preview")
        assert (shown.status_code, "{" in re.sub(r"<style>.*?</style>", "", shown.text, flags=re.DOTALL)) == (200, False)


async def test_words_of_others_are_not_found(app: Litestar, pool: Pool, organiser: httpx.AsyncClient, event: Event) -> None:
    foreign = await make_event(pool)
    slug = await pool.fetchval("select slug from organisers where id = $1", foreign.organiser_id)
    paths = [f"/organiser/events/{foreign.slug}/mail-texts", f"/organiser/mail-texts/{slug}"]
    for path in [*paths, *(f"{path}/confirmed/en" for path in paths), *(f"{path}/confirmed/en/preview" for path in paths)]:
        assert (await organiser.get(path)).status_code == 404
        if path.count("/") > 4:
            assert (await organiser.post(path, data=WORDS | {"version": "0"})).status_code == 404
    door = await make_session(pool, await make_staff(pool, event.organiser_id, role="door"))  # type: ignore[arg-type]
    async with browser(app, door) as steward:
        assert (await steward.get(f"/organiser/events/{event.slug}/mail-texts")).status_code == 403
    assert await pool.fetchval("select count(*) from mail_texts where organiser_id = $1", foreign.organiser_id) == 0
