"""What a guest is told about a place that is not, or no longer, theirs."""

import msgspec

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
    match state:
        case RegistrationState.CONFIRMED:
            return None
        case RegistrationState.WAITLISTED:
            return StateNote(
                tone="brand",
                word=_("Waiting list"),
                title=_("You are on the waiting list"),
                text=_(
                    "As soon as a place is yours we write to you, and the code for the entrance appears here. You need not do anything."
                ),
            )
        case RegistrationState.AWAITING_APPROVAL:
            return StateNote(
                tone="brand",
                word=_("Being reviewed"),
                title=_("The organiser is still reviewing this registration"),
                text=_("Your place is kept meanwhile. You get a mail when it is decided, and the code for the entrance appears here."),
            )
        case RegistrationState.HELD:
            return StateNote(
                tone="warn",
                word=_("Held"),
                title=_("This place is held but not confirmed yet"),
                text=_("Please follow the link in your mail to confirm it. The code for the entrance appears here afterwards."),
            )
        case RegistrationState.OFFERED:
            return StateNote(
                tone="warn",
                word=_("Offered"),
                title=_("A place is free for you"),
                text=_("Please follow the link in your mail to take it. The code for the entrance appears here afterwards."),
            )
        case RegistrationState.CANCELLED:
            return StateNote(
                tone="bad",
                word=_("Given back"),
                title=_("This place was given back"),
                text=_("The ticket is no longer valid. Would you like to come after all? The event's page shows whether places are left."),
                sign_up_again=True,
            )
        case RegistrationState.EXPIRED:
            return StateNote(
                tone="bad",
                word=_("Expired"),
                title=_("The time to confirm this place is over"),
                text=_("It went to the next guest. The event's page shows whether places are left."),
                sign_up_again=True,
            )
