"""A wave of invitations comes back: five thousand invitees answer for three events each, as fast as they can."""

from urllib.parse import urlencode
from uuid import UUID

from events.demo.people import people
from events.invitations.actions import invite
from events.invitations.model import NewInvitation, invitation_token
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.ids import new_id
from events.kit.tokens import Tokens

from .stage import add_event
from .wire import BROWSER, head

SLUGS = ("wave-dinner", "wave-reception", "wave-workshop")
# Of three events a guest accepts one, answers one provisionally and declines one, each time in another order.
_ORDERS = [
    (one, other, last)
    for one in ("accepted", "provisional", "declined")
    for other in ("accepted", "provisional", "declined")
    for last in ("accepted", "provisional", "declined")
    if len({one, other, last}) == 3
]


async def invite_wave(db: Connection, number: int) -> list[str]:
    """Invites so many people of the demo to three large events. Answers the addresses of their pages."""
    events = [await add_event(db, slug, number) for slug in SLUGS]
    organiser_id: UUID = await db.fetchval("select organiser_id from events where id = $1", events[0])
    tokens, guests = Tokens(new_id().bytes), [person for group in people().values() for person in group]
    addresses = []
    async with db.transaction():
        for nr in range(number):
            person = guests[nr % len(guests)]
            new = NewInvitation(
                organiser_id=organiser_id,
                locale=person.locale,
                email=f"guest-{nr}@example.com",
                family_name=person.guest.family_name,
                given_name=person.guest.given_name,
                family_name_kana=person.guest.family_name_kana,
                given_name_kana=person.guest.given_name_kana,
                company=person.guest.company,
            )
            invitation_id = await invite(db, tokens, new, events=dict.fromkeys(events), now=now())
            addresses.append(f"/i/{invitation_token(tokens, invitation_id, 1)}")
    return addresses


def answer_requests(addresses: list[str]) -> list[bytes]:
    """The page's form as a browser sends it: one request for each invitee."""
    return [_answer(address, _ORDERS[nr % len(_ORDERS)]) for nr, address in enumerate(addresses)]


def _answer(address: str, order: tuple[str, ...]) -> bytes:
    fields = {"sent": "yes", "family_name": "Platzhalter", "given_name": "Erika", "diet": "vegan", "sensitive": "yes", "privacy": "yes"}
    fields |= {"clashes_known": "", "message": "We are looking forward to it."}
    for slug, answer in zip(SLUGS, order, strict=True):
        fields |= {f"at-{slug}-was": "none", f"at-{slug}-answer": answer}
    body = urlencode(fields).encode()
    return head(f"POST {address}", f"content-type: application/x-www-form-urlencoded\r\n{BROWSER}", len(body)) + body


async def counted(db: Connection) -> dict[str, int]:
    """What stands in the database: answers by word, and places taken."""
    rows = await db.fetch("select answer, count(*) as number from answers group by answer")
    taken = await db.fetchval("select sum(p.taken) from pools p join events e on e.id = p.id where e.slug = any ($1)", list(SLUGS))
    return {row["answer"]: row["number"] for row in rows} | {"places": int(taken)}
