"""The invitations of the story: lists are imported, a wave goes out, and answers come in by every way there is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from events.accounts.queries import staff_by_email
from events.invitations import import_queries, importing
from events.invitations.answering import answer
from events.invitations.import_model import Decision, Defaults, TwinKind
from events.invitations.import_target_queries import target_of
from events.invitations.model import Answer, AnswerSource
from events.invitations.replies import Answers, Deputy, Giver, Reply
from events.questions.model import Per
from events.registration.model import GuestDetails

from . import story_queries
from .crowds import guest
from .lists import Invitee, ListPlan, as_file, invitees, list_plans
from .model import event_plan, frame, zone
from .people import Person
from .schedule import KnownGuest
from .story import Story
from .wave import send_wave

LINK, DELEGATE = Giver(actor="invitee", source=AnswerSource.LINK), Giver(actor="delegate", source=AnswerSource.DELEGATE)
ANSWERED_BEFORE = timedelta(days=1)  # the day before the event is the last one
DELEGATE_NAME = "Büro des Botschafters"
_SAYS = {"provisional": Answer.PROVISIONAL, "declined": Answer.DECLINED, "deputy": Answer.SUBSTITUTED}
_SILENT = ("silent", "by_post", "bounced")


async def invite_everybody(story: Story) -> None:
    """List by list: brought, written to where the list says so, answered."""
    for plan in list_plans():
        guests = invitees(plan, story.schedule)
        invitations = await _bring(story, plan, guests)
        if plan.wave:
            await send_wave(story, list(invitations.values()), refused=[one.person.email for one in guests if one.what == "bounced"])
        for invitee in guests:
            if invitee.what not in _SILENT:
                await _answer(story, plan, invitee, invitations[invitee.person.key])


async def _bring(story: Story, plan: ListPlan, guests: Sequence[Invitee]) -> Mapping[str, UUID]:
    """Imports the list; answers everybody's invitation. Somebody whom another co-host has invited, too, is taken in knowingly."""
    day = (story.events[plan.event].starts_at.astimezone(zone()) - ANSWERED_BEFORE).date().isoformat()
    co_host_id = await story_queries.co_host_id(story.tx, plan.co_host) if plan.brought_by_co_host and plan.co_host else None
    target = await target_of(story.tx, programme_id=story.programme.id, event_id=None, co_host_id=co_host_id)
    assert target is not None
    content = as_file(plan, guests, answer_by=day, companions_by=day)
    actor = await _bringer(story, plan)
    import_id = await importing.upload(story.pool, target, actor=actor, file_name=plan.file_name, content=content, now=story.now)
    uploaded = await import_queries.import_by_id(story.tx, import_id)
    assert uploaded is not None
    await importing.stage(story.pool, uploaded, target, Defaults())
    await import_queries.decide_kind(story.tx, import_id, [TwinKind.SAME, TwinKind.LIKELY], Decision.IMPORT)
    await importing.start(story.tx, uploaded, target, tokens=story.tokens, now=story.now)
    found = await story_queries.invitations_of_import(story.tx, import_id)
    return {invitee.person.key: found[_names(invitee.person)] for invitee in guests}


async def _bringer(story: Story, plan: ListPlan) -> str:
    """Who presses the button: somebody of the co-host that brings its own list, else the organiser."""
    for co_host in frame().co_hosts:
        if plan.brought_by_co_host and co_host.slug == plan.co_host:
            return f"staff:{await staff_by_email(story.tx, co_host.members[0].email)}"
    return story.owner.actor


def _names(person: Person) -> tuple[str, ...]:
    details = person.guest
    return (details.family_name, details.given_name, details.company, details.job_title)


async def _answer(story: Story, plan: ListPlan, invitee: Invitee, invitation_id: UUID) -> None:
    event_id = story.events[plan.event].id
    say = _Speaker(story, plan, invitee, invitation_id)
    if invitee.what in ("passed_on", "gave_back"):
        await say.that(Answer.ACCEPTED, event_id, plan.event)
    last = {"passed_on": Answer.SUBSTITUTED, "gave_back": Answer.DECLINED}.get(invitee.what)
    await say.that(last or _SAYS.get(invitee.what, Answer.ACCEPTED), event_id, plan.event)
    for slug in invitee.also:
        await say.that(Answer.ACCEPTED, story.events[slug].id, slug)
    await _note_guests(story, plan, invitee, invitation_id)


class _Speaker:
    """Says one thing after the other, as the invitee or whoever answers for them."""

    def __init__(self, story: Story, plan: ListPlan, invitee: Invitee, invitation_id: UUID) -> None:
        self._story, self._plan, self._invitee, self._invitation_id = story, plan, invitee, invitation_id

    async def that(self, said: Answer, event_id: UUID, slug: str) -> None:
        """Raises what refuses the answer: the story has no place for that."""
        invitee = self._invitee
        brings = invitee.what in ("in_company", "in_line") and slug == self._plan.event
        asked, number = self._story.answering[slug], invitee.person.number
        reply = Reply(
            event_id=event_id,
            answer=said,
            deputy=self._deputy() if said == Answer.SUBSTITUTED else None,
            companions=tuple(range(len(invitee.party))) if brings else (),
            answers=tuple(asked.answers(number, per=Per.BOOKING)) if said.comes else (),
            own_answers=tuple(asked.answers(number, per=Per.GUEST)) if said.comes else (),
        )
        given = Answers(
            replies=[reply],
            invitee=self._details(slug),
            companions=[guest(person, channel="invitation", table_name=invitee.table) for person in invitee.party] if brings else [],
            registrant_name=DELEGATE_NAME if invitee.what == "by_delegate" else "",
        )
        refused = await answer(self._story.desk, self._invitation_id, given, giver=self._giver())
        assert not refused, (invitee, refused)

    def _details(self, slug: str) -> GuestDetails:
        table = self._invitee.table if slug == self._plan.event else None
        return guest(self._invitee.person, channel="invitation", table_name=table)

    def _deputy(self) -> Deputy:
        (deputy,) = self._invitee.party
        return Deputy(details=guest(deputy, channel="invitation", table_name=self._invitee.table), email=deputy.email)

    def _giver(self) -> Giver:
        if self._invitee.what == "by_letter":
            return Giver(actor=self._story.owner.actor, source=AnswerSource.LETTER, note="Antwortkarte")
        return DELEGATE if self._invitee.what == "by_delegate" else LINK


async def _note_guests(story: Story, plan: ListPlan, invitee: Invitee, invitation_id: UUID) -> None:
    """Whoever has a ticket now keeps it at the events to come."""
    event = event_plan(plan.event)
    by_name = await story_queries.guests_of_invitation(story.tx, invitation_id)
    for person in (invitee.person, *invitee.party):
        if known := by_name.get(_names(person)):
            story.schedule.note(person, event, msgspec.convert(known, KnownGuest))
