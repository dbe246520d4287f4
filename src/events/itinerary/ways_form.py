"""What an organiser knows about a venue: where it is, and how long the ways to the others take."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from events.kit.forms import Form
from events.kit.i18n import gettext as _

from .model import Place, Venue

PLACE = "place"
LONGEST_WAY = 48 * 60
# As map programs copy it: "35.4550, 139.6330"; a comma or a blank between them.
_PLACE = re.compile(r"([+-]?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)")


def field_of(venue_id: UUID) -> str:
    return f"minutes-{venue_id}"


def parse_place(form: Form) -> Place | None:
    """The point, or nothing: also where none was typed."""
    typed = form.text(PLACE, longest=60)
    if not typed:
        return None
    found = _PLACE.fullmatch(typed)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        form.error(PLACE, _("Please enter latitude and longitude, as in 35.4550, 139.6330."))
        return None
    return Place(float(found[1]), float(found[2]))


def parse_ways(form: Form, others: Sequence[Venue]) -> dict[UUID, int]:
    """Minutes by the other venue; what is left empty is estimated."""
    typed = [venue for venue in others if form.values.get(field_of(venue.id), "").strip()]
    return {venue.id: form.number(field_of(venue.id), least=0, most=LONGEST_WAY) for venue in typed}


def ways_form(place: Place | None, ways: Mapping[UUID, int]) -> Form:
    """The form filled with what is known."""
    typed = f"{place.latitude}, {place.longitude}" if place else ""
    return Form([(PLACE, typed), *((field_of(venue_id), str(minutes)) for venue_id, minutes in ways.items())])
