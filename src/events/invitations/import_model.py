"""A list that comes in: what it is for, what was read of it, who may be in it twice, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from events.people.model import Person
from events.programme.model import Texts


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    STAGED = "staged"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"


class RowState(StrEnum):
    BAD = "bad"
    READY = "ready"
    IMPORTED = "imported"
    MERGED = "merged"
    SKIPPED = "skipped"


class Decision(StrEnum):
    """What happens with somebody who may be there already. Merging invites the one who is there to the further events."""

    IMPORT = "import"
    MERGE = "merge"
    SKIP = "skip"


class TwinKind(StrEnum):
    """How sure it is that two are one: same name and address; probably; or only a person of the same name. Or nobody is
    there any more: somebody with this name or address was erased."""

    SAME = "same"
    LIKELY = "likely"
    NAMESAKE = "namesake"
    ERASED = "erased"


class TargetPool(msgspec.Struct, frozen=True, kw_only=True):
    """A contingent into which people may be invited."""

    id: UUID
    slug: str
    name: Texts


class TargetEvent(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    slug: str
    title: Texts
    starts_at: datetime
    time_zone: str
    pools: list[TargetPool] = []


class CoHost(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    slug: str
    name: Texts


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What a list invites to: a programme with its events, or one event. With `co_host` everybody comes into that co-host's
    contingents, and nothing else may be chosen."""

    organiser_id: UUID
    programme_id: UUID | None
    event_id: UUID | None
    slug: str
    title: Texts
    time_zone: str
    events: list[TargetEvent]
    co_hosts: list[CoHost]
    co_host: CoHost | None = None

    @property
    def id(self) -> UUID:
        """The programme's id, or the event's."""
        found = self.programme_id or self.event_id
        assert found is not None
        return found

    @property
    def home(self) -> str:
        """Where the organiser sees all invitations to it."""
        return f"/organiser/{'programmes' if self.programme_id else 'events'}/{self.slug}/invitations"


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for every row that does not say otherwise. `events`: to each event its contingent, or None for any shared place."""

    events: dict[UUID, UUID | None] = {}
    locale: str = "en"
    honorific: str = ""
    inviter: str = ""
    co_host_id: UUID | None = None
    companions: str = "none"
    max_companions: int = 0
    companions_by: datetime | None = None
    answer_by: datetime | None = None


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a cell and how to mend it: a message in English, translated when it is shown. No field: the whole line."""

    field: str
    text: str
    words: dict[str, Any] = {}


class Details(Person, frozen=True, kw_only=True):
    """An invitee as the row describes them, ready to be written."""

    job_title: str = ""
    email: str = ""
    delegate_email: str = ""
    locale: str
    flags: list[str] = msgspec.field(default_factory=list)
    companions: str = "none"
    max_companions: int = 0
    companions_by: datetime | None = None
    answer_by: datetime | None = None
    inviter: str = ""
    co_host_id: UUID | None = None
    events: dict[UUID, UUID | None] = msgspec.field(default_factory=dict)
    search_key: str = ""
    sort_key: str = ""
    match_key: str = ""

    @property
    def mail_address(self) -> str:
        return self.email or self.delegate_email


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is invited or registered already."""

    person: Person
    email: str
    events: list[UUID]
    co_host_id: UUID | None = None
    co_host: Texts | None = None
    invitation_id: UUID | None = None
    withdrawn: bool = False


class Twin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who a row may be again: an earlier line, an invitation, or a registered guest. `covered`: merging would add nothing.
    `foreign`: the guest of another host, of whom a co-host learns no more than that."""

    kind: TwinKind
    name: str = ""
    email: str = ""
    line: int | None = None
    invitation_id: UUID | None = None
    co_host: Texts | None = None
    covered: bool = False
    withdrawn: bool = False
    foreign: bool = False

    @property
    def decisions(self) -> list[Decision]:
        """What can be done; the first is proposed."""
        if self.kind == TwinKind.NAMESAKE:
            return [Decision.IMPORT, *([Decision.MERGE] if self._can_merge else []), Decision.SKIP]
        return [*([Decision.MERGE] if self._can_merge else []), Decision.SKIP, Decision.IMPORT]

    @property
    def _can_merge(self) -> bool:
        return not self.foreign and not self.withdrawn and (self.line is not None or self.invitation_id is not None)


class StagedRow(msgspec.Struct, kw_only=True):
    """One line of the list on its way in."""

    line: int
    cells: list[str]
    details: Details | None = None
    row_key: str | None = None
    problems: list[Problem] = []
    twin: Twin | None = None
    decision: Decision = Decision.IMPORT
    state: RowState = RowState.READY
    invitation_id: UUID | None = None


class Sample(msgspec.Struct, frozen=True):
    """The first lines of the file, for the page on which columns are chosen."""

    header: list[str]
    rows: list[list[str]]
    length: int
    sheet: str = ""


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """A list and how far it has come. The counts are final once it is done."""

    id: UUID
    organiser_id: UUID
    programme_id: UUID | None
    event_id: UUID | None
    co_host_id: UUID | None
    actor: str
    file_name: str
    encoding: str
    sample: Sample
    columns: dict[str, int]
    defaults: Defaults | None
    state: ImportState
    imported: int
    merged: int
    skipped: int
    bad: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    forgotten_at: datetime | None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows are where."""

    bad: int = 0
    ready: int = 0
    imported: int = 0
    merged: int = 0
    skipped: int = 0
    twins: int = 0
    covered: int = 0
    to_import: int = 0
    to_merge: int = 0
    without_mail: int = 0

    @property
    def total(self) -> int:
        """The rows that are to be taken in or have been."""
        return self.ready + self.done

    @property
    def done(self) -> int:
        return self.imported + self.merged + self.skipped
