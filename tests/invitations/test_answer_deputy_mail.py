"""The mail to a deputy: their own ticket, and nothing else of the party."""

import pytest

from events.invitations.answering import answer
from events.invitations.deputy_jobs import deputy_mailer
from events.invitations.model import Answer, AnswerSource, Invitation
from events.invitations.party import party_of
from events.invitations.replies import Answers, Deputy, Giver, Reply
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.kit.mail import Message
from events.messaging.outbox import Outbox
from events.programme.model import Event
from events.registration.claims import ClaimDesk
from tests.builders import BASE_URL, TOKENS, make_event, make_guest

from .builders import make_invitation

INVITEE = Giver(actor="invitee", source=AnswerSource.LINK)


class Kept:
    """A transport that keeps what it takes over."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def worker(pool: Pool, kept: Kept) -> Worker:
    outbox = Outbox(kept, TOKENS, base_url=BASE_URL, sender="Empfang <events@example.com>")
    return Worker(pool, {"deputy_mail": deputy_mailer(outbox)})


async def say(pool: Pool, invitation: Invitation, event: Event, what: Answer, *, email: str = "ludwig@example.com") -> None:
    deputy = Deputy(details=make_guest("Vertretung", "Ludwig"), email=email) if what == Answer.SUBSTITUTED else None
    given = Answers(replies=[Reply(event_id=event.id, answer=what, deputy=deputy)], invitee=make_guest())
    await answer(ClaimDesk(pool, TOKENS), invitation.id, given, giver=INVITEE)


@pytest.mark.parametrize("first", [Answer.ACCEPTED, None])
@pytest.mark.parametrize(("locale", "said"), [("en", "in place of"), ("de", "in Vertretung von"), ("ja", "代理")])
async def test_the_deputy_gets_their_own_ticket(
    *, pool: Pool, worker: Worker, kept: Kept, first: Answer | None, locale: str, said: str
) -> None:
    async with pool.acquire() as db:
        dinner = await make_event(db)
        invitation = await make_invitation(db, dinner, locale=locale)
    if first:
        await say(pool, invitation, dinner, first)
    await say(pool, invitation, dinner, Answer.SUBSTITUTED)
    await worker.run_until_idle()
    (mail,) = [one for one in kept.messages if one.to == "ludwig@example.com"]
    found = (await party_of(pool, invitation.id)).principal_at(dinner.id)
    assert found is not None
    code = TOKENS.code("ticket", found[1].ticket_id, found[1].issue)
    assert f"{BASE_URL}/t/{code}" in mail.text
    assert f"{BASE_URL}/t/{code}" in mail.html
    assert (said in mail.text, "/b/" in mail.text + mail.html, "/i/" in mail.text + mail.html) == (True, False, False)
    assert mail.locale == locale


async def test_who_has_no_address_or_does_not_come_any_more_is_not_written_to(pool: Pool, worker: Worker, kept: Kept) -> None:
    async with pool.acquire() as db:
        dinner = await make_event(db)
        silent, changed = await make_invitation(db, dinner), await make_invitation(db, dinner)
    await say(pool, silent, dinner, Answer.SUBSTITUTED, email="")
    await say(pool, changed, dinner, Answer.SUBSTITUTED)
    await say(pool, changed, dinner, Answer.DECLINED)
    await worker.run_until_idle()
    assert kept.messages == []
