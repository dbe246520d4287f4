"""After the event: the cards by mail and as a file, once, and what became of those who took their consent back."""

from pathlib import Path

import pytest
import vobject

from events.app import _handlers
from events.contacts.jobs import order_mails
from events.kit.database import Pool
from events.kit.jobs import Worker
from events.kit.mail import Message
from events.privacy.retention import forget_what_is_due
from events.programme.model import Event
from tests.builders import make_guest, settings_for
from tests.contacts.conftest import NewPhone
from tests.contacts.phones import ERIKA, HANAKO, GuestPhone, end_event

Post = tuple[Worker, list[Message]]


class Kept:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def send(self, message: Message) -> None:
        self.mails.append(message)


@pytest.fixture
async def post(dsn: str, pool: Pool, tmp_path: Path) -> Post:
    await pool.execute("delete from jobs")
    kept = Kept()
    return Worker(pool, _handlers(settings_for(dsn, tmp_path), kept)), kept.mails


async def exchanged(new_phone: NewPhone) -> tuple[GuestPhone, GuestPhone]:
    erika = await new_phone(ERIKA, email="erika@example.com", locale="de", share={"company": "yes", "email": "e@example.com"})
    hanako = await new_phone(HANAKO, email="hanako@example.com", locale="ja", share={"phone": "+81 3 0000 0000", "job_title": "yes"})
    assert [await erika.kind(hanako.code), await hanako.kind(erika.code)] == ["asked", "agreed"]
    return erika, hanako


def names(content: bytes) -> list[str]:
    return [card.fn.value for card in vobject.readComponents(content.decode())]


async def test_each_gets_the_others_card_once_by_mail(new_phone: NewPhone, pool: Pool, event: Event, post: Post) -> None:
    worker, mails = post
    await exchanged(new_phone)
    await new_phone(make_guest("Weiß", "Clara"), email="clara@example.com", share={})
    await order_mails(pool)
    assert await pool.fetchval("select count(*) from jobs") == 0  # the event is not over
    await end_event(pool, event, hours_ago=40)
    await order_mails(pool)
    await order_mails(pool)
    await worker.run_until_idle()
    by_address = {mail.to: mail for mail in mails}
    assert sorted(by_address) == ["erika@example.com", "hanako@example.com"]
    assert [names(by_address[to].attachments[0].content) for to in sorted(by_address)] == [["見本 花子"], ["Dr. Erika Platzhalter"]]
    assert by_address["erika@example.com"].subject == "Ihre Kontakte: Networking dinner"
    assert by_address["hanako@example.com"].subject == "あなたの連絡先：Networking dinner"
    assert "erika@example.com" not in str(by_address["hanako@example.com"])  # she shared another address


async def test_consent_taken_back_before_the_mail_leaves_nothing_to_send(new_phone: NewPhone, pool: Pool, event: Event, post: Post) -> None:
    worker, mails = post
    _erika, hanako = await exchanged(new_phone)
    await end_event(pool, event, hours_ago=40)
    await order_mails(pool)
    await hanako.post("/withdrawal")
    await worker.run_until_idle()
    assert mails == []


async def test_cards_are_files_on_ones_own_page(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    (erika, hanako), alone = await exchanged(new_phone), await new_phone(make_guest("Weiß"))
    early = await erika.visitor.client.get(f"{erika.home}/cards.vcf")
    assert (early.status_code, "after the event" in early.text) == (409, True)
    await end_event(pool, event)
    page = await erika.open()
    assert f"{erika.home}/cards.vcf" in page.links
    (one,) = [link for link in page.links if link.endswith("/card.vcf")]
    for path in (f"{erika.home}/cards.vcf", one):
        answer = await erika.visitor.client.get(path)
        assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
        (card,) = vobject.readComponents(answer.content.decode())
        assert (card.fn.value, card.title.value, card.tel.value) == ("見本 花子", "課長", "+81 3 0000 0000")
        assert "org" not in card.contents
    newer = await erika.visitor.client.get(f"{erika.home}/cards.vcf?version=4.0")
    assert "VERSION:4.0" in newer.text
    assert (await alone.visitor.client.get(f"{alone.home}/cards.vcf")).status_code == 409
    assert (await hanako.visitor.client.get(f"{hanako.home}/meetings/{event.id}/card.vcf")).status_code == 404


async def test_cards_go_thirty_days_after_the_event(new_phone: NewPhone, pool: Pool, event: Event) -> None:
    erika, _hanako = await exchanged(new_phone)
    await end_event(pool, event, hours_ago=24 * 29)
    await forget_what_is_due(pool)
    mine = await erika.registration_id(pool)
    assert await pool.fetchval("select count(*) from contact_cards where registration_id = $1", mine) == 1
    await end_event(pool, event, hours_ago=24 * 31)
    await forget_what_is_due(pool)
    tables = ("contact_cards", "contact_meetings")
    left = [await pool.fetchval(f"select count(*) from {table} where event_id = $1", event.id) for table in tables]
    assert left == [0, 0]
