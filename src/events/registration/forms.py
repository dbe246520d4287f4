"""The sign-up form and the form to change a guest: what was typed → requests, or every field's error at once.

A field is named like the guest's attribute; a companion's fields carry the prefix `companion-1-`, `companion-2-`, … The main
name fields take the name as the page's readers write it: on Japanese pages the name in its own script, with kana beside it; on
others the Latin name, and `family_name_native` is there for those who also write theirs in another script.
"""

import re
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from events.kit.forms import Form
from events.kit.i18n import gettext as _
from events.kit.tokens import Tokens
from events.people.consents import OF_THE_CONTACT, Purpose, text_hash
from events.people.diet import diet_choices, joined_diet, split_diet
from events.people.kana import is_kana
from events.people.names import is_family_first
from events.questions import forms as questions_forms
from events.questions.forms import parse_answers
from events.questions.model import Per, Question

from .model import Consent, GuestDetails, SignUp

LONGEST_NAME = 100
LONGEST_NOTE = 500
KEY_FIELD = "key"
# Made by kit.tokens.random_token; 22 characters of base64url carry the 128 bits below which keys could be guessed.
_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
_KEY_SPACE = "form:"  # keys of API clients live in a space of their own, so nobody can address one with a form


def companion_prefix(number: int) -> str:
    """The prefix of a companion's field names, counted from 1."""
    return f"companion-{number}-"


def parse_registration(
    form: Form, *, locale: str, max_companions: int, offers_waiting_list: bool, questions: Sequence[Question], tokens: Tokens
) -> SignUp | None:
    """The sign-up, or nothing when `form.errors` says why not. Files must have been received before."""
    email = form.email("email")
    answers = parse_answers(form, questions, per=Per.BOOKING, tokens=tokens, context=email)
    guests = []
    for prefix in ("", *map(companion_prefix, filled_companions(form, max_companions))):
        guest = parse_guest(form, prefix, locale=locale, channel="registrant" if prefix else "form")
        own = parse_answers(form, questions, prefix, per=Per.GUEST, tokens=tokens, context=email, earlier=answers)
        guests.append(replace(guest, answers=own))
    if not form.checked(Purpose.PRIVACY):
        form.error(Purpose.PRIVACY, _("Please confirm this, otherwise we may not sign you up."))
    key = form_key(form)
    if key is None:
        form.error("", _("This form was not complete. Please send it once more."))
    if not form.ok:
        in_page_order = list(field_labels(max_companions, questions))
        form.errors = dict(sorted(form.errors.items(), key=lambda error: in_page_order.index(error[0]) if error[0] else -1))
        return None
    return SignUp(
        key=f"{_KEY_SPACE}{key}",
        email=email,
        locale=locale,
        source="form",
        guests=[_with_privacy(guests[0], locale), *guests[1:]],
        accept_waitlist=offers_waiting_list and form.checked("waitlist"),
        answers=answers,
    )


def parse_guest(form: Form, prefix: str, *, locale: str, channel: str) -> GuestDetails:
    """One guest's details; errors are noted in the form. `channel` says who gave the consents."""
    names = _names(form, prefix, locale)
    diet = joined_diet(
        form.choice(f"{prefix}diet", [value for value, _label in diet_choices()]), _line(form, f"{prefix}diet_note", longest=LONGEST_NOTE)
    )
    access_needs = form.text(f"{prefix}access_needs", longest=LONGEST_NOTE)
    if (diet or access_needs) and f"{prefix}diet" not in form.errors and not form.checked(f"{prefix}sensitive"):
        form.error(f"{prefix}sensitive", _("Please agree to this, or leave food and access needs empty."))
    in_guest_list = form.checked(f"{prefix}guest_list")
    given = {Purpose.SENSITIVE: bool(diet or access_needs), Purpose.GUEST_LIST: in_guest_list}
    given |= {purpose: not prefix and form.checked(purpose) for purpose in sorted(OF_THE_CONTACT)}
    return GuestDetails(
        **names,
        honorific=_line(form, f"{prefix}honorific", longest=LONGEST_NAME),
        company=_line(form, f"{prefix}company"),
        department=_line(form, f"{prefix}department"),
        job_title=_line(form, f"{prefix}job_title"),
        diet=diet,
        access_needs=access_needs,
        in_guest_list=in_guest_list,
        consents=[_consent(purpose, locale, channel) for purpose, agreed in given.items() if agreed],
    )


def guest_values(guest: GuestDetails, locale: str) -> dict[str, str]:
    """A stored guest as the values of the form that changes them: `parse_guest` of these gives the same guest."""
    values = {name: getattr(guest, name) for name in ("honorific", "company", "department", "job_title", "access_needs")}
    values["diet"], values["diet_note"] = split_diet(guest.diet)
    values["guest_list"] = "yes" if guest.in_guest_list else ""
    values["sensitive"] = "yes" if guest.diet or guest.access_needs else ""
    for part in ("family_name", "given_name"):
        native, latin = getattr(guest, part), getattr(guest, f"{part}_latin")
        values[f"{part}_kana"] = getattr(guest, f"{part}_kana")
        if _latin_first(locale) and guest.family_name_latin:
            values |= {part: latin, f"{part}_native": native}
        else:
            values |= {part: native, f"{part}_latin": latin}
    return values


def filled_companions(form: Form, max_companions: int) -> list[int]:
    """The numbers of the companions somebody has begun to name; untouched blocks of the form are nobody."""
    return [number for number in range(1, max_companions + 1) if _is_begun(form, companion_prefix(number))]


def form_key(form: Form) -> str | None:
    """The key of the form that was filled in, if it is one of ours."""
    key = form.values.get(KEY_FIELD, "")
    return key if _KEY.fullmatch(key) else None


def field_labels(max_companions: int, questions: Sequence[Question] = ()) -> dict[str, str]:
    """Names of the fields for the list of errors at the top, in the order of the page."""
    own = questions_forms.field_labels(questions, per=Per.GUEST)
    names = {
        "family_name": _("Family name"),
        "given_name": _("Given name"),
        "family_name_kana": _("Family name in kana"),
        "given_name_kana": _("Given name in kana"),
        "family_name_latin": _("Family name in Latin letters"),
        "given_name_latin": _("Given name in Latin letters"),
        "family_name_native": _("Family name in its own script"),
        "given_name_native": _("Given name in its own script"),
        "honorific": _("Title"),
    }
    others = {
        "company": _("Company or institution"),
        "department": _("Department"),
        "job_title": _("Position"),
        "diet": _("Food"),
        "diet_note": _("Allergies or other wishes"),
        "access_needs": _("Access needs"),
        "sensitive": _("Food and access"),
        "guest_list": _("Guest list"),
    }
    companions = {
        f"{companion_prefix(number)}{name}": f"{_('Companion %(number)s') % {'number': number}}, {label}"
        for number in range(1, max_companions + 1)
        for name, label in (names | others | own).items()
    }
    of_booking = questions_forms.field_labels(questions, per=Per.BOOKING)
    return names | {"email": _("E-mail")} | others | own | companions | of_booking | {"privacy": _("Privacy")}


def _names(form: Form, prefix: str, locale: str) -> dict[str, Any]:
    def read(field: str, **rules: Any) -> str:
        return _line(form, f"{prefix}{field}", longest=LONGEST_NAME, **rules)

    main = {"family_name": read("family_name", required=True), "given_name": read("given_name")}
    kana = {"family_name_kana": read("family_name_kana"), "given_name_kana": read("given_name_kana")}
    for part, value in kana.items():
        _check_kana(form, prefix, part, value, needed=locale == "ja" and _is_in_kanji(main[part.removesuffix("_kana")]))
    if not _latin_first(locale):
        return main | kana | {"family_name_latin": read("family_name_latin"), "given_name_latin": read("given_name_latin")}
    native = {"family_name": read("family_name_native"), "given_name": read("given_name_native")}
    if not any(native.values()):
        return main | kana
    if not native["family_name"]:
        form.error(f"{prefix}family_name_native", _("Please fill this in as well."))
    return native | kana | {f"{part}_latin": value for part, value in main.items()}


def _check_kana(form: Form, prefix: str, part: str, value: str, *, needed: bool) -> None:
    if needed and not value:
        form.error(f"{prefix}{part}", _("Please add the reading in kana, so that we pronounce your name correctly."))
    elif value and not is_kana(value):
        form.error(f"{prefix}{part}", _("Please write this in kana."))


def _is_in_kanji(name: str) -> bool:
    return is_family_first(name) and not is_kana(name)


def _latin_first(locale: str) -> bool:
    return locale != "ja"


def _line(form: Form, name: str, *, required: bool = False, longest: int = 200) -> str:
    value = form.text(name, required=required, longest=longest)
    if any(separator in value for separator in "\n\r\t"):
        form.error(name, _("Please write this on one line."))
    return value


def _is_begun(form: Form, prefix: str) -> bool:
    return any(value.strip() for name, value in form.values.items() if name.startswith(prefix)) or any(
        name.startswith(prefix) for name in form.files
    )


def _with_privacy(guest: GuestDetails, locale: str) -> GuestDetails:
    return replace(guest, consents=[_consent(Purpose.PRIVACY, locale, "form"), *guest.consents])


def _consent(purpose: Purpose, locale: str, channel: str) -> Consent:
    return Consent(purpose=purpose.value, text_hash=text_hash(purpose, locale).hex(), channel=channel)
