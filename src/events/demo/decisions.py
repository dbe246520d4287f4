"""What protocol and security say about the applications, and what else has happened until today."""

from datetime import timedelta
from uuid import UUID

from events.accounts.model import ReviewRole, Staff
from events.messaging.model import Wording
from events.messaging.text_queries import TextKey, save_text
from events.people.consents import Purpose
from events.privacy import consent_queries, guest_list_queries
from events.privacy.consents import agree
from events.privacy.erasure import erase
from events.privacy.model import Holdings, Reason
from events.registration.claims import new_claim
from events.registration.model import SignUp
from events.registration.queries import claim_places
from events.selection.actions import give_verdicts
from events.selection.model import Verdict

from . import story_queries
from .crowds import crowds, guest
from .model import DINNER, frame
from .people import people
from .story import Story

RECEPTION, BRIEFING = "embassy-reception", "osaka-welcome-briefing"
DECIDED_BEFORE = timedelta(hours=20)
REFUSED = "Die Angaben zur Person stimmen nicht mit dem Pass überein; Rücksprache mit dem Protokoll am Montag."
LACKING = "Bitte ergänzen Sie Passnummer und Geburtsdatum, so wie sie im Pass stehen."
MARKETING, CONFIRMED_MARKETING = 9, 6
WELCOME = {
    "de": "Herzlich willkommen am Hafen, {name}: Ihr Platz ist reserviert, wir freuen uns auf den Abend mit Ihnen.",
    "en": "Welcome to the harbour, {name}: your place is reserved, and we look forward to the evening with you.",
    "ja": "{name}\u3000港の夕べへようこそ。お席をご用意して、お待ちしております。",
}


async def judge(story: Story) -> None:
    """Both reviewers agree about most; of the last ones some lack details, some have one voice, one is refused."""
    applied = await story_queries.awaiting(story.tx, story.events[RECEPTION].id)
    undecided = next(crowd.undecided for crowd in crowds() if crowd.event == RECEPTION)
    agreed, left = applied[: -undecided - 1], applied[-undecided - 1 :]
    for role in (ReviewRole.PROTOCOL, ReviewRole.SECURITY):
        await _say(story, role, Verdict.APPROVED, agreed)
    refused, lacking, half = left[-1:], left[1:3], left[-4:-1]
    await _say(story, ReviewRole.PROTOCOL, Verdict.APPROVED, [*half[:2], *refused])
    await _say(story, ReviewRole.SECURITY, Verdict.APPROVED, half[2:])
    await _say(story, ReviewRole.SECURITY, Verdict.INCOMPLETE, lacking, missing=LACKING)
    await _say(story, ReviewRole.SECURITY, Verdict.REJECTED, refused, reason=REFUSED)


async def _say(story: Story, role: ReviewRole, verdict: Verdict, ids: list[UUID], *, reason: str = "", missing: str = "") -> None:
    await give_verdicts(
        story.tx,
        story.events[RECEPTION],
        _reviewer(story, role),
        ids,
        role=role,
        verdict=verdict,
        now=story.now - DECIDED_BEFORE,
        reason=reason,
        missing=missing,
    )


def _reviewer(story: Story, role: ReviewRole) -> Staff:
    return next(story.staff[plan.email] for plan in frame().staff if role in plan.reviews)


async def word_mails(story: Story) -> None:
    """The organiser's own welcome in the dinner's confirmations."""
    dinner = story.events[DINNER]
    for locale, lead in WELCOME.items():
        key = TextKey(organiser_id=dinner.organiser_id, event_id=dinner.id, kind="confirmed", locale=locale)
        await save_text(story.tx, key, Wording(lead=lead), version=0, actor=story.owner.actor)


async def open_up(story: Story) -> None:
    """The dinner's guests may see each other's names, and some would like to hear of further events."""
    dinner = story.events[DINNER]
    await guest_list_queries.open_list(story.tx, dinner.id, actor=story.owner.actor, now=story.now)
    wishing = (await story_queries.contacts_at(story.tx, dinner.id))[:MARKETING]
    for guest_id, locale in wishing:
        await agree(story.tx, guest_id, Purpose.MARKETING, locale=locale, channel="demo", now=story.now)
    for consent_id in (await story_queries.marketing_of(story.tx, [one for one, _locale in wishing]))[:CONFIRMED_MARKETING]:
        await consent_queries.confirm_marketing(story.tx, consent_id, story.now)


async def forget_somebody(story: Story) -> None:
    """One guest of the first morning has asked to be erased since."""
    (person,) = people()["forgotten"]
    event = story.events[BRIEFING]
    sign_up = SignUp(
        key="demo:forgotten", email=person.email, locale=person.locale, source="demo", guests=[guest(person, channel="demo")], mail=False
    )
    claim = new_claim(sign_up, story.tokens)
    await claim_places(story.tx, event.id, [claim.request], event.starts_at - DECIDED_BEFORE)
    guest_ids = [one["guest_id"] for one in claim.request["guests"]]
    held = Holdings(organiser_id=event.organiser_id, guest_ids=guest_ids, contact_booking_ids=[claim.booking_id])
    await erase(story.tx, story.tokens, held, actor=story.owner.actor, reason=Reason.ASKED, now=story.now)
