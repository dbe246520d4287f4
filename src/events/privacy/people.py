"""Who is one person. Nobody has an account, so it is the name as it sounds together with the address: one without the other may be
a namesake, or a colleague who shares a mailbox, and is only offered as perhaps the same.
"""

from uuid import UUID

import msgspec

from events.invitations.model import match_key
from events.kit.database import Executor
from events.people.keys import search_words

from . import people_queries
from .model import Holdings, Trace


class Someone(msgspec.Struct, frozen=True, kw_only=True):
    """A person of one organiser: the traces that are surely theirs, and those that may be."""

    anchor: Trace
    traces: list[Trace]
    maybe: list[Trace]
    holdings: Holdings


async def find_people(db: Executor, organiser_ids: list[UUID], query: str) -> list[list[Trace]]:
    """People whose name, company or address fits, each with all their traces that fit."""
    email = query.strip().lower() if "@" in query else ""
    words = [] if email else search_words(query)
    if not email and not words:
        return []
    people: dict[tuple[UUID, str, str, UUID | None], list[Trace]] = {}
    for trace in await people_queries.search_people(db, organiser_ids, words, email):
        people.setdefault(_identity(trace), []).append(trace)
    return list(people.values())


async def someone(db: Executor, anchor: Trace) -> Someone:
    """Everything that belongs to the person of one trace."""
    same = {anchor.id: anchor}
    organiser = [anchor.organiser_id]
    if anchor.email:
        found = await people_queries.search_people(db, organiser, [], anchor.email.lower())
        same |= {trace.id: trace for trace in found if _identity(trace) == _identity(anchor)}
    parties = [trace.party_id for trace in same.values() if trace.party_id and trace.is_contact]
    linked = await people_queries.traces_of_parties(db, anchor.organiser_id, parties)
    same |= {trace.id: trace for trace in linked if trace.is_contact and match_key(trace) == match_key(anchor)}
    words = search_words(f"{anchor.family_name} {anchor.given_name}")
    alike = await people_queries.search_people(db, organiser, words, "") if words else []
    maybe = [trace for trace in alike if trace.id not in same and match_key(trace) == match_key(anchor)]
    traces = list(same.values())
    return Someone(anchor=anchor, traces=traces, maybe=maybe, holdings=await _holdings(db, anchor.organiser_id, traces))


async def _holdings(db: Executor, organiser_id: UUID, traces: list[Trace]) -> Holdings:
    guests = [trace for trace in traces if trace.kind == "guests"]
    parties = [trace.party_id for trace in guests if trace.is_contact and trace.party_id]
    return Holdings(
        organiser_id=organiser_id,
        guest_ids=[trace.id for trace in guests],
        contact_booking_ids=await people_queries.bookings_of_parties(db, parties),
        invitation_ids=[trace.id for trace in traces if trace.kind == "invitations"],
    )


def _identity(trace: Trace) -> tuple[UUID, str, str, UUID | None]:
    """Without an address nobody is joined with anybody."""
    return trace.organiser_id, trace.email.lower(), match_key(trace), None if trace.email else trace.id
