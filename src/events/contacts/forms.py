"""What a guest chooses to share."""

import re

from events.kit.forms import Form
from events.kit.i18n import gettext as _

from .model import Card, CardDetails, Share

LONGEST_PHONE = 40
LONGEST_SCAN = 500

# Digits with what people write between them (E.123 and its relatives); whether somebody answers only a call can tell.
_PHONE = re.compile(r"\+?[0-9][0-9 ()./\-]{4,}(?:(?:ext\.?|x|#)\s*[0-9]{1,6})?", re.IGNORECASE)


def parse_card(form: Form) -> CardDetails:
    """The card as typed; errors stand in the form."""
    phone = form.text("phone", longest=LONGEST_PHONE)
    if phone and "phone" not in form.errors and not _PHONE.fullmatch(phone):
        form.error("phone", _("Please write the number with digits, for example +81 3 0000 0000."))
    shares = tuple(share for share in Share if form.checked(share))
    return CardDetails(shares=shares, email=form.email("email", required=False), phone=phone)


def card_form(card: Card | None) -> Form:
    """What stands in the fields at first: company and position are on every business card."""
    if card is None:
        return Form([(share.value, "yes") for share in Share])
    return Form([("email", card.email), ("phone", card.phone), *((share.value, "yes") for share in card.shares)])
