"""Whose words are being edited, and what is said where they say nothing: everything an editor needs to know before it is shown."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from events.accounts.model import Role, Staff
from events.accounts.queries import insert_audit_entry
from events.kit.database import Connection
from events.kit.errors import NotFound
from events.kit.i18n import LANGUAGES, use_language
from events.programme.access import event_for_staff
from events.programme.model import Event
from events.programme.queries import event_by_id

from . import text_queries as queries
from .kinds import SAMPLES, MailKind, MailKinds
from .model import SavedText, Wording
from .text_queries import Sender, TextKey
from .texts import house_words, is_silent, laid_over

NO_TEXT = SavedText(wording=Wording(), version=0)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Whose words they are: an organiser's for everything, or for one event. `shown` is the event the preview is about."""

    sender: Sender
    event: Event | None
    shown: Event | None

    @property
    def path(self) -> str:
        return f"/organiser/events/{self.event.slug}/mail-texts" if self.event else f"/organiser/mail-texts/{self.sender.slug}"

    @property
    def event_id(self) -> UUID | None:
        return self.event.id if self.event else None


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The editor of one kind in one language. `everywhere` are the organiser's words for all events, as an event's editor sees them;
    `wider` is what is said where nothing is saved here."""

    place: Place
    kind: MailKind
    locale: str
    saved: SavedText
    everywhere: Wording
    wider: Wording

    @property
    def path(self) -> str:
        return f"{self.place.path}/{self.kind.name}/{self.locale}"

    @property
    def holding(self) -> Wording:
        return laid_over(self.saved.wording, self.wider)


async def place_of(db: Connection, staff: Staff, path: Mapping[str, Any]) -> Place:
    """From the address: the event's words or the organiser's own. Anybody else's are not found."""
    event = await event_for_staff(db, staff, path["slug"]) if "slug" in path else None
    found = await queries.senders(db, [event.organiser_id] if event else staff.organisers(Role.ORGANISER))
    sender = next((one for one in found if event or one.slug == path["organiser"]), None)
    if sender is None:
        raise NotFound
    shown = None if event else await queries.next_event(db, sender.id)
    return Place(sender=sender, event=event, shown=await event_by_id(db, shown) if shown else event)


async def desk_of(db: Connection, staff: Staff, kinds: MailKinds, path: Mapping[str, Any]) -> Desk:
    """From the address: one kind in one language. An organiser without any event has nothing to write about yet."""
    place, locale = await place_of(db, staff, path), path["locale"]
    kind = kinds.by_name.get(path["kind"])
    if kind is None or locale not in LANGUAGES or place.shown is None:
        raise NotFound(link=place.path)
    with use_language(locale):
        sample, _pictures = kind.sample(place.shown, kinds.stationery, SAMPLES["erika"][1])
    key = (kind.name, locale)
    own = await queries.saved_texts(db, place.sender.id, place.event_id)
    for_all = await queries.saved_texts(db, place.sender.id, None) if place.event else {}
    everywhere = for_all.get(key, NO_TEXT).wording
    return Desk(
        place=place,
        kind=kind,
        locale=locale,
        saved=own.get(key, NO_TEXT),
        everywhere=everywhere,
        wider=laid_over(everywhere, house_words(kinds.stationery.templates, kind, locale, sample)),
    )


async def write(tx: Connection, staff: Staff, desk: Desk, wording: Wording, *, version: int) -> bool:
    """Saves the words, or forgets them when they say nothing of their own. False: somebody else saved since that version."""
    key = TextKey(organiser_id=desk.place.sender.id, event_id=desk.place.event_id, kind=desk.kind.name, locale=desk.locale)
    if not is_silent(wording):
        written = await queries.save_text(tx, key, wording, version=version, actor=staff.actor)
    elif version:
        written = await queries.delete_text(tx, key, version=version)
    else:
        written = desk.saved.version == 0
    if written:
        await insert_audit_entry(
            tx,
            organiser_id=key.organiser_id,
            actor=staff.actor,
            action="mail_text_saved",
            subject=f"mail_text:{desk.kind.name}",
            detail={"locale": desk.locale, "event": desk.place.event.slug if desk.place.event else None},
        )
    return written
