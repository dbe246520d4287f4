"""The lists of people who are invited, as `data/invitations.toml` tells, and the files in which co-hosts bring them."""

import csv
import io
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

import msgspec

from events.invitations.party import NAMES
from events.programme.model import Texts

from .model import DATA, event_plan, frame
from .people import Person, people
from .schedule import Schedule

_PERSON = (*NAMES, "company", "department", "job_title")
_RULES = ("language", "flags", "companions", "max_companions", "companions_by", "answer_by", "events", "contingent", "co_host", "inviter")
_COLUMNS = (*_PERSON, "email", "delegate_email", *_RULES)
COMES = ("alone", "in_company", "unnamed", "deputy", "passed_on", "by_letter", "by_delegate")
UNREACHED = ("by_letter", "by_post")


class AnswerPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: str
    times: int = 1
    guests: list[int] = []


class AlsoPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    events: list[str] = []
    accepted: int = 0


class ListPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One list. With `brought_by_co_host` it is the co-host's own file, for the co-host's contingents only. Deputies
    and companions are of the group `company`."""

    file_name: str
    groups: list[str] = msgspec.field(name="from")
    event: str
    answers: list[AnswerPlan]
    contingent: str | None = None
    co_host: str | None = None
    brought_by_co_host: bool = False
    company: str = "japan"
    companions: int = 0
    wave: bool = False
    also: AlsoPlan = AlsoPlan()


class Invitee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a list, and what they will say. `party` are those who come with them, or instead; `also` are the further events to
    which they say yes."""

    person: Person
    what: str
    party: list[Person]
    table: str | None = None
    also: list[str] = []


class _Lists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lists: list[ListPlan]


@cache
def list_plans() -> list[ListPlan]:
    return msgspec.toml.decode((DATA / "invitations.toml").read_bytes(), type=_Lists).lists


def invitees(plan: ListPlan, schedule: Schedule) -> list[Invitee]:
    """Everybody on the list. Who accepts goes there from now on."""
    event, everybody, made = event_plan(plan.event), iter([one for group in plan.groups for one in people()[group]]), list[Invitee]()
    for answer in plan.answers:
        sizes = answer.guests or [2 if answer.what in ("in_company", "deputy", "passed_on") else 1] * answer.times
        for person, size in zip(islice(everybody, len(sizes)), sizes, strict=True):
            comes, accepts = answer.what in COMES, len(made) < plan.also.accepted
            if comes or answer.what in ("in_line", "gave_back"):
                schedule.attends(person, event)
            else:
                schedule.keep_aside(person)
            party = [schedule.companion(plan.company, event) for _each in range(size - 1)]
            also = plan.also.events if accepts else []
            for slug in also:
                schedule.attends(person, event_plan(slug))
            table = schedule.table(event, 2 if answer.what == "in_company" else 1) if comes else None
            made.append(Invitee(person=person, what=answer.what, party=party, table=table, also=also))
    return made


def inviter(plan: ListPlan) -> Texts:
    """In whose name the list invites."""
    co_host = next((one for one in frame().co_hosts if one.slug == plan.co_host), None)
    return co_host.name if co_host else frame().organisers[0].name


def as_file(plan: ListPlan, guests: Sequence[Invitee], *, answer_by: str, companions_by: str) -> bytes:
    """The list as a spreadsheet program saves it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(dict(_cells(plan, guest, answer_by, companions_by)) for guest in guests)
    return text.getvalue().encode("utf-8-sig")


def _cells(plan: ListPlan, invitee: Invitee, answer_by: str, companions_by: str) -> Iterator[tuple[str, str]]:
    guest, what = invitee.person.guest, invitee.what
    yield from ((name, getattr(guest, name)) for name in _PERSON)
    yield "email", "" if what in UNREACHED or what == "by_delegate" else invitee.person.email
    yield "delegate_email", "sekretariat@example.com" if what == "by_delegate" else ""
    yield "language", invitee.person.locale
    yield "flags", ",".join(flag for flag in guest.flags)
    later = what in ("unnamed", "by_delegate")
    brings = max(plan.companions, len(invitee.party)) if what in ("in_line", "in_company") else plan.companions
    yield "companions", "later" if later else "named" if brings else "none"
    yield "max_companions", str(brings) if brings else ""
    yield "companions_by", companions_by if later else ""
    yield "answer_by", answer_by
    yield "events", ";".join([plan.event, *plan.also.events])
    yield "contingent", plan.contingent or ""
    yield "co_host", "" if plan.brought_by_co_host else plan.co_host or ""
    yield "inviter", inviter(plan)[invitee.person.locale]
