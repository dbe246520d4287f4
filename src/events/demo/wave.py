"""The wave of invitations in the story. It goes through the real outbox; the post of invented people is handed to nobody."""

from collections.abc import Collection, Sequence
from uuid import UUID

from events.invitations import wave_queries, waves
from events.invitations.jobs import wave_mailer
from events.invitations.list_scope import Scope
from events.invitations.wave_model import Audience, WaveKind
from events.kit.mail import MailRefused, Message
from events.messaging.outbox import Outbox

from . import story_queries
from .model import event_plans, frame
from .story import Story

BASE_URL, SENDER = "https://empfang.example.com", "empfang@example.com"
UNKNOWN = "550 5.1.1 user unknown"


class _Nobody:
    """Takes every mail and keeps none; some mailboxes do not exist."""

    def __init__(self, refused: Collection[str]) -> None:
        self._refused = refused

    async def send(self, message: Message) -> None:
        if message.to in self._refused:
            raise MailRefused(UNKNOWN)


async def send_wave(story: Story, invitation_ids: Sequence[UUID], *, refused: Collection[str]) -> None:
    """Writes to all of these; what is sent to the `refused` addresses comes back."""
    programme = story.programme
    scope = Scope(
        organiser_id=programme.organiser_id,
        slug=programme.slug,
        title=programme.title,
        time_zone=programme.time_zone,
        hue=programme.hue,
        programme=programme,
        event=None,
        events=[story.events[plan.slug] for plan in event_plans() if plan.organiser == frame().programme.organiser],
    )
    actor = story.owner.actor
    wave = await waves.start_wave(
        story.tx,
        scope,
        invitation_ids,
        kind=WaveKind.INVITATION,
        audience=Audience.EVERYONE,
        actor=actor,
        send_at=None,
        now=story.now,
    )
    send = wave_mailer(Outbox(_Nobody(refused), story.tokens, base_url=BASE_URL, sender=SENDER))
    for job in await story_queries.take_jobs(story.tx, wave_queries.JOB):
        await send(story.pool, job)
    await wave_queries.finish_wave(story.tx, wave.id, story.now)
