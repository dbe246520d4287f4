"""What an invitation says, on screen and on paper: read in one place, put into words here."""

from collections.abc import Sequence
from typing import Any

import msgspec

from events.kit.colours import hex_colour
from events.kit.i18n import current_language, local
from events.kit.i18n import gettext as _
from events.kit.times import day_label, home_zone, moment_label, span_label
from events.kit.tokens import Tokens
from events.people.names import address, full_name, is_family_first
from events.programme.model import Event, Texts

from .model import Answer, CompanionRule, Invitation, delegate_token, invitation_token


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """Who invites, and how they are reached. A letter to a single event has no title of its own."""

    name: Texts
    email: str
    phone: str
    title: Texts | None = None
    hue: int = 266
    time_zone: str = "UTC"


class InvitedTo(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the letter and where its answer stands."""

    event: Event
    answer: Answer


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation or a reminder, to one invitee. `events` in order of time, at least one."""

    kind: str
    host: Host
    invitation: Invitation
    events: list[InvitedTo]

    @property
    def language(self) -> str:
        return self.invitation.locale

    @property
    def is_provisional(self) -> bool:
        """Whether the invitee has said something, which only wants to be confirmed."""
        return any(invited.answer == Answer.PROVISIONAL for invited in self.events)

    @property
    def to_delegate(self) -> bool:
        return bool(self.invitation.delegate_email)


def letter_words(letter: Letter, tokens: Tokens, base_url: str) -> dict[str, Any]:
    """Everything the templates of the letter may say, in the current language."""
    invitation, host = letter.invitation, letter.host
    personal, office = links(invitation, tokens, base_url)
    return {
        "name": address(invitation, current_language()),
        "salutation": salutation(invitation),
        "event": _about(letter),
        "events": [event_words(invited.event, invitation.time_zone) for invited in letter.events],
        "listed": host.title is not None,
        "deadline": deadline(letter),
        "companions": companions_sentence(letter),
        "inviter": "" if invitation.inviter in host.name.values() else invitation.inviter,  # the organiser signs anyway
        "is_provisional": letter.is_provisional,
        "to_delegate": letter.to_delegate,
        "link": office if letter.to_delegate else personal,
        "office_link": office,
        "phone": host.phone,
        "contact": host.email,
        "closing_word": "敬具" if current_language() == "ja" else "",
    }


def links(invitation: Invitation, tokens: Tokens, base_url: str) -> tuple[str, str]:
    """The invitee's own link, and the one for whoever answers for them."""
    personal = invitation_token(tokens, invitation.id, invitation.issue)
    office = delegate_token(tokens, invitation.id, invitation.issue)
    return f"{base_url}/i/{personal}?lang={invitation.locale}", f"{base_url}/d/{office}?lang={invitation.locale}"


def salutation(invitation: Invitation) -> list[str]:
    """How the letter begins: in Japanese company and office above the name, in German by gender where the title tells it."""
    language = current_language()
    if language == "ja":
        office = " ".join(part for part in (invitation.department, invitation.job_title) if part)
        return [part for part in (invitation.company, office, address(invitation, "ja")) if part]
    name = full_name(invitation, language)
    if language == "de":
        for title, opening in (("Frau", "Sehr geehrte"), ("Herr", "Sehr geehrter")):
            if invitation.honorific.startswith(title):
                return [f"{opening} {_by_family(invitation, name)},"]
    return [_("Dear %(name)s,") % {"name": name}]


def deadline(letter: Letter) -> str:
    """Until when the answer is wanted, on the host's clock and the reader's."""
    answer_by = letter.invitation.answer_by
    if answer_by is None:
        return ""
    language = current_language()
    zone = letter.invitation.time_zone or home_zone(language)
    return moment_label(answer_by, letter.host.time_zone, locale=language, guest_zone=zone)


def companions_sentence(letter: Letter) -> str:
    """Whom the invitee may bring, in a sentence; empty when it is for them alone."""
    invitation, most = letter.invitation, letter.invitation.max_companions
    if invitation.companions == CompanionRule.NONE or most == 0:
        return ""
    if invitation.companions == CompanionRule.LATER and invitation.companions_by:
        day = day_label(invitation.companions_by, letter.host.time_zone, locale=current_language())
        if most == 1:
            return _("You are welcome to bring a companion; the name can follow until %(day)s.") % {"day": day}
        return _("You are welcome to bring up to %(number)s companions; their names can follow until %(day)s.") % {
            "number": most,
            "day": day,
        }
    if most == 1:
        return _("You are welcome to bring a companion; please tell us the name with your answer.")
    return _("You are welcome to bring up to %(number)s companions; please tell us their names with your answer.") % {"number": most}


def event_words(event: Event, reader_zone: str | None) -> dict[str, str]:
    """One event as it is announced: what, when (also on the reader's clock), where."""
    language = current_language()
    zone = reader_zone or home_zone(language)
    return {
        "title": local(event.title),
        "when": span_label(event.starts_at, event.ends_at, event.time_zone, locale=language, guest_zone=zone),
        "venue": local(event.venue_name),
        "address": local(event.venue_address),
    }


def _about(letter: Letter) -> dict[str, str]:
    """What stands at the top: the programme with its days, or the one event."""
    host, first = letter.host, letter.events[0].event
    colours = {"deep": hex_colour(0.27, 0.085, host.hue), "brand": hex_colour(0.39, 0.125, host.hue)}
    named = {"organiser": local(host.name), "doors": "", **colours}
    if host.title is None:
        return named | event_words(first, letter.invitation.time_zone) | {"programme": local(first.programme_title)}
    days = _days([invited.event for invited in letter.events], host.time_zone)
    return named | {"title": local(host.title), "when": days, "venue": "", "address": "", "programme": ""}


def _days(events: Sequence[Event], zone: str) -> str:
    language = current_language()
    first = day_label(min(event.starts_at for event in events), zone, locale=language)
    last = day_label(max(event.ends_at for event in events), zone, locale=language)
    return first if first == last else f"{first}{'〜' if language == 'ja' else ' – '}{last}"


def _by_family(invitation: Invitation, name: str) -> str:
    """ "Frau Dr. Platzhalter"; whoever has one name only, or another script, is addressed by the whole of it."""
    if is_family_first(name):
        return name
    return " ".join(part for part in (invitation.honorific, invitation.family_name_latin or invitation.family_name) if part)
