"""Verdicts of every kind as pages, for looking at them without making each of them happen."""

from types import SimpleNamespace
from uuid import uuid4

from events.door.announcement import VERDICT_WORDS, Announcement, Card
from events.door.model import Verdict
from events.kit.i18n import use_language
from events.kit.templates import new_environment

NAMELESS = ("unknown", "newer_than_list", "no_list", "lease_over", "id_reused", "unreadable")
_templates = new_environment()


def long_card() -> Card:
    """A guest of whom everything is known, and everything is long."""
    return Card(
        registration_id=uuid4(),
        name="Prof. Dr.-Ing. Jörg Maria Müßig-Großäcker-Wolfeschlegelsteinhausen",
        name_lang="",
        spoken="ミュースィヒ イェルク",
        spoken_lang="ja",
        also="",
        also_lang="",
        company="Gesellschaft für Beispielsensorik und Musteroptik mbH & Co. KG",
        job_title="Vorsitzender der Geschäftsführung",
        table="Ehrentisch 12",
        host="葛󠄀例 花子",
        diet="kein Schwein; keine Nüsse",
        access_needs="Rampe",
        flags=["vip", "speaker", "no_photo", "wheelchair"],
    )


def verdict_page(kind: str, language: str, *, can_overrule: bool = False) -> str:
    """The page of a verdict of that kind in that language."""
    seen = Announcement(
        check_in_id=uuid4(),
        verdict=Verdict.REFUSED,
        kind=kind,
        card=None if kind in NAMELESS else long_card(),
        first="18:42 (JST) · Haupteingang",
        first_at=None,
        event_title="Botschaftsempfang",
        event_when="22. April, 18:00 (JST)",
    )
    phone = SimpleNamespace(event_title={"en": "Networking dinner"}, event_hue=266)
    with use_language(language):
        return _templates.get_template("door/verdict.html").render(
            page_url="/door", seen=seen, undo_id=uuid4(), phone=phone, opens="18:00", can_overrule=can_overrule, **VERDICT_WORDS
        )
