"""Every verdict a steward can see: its word, its face (shape, colour, pattern, sound), why, and the one thing to do next."""

import msgspec

from events.kit.i18n import N_

FACES = ("admitted", "goodbye", "already-in", "newer", "wait", "refused", "unsure")
"""Welcome, farewell, inside already, not in the list yet, not at this moment, not at all, and: this phone is in trouble."""


class VerdictKind(msgspec.Struct, frozen=True):
    """How one kind of verdict is told. `overridable`: a supervisor may let the guest in all the same, with a reason."""

    word: str
    face: str
    why: str = ""
    then: str = ""
    finds: bool = False  # looking for the name is what helps
    overridable: bool = False


KINDS: dict[str, VerdictKind] = {
    "admitted": VerdictKind(N_("Welcome"), "admitted"),
    "goodbye": VerdictKind(N_("Goodbye"), "goodbye"),
    "already_in": VerdictKind(
        N_("Already inside"),
        "already-in",
        then=N_("Ask for the name. Whoever just stepped out may pass; if it is somebody else, call a supervisor."),
        overridable=True,
    ),
    "newer_than_list": VerdictKind(
        N_("Newer than my list"),
        "newer",
        N_("This ticket may have been issued after this phone’s list, and there is no connection to ask."),
        N_("Have it scanned by a phone with a connection, or call a supervisor with the guest’s confirmation mail."),
        overridable=True,
    ),
    "too_early": VerdictKind(
        N_("Too early"),
        "wait",
        N_("The ticket is good, the doors are not open yet."),
        N_("Please ask the guest to wait until then."),
        overridable=True,
    ),
    "question_open": VerdictKind(
        N_("One question is open"),
        "wait",
        N_("Something has to be asked before this guest comes in."),
        N_("Scan the ticket again and answer the question."),
        overridable=True,
    ),
    "question_refused": VerdictKind(
        N_("One thing is missing"),
        "refused",
        N_("A question that needs a yes was answered with no."),
        N_("Send the guest to the desk. When it is settled, scan again."),
        overridable=True,
    ),
    "house_full": VerdictKind(
        N_("House full"),
        "wait",
        N_("As many people are inside as the house may hold."),
        N_("Ask the guest to wait here until somebody leaves."),
        overridable=True,
    ),
    "full": VerdictKind(
        N_("Event full"), "wait", N_("No place is left for somebody new."), N_("Offer the waiting list, or call a supervisor.")
    ),
    "unknown": VerdictKind(
        N_("Not a valid ticket"),
        "refused",
        N_("Nobody has a ticket with this code. It may be mistyped, or a newer ticket has replaced it."),
        N_("Look for the guest’s name."),
        finds=True,
    ),
    "replaced": VerdictKind(
        N_("Replaced ticket"),
        "refused",
        N_("This is an older ticket: a newer one was issued to the guest."),
        N_("Ask for the newest mail, or look for the name."),
        finds=True,
    ),
    "other_event": VerdictKind(N_("Not valid here"), "refused", then=N_("Show the guest where and when the other event is.")),
    "held": VerdictKind(
        N_("Not paid or confirmed"),
        "refused",
        N_("This place is only held: it has not been paid or confirmed."),
        N_("Send the guest to the organiser’s desk."),
        overridable=True,
    ),
    "offered": VerdictKind(
        N_("Offer not accepted yet"),
        "refused",
        N_("This guest came from the waiting list and was offered the place, but has not taken it yet."),
        N_("Ask the guest to open the mail with the offer and accept it; then scan again."),
        overridable=True,
    ),
    "awaiting_approval": VerdictKind(
        N_("Not approved yet"),
        "refused",
        N_("The organiser has not approved this guest yet."),
        N_("Ask the organiser to decide now; then scan again."),
        overridable=True,
    ),
    "waitlisted": VerdictKind(
        N_("On the waiting list"),
        "refused",
        N_("No place has become free for this guest so far."),
        N_("Ask the guest to wait; the organiser can give them a place."),
        overridable=True,
    ),
    "cancelled": VerdictKind(
        N_("Cancelled"), "refused", N_("This place was given back."), N_("Send the guest to the organiser’s desk."), overridable=True
    ),
    "expired": VerdictKind(
        N_("No longer reserved"),
        "refused",
        N_("The time to confirm this place ran out, so it went to somebody else."),
        N_("Send the guest to the organiser’s desk."),
        overridable=True,
    ),
    "left": VerdictKind(
        N_("Has left already"),
        "refused",
        N_("At this event, whoever has left does not come in again."),
        N_("Call a supervisor if the guest only stepped out."),
        overridable=True,
    ),
    "not_inside": VerdictKind(
        N_("Not inside"),
        "refused",
        N_("By our records this guest is not in the house, so nobody is counted out."),
        N_("If the guest is coming in, switch to entry and scan again."),
    ),
    "exits_off": VerdictKind(
        N_("Exits are not counted"), "refused", N_("At this event nobody is counted out."), N_("Simply let the guest pass.")
    ),
    "walk_ins_off": VerdictKind(
        N_("No walk-ins here"),
        "refused",
        N_("This event takes only guests who are on the list."),
        N_("Look for the name once more."),
        finds=True,
    ),
    "no_companions": VerdictKind(
        N_("No more companions"), "refused", N_("Nobody more may come with this booking."), N_("Call a supervisor, or add a walk-in.")
    ),
    "not_stored": VerdictKind(
        N_("Not saved"),
        "unsure",
        N_("This phone’s storage is full, and there is no connection. The guest is not checked in."),
        N_("Use another phone or the paper list for this guest."),
    ),
    "no_list": VerdictKind(
        N_("No guest list yet"),
        "unsure",
        N_("This phone has not received its guest list, and there is no connection."),
        N_("Find a connection once, or use another phone."),
    ),
    "lease_over": VerdictKind(
        N_("List out of date"),
        "unsure",
        N_("This phone has had no contact for too long and may not show names any more."),
        N_("Find a connection, or use another phone."),
    ),
    "id_reused": VerdictKind(
        N_("Please scan again"), "unsure", N_("This scan could not be matched with the last one."), N_("Scan the ticket once more.")
    ),
    "unreadable": VerdictKind(
        N_("Kept for the organiser"),
        "unsure",
        N_("The server could not make sense of this scan. It is kept, and a person will look at it."),
        N_("Scan once more, or look for the name."),
        finds=True,
    ),
    "not_undone": VerdictKind(
        N_("Not taken back"), "unsure", N_("Only the phone that let the guest in can take it back."), N_("Call a supervisor.")
    ),
    "undone": VerdictKind(N_("Taken back"), "unsure", N_("It is as if the guest had not been scanned.")),
}

HEADLINES = {name: kind.word for name, kind in KINDS.items()}

# What a kiosk says in all languages at once: the template names these, the catalogues need to see them marked.
KIOSK_WORDS = (
    N_("Please hold your ticket up to the camera"),
    N_("Please come to the desk"),
    N_("We will be glad to help you there."),
    N_("You are a little early"),
    N_("The doors open at this time. Please come back then."),
)
