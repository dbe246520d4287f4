"""Every state that an organiser may meet is in the demo, once loaded, and adds up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from events.demo import actions
from events.demo.model import DINNER
from events.invitations.reconcile import differences as differences_of_invitations
from events.itinerary.clashes import clashes_of_guests
from events.kit.clock import now
from events.kit.database import Pool
from events.kit.tokens import token_hash
from events.programme.queries import event_by_slug
from events.questions.actions import missing
from events.registration.reconcile import differences
from tests.builders import settings_for

SETTINGS = settings_for("postgresql://unused")
LIVE = ["confirmed", "held", "offered", "awaiting_approval", "waitlisted"]


@pytest.fixture(scope="module")
async def demo(pool: Pool) -> Pool:
    """The database of this module with the demo in it."""
    async with pool.acquire() as connection:
        await actions.load(connection, SETTINGS, empty=False)
    return pool


async def rows(demo: Pool, statement: str, *given: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await demo.fetch(statement, *given)]


async def test_nothing_is_counted_wrong(demo: Pool) -> None:
    assert await differences(demo) == []
    assert await differences_of_invitations(demo) == []
    assert await demo.fetchval("select count(*) from jobs") == 0


async def test_answers_to_the_dinner(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select v.answer, count(*)
        from invitation_events v
        join events e on e.id = v.event_id
        where e.slug = $1
        group by v.answer
        order by v.answer
        """,
        DINNER,
    )
    assert found == [("accepted", 55), ("declined", 7), ("none", 18), ("provisional", 7), ("substituted", 6)]


async def test_nine_deputies_three_of_them_in_a_place_that_was_taken_before(demo: Pool) -> None:
    assert await demo.fetchval("select count(*) from invitation_events where answer = 'substituted'") == 9
    assert await demo.fetchval("select count(*) from invitation_guests where role = 'deputy'") == 9
    assert await demo.fetchval("select count(*) from substitutions") == 3


async def test_fourteen_companions_three_of_them_without_a_name_yet(demo: Pool) -> None:
    named = await demo.fetchval(
        """
        select count(*)
        from registrations r
        join events e on e.id = r.event_id
        where e.slug = $1
          and r.state = 'confirmed'
          and exists (select from registrations o where o.booking_id = r.booking_id and o.id < r.id and o.event_id = r.event_id)
        """,
        DINNER,
    )
    unnamed = await demo.fetchval(
        """
        select count(*)
        from invitations i
        where i.companions = 'later'
          and i.companions_by > now()
          and exists (select from invitation_events v where v.invitation_id = i.id and v.answer = 'accepted')
          and not exists (select from invitation_guests g where g.invitation_id = i.id and g.role = 'companion')
        """
    )
    assert (named, unnamed) == (11, 3)


async def test_line_offers_hold_and_late_cancellations(demo: Pool) -> None:
    waiting = await rows(
        demo,
        """
        select w.party_size
        from waitlist_entries w
        join events e on e.id = w.event_id
        where e.slug = $1
          and w.state = 'waiting'
        order by w.id
        """,
        DINNER,
    )
    assert [size for (size,) in waiting] == [1, 3, 1, 2, 1, 1, 2]
    assert await states(demo, ["offered", "held"], now()) == [("culture-afternoon", "held", 1), ("visit-metrology-institute", "offered", 2)]
    assert await demo.fetchval("select count(*) from cancellations c join events e on e.id = c.event_id where e.slug = $1", DINNER) == 5


async def states(demo: Any, wanted: Sequence[str], alive_at: Any) -> list[tuple[Any, ...]]:
    """Event, state and number of the registrations that still have time."""
    found = await demo.fetch(
        """
        select e.slug, r.state, count(*)
        from registrations r
        join events e on e.id = r.event_id
        where r.state = any ($1::text[])
          and r.expires_at > $2
        group by e.slug, r.state
        order by e.slug
        """,
        list(wanted),
        alive_at,
    )
    return [tuple(row) for row in found]


async def test_reviews_of_every_kind_and_one_refusal_for_a_reason_that_stays_inside(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select l.verdicts, count(*)
        from registrations r
        join events e on e.id = r.event_id
        cross join lateral (select coalesce(string_agg(x.role || ' ' || x.verdict, ', ' order by x.role), '') as verdicts
                            from (select distinct on (role) role, verdict from reviews where registration_id = r.id
                                  order by role, id desc) x) l
        where e.slug = 'embassy-reception'
        group by l.verdicts
        order by count(*) desc, l.verdicts
        """,
    )
    assert found == [
        ("protocol approved, security approved", 148),
        ("", 4),
        ("protocol approved", 2),
        ("security incomplete", 2),
        ("protocol approved, security rejected", 1),
        ("security approved", 1),
    ]
    assert await demo.fetchval("select count(*) from reviews where verdict = 'rejected' and role = 'security' and reason <> ''") == 1
    assert await demo.fetchval("select count(*) from reviews where verdict = 'incomplete' and missing <> ''") == 2


async def test_some_applications_lack_what_security_asks_for(demo: Pool) -> None:
    event_id = await demo.fetchval("select id from events where slug = 'embassy-reception'")
    awaiting = await demo.fetch("select id from registrations where event_id = $1 and state = 'awaiting_approval'", event_id)
    lacking = await missing(demo, event_id, [row["id"] for row in awaiting])
    owed = [[question.slug for question in questions] for questions in lacking.values()]
    assert owed == [["passport-number", "date-of-birth"]] * 5


async def test_answers_to_questions_of_several_kinds(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select q.kind, count(*) > 0, bool_and((a.sealed is not null) = (q.sensitivity = 'security'))
        from questions q
        join question_answers a on a.question_id = q.id
        group by q.kind
        order by q.kind
        """,
    )
    assert found == [(kind, True, True) for kind in ("choice", "consent", "date", "long_text", "multiple", "number", "text")]
    assert await demo.fetchval("select count(*) from questions where condition is not null") == 2


async def test_one_lady_is_invited_by_two_co_hosts(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select array_agg(i.family_name_latin order by i.family_name_latin), count(distinct i.co_host_id)
        from invitations i
        group by i.match_key
        having count(*) > 1
        """,
    )
    assert found == [(["Satoh", "Satō"], 2)]


async def test_one_guest_has_promised_to_be_at_two_places(demo: Pool) -> None:
    going = await rows(demo, "select guest_id, array_agg(event_id) from registrations where state = any ($1) group by guest_id", LIVE)
    clashes = await clashes_of_guests(demo, dict(going))
    assert [{clash.first.slug, clash.second.slug} for clash in clashes] == [{"photonics-workshop", "b2b-appointments-photonics"}]
    both = {clash_event for clash in clashes for clash_event in clash.pair}
    assert len([guest for guest, events in going if both <= set(events)]) == 1


async def test_marks_of_guests(demo: Pool) -> None:
    found = dict(await rows(demo, "select flag, count(*) from guests cross join unnest(flags) flag group by flag"))
    assert (found["no_photo"], found["wheelchair"]) == (12, 2)
    assert await demo.fetchval("select count(distinct diet) from guests where diet <> ''") == 4


async def test_guests_have_one_ticket_for_the_trip(demo: Pool) -> None:
    assert await demo.fetchval("select max(n) from (select count(*) as n from tickets group by guest_id) t") == 1
    delegates = await rows(
        demo,
        """
        select g.id, count(distinct r.event_id)
        from guests g
        join bookings b on b.id = g.booking_id
        join registrations r on r.guest_id = g.id
        where g.organiser_id = (select organiser_id from events where slug = $1)
          and b.locale = 'de'
          and g.flags @> '{speaker}'
        group by g.id
        """,
        DINNER,
    )
    assert len(delegates) == 3
    assert min(events for _guest, events in delegates) > 5


async def test_three_co_hosts_hold_contingents_and_have_somebody_who_signs_in(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select c.slug, e.slug, p.slug, (select count(*) from co_host_members m where m.co_host_id = c.id)
        from co_hosts c
        join pools p on p.co_host_id = c.id
        join events e on e.id = p.event_id
        order by c.slug
        """,
    )
    assert found == [
        ("alumni-circle-japan", "alumni-evening", "alumni", 1),
        ("capital-region-partner", DINNER, "berlin", 1),
        ("kansai-optics-circle", DINNER, "japan", 1),
    ]
    assert await rows(demo, "select role, reviews from memberships where reviews <> '{}' order by reviews") == [
        ("reviewer", ["protocol"]),
        ("reviewer", ["security"]),
    ]
    assert await demo.fetchval("select count(*) from venues where latitude is null") == 0


async def test_ways_in_which_answers_came(demo: Pool) -> None:
    found = await rows(demo, "select source, count(*) from answers group by source order by source")
    assert [source for source, _count in found] == ["delegate", "letter", "link"]
    assert await demo.fetchval("select count(*) from invitations where email = '' and delegate_email = ''") == 6


async def test_waves_have_gone_out_and_one_mail_came_back(demo: Pool) -> None:
    assert await rows(demo, "select state, count(*) from wave_mails group by state order by state") == [
        ("bounced", 1),
        ("sent", 116),
        ("skipped", 6),
    ]
    assert await rows(demo, "select state from waves") == [("done",), ("done",)]
    assert await rows(demo, "select status, count(*) from mails group by status order by status") == [("bounced", 1), ("sent", 116)]


async def test_own_words_open_guest_list_news_and_somebody_forgotten(demo: Pool) -> None:
    assert await rows(demo, "select locale from mail_texts order by locale") == [("de",), ("en",), ("ja",)]
    assert await rows(demo, "select e.slug from guest_lists l join events e on e.id = l.event_id") == [(DINNER,)]
    assert await rows(demo, "select count(*), count(confirmed_at) from consents where purpose = 'marketing'") == [(9, 6)]
    assert await demo.fetchval("select count(*) from guests where erased_at is not null") == 1
    assert await rows(demo, "select kind, deleted from deletion_records") == [("person", 1)]


async def test_doors_have_rules_and_questions_and_nobody_is_too_early(demo: Pool) -> None:
    found = await rows(
        demo,
        """
        select e.slug, d.exits, d.fire_limit, d.crew_inside, d.walk_ins, d.doors_open_at
        from door_rules d
        join events e on e.id = d.event_id
        order by e.slug
        """,
    )
    assert found == [
        ("embassy-reception", "reentry", 220, 15, True, None),
        (DINNER, "off", 150, 12, False, None),
        ("osaka-networking-evening", "reentry", 110, 8, True, None),
    ]
    asked = await rows(demo, "select e.slug, q.is_required from door_questions q join events e on e.id = q.event_id order by q.position")
    assert asked == [("embassy-reception", True), ("embassy-reception", False)]


async def test_link_of_an_invitee_opens_an_invitation_nobody_has_answered(demo: Pool) -> None:
    async with demo.acquire() as connection:
        first = dict(await actions.links(SETTINGS, connection))
        again = dict(await actions.links(SETTINGS, connection))
    assert list(first) == ["guest", "invitee", "organiser", "door"]
    assert first["invitee"] == again["invitee"]
    token = first["invitee"].removeprefix(f"{SETTINGS.base_url}/i/")
    found = await rows(
        demo,
        """
        select v.answer
        from invitation_events v
        join invitations i on i.id = v.invitation_id
        where i.token_hash = $1
        """,
        token_hash(token),
    )
    assert found == [("none",)] * 3


async def test_a_week_later_offers_and_dates_still_make_sense(demo: Pool) -> None:
    async with demo.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await actions.move(connection, timedelta(days=-9))
        await actions.load(connection, SETTINGS, empty=False)
        alive = await states(connection, ["offered", "held"], now())
        overdue = await connection.fetchval("select count(*) from invitations where answer_by < now() or companions_by < now()")
        dinner = await event_by_slug(connection, DINNER)
        released = await connection.fetchval("select count(*) from pools where release_at < now()")
        await transaction.rollback()
    assert alive == [("culture-afternoon", "held", 1), ("visit-metrology-institute", "offered", 2)]
    assert (overdue, released) == (0, 0)
    assert dinner is not None
    assert dinner.takes_sign_ups(now())
