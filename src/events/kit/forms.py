"""Raw HTML form → typed values, with every field's error at once and what was typed kept."""

import re
from collections.abc import Iterable

import msgspec
from litestar import Request
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType

from .errors import DomainError
from .i18n import N_
from .i18n import gettext as _

# One @, something on both sides, a dot in the domain, no blanks: catches typing errors. Whether the
# mailbox exists only a mail can tell (RFC 5321 allows much more than people have).
_EMAIL = re.compile(r"[^@\s<>(),;:\\\"\[\]]+@[^@\s<>(),;:\\\"\[\].]+(\.[^@\s<>(),;:\\\"\[\].]+)+")
# C0 and C1 controls except tab and line breaks, and lone surrogates: PostgreSQL or a PDF would refuse them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MOST_FIELDS = 5_000  # thirty events with nine companions each are 400; a million would keep the process busy for half a minute
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3 less the angle brackets


class MalformedForm(DomainError):
    status = 400
    code = "malformed_form"
    title = N_("This form did not arrive in a readable state.")
    next_step = N_("Please open the page again and send the form from there.")


class SentFile(msgspec.Struct, frozen=True):
    """A file as it came with a form. What the sender calls its type is worth nothing, so it is not kept."""

    name: str
    content: bytes


class Form:
    """One submitted (or empty) form: `values` as typed, `files` and `errors` by field name, all for the template."""

    def __init__(self, fields: Iterable[tuple[str, str]] = (), files: Iterable[tuple[str, SentFile]] = ()) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name, []).append(value)
        self.values: dict[str, str] = {name: values[-1] for name, values in self._fields.items()}
        self.files: dict[str, SentFile] = dict(files)
        self.errors: dict[str, str] = {}

    @classmethod
    async def read(cls, request: Request[object, object, State]) -> "Form":
        """Reads the body of a POST; a body that is no form is an empty form. Raises `MalformedForm`."""
        if request.content_type[0] == RequestEncodingType.URL_ENCODED and (await request.body()).count(b"&") >= MOST_FIELDS:
            raise MalformedForm
        try:
            data = await request.form()
        except (ValueError, LookupError):  # bytes that are no text in the encoding their part names, or an encoding nobody knows
            raise MalformedForm from None
        items = list(data.multi_items())
        files = [(name, SentFile(value.filename, await value.read())) for name, value in items if isinstance(value, UploadFile)]
        return cls(((name, value) for name, value in items if isinstance(value, str)), files)

    def text(self, name: str, *, required: bool = False, longest: int = 200) -> str:
        """The value without blanks around it. Nothing inside is changed: names are stored as typed."""
        value = self.values.get(name, "").strip()
        if required and not value:
            self.error(name, _("Please fill this in."))
        elif len(value) > longest:
            self.error(name, _("Please use at most %(longest)s characters.") % {"longest": longest})
        elif _UNPRINTABLE.search(value):
            self.error(name, _("This contains characters that cannot be printed."))
        return value

    def email(self, name: str, *, required: bool = True) -> str:
        """A mail address, otherwise as typed."""
        value = self.text(name, required=required, longest=LONGEST_EMAIL)
        if value and name not in self.errors and not is_email(value):
            self.error(name, _("This address looks incomplete, for example name@company.com."))
        return value

    def choice(self, name: str, allowed: Iterable[str], *, default: str | None = None) -> str:
        """One of `allowed`; a missing value is the default where there is one."""
        value = self.values.get(name, "") or default or ""
        if value not in allowed:
            self.error(name, _("Please choose one of the options."))
        return value

    def checked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.values.get(name))

    def chosen(self, name: str) -> list[str]:
        """Every value of a group of boxes with the same name."""
        return self._fields.get(name, [])

    def put(self, name: str, value: str) -> None:
        """Answers a field in place of the sender: what was found out about it, to be sent along next time."""
        self._fields[name] = [value]
        self.values[name] = value

    def entries(self) -> list[tuple[str, str]]:
        """Every name with every value, as they were sent."""
        return [(name, value) for name, values in self._fields.items() for value in values]

    def number(self, name: str, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        typed = self.values.get(name, "").strip()
        value = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else least - 1
        if not least <= value <= most:
            self.error(name, _("Please enter a number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return value

    def error(self, name: str, message: str) -> None:
        """Notes the first error of a field; later ones would only confuse."""
        self.errors.setdefault(name, message)

    @property
    def ok(self) -> bool:
        return not self.errors


def is_email(value: str) -> bool:
    """Whether the text can be a mail address that people use."""
    return len(value) <= LONGEST_EMAIL and _EMAIL.fullmatch(value) is not None


def is_printable(value: str) -> bool:
    """Whether the text can be stored and printed."""
    return _UNPRINTABLE.search(value) is None
