"""Invitations on paper: a page a guest, with the personal link as QR code for those who would rather answer online."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.kit.i18n import current_language, local, use_language
from events.kit.i18n import gettext as _
from events.kit.pdf import typeset
from events.kit.places import templates_folder
from events.kit.qr import qr_svg
from events.kit.times import day_label
from events.kit.tokens import Tokens
from events.people.names import address

from .letters import Letter, letter_words, links


async def letters_pdf(letters: Sequence[Letter], tokens: Tokens, *, base_url: str, now: datetime) -> bytes:
    """One PDF, each letter in its guest's language on a page of its own. Needs no database."""
    data = {
        "lang": letters[0].language,
        "title": local(letters[0].host.title) or local(letters[0].events[0].event.title),
        "organiser": local(letters[0].host.name),
        "letters": [paper(letter, tokens, base_url, now) for letter in letters],
    }
    return await typeset(templates_folder() / "invitations" / "letter.typ", data, made_at=now)


def paper(letter: Letter, tokens: Tokens, base_url: str, now: datetime) -> dict[str, Any]:
    """What the template is given for one letter; see its top."""
    with use_language(letter.language):
        words = letter_words(letter, tokens, base_url)
        link = links(letter.invitation, tokens, base_url)[0].partition("?")[0]
        return {
            "lang": letter.language,
            "hue": letter.host.hue,
            "organiser": words["event"]["organiser"],
            "contact": letter.host.email,
            "recipient": _recipient(letter),
            "date": day_label(now, letter.host.time_zone, locale=letter.language),
            "subject": _("Invitation: %(event)s") % {"event": words["event"]["title"]},
            "salutation": words["salutation"][-1] if letter.language != "ja" else "",
            "paragraphs": [part for part in (_after_salutation(_opening(words)), words["companions"]) if part],
            "events": [{"title": event["title"], "when": event["when"], "where": _where(event)} for event in words["events"]],
            "answer": _answer(words),
            "online": _("Or answer online: scan the code, or open this address. It is meant for you alone."),
            "link": link.removeprefix("https://").removeprefix("http://"),
            "qr": qr_svg(link),
            "qr_label": _("QR code of your personal invitation"),
            "closing": [
                part for part in (_("Kind regards,"), words["closing_word"], words["inviter"], words["event"]["organiser"]) if part
            ],
        }


def _recipient(letter: Letter) -> list[str]:
    """The address field: whom the envelope names, the office first."""
    invitation = letter.invitation
    office = " ".join(part for part in (invitation.department, invitation.job_title) if part)
    return [part for part in (invitation.company, office, address(invitation, letter.language)) if part]


def _opening(words: dict[str, Any]) -> str:
    values = {"event": words["event"]["title"], "inviter": words["inviter"]}
    if words["inviter"]:
        return (
            _("On behalf of %(inviter)s we have the pleasure of inviting you to “%(event)s”. We would be delighted to welcome you.")
            % values
        )
    return _("We have the pleasure of inviting you to “%(event)s” and would be delighted to welcome you.") % values


def _after_salutation(text: str) -> str:
    """In German a letter goes on in lower case after the comma of its salutation."""
    return text[0].lower() + text[1:] if current_language() == "de" else text


def _answer(words: dict[str, Any]) -> str:
    """Until when and how to answer without a computer."""
    sentences = []
    if words["deadline"]:
        sentences.append(_("Please let us have your answer by %(time)s.") % {"time": words["deadline"]})
    if words["phone"]:
        sentences.append(
            _("You can reach us by phone, %(phone)s, or by mail, %(email)s.") % {"phone": words["phone"], "email": words["contact"]}
        )
    else:
        sentences.append(_("You can reach us by mail, %(email)s.") % {"email": words["contact"]})
    return " ".join(sentences)


def _where(event: dict[str, str]) -> str:
    return ", ".join(part for part in (event["venue"], event["address"]) if part)
