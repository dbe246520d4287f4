"""Whether somebody was erased before. Of those people only keyed hashes are left, so a list that names them again can be noticed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.kit.database import Executor
from events.kit.tokens import Tokens


def person_hashes(tokens: Tokens, organiser_id: UUID, *, email: str = "", match: str = "") -> list[bytes]:
    """The hashes of an address and of a name as it sounds (the `match_key` of invitations); each organiser has others."""
    known = (("address", email.strip().lower()), ("name", match))
    return [tokens.fingerprint(f"erased {organiser_id} {kind}", text) for kind, text in known if text]


async def was_erased(db: Executor, tokens: Tokens, organiser_id: UUID, *, email: str = "", match: str = "") -> bool:
    """Whether a person with this address or this name was erased. Ask before importing; a name may be a namesake's."""
    hashes = person_hashes(tokens, organiser_id, email=email, match=match)
    statement = "select exists (select from erased_people where organiser_id = $1 and person_hash = any ($2))"
    return bool(await db.fetchval(statement, organiser_id, hashes))


async def erased_hashes(db: Executor, organiser_id: UUID) -> frozenset[bytes]:
    """Of everybody who was erased, for a whole list at once."""
    rows = await db.fetch("select person_hash from erased_people where organiser_id = $1 order by person_hash", organiser_id)
    return frozenset(row["person_hash"] for row in rows)


async def insert_erased(tx: Executor, organiser_id: UUID, hashes: Sequence[bytes], now: datetime) -> None:
    """Remembers that somebody was erased."""
    await tx.executemany(
        """
        insert into erased_people (organiser_id, person_hash, erased_at)
        values ($1, $2, $3)
        on conflict (organiser_id, person_hash) do update
        set erased_at = excluded.erased_at
        """,
        [(organiser_id, one, now) for one in sorted(hashes)],  # in one order, so that two erasures never wait in a circle
    )
