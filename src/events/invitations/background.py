"""Everything invitations do in the background after somebody decided something: job name → handler. Lists come in by `importing`."""

from events.kit.jobs import Handler
from events.messaging.outbox import Outbox
from events.registration.actions import GIVEN_BACK

from .deputy_jobs import deputy_mailer
from .given_back_jobs import note_given_back
from .jobs import wave_mailer
from .move_jobs import invitation_move_mailer


def invitation_jobs(outbox: Outbox) -> dict[str, Handler]:
    return {
        "deputy_mail": deputy_mailer(outbox),
        GIVEN_BACK: note_given_back,
        "invitation_moved": invitation_move_mailer(outbox),
        "wave_mail": wave_mailer(outbox),
    }
