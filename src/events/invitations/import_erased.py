"""Who of a list was erased before: of them only keyed hashes of their address and their name are left."""

from collections.abc import Iterable
from uuid import UUID

from events.kit.tokens import Tokens
from events.people.erased_queries import person_hashes

from .import_model import StagedRow, Twin, TwinKind


def mark_erased(rows: Iterable[StagedRow], hashes: frozenset[bytes], tokens: Tokens, organiser_id: UUID) -> None:
    """Proposes to leave them out. Whoever has been invited again since then is the twin of that invitation, and nothing else."""
    if not hashes:
        return
    for row in rows:
        details = row.details
        if details is None or (row.twin and row.twin.kind != TwinKind.NAMESAKE):
            continue
        own = person_hashes(tokens, organiser_id, email=details.mail_address, match=details.match_key)
        if not hashes.isdisjoint(own):
            row.twin = Twin(kind=TwinKind.ERASED)
            row.decision = row.twin.decisions[0]
