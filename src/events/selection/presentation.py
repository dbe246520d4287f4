"""Applications and reviews in the words and scripts of the page's language."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from events.accounts.model import ReviewRole
from events.kit.i18n import N_, current_language, local
from events.kit.i18n import gettext as _
from events.kit.times import moment_label
from events.people.model import Person
from events.people.names import full_name, is_family_first, kana_name, second_script
from events.programme.guest_settings import ROLE_NAMES
from events.programme.model import Event
from events.questions.model import Question
from events.registration.model import RegistrationState

from .model import Application, Review, Said, Verdict, is_approved, still_to_speak

VERDICT_WORDS = {
    Verdict.APPROVED: (N_("agreed"), "ok"),
    Verdict.INCOMPLETE: (N_("something is missing"), "warn"),
    Verdict.REJECTED: (N_("declined"), "bad"),
}
VERDICT_NAMES = {
    Verdict.APPROVED: N_("Agree"),
    Verdict.INCOMPLETE: N_("Ask for what is missing"),
    Verdict.REJECTED: N_("Decline"),
}


class ShownName(msgspec.Struct, frozen=True, kw_only=True):
    """A name as readers of this language expect it, then in its other script and as it sounds."""

    name: str
    name_lang: str
    other: str
    other_lang: str
    kana: str


class ShownApplication(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `words` are chips: what each role said, with its tone; `gaps` what a reviewer would miss."""

    registration_id: UUID
    name: ShownName
    company: str
    job_title: str
    contingent: str
    party_size: int
    applied: str
    has_place: bool
    gaps: list[str]
    words: list[tuple[str, str]]
    is_stuck: bool


class ShownReview(msgspec.Struct, frozen=True, kw_only=True):
    """One word of the history."""

    role: str
    word: str
    tone: str
    author: str
    at: str
    reason: str
    missing: str
    about: str
    counts: bool


def present_name(person: Person) -> ShownName:
    language = current_language()
    name, other = full_name(person, language), second_script(person, language)
    return ShownName(
        name=name,
        name_lang="ja" if is_family_first(name) else "",
        other=other,
        other_lang="ja" if is_family_first(other) else "",
        kana=kana_name(person),
    )


def present_application(application: Application, event: Event, unanswered: Sequence[Question] = ()) -> ShownApplication:
    """`is_stuck`: everybody has agreed, but no place was free."""
    return ShownApplication(
        registration_id=application.registration_id,
        name=present_name(application.person),
        company=" · ".join(part for part in (application.person.company, application.person.department) if part),
        job_title=application.job_title,
        contingent=local(application.contingent),
        party_size=application.party_size,
        applied=moment_label(application.applied_at, event.time_zone, locale=current_language()),
        has_place=application.has_place,
        gaps=gaps(application.person, unanswered),
        words=spoken(application.verdicts, event.reviewer_roles),
        is_stuck=is_approved(application.verdicts, event.reviewer_roles),
    )


def gaps(person: Person, unanswered: Iterable[Question]) -> list[str]:
    """What is missing to judge or to receive somebody: the company, the reading of a name, required answers."""
    missing = [] if person.company else [_("Company")]
    if is_family_first(person.family_name) and not person.family_name_kana and not person.family_name_latin:
        missing.append(_("Reading of the name"))
    return [*missing, *(local(question.label) for question in unanswered)]


def spoken(verdicts: Mapping[ReviewRole, Verdict], needed: Sequence[str]) -> list[tuple[str, str]]:
    """What each role said and who has still to speak, as chips with their tone."""
    said = [(role, *VERDICT_WORDS[verdicts[role]]) for role in ReviewRole if role in verdicts]
    open_roles = [role for role in still_to_speak(verdicts, needed) if role not in verdicts]
    return [
        *((_("%(role)s: %(word)s") % {"role": _(ROLE_NAMES[role]), "word": _(word)}, tone) for role, word, tone in said),
        *((_("%(role)s: still open") % {"role": _(ROLE_NAMES[role])}, "") for role in open_roles),
    ]


def present_review(review: Review, event: Event) -> ShownReview:
    word, tone = VERDICT_WORDS[review.verdict]
    language = current_language()
    return ShownReview(
        role=_(ROLE_NAMES[review.role]),
        word=_(word),
        tone=tone,
        author=review.author,
        at=moment_label(review.at, event.time_zone, locale=language),
        reason=review.reason,
        missing=review.missing,
        about=full_name(review.person, language),
        counts=review.counts,
    )


def outcomes(said: Sequence[Said], event: Event) -> list[tuple[str, str, list[str]]]:
    """What came of the words just said: tone, sentence and the guests it is true for, what needs attention last."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in said:
        told.setdefault(_outcome(one, event), []).append(full_name(one.person, current_language()))
    order = ("ok", "brand", "warn")
    return sorted(((tone, sentence, names) for (tone, sentence), names in told.items()), key=lambda outcome: order.index(outcome[0]))


def _outcome(said: Said, event: Event) -> tuple[str, str]:
    if said.verdict == Verdict.REJECTED:
        return "brand", _("Declined. A kind mail tells them; the reason stays here.")
    if said.verdict == Verdict.INCOMPLETE:
        return "brand", _("Asked by mail for what is missing.")
    if said.state == RegistrationState.WAITLISTED:
        return "warn", _("Approved, but no place is free: they are on the waiting list now, and told so by mail.")
    if said.state != RegistrationState.AWAITING_APPROVAL:
        return "ok", _("Approved. The ticket comes by mail.")
    if is_approved(said.verdicts, event.reviewer_roles):
        return "warn", _("Approved, but no place is free and nobody can wait: they stay here untold. Add places, then agree again.")
    roles = ", ".join(_(ROLE_NAMES[role]) for role in still_to_speak(said.verdicts, event.reviewer_roles))
    return "brand", _("Your word is written down. Still to agree: %(roles)s.") % {"roles": roles}
