"""What is forgotten by itself, and after how many days at the latest (GDPR, article 5 (1) e: purpose decides how long).

Guests were promised these days, so an organiser may choose fewer, never more. Each rule says in SQL what is due and what becomes of
it; the recount after a run uses the same words as the run, so the two cannot disagree.
"""

from enum import StrEnum

import msgspec

from events.contacts.model import CARDS_STAY
from events.kit.i18n import N_
from events.people.consents import SENSITIVE_DETAILS_STAY_DAYS


class Kind(StrEnum):
    SENSITIVE = "sensitive"
    SECURITY = "security"
    UPLOADS = "uploads"
    INVITATIONS = "invitations"
    MAILS = "mails"
    CONTACTS = "contacts"
    GUESTS = "guests"
    AUDIT = "audit"


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """How long one kind stays, in days, and within which bounds an organiser may choose. `days` 0 with `may_stay`: not by itself."""

    kind: Kind
    name: str
    explained: str
    days: int
    least: int
    most: int
    may_stay: bool = False


PERIODS: dict[Kind, Period] = {
    period.kind: period
    for period in (
        Period(
            kind=Kind.SENSITIVE,
            name=N_("Food and access needs"),
            explained=N_("Days after a guest's last event. Guests are told seven, so it is never more."),
            days=SENSITIVE_DETAILS_STAY_DAYS,
            least=1,
            most=SENSITIVE_DETAILS_STAY_DAYS,
        ),
        Period(
            kind=Kind.SECURITY,
            name=N_("Details for security"),
            explained=N_(
                "Passport names, birth dates and what reviewers wrote about them: days after a guest's last event; hosts with their notes: "
                "days after theirs."
            ),
            days=14,
            least=1,
            most=14,
        ),
        Period(
            kind=Kind.UPLOADS,
            name=N_("Files that guests sent"),
            explained=N_("Days after the event."),
            days=30,
            least=1,
            most=90,
        ),
        Period(
            kind=Kind.INVITATIONS,
            name=N_("Invitations without an answer"),
            explained=N_("Days after the last event of the invitation. How many were invited stays known, who they were does not."),
            days=90,
            least=1,
            most=90,
        ),
        Period(
            kind=Kind.MAILS,
            name=N_("Recipients of mails"),
            explained=N_("Days after the mail was written. That it was sent, and which, stays known."),
            days=180,
            least=30,
            most=365,
        ),
        Period(
            kind=Kind.CONTACTS,
            name=N_("Cards of the contact exchange"),
            explained=N_("Days after the event. Guests are told thirty, so it is never more."),
            days=CARDS_STAY.days,
            least=2,
            most=CARDS_STAY.days,
        ),
        Period(
            kind=Kind.GUESTS,
            name=N_("Names and addresses of guests and invitees"),
            explained=N_("Days after a guest's last event. 0 keeps them until you erase somebody; counts stay in any case."),
            days=0,
            least=30,
            most=3650,
            may_stay=True,
        ),
        Period(
            kind=Kind.AUDIT,
            name=N_("Who did what"),
            explained=N_("Days that the entries of the audit trail stay."),
            days=730,
            least=180,
            most=3650,
        ),
    )
}
