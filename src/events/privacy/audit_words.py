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
    "list_taken": N_("took the list of applications as a file"),
    "invitations_exported": N_("took the invitations as a file"),
    "import_rows_exported": N_("took lines of an imported list as a file"),
    "guests_imported": N_("imported a list of guests"),
    "import_undone": N_("undid an import"),
    "letters_printed": N_("printed invitations"),
    "badges_printed": N_("printed badges"),
    "paper_list_printed": N_("printed the guest list for the door"),
    "paper_list_entered": N_("entered ticks of a printed guest list"),
    "answers_viewed": N_("opened sealed answers"),
    "upload_viewed": N_("opened a guest's file"),
    "application_approved": N_("spoke for an application"),
    "application_rejected": N_("spoke against an application"),
    "application_incomplete": N_("asked for something missing in an application"),
    "ticket_reissued": N_("issued a ticket again"),
    "place_cancelled": N_("cancelled a place"),
    "place_approved": N_("approved a guest"),
    "place_rejected": N_("declined an application"),
    "event_created": N_("created an event"),
    "event_changed": N_("changed an event"),
    "places_resized": N_("changed the number of places"),
    "contingent_added": N_("added a contingent"),
    "contingent_changed": N_("changed a contingent"),
    "contingent_released": N_("released a contingent"),
    "co_host_added": N_("added a co-host"),
    "co_host_changed": N_("changed a co-host"),
    "co_host_member_added": N_("let somebody act for a co-host"),
    "co_host_member_removed": N_("ended somebody's work for a co-host"),
    "member_set": N_("added somebody to the team, or changed a role"),
    "member_removed": N_("ended somebody's work here"),
    "question_added": N_("added a question"),
    "question_changed": N_("changed a question"),
    "question_withdrawn": N_("withdrew a question"),
    "priority_set": N_("changed the order of the waiting list"),
    "offered_out_of_turn": N_("offered a place out of turn"),
    "offer_withdrawn": N_("withdrew an offer"),
    "put_back_in_line": N_("put a party back in line"),
    "invitation_written": N_("invited somebody"),
    "invitation_answered": N_("entered an answer to an invitation"),
    "invitation_withdrawn": N_("withdrew an invitation"),
    "invitation_link_replaced": N_("replaced the link of an invitation"),
    "invitation_address_changed": N_("changed an invitee's address"),
    "invitation_address_corrected": N_("changed an invitee's address"),
    "wave_started": N_("started a wave of mails"),
    "mail_address_corrected": N_("changed a guest's address"),
    "mails_repeated": N_("sent mails again"),
    "mail_text_saved": N_("changed the words of a mail"),
    "host_added": N_("added a host"),
    "host_changed": N_("changed a host"),
    "host_link_sent": N_("sent a host the link"),
    "host_link_replaced": N_("replaced a host’s link"),
    "host_link_ended": N_("ended a host’s link"),
    "host_guests_assigned": N_("assigned guests to a host"),
    "host_guests_released": N_("took guests off a host’s list"),
    "contacts_opened": N_("let guests exchange contacts"),
    "contacts_closed": N_("ended the exchange of contacts"),
    "phone_added": N_("let in a door phone"),
    "phone_revoked": N_("shut out a door phone"),
    "phone_changed": N_("gave a door phone another duty"),
    "stranded_scan_taken": N_("took in a scan of a door phone"),
    "stranded_scan_discarded": N_("discarded a scan of a door phone"),
    "guest_let_in": N_("let a guest in by name"),
    "guest_let_out": N_("noted that a guest has left"),
    "entry_undone": N_("took an entry at the door back"),
    "conflict_resolved": N_("decided a conflict at the door"),
    "door_rules_changed": N_("changed the rules at the door"),
    "door_question_added": N_("changed what is asked at the door"),
    "door_question_changed": N_("changed what is asked at the door"),
    "door_question_removed": N_("changed what is asked at the door"),
    "door_questions_moved": N_("changed what is asked at the door"),
    "event_published": N_("published an event"),
    "event_cancelled": N_("called an event off"),
    "mail_repeated": N_("sent a mail again"),
}
ABOUT_PEOPLE = [
    *("guests_exported", "answers_exported", "answers_viewed", "upload_viewed", "marketing_exported", "list_taken"),
    *("invitations_exported", "import_rows_exported", "letters_printed", "person_viewed", "person_exported", "person_erased"),
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
