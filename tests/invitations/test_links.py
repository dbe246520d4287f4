"""Links of invitations: derived, stored as hashes only, replaced as a whole."""

import pytest

from events.invitations.actions import replace_link
from events.invitations.model import Link, delegate_token, invitation_token, match_key
from events.invitations.queries import invitation_by_id, invitation_by_link
from events.kit.clock import now
from events.kit.database import Connection
from events.kit.tokens import token_hash
from events.people.model import Person
from tests.builders import TOKENS, make_event

from .builders import make_invitation


async def test_both_links_lead_to_the_invitation_and_a_guessed_one_nowhere(tx: Connection) -> None:
    invitation = await make_invitation(tx, await make_event(tx))
    own, delegates = invitation_token(TOKENS, invitation.id, 1), delegate_token(TOKENS, invitation.id, 1)
    assert await invitation_by_link(tx, token_hash(own)) == (invitation, Link.INVITEE)
    assert await invitation_by_link(tx, token_hash(delegates)) == (invitation, Link.DELEGATE)
    assert await invitation_by_link(tx, token_hash(own[:-1] + "x")) is None


async def test_a_new_link_ends_both_old_ones(tx: Connection) -> None:
    invitation = await make_invitation(tx, await make_event(tx))
    assert await replace_link(tx, TOKENS, invitation, now=now()) == 2
    assert await replace_link(tx, TOKENS, invitation, now=now()) == 2  # pressed twice
    renewed = await invitation_by_id(tx, invitation.id)
    found = [
        await invitation_by_link(tx, token_hash(make(TOKENS, invitation.id, issue)))
        for issue in (1, 2)
        for make in (invitation_token, delegate_token)
    ]
    assert found == [(renewed, Link.ENDED), (renewed, Link.ENDED), (renewed, Link.INVITEE), (renewed, Link.DELEGATE)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Person(family_name="Satō", given_name="Hanako"), Person(family_name="Satoh", given_name="Hanako")),
        (Person(family_name="Müller", given_name="Jörg"), Person(family_name="Joerg", given_name="Mueller")),
        (Person(family_name="佐藤", family_name_kana="サトウ"), Person(family_name="Sato")),
    ],
)
def test_spellings_of_one_name_match(one: Person, other: Person) -> None:
    assert match_key(one) == match_key(other)


def test_other_names_do_not_match() -> None:
    assert match_key(Person(family_name="Satō", given_name="Hanako")) != match_key(Person(family_name="Saitō", given_name="Hanako"))
