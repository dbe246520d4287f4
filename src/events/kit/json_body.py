"""JSON request bodies: decoded strictly, refused with the place of the fault, described for the OpenAPI document."""

import json
import re
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import State

from .errors import DomainError, InvalidInput
from .i18n import N_

T = TypeVar("T")

# What control characters look like in JSON: escapes, or the bytes of DEL and C1. Finding nothing here costs a tenth of asking
# every field for a pattern; finding something may be a false alarm ("\\\\n"), so then the texts themselves are looked through.
_SUSPECT = re.compile(rb"\\(?:[bfnrt]|u00(?:[01]|7[fF]|[89]))|\x7f|\xc2[\x80-\x9f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HALF = re.compile(r"[\ud800-\udfff]")
ONE_LINE = {"pattern": r"^[^\x00-\x1f\x7f-\x9f]*$"}
"""For the JSON Schema of texts that `JsonBody` is the one to check: `Meta(extra_json_schema=ONE_LINE)`."""

_AT = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?")
_FIELD = re.compile(r"Object (?P<fault>contains unknown|missing required) field `(?P<name>.*)`")


class MalformedJson(DomainError):
    status = 400
    code = "malformed_json"
    title = N_("The body of this request is not JSON.")
    next_step = N_("Send one JSON object in UTF-8 (RFC 8259).")


class JsonBody(Generic[T]):
    """Reads bodies of one kind. The framework's own reading would take "true" for true and stop at the words of its parser.

    No text in a body may hold control characters; line breaks are among them.
    """

    def __init__(self, kind: type[T], *, example: Any) -> None:
        self._decode = msgspec.json.Decoder(kind).decode
        self.kind = kind
        self.example = example

    async def read(self, request: Request[Any, Any, State]) -> T:
        """The body of a request, see `decode`."""
        return self.decode(await request.body())

    def decode(self, body: bytes) -> T:
        """Raises `MalformedJson`, or `InvalidInput` with the path of the field, such as `guests[0].family_name`."""
        try:
            value = self._decode(body)
        except msgspec.ValidationError as fault:
            raise InvalidInput(errors=_errors(str(fault))) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _unreadable(body) from None
        if _SUSPECT.search(body) and (path := _first(msgspec.to_builtins(value), _CONTROL)) is not None:
            raise InvalidInput(errors={path.removeprefix("."): "Text contains control characters"})
        return value

    def schema(self) -> dict[str, Any]:
        """The JSON Schema with everything in place: request bodies of this size need no components."""
        (schema,), components = msgspec.json.schema_components([self.kind], ref_template="{name}")
        inlined: dict[str, Any] = _inlined(schema, components)
        return inlined


def _errors(message: str) -> dict[str, str]:
    told = _AT.fullmatch(message)
    assert told is not None
    what, path = told["what"], (told["path"] or "").removeprefix(".")
    if field := _FIELD.fullmatch(what):
        path = f"{path}.{field['name']}".removeprefix(".")
        what = "Unknown field" if field["fault"] == "contains unknown" else "Required field is missing"
    return {path: what}


def _unreadable(body: bytes) -> DomainError:
    """JSON that carries half a character (a lone surrogate) is well formed but holds no text; the field is named."""
    try:
        path = _first(json.loads(body), _HALF)
    except (ValueError, RecursionError):
        return MalformedJson()
    return MalformedJson() if path is None else InvalidInput(errors={path.removeprefix("."): "Text contains half a character"})


def _first(value: Any, fault: re.Pattern[str], path: str = "") -> str | None:
    """The path of the first text with the fault."""
    if isinstance(value, str):
        return path if fault.search(value) else None
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    steps = ((f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}", part) for key, part in inner)
    return next((found for step, part in steps if (found := _first(part, fault, step)) is not None), None)


def _inlined(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, components) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(components[schema["$ref"]], components)
    return {name: _inlined(part, components) for name, part in schema.items()}
