"""An event's questions in a real browser: conditional ones come and go, and every page with them is accessible."""

from typing import Any

import pytest
from playwright.async_api import FilePayload

from events.accounts.access import SESSION_COOKIE
from events.accounts.model import Role
from events.kit.database import Pool
from events.programme.model import Event
from events.questions.forms import sealed_answer
from events.questions.model import Condition, GivenAnswer, Limits, Option, Per, Question, Sensitivity
from tests.browser.conftest import OpenPage, Server
from tests.browser.test_guest_pages import NARROW, faults
from tests.builders import TOKENS, book, make_event, make_guest, make_organiser
from tests.questions.builders import make_question
from tests.staff import make_session, make_staff


def texts(de: str, en: str, ja: str) -> dict[str, str]:
    return {"de": de, "en": en, "ja": ja}


async def dinner(pool: Pool, **given: Any) -> tuple[Event, list[Question]]:
    """An event that asks something of every kind, in three languages."""
    event = await make_event(pool, **given)
    yes, no = Option("yes", texts("Ja, gern", "Yes, please", "はい")), Option("no", texts("Nein", "No", "いいえ"))
    topics = [Option(f"topic-{n}", texts(f"Themenfeld {n}", f"Field of interest {n}", f"分野{n}")) for n in range(1, 6)]
    labels = [
        ("hotel", "choice", "Brauchen Sie ein Hotel?", "Do you need a hotel?", "ホテルは必要ですか。"),
        ("nights", "number", "Wie viele Nächte?", "How many nights?", "何泊ですか。"),
        ("topics", "multiple", "Worüber möchten Sie sprechen?", "What would you like to talk about?", "話したい分野"),
        ("arrival", "date", "Wann kommen Sie an?", "When do you arrive?", "ご到着日"),
        ("remark", "long_text", "Was sollten wir noch wissen?", "What else should we know?", "その他"),
        ("born", "date", "Geburtsdatum", "Date of birth", "生年月日"),
        ("passport", "file", "Foto Ihres Reisepasses", "Photo of your passport", "旅券の写真"),
        ("rules", "consent", "Ich halte die Hausordnung der Botschaft ein.", "I follow the rules of the embassy.", "規則に従います。"),
    ]
    more: dict[str, dict[str, Any]] = {
        "hotel": {"choices": [yes, no], "required": True},
        "nights": {"condition": Condition("hotel", ["yes"]), "limits": Limits(least=1, most=14)},
        "topics": {"choices": topics, "limits": Limits(most=3)},
        "arrival": {"per": Per.BOOKING},
        "remark": {"per": Per.BOOKING},
        "born": {"sensitivity": Sensitivity.SECURITY},
        "passport": {"sensitivity": Sensitivity.SECURITY, "required": True},
        "rules": {"required": True},
    }
    made = [
        await make_question(pool, event.id, slug, kind, label=texts(de, en, ja), **more.get(slug, {})) for slug, kind, de, en, ja in labels
    ]
    return event, made


async def test_a_conditional_question_shows_only_while_it_is_asked(open_page: OpenPage, pool: Pool) -> None:
    event, _questions = await dinner(pool)
    page = await open_page(f"/e/{event.slug}")
    nights = page.locator("#q-nights")
    seen = [await nights.is_visible()]
    await page.locator("[name=q-hotel][value=yes]").check()
    seen.append(await nights.is_visible())
    await nights.fill("3")
    await page.locator("[name=q-hotel][value=no]").check()
    seen += [await nights.is_visible(), await nights.is_disabled()]
    assert seen == [False, True, False, True]
    assert await page.locator("[data-condition]").first.is_hidden()


async def test_without_scripts_the_condition_is_said(open_page: OpenPage, pool: Pool) -> None:
    event, _questions = await dinner(pool)
    page = await open_page(f"/e/{event.slug}", java_script_enabled=False)
    words = page.get_by_text("Only if your answer to “Do you need a hotel?” is: Yes, please.").first
    assert [await page.locator("#q-nights").is_visible(), await words.is_visible()] == [True, True]


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(open_page: OpenPage, pool: Pool) -> None:
    event, _questions = await dinner(pool)
    page = await open_page(f"/e/{event.slug}")
    field = page.locator("#q-passport")
    await field.set_input_files(FilePayload(name="passport.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8\xff" + b"\0" * 5_000_000))
    told = await page.locator("#q-passport-error").inner_text()
    assert (told, await field.input_value()) == ("This file is too large: at most 5 MB.", "")
    await field.set_input_files(FilePayload(name="passport.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8\xff"))
    assert (await page.locator("#q-passport-error").count(), await field.input_value() != "") == (0, True)


@pytest.mark.parametrize(("locale", "scheme"), [("de", "light"), ("ja", "dark")])
async def test_pages_with_questions_are_accessible(open_page: OpenPage, server: Server, pool: Pool, locale: str, scheme: str) -> None:
    organiser_id = await make_organiser(pool)
    event, questions = await dinner(pool, organiser_id=organiser_id)
    empty = await make_event(pool, organiser_id=organiser_id)
    hotel, _nights, _topics, _arrival, _remark, born, *_rest = questions
    given = [GivenAnswer(hotel.id, "yes"), sealed_answer(born, "1970-01-31", tokens=TOKENS, context="")]
    outcome = await book(pool, event, make_guest("髙見本", "一郎", answers=given), make_guest("Contoh", ""))
    registration_id = await pool.fetchval("select id from registrations where event_id = $1 order by id limit 1", event.id)
    staff = await make_staff(pool, organiser_id, role=Role.OWNER)
    page = await open_page(f"/e/{event.slug}", locale=locale, viewport=NARROW, color_scheme=scheme)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": await make_session(pool, staff), "url": server.url}])
    here = f"/organiser/events/{event.slug}"
    own = [f"{here}/questions{rest}" for rest in ("", "/new", f"/{hotel.id}", f"/{questions[1].id}", "/preview")]
    bare = f"/organiser/events/{empty.slug}/questions"
    guests = [f"/e/{event.slug}", f"/b/{outcome.token}", f"/b/{outcome.token}/answers"]
    seen = {}
    for path in (*guests, *own, bare, f"{here}/guests", f"{here}/guests/{registration_id}/answers"):
        answer = await page.goto(path)
        assert answer is not None
        seen[path] = [*([] if answer.status == 200 else [str(answer.status)]), *await faults(page)]
    await page.goto(f"/b/{outcome.token}/answers")
    await page.locator("form.form-card .button-primary").click()
    seen["refused"] = await faults(page)
    assert {path: found for path, found in seen.items() if found} == {}
