"""What an audit entry says in plain words. An action nobody wrote a sentence for is told by its own name."""

from events.kit.i18n import N_
from events.kit.i18n import gettext as _

from .model import AuditLine

_SENTENCES = {
    "guests_exported": N_("took the guest list as a file"),
    "answers_exported": N_("took the answers to questions as a file"),
    "marketing_exported": N_("took the list of those who want news as a file"),
    "person_viewed": N_("opened a person's sensitive details"),
    "person_exported": N_("took a person's details as a file"),
    "person_erased": N_("erased a person"),
    "retention_changed": N_("changed how long something is kept"),
    "guest_list_opened": N_("showed the guest list to guests"),
    "guest_list_closed": N_("closed the guest list for guests"),
    "place_cancelled": N_("cancelled a place"),
    "place_approved": N_("approved a guest"),
    "place_rejected": N_("declined an application"),
    "event_created": N_("created an event"),
    "event_edited": N_("changed an event"),
    "event_published": N_("published an event"),
    "event_cancelled": N_("called an event off"),
    "mail_repeated": N_("sent a mail again"),
}
ABOUT_PEOPLE = [
    *("guests_exported", "answers_exported", "answers_viewed", "upload_viewed", "marketing_exported"),
    *("person_viewed", "person_exported", "person_erased"),
]
_ACTORS = {"guest": N_("A guest"), "system": N_("The system"), "invitee": N_("An invitee"), "delegate": N_("An assistant")}


def audit_words(line: AuditLine) -> dict[str, str]:
    """Who, what, and about what: names of staff, never of guests."""
    kind = line.actor.partition(":")[0]
    who = line.actor_name or _(_ACTORS.get(kind, N_("Somebody who has left")))
    what = _(_SENTENCES[line.action]) if line.action in _SENTENCES else line.action.replace("_", " ")
    about, _colon, name = line.subject.partition(":")
    event = str(line.detail.get("event") or "")
    return {"who": who, "what": what, "about": name if about == "event" else event}
