"""What a guest is told about a place that is not, or no longer, theirs."""

import msgspec

from events.kit.i18n import N_
from events.kit.i18n import gettext as _
from events.programme.model import EventStatus
from events.registration.model import RegistrationState

from .model import Admission


class StateNote(msgspec.Struct, frozen=True, kw_only=True):
    """A state in a word, what it means, and whether the event's page is the next step. Tones are those of a notice."""

    tone: str
    word: str
    title: str
    text: str
    sign_up_again: bool = False


def state_note(admission: Admission) -> StateNote | None:
    """Why the ticket does not open this event's door; None when it does."""
    if admission.event.status == EventStatus.CANCELLED:
        return StateNote(
            tone="bad",
            word=_("Called off"),
            title=_("This event has been called off"),
            text=_("We are sorry. The organiser will write to you; you can also ask them directly."),
        )
    return _of_state(admission.state)


def _of_state(state: RegistrationState) -> StateNote | None:
    if state not in _NOTES:
        return None
    tone, word, title, text, sign_up_again = _NOTES[state]
    return StateNote(tone=tone, word=_(word), title=_(title), text=_(text), sign_up_again=sign_up_again)


_NOTES: dict[RegistrationState, tuple[str, str, str, str, bool]] = {
    RegistrationState.WAITLISTED: (
        "brand",
        N_("Waiting list"),
        N_("You are on the waiting list"),
        N_("As soon as a place is yours we write to you, and the code for the entrance appears here. You need not do anything."),
        False,
    ),
    RegistrationState.AWAITING_APPROVAL: (
        "brand",
        N_("Being reviewed"),
        N_("The organiser is still reviewing this registration"),
        N_("You get a mail when it is decided, and the code for the entrance appears here."),
        False,
    ),
    RegistrationState.HELD: (
        "warn",
        N_("Held"),
        N_("This place is held but not confirmed yet"),
        N_("Please follow the link in your mail to confirm it. The code for the entrance appears here afterwards."),
        False,
    ),
    RegistrationState.OFFERED: (
        "warn",
        N_("Offered"),
        N_("A place is free for you"),
        N_("Please follow the link in your mail to take it. The code for the entrance appears here afterwards."),
        False,
    ),
    RegistrationState.CANCELLED: (
        "bad",
        N_("Given back"),
        N_("This place was given back"),
        N_("The ticket is no longer valid. Would you like to come after all? The event's page shows whether places are left."),
        True,
    ),
    RegistrationState.EXPIRED: (
        "bad",
        N_("Expired"),
        N_("The time to confirm this place is over"),
        N_("It went to the next guest. The event's page shows whether places are left."),
        True,
    ),
}
