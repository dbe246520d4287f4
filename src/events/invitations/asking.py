"""What the events of an invitation ask beyond the usual, on its page: each event's questions stand with its answer.

They are asked with the acceptance. Whoever has a place already answers on the booking's page, as does a deputy who takes one over.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from events.kit.database import Executor
from events.kit.forms import Form
from events.kit.tokens import Tokens
from events.questions.asked import Asked, asked
from events.questions.forms import field_labels, parse_answers
from events.questions.model import GivenAnswer, Kind, Per, Question
from events.questions.shelf import QuestionShelf
from events.questions.uploads import receive_files

from .model import Invitation
from .party import Party

OWN = "own-"  # behind the event's prefix: the questions to whoever comes, the invitee or a deputy


class PartyAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """The answers for one event: of the party as a whole, of who comes, and of each companion by the field value that names them."""

    whole: list[GivenAnswer] = []
    own: list[GivenAnswer] = []
    companions: dict[str, list[GivenAnswer]] = {}


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """The questions that are open for an invitation, by event."""

    invitation: Invitation
    questions: Mapping[UUID, Sequence[Question]]
    tokens: Tokens

    @property
    def context(self) -> str:
        return f"invitation:{self.invitation.id}"

    @property
    def takes_files(self) -> bool:
        return any(question.kind == Kind.FILE for questions in self.questions.values() for question in questions)

    def shown(self) -> dict[UUID, list[Asked]]:
        """As the page shows them."""
        return {event_id: asked(questions) for event_id, questions in self.questions.items()}

    def labels(self, prefixes: Mapping[UUID, str]) -> dict[str, str]:
        """Names of the fields for the list of errors; `prefixes` are those of the events."""
        labels: dict[str, str] = {}
        for event_id, questions in self.questions.items():
            labels |= field_labels(questions, prefixes[event_id], per=Per.BOOKING)
            labels |= field_labels(questions, f"{prefixes[event_id]}{OWN}", per=Per.GUEST)
        return labels

    def parse(self, form: Form, event_id: UUID, prefix: str, companions: Sequence[str]) -> PartyAnswers:
        """What was answered for one event; errors are noted in the form."""
        questions = self.questions.get(event_id, ())
        if not questions:
            return PartyAnswers()
        whole = parse_answers(form, questions, prefix, per=Per.BOOKING, tokens=self.tokens, context=self.context)
        own, *others = (
            parse_answers(form, questions, f"{prefix}{who}", per=Per.GUEST, tokens=self.tokens, context=self.context, earlier=whole)
            for who in (OWN, *(f"{key}-" for key in companions))
        )
        return PartyAnswers(whole=whole, own=own, companions=dict(zip(companions, others, strict=True)))

    async def receive_files(self, db: Executor, form: Form, prefixes: Mapping[UUID, str], companions: Sequence[str]) -> None:
        """Keeps the files that came with the form, whatever else is wrong with it."""
        for event_id, questions in self.questions.items():
            prefix = prefixes[event_id]
            whole = {prefix: Per.BOOKING, f"{prefix}{OWN}": Per.GUEST} | {f"{prefix}{key}-": Per.GUEST for key in companions}
            for one, per in whole.items():
                await receive_files(db, form, questions, one, per=per, tokens=self.tokens, context=self.context)


async def asking_for(shelf: QuestionShelf, party: Party, tokens: Tokens) -> Asking:
    """What is asked at the events where nobody of the party has a place yet."""
    open_to_ask = [one.event_id for one in party.invited if party.principal_at(one.event_id) is None]
    questions = {event_id: await shelf.of_event(event_id) for event_id in open_to_ask}
    return Asking(invitation=party.invitation, questions={one: asks for one, asks in questions.items() if asks}, tokens=tokens)
