"""Loading the demo programme, and the ways in that `make run` prints."""

from datetime import datetime, timedelta
from uuid import UUID

from events.accounts.actions import demo_sign_in_link
from events.door.actions import add_phone, pairing_code
from events.invitations.model import invitation_token
from events.kit.clock import now as clock_now
from events.kit.database import Connection
from events.kit.tokens import Tokens
from events.programme.queries import event_by_slug
from events.settings import Settings

from . import queries, story_queries
from .company import keep_company
from .decisions import forget_somebody, judge, open_up, word_mails
from .evening import tell_evening
from .guests import sign_everybody_up
from .invitees import invite_everybody
from .model import DINNER, dinner_day, event_plans, frame, zone
from .programme import load_programme
from .story import begin

LINKS_LAST = timedelta(hours=12)  # printed on the owner's own terminal, used when they get round to it
PHONE = "First phone"


async def load(connection: Connection, settings: Settings, *, empty: bool) -> None:
    """Loads what is not there yet: the programme, and unless `empty` its guests. All of it or, when something fails, nothing.

    A programme whose dinner is over is moved to the present day with everything that happened in it.
    """
    now = clock_now()
    async with connection.transaction():
        await queries.lock_demo(connection)
        await load_programme(connection, now)
        await catch_up(connection, now)
        if not empty and not await queries.has_demo_guests(connection):
            await load_guests(connection, Tokens(settings.secret_key), now)


async def load_guests(tx: Connection, tokens: Tokens, now: datetime) -> None:
    """Everything that has happened until today. Nobody is written to about it."""
    story = await begin(tx, tokens, now)
    await invite_everybody(story)
    await sign_everybody_up(story)
    await tell_evening(story)
    await keep_company(story)
    await judge(story)
    await word_mails(story)
    await open_up(story)
    await forget_somebody(story)
    await story_queries.drop_jobs(tx)


async def catch_up(tx: Connection, now: datetime) -> None:
    """Keeps the demo presentable for whoever comes back to it after a week."""
    dinner = await event_by_slug(tx, DINNER)
    assert dinner is not None
    if dinner.ends_at <= now:
        late = dinner_day(now) - dinner.starts_at.astimezone(zone()).date()
        await move(tx, late)


async def move(tx: Connection, by: timedelta) -> None:
    """Moves the whole story in time."""
    slugs = [plan.slug for plan in event_plans()]
    await queries.move_events(tx, slugs, by)
    await queries.move_what_came_of_arrivals(tx, slugs, by)
    await queries.move_deadlines(tx, slugs, by)


async def links(settings: Settings, connection: Connection) -> list[tuple[str, str]]:
    """Label and address: the dinner's page, an invitation that nobody has answered yet (if anybody is invited), the dinner's live board
    signed in once, and a phone for its door."""
    now, base = clock_now(), settings.base_url
    owner = frame().staff[0].email
    async with connection.transaction():
        board = await demo_sign_in_link(connection, base, email=owner, next_path=f"/organiser/events/{DINNER}", now=now)
        door = await _pairing_link(connection, settings)
        invited = await story_queries.unanswered_invitation(connection, frame().programme.slug)
    invitee = [("invitee", f"{base}/i/{invitation_token(Tokens(settings.secret_key), *invited)}")] if invited else []
    return [("guest", f"{base}/e/{DINNER}"), *invitee, ("organiser", board), ("door", door)]


async def _pairing_link(tx: Connection, settings: Settings) -> str:
    """One phone stays ready to be paired, however often the links are printed."""
    now, tokens = clock_now(), Tokens(settings.secret_key)
    dinner = await event_by_slug(tx, DINNER)
    assert dinner is not None
    phone_id: UUID | None = await queries.renew_unpaired_phone(tx, dinner.id, name=PHONE, expires_at=now + LINKS_LAST)
    if phone_id is None:
        phone_id = await add_phone(tx, tokens, event_id=dinner.id, name=PHONE, gate="Main entrance", now=now)
        await queries.renew_unpaired_phone(tx, dinner.id, name=PHONE, expires_at=now + LINKS_LAST)
    return f"{settings.base_url}/door/pair/{pairing_code(tokens, phone_id)}"
