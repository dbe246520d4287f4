"""What somebody eats: one of a few usual answers, a note in their own words, or both, kept as one text ("vegan; no nuts")."""

from enum import StrEnum

from events.kit.i18n import N_
from events.kit.i18n import gettext as _

_BETWEEN = "; "


class Diet(StrEnum):
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    HALAL = "halal"
    NO_PORK = "no_pork"


LABELS = {Diet.VEGETARIAN: N_("Vegetarian"), Diet.VEGAN: N_("Vegan"), Diet.HALAL: N_("Halal"), Diet.NO_PORK: N_("No pork")}


def diet_choices() -> list[tuple[str, str]]:
    """Values and words of the usual answers; the empty value means that everything is welcome."""
    return [("", _("Everything")), *((diet.value, _(label)) for diet, label in LABELS.items())]


def joined_diet(choice: str, note: str) -> str:
    """The one text that is stored."""
    return _BETWEEN.join(part for part in (choice, note) if part)


def split_diet(diet: str) -> tuple[str, str]:
    """The usual answer and the note of a stored text; a text that starts otherwise is all note."""
    choice, _sep, note = diet.partition(_BETWEEN)
    return (choice, note) if choice in LABELS else ("", diet)


def diet_words(diet: str) -> str:
    """A stored text for reading: the usual answer in the current language, the note as it was written."""
    choice, note = split_diet(diet)
    return joined_diet(_(LABELS[Diet(choice)]) if choice else "", note)
