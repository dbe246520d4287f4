"""Files that come with an answer: what they are by their content, and how large they may be."""

import io
import re
import unicodedata
import zipfile

from events.kit.forms import SentFile
from events.kit.i18n import gettext as _

from .model import Question
from .values import Unfit

LARGEST_FILE = 5_000_000  # a passport photographed with a phone has 2 to 4 MB
LARGEST_FORM = 16_000_000  # bytes of a form with all its files
LONGEST_NAME = 200

PDF, JPEG, PNG, WEBP, HEIC = "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX, PPTX = (f"{_OFFICE}.{kind}" for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"))
TYPES = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG", WEBP: "WebP", HEIC: "HEIC", DOCX: "Word", XLSX: "Excel", PPTX: "PowerPoint"}
USUAL_TYPES = [PDF, JPEG, PNG]
ENDINGS = {PDF: ".pdf", JPEG: ".jpg,.jpeg", PNG: ".png", WEBP: ".webp", HEIC: ".heic", DOCX: ".docx", XLSX: ".xlsx", PPTX: ".pptx"}

_OFFICE_FOLDERS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")  # ISO 23008-12, annex B
_UNNAMEABLE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def allowed_types(question: Question) -> list[str]:
    """The media types the question takes."""
    return question.limits.types or USUAL_TYPES


def largest_file(question: Question) -> int:
    """The question's limit in bytes."""
    return question.limits.bytes or LARGEST_FILE


def checked_type(question: Question, file: SentFile) -> str:
    """The media type of the file, found in its content. Raises `Unfit` for one that the question does not take."""
    if not file.content:
        raise Unfit(_("This file is empty."))
    if len(file.content) > largest_file(question):
        raise Unfit(too_large_words(question))
    found = media_type(file.content)
    if found not in allowed_types(question):
        names = ", ".join(TYPES[kind] for kind in allowed_types(question))
        raise Unfit(_("Please send a file of one of these kinds: %(kinds)s.") % {"kinds": names})
    return found


def too_large_words(question: Question) -> str:
    return _("This file is too large: at most %(size)s MB.") % {"size": f"{largest_file(question) / 1e6:g}"}


def media_type(content: bytes) -> str:
    """What the content says it is; empty if it is nothing we know."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return HEIC
    return _office_type(content) if content.startswith(b"PK\x03\x04") else ""


def plain_name(name: str) -> str:
    """The file's own name in any script, without folders and without what could mislead a reader or a file system."""
    last = re.split(r"[/\\]", name)[-1]
    kept = _UNNAMEABLE.sub("_", last).strip().strip(".")
    if len(kept) > LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) < 10 else kept[:LONGEST_NAME]
    return kept if any(unicodedata.category(sign)[0] in "LNS" for sign in kept) else "file"


def _office_type(content: bytes) -> str:
    """An office document without macros; only the list of its parts is read, nothing is unpacked."""
    try:
        parts = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return ""
    if "[Content_Types].xml" not in parts or any(part.endswith("vbaProject.bin") for part in parts):
        return ""
    return next((kind for part, kind in _OFFICE_FOLDERS.items() if part in parts), "")
