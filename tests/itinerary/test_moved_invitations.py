"""Who has answered an invitation provisionally hears that the event has moved; who has said nothing is left in peace."""

from datetime import timedelta
from pathlib import Path

import pytest

from events.invitations.move_jobs import invitation_move_mailer
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.kit.mail_folder import FolderTransport, kept_mail, kept_names
from events.messaging.outbox import Outbox
from events.programme import editing_queries
from events.programme.model import Event
from tests.builders import BASE_URL, TOKENS, make_event
from tests.invitations.builders import link_of, make_invitation


async def move(pool: Pool, event: Event, *, hours: int) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute("update events set ends_at = ends_at + $2 where id = $1", event.id, timedelta(hours=hours))
        await editing_queries.order_moved_invitations(tx, event.id, event.time_and_place)


async def recipients(pool: Pool, folder: Path) -> list[str]:
    outbox = Outbox(FolderTransport(folder), TOKENS, base_url=BASE_URL, sender="Empfang <events@example.com>")
    await Worker(pool, {"invitation_moved": invitation_move_mailer(outbox)}).run_until_idle()
    mails = [kept_mail(folder, name) for name in kept_names(folder)]
    return sorted(str(mail["To"]) for mail in mails if mail)


async def test_only_who_answered_provisionally_is_told(pool: Pool, tmp_path: Path) -> None:
    await pool.execute("truncate jobs")
    event = await make_event(pool)
    for answer in ("none", "provisional", "declined"):
        invitation = await make_invitation(pool, event, email=f"{answer}@example.com", family_name=answer.title(), locale="de")
        await pool.execute("update invitation_events set answer = $2 where invitation_id = $1", invitation.id, answer)
        if answer == "provisional":
            link = link_of(invitation)
    await move(pool, event, hours=1)
    assert await recipients(pool, tmp_path) == ["provisional@example.com"]
    [mail] = [kept_mail(tmp_path, name) for name in kept_names(tmp_path)]
    assert mail is not None
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        text = body.get_content()
        assert ("Bisher: " in text, link in text, "Sie haben vorläufig geantwortet." in text) == (True, True, True)
    assert "List-Unsubscribe" not in mail


@pytest.mark.parametrize("answer", ["accepted", "declined"])
async def test_whoever_has_settled_the_answer_meanwhile_is_not(pool: Pool, tmp_path: Path, answer: str) -> None:
    await pool.execute("truncate jobs")
    event = await make_event(pool)
    invitation = await make_invitation(pool, event)
    await pool.execute("update invitation_events set answer = 'provisional' where invitation_id = $1", invitation.id)
    await move(pool, event, hours=1)
    await pool.execute("update invitation_events set answer = $2 where invitation_id = $1", invitation.id, answer)
    assert await recipients(pool, tmp_path) == []


async def test_move_that_was_taken_back_is_not_told(pool: Pool, tmp_path: Path) -> None:
    await pool.execute("truncate jobs")
    event = await make_event(pool)
    invitation = await make_invitation(pool, event)
    await pool.execute("update invitation_events set answer = 'provisional' where invitation_id = $1", invitation.id)
    await move(pool, event, hours=0)
    assert await recipients(pool, tmp_path) == []
