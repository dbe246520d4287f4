"""JSON request bodies: decoded strictly, refused with the place of the fault, described for the OpenAPI document."""

import json
import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import State

from .errors import DomainError, InvalidInput
from .forms import is_printable
from .i18n import N_

T = TypeVar("T")

_AT = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?")
_FIELD = re.compile(r"Object (?P<fault>contains unknown|missing required) field `(?P<name>.*)`")


class MalformedJson(DomainError):
    status = 400
    code = "malformed_json"
    title = N_("The body of this request is not JSON.")
    next_step = N_("Send one JSON object in UTF-8 (RFC 8259).")


class JsonBody(Generic[T]):
    """Reads bodies of one kind. The framework's own reading would take "true" for true and stop at the words of its parser."""

    def __init__(self, kind: type[T], *, example: Any) -> None:
        self.decode: Callable[[bytes], T] = msgspec.json.Decoder(kind).decode
        self.kind = kind
        self.example = example

    async def read(self, request: Request[Any, Any, State]) -> T:
        """The body. Raises `MalformedJson`, or `InvalidInput` with the path of the field, such as `guests[0].family_name`."""
        body = await request.body()
        try:
            return self.decode(body)
        except msgspec.ValidationError as fault:
            raise InvalidInput(errors=_errors(str(fault))) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _unreadable(body) from None

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
        path = _unprintable(json.loads(body))
    except (ValueError, RecursionError):
        return MalformedJson()
    return (
        MalformedJson() if path is None else InvalidInput(errors={path.removeprefix("."): "Text contains characters that cannot be stored"})
    )


def _unprintable(value: Any, path: str = "") -> str | None:
    """The path of the first text with characters that cannot be stored."""
    if isinstance(value, str):
        return None if is_printable(value) else path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    steps = ((f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}", part) for key, part in inner)
    return next((found for step, part in steps if (found := _unprintable(part, step)) is not None), None)


def _inlined(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, components) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(components[schema["$ref"]], components)
    return {name: _inlined(part, components) for name, part in schema.items()}
