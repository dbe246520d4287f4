"""The company that guests find: hosts who receive them, and each other, as far as they exchange cards."""

from itertools import pairwise
from uuid import UUID

from events.arrivals.actions import add_host
from events.arrivals.editing_queries import assign_guests, registrations_of_company, save_notes
from events.arrivals.model import HostDetails
from events.contacts import queries as contact_queries
from events.contacts.actions import scan, share_card
from events.contacts.model import CardDetails, Outcome, Share
from events.door.actions import add_phone_on_duty
from events.door.model import PhoneRole
from events.door.phone_list import Duty
from events.kit.i18n import use_language
from events.kit.tokens import random_token

from . import story_queries
from .doors import HostPlan, door_plan
from .evening import EVENING, SUPERVISOR
from .model import DINNER
from .story import Story
from .story_queries import Sharing

SHARING = 9  # guests who exchange cards; each meets the next one, and the last has not agreed yet


async def keep_company(story: Story) -> None:
    """Hosts for the evening and the dinner, cards that went round at the evening, and a second phone for the dinner."""
    for plan in door_plan().hosts:
        await _add_host(story, plan)
    await _exchange(story)
    duty = Duty(name=SUPERVISOR, gate="Side door", role=PhoneRole.SUPERVISOR)
    dinner = story.events[DINNER]
    await add_phone_on_duty(story.tx, story.tokens, duty, event_id=dinner.id, expires_at=dinner.doors_at)


async def _add_host(story: Story, plan: HostPlan) -> None:
    event = story.events[plan.event]
    details = HostDetails(name=plan.name, email=plan.email, locale=plan.locale, sees_all=plan.sees_all)
    host_id = await add_host(story.tx, story.tokens, event, details, staff=story.owner)
    guests: list[UUID] = []
    for company in plan.companies:
        guests += await registrations_of_company(story.tx, event.id, company)
    await assign_guests(story.tx, host_id, event.id, guests)
    await save_notes(story.tx, host_id, dict(zip(guests, plan.notes, strict=False)))


async def _exchange(story: Story) -> None:
    """Who sat together scanned each other's tickets, towards the end of the evening. The cards have been sent since."""
    event = story.events[EVENING]
    await contact_queries.switch(story.tx, event.id, is_open=True, actor=story.owner.actor, now=event.doors_at)
    sharing = await story_queries.who_shares(story.tx, event.id, SHARING)
    for one in sharing:
        with use_language(one.locale):
            card = CardDetails(shares=(Share.COMPANY, Share.JOB_TITLE), email=one.email)
            await share_card(story.tx, one.registration_id, one.guest_id, card, key=random_token(), now=event.starts_at)
    met = [await _scan(story, by, of) for by, of in pairwise(sharing)]
    agreed = [await _scan(story, of, by) for by, of in list(pairwise(sharing))[:-1]]
    assert set(met) == {Outcome.ASKED}
    assert set(agreed) == {Outcome.AGREED}
    await contact_queries.order_mails(story.tx)


async def _scan(story: Story, by: Sharing, of: Sharing) -> Outcome:
    event = story.events[EVENING]
    card = await contact_queries.card_of(story.tx, by.registration_id)
    assert card is not None
    outcome, _whom = await scan(story.tx, event, card, story.tokens.code("ticket", of.ticket_id, 1), now=event.ends_at)
    return outcome
