"""The words of mails around an invitation: every one can be chosen, and no fact can be edited away."""

import httpx
import pytest

from events.programme.model import Event
from tests.messaging.test_texts import open_editor, save
from tests.visitor import Page

KEPT = {
    "invitation_moved": {"en": "Before: ", "de": "Bisher: ", "ja": "変更前"},
    "deputy": {"en": "Open the ticket", "de": "Ticket öffnen", "ja": "チケットを開く"},
}


@pytest.mark.parametrize("locale", ["en", "de", "ja"])
@pytest.mark.parametrize("kind", ["deputy", "invitation_moved"])
async def test_own_words_take_the_place_of_the_prose_and_leave_the_facts(
    *, organiser: httpx.AsyncClient, event: Event, kind: str, locale: str
) -> None:
    page = await open_editor(organiser, event, kind, locale)
    words = {name: value for name, value in page.form.fields if isinstance(value, str)}
    assert "Mihon" not in str(words)
    answer = await organiser.post(
        f"/organiser/events/{event.slug}/mail-texts/{kind}/{locale}/preview", data=words | {"body": "Our own words for {name}."}
    )
    assert answer.status_code == 200
    assert ("Our own words for" in answer.text, KEPT[kind][locale] in answer.text) == (True, True)


async def test_the_deputys_mail_can_name_the_invitee(organiser: httpx.AsyncClient, event: Event) -> None:
    page = await open_editor(organiser, event, "deputy")
    assert dict(page.form.fields)["lead"] == "You come in place of {invitee}."
    saved: Page = await save(organiser, page, body="Thank you for standing in for {invitee}.")
    assert saved.status == 200
    wrong = await save(organiser, await open_editor(organiser, event, "confirmed"), body="Instead of {invitee}.")
    assert wrong.status == 422
