"""The page of an invitation as a form: what was typed → answers for all its events, or every field's error at once.

The invitee's own fields are named like the guest's attributes; what belongs to one event carries the prefix `at-<slug>-`, and new
companions `companion-1-`, `companion-2-`, … as in every sign-up. An event nobody answered is no error: it stays as it was.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import msgspec
from msgspec.structs import replace

from events.kit.errors import DomainError
from events.kit.forms import Form
from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.people.consents import Purpose, text_hash
from events.programme.model import Event, EventStatus
from events.registration.forms import companion_prefix, field_labels, filled_companions, guest_values, parse_guest
from events.registration.model import Consent, GuestDetails, Payer

from .answering import answers_until
from .asking import Asking, PartyAnswers
from .errors import REFUSALS, AnswersClosed
from .model import Answer, CompanionRule, InvitedEvent
from .party import Party, same_name
from .replies import Answers, Deputy, Refused, Reply

LONGEST_MESSAGE = 1000
MOST_COMPANIONS = 9
GIVEN = (Answer.ACCEPTED, Answer.PROVISIONAL, Answer.SUBSTITUTED, Answer.DECLINED)
_DEPUTY_NAMES = ("family_name", "given_name", "family_name_kana", "given_name_kana", "company", "job_title", "email")


def event_prefix(event: Event) -> str:
    """The prefix of an event's field names."""
    return f"at-{event.slug}-"


def open_events(party: Party, now: datetime, *, by_staff: bool = False) -> list[tuple[InvitedEvent, Event]]:
    """The events that can still be answered. Staff may do so until an event begins."""
    found = []
    for invited in party.invited:
        event = party.events[invited.event_id]
        until = event.starts_at if by_staff else answers_until(party.invitation, event)
        if event.status == EventStatus.PUBLISHED and now < until:
            found.append((invited, event))
    return found


def late_answers(form: Form, party: Party, now: datetime) -> list[Refused]:
    """What was chosen on a page opened in time, for events whose answers have closed meanwhile: it is told, never dropped in silence."""
    still_open = {event.id for _invited, event in open_events(party, now)}
    late = []
    for invited in party.invited:
        prefix = event_prefix(party.events[invited.event_id])
        as_before = ("", form.values.get(f"{prefix}was", ""), standing_answer(party, invited))
        if invited.event_id not in still_open and form.values.get(f"{prefix}answer", "") not in as_before:
            late.append(Refused(event_id=invited.event_id, refusal=AnswersClosed()))
    return late


def companions_left(party: Party, now: datetime) -> int:
    """How many companions may still be named."""
    invitation = party.invitation
    if invitation.companions == CompanionRule.NONE:
        return 0
    if invitation.companions_by and now >= invitation.companions_by:
        return 0
    return max(0, invitation.max_companions - len(party.companions))


def shown_companions(form: Form, party: Party, now: datetime) -> int:
    """How many blocks for new companions the page shows: as many as may be named, and whatever was typed."""
    return max([companions_left(party, now), *filled_companions(form, MOST_COMPANIONS)])


def parse_answers_page(
    form: Form, party: Party, *, now: datetime, channel: str, asking: Asking | None = None, by_staff: bool = False
) -> Answers | None:
    """What the page says, or nothing when `form.errors` says why not. Without `asking` nothing is asked beyond the usual."""
    locale = current_language()
    companions = _companions(form, party, now=now, locale=locale, by_staff=by_staff)
    replies = [
        reply
        for _invited, event in open_events(party, now, by_staff=by_staff)
        if (reply := _reply(form, party, event, companions=list(companions), asking=asking))
    ]
    comes = any(reply.answer.comes for reply in replies)
    accepts = any(reply.answer == Answer.ACCEPTED for reply in replies)
    if accepts and party.invitation.guest_id is None and not by_staff:
        invitee = replace(parse_guest(form, "", locale=locale, channel=channel), flags=list(party.invitation.flags))
    else:
        invitee = known_invitee(party)
    consents = _privacy(form, locale=locale, channel=channel, needed=comes and not party.bookings and not by_staff)
    given = Answers(
        replies=_with_shared_deputy(form, party, replies),
        invitee=replace(invitee, consents=[*consents, *invitee.consents]),
        companions=list(companions.values()),
        registrant_name=form.text("registrant_name"),
        mail_contact=form.email("mail_contact", required=False) or None,
        payer=_payer(form),
        message=form.text("message", longest=LONGEST_MESSAGE) if "message" in form.values else None,
    )
    if not form.ok:
        order = list(labels_of_page(party, asking))
        form.errors = dict(sorted(form.errors.items(), key=lambda error: order.index(error[0]) if error[0] in order else -1))
        return None
    return given


def known_invitee(party: Party) -> GuestDetails:
    """The invitee as the organiser wrote them down, or as the guest they have become."""
    invitation = party.invitation
    if invitation.guest_id in party.people:
        return party.people[invitation.guest_id]
    named = {name: getattr(invitation, name) for name in GuestDetails.__struct_fields__ if name in invitation.__struct_fields__}
    return GuestDetails(**(named | {"flags": list(invitation.flags), "guest_id": None}))


def values_of_page(party: Party) -> dict[str, str]:
    """The page's fields as they are when nobody has typed anything: the answers that stand."""
    locale = current_language()
    values = guest_values(known_invitee(party), locale)
    values |= {"message": party.invitation.message, "mail_contact": party.invitation.mail_address}
    for invited in party.invited:
        event = party.events[invited.event_id]
        values[f"{event_prefix(event)}answer"] = standing_answer(party, invited)
        principal = party.principal_at(event.id)
        if principal and not party.is_invitee(principal[1].guest_id):
            deputy = guest_values(principal[1].guest, locale)
            values |= {f"{event_prefix(event)}deputy-{name}": value for name, value in deputy.items()}
            values[f"{event_prefix(event)}deputy-email"] = party.came_in.get(principal[1].guest_id, ("", ""))[1]
    return values


def standing_answer(party: Party, invited: InvitedEvent) -> str:
    """The answer to be shown as chosen: one whose place was given back elsewhere is open again."""
    if invited.answer == Answer.NONE or (invited.answer.comes and party.principal_at(invited.event_id) is None):
        return ""
    return invited.answer


def event_prefixes(party: Party) -> dict[UUID, str]:
    """The prefix of each event's field names."""
    return {event_id: event_prefix(event) for event_id, event in party.events.items()}


def companion_keys(party: Party, now: datetime) -> list[str]:
    """How the page's fields call the companions: by guest, and those who may be named by number."""
    new = [f"companion-{number}" for number in range(1, companions_left(party, now) + 1)]
    return [*(str(guest_id) for guest_id, _details in party.companions), *new]


def labels_of_page(party: Party, asking: Asking | None = None) -> dict[str, str]:
    """Names of the fields for the list of errors at the top, in the order of the page."""
    labels: dict[str, str] = {}
    names = field_labels(0) | {"email": _("E-mail")}
    for event in party.events.values():
        title, prefix = local(event.title), event_prefix(event)
        labels |= {f"{prefix}answer": title, f"{prefix}with": title}
        labels |= {f"{prefix}deputy-{name}": f"{title}, {label}" for name, label in names.items()}
    companions = {name: label for name, label in field_labels(9).items() if name.startswith("companion-")}
    others = {
        "registrant_name": _("I answer for the invitee; my name"),
        "mail_contact": _("Mail goes to"),
        "payer_name": _("Name on the invoice"),
        "payer_email": _("E-mail for the invoice"),
        "message": _("A word to your hosts"),
    }
    asked = asking.labels(event_prefixes(party)) if asking else {}
    return labels | asked | companions | field_labels(0) | others


def told_refusals(party: Party, refused: Sequence[Refused]) -> str:
    """What was refused, as the address of the page afterwards says it: "slug.code" for each event."""
    return quote(" ".join(f"{party.events[one.event_id].slug}.{one.refusal.code}" for one in refused))


def refusals_told(told: str | None) -> dict[str, type[DomainError]]:
    """Event's slug → refusal, from the page's address; anything unknown in it is nothing."""
    pairs = [one.partition(".") for one in (told or "").split()[:100]]
    return {slug: REFUSALS[code] for slug, _dot, code in pairs if code in REFUSALS}


def _reply(form: Form, party: Party, event: Event, *, companions: list[str], asking: Asking | None) -> Reply | None:
    prefix = event_prefix(event)
    if not form.values.get(f"{prefix}answer"):
        return None
    chosen = form.choice(f"{prefix}answer", [answer.value for answer in GIVEN])
    if f"{prefix}answer" in form.errors:
        return None
    seen = form.values.get(f"{prefix}was")
    coming = [key for key in companions if key in form.chosen(f"{prefix}with")] if Answer(chosen).comes else []
    asked = asking.parse(form, event.id, prefix, coming) if asking and Answer(chosen).comes else PartyAnswers()
    return Reply(
        event_id=event.id,
        answer=Answer(chosen),
        seen=Answer(seen) if seen in [answer.value for answer in Answer] else None,
        deputy=_deputy(form, prefix) if chosen == Answer.SUBSTITUTED else None,
        companions=tuple(companions.index(key) for key in coming),
        answers=tuple(asked.whole),
        own_answers=tuple(asked.own),
        companion_answers=tuple(tuple(asked.companions.get(key, ())) for key in coming),
    )


def _deputy(form: Form, prefix: str) -> Deputy | None:
    """Who comes instead. Nothing at all typed: the same person as at another event of this answer, if there is one."""
    if not any(form.values.get(f"{prefix}deputy-{name}", "").strip() for name in _DEPUTY_NAMES):
        return None
    details = parse_guest(form, f"{prefix}deputy-", locale=current_language(), channel="registrant")
    return Deputy(details=details, email=form.email(f"{prefix}deputy-email", required=False))


def _with_shared_deputy(form: Form, party: Party, replies: list[Reply]) -> list[Reply]:
    named = next((reply.deputy for reply in replies if reply.deputy), None)
    completed = []
    for reply in replies:
        if reply.answer == Answer.SUBSTITUTED and reply.deputy is None:
            if named is None:
                prefix = event_prefix(party.events[reply.event_id])
                form.error(f"{prefix}deputy-family_name", _("Please tell us who comes instead."))
            reply = msgspec.structs.replace(reply, deputy=named)  # noqa: PLW2901 (a completed copy)
        completed.append(reply)
    return completed


def _companions(form: Form, party: Party, *, now: datetime, locale: str, by_staff: bool) -> dict[str, GuestDetails]:
    """How the fields call a companion → who it is: those who are named already, then those the form names now.

    Somebody named a second time, by a form that is sent again, is the companion of that name.
    """
    named = {str(guest_id): replace(details, guest_id=guest_id) for guest_id, details in party.companions}
    found, left = dict(named), party.invitation.max_companions if by_staff else companions_left(party, now)
    for number in filled_companions(form, MOST_COMPANIONS):
        details = parse_guest(form, companion_prefix(number), locale=locale, channel="registrant")
        same = next((one for one in named.values() if same_name(one, details)), None)
        if same is None and left <= 0:
            form.error(
                f"{companion_prefix(number)}family_name", _("The invitation is not for another companion. Please write to your host.")
            )
        left -= same is None
        found[f"companion-{number}"] = same or details
    return found


def _payer(form: Form) -> Payer | None:
    name, email = form.text("payer_name"), form.email("payer_email", required=False)
    company, address = form.text("payer_company"), form.text("payer_address", longest=500)
    if not any((name, company, address, email)):
        return None
    if not name and not company:
        form.error("payer_name", _("Please fill this in."))
    return Payer(name=name, company=company, address=address, email=email)


def _privacy(form: Form, *, locale: str, channel: str, needed: bool) -> list[Consent]:
    if not needed:
        return []
    if not form.checked(Purpose.PRIVACY):
        form.error(Purpose.PRIVACY, _("Please confirm this, otherwise we may not sign you up."))
    return [Consent(purpose=Purpose.PRIVACY.value, text_hash=text_hash(Purpose.PRIVACY, locale).hex(), channel=channel)]
