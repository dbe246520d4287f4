"""What the OpenAPI document says beyond the handlers' signatures: refusals, JSON bodies, required headers."""

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example, OpenAPIMediaType, OpenAPIResponse, Operation, Parameter, Reference, RequestBody, Schema

from .errors import DomainError
from .json_body import JsonBody

PROBLEM = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal (RFC 9457). `code` is stable and meant for programs, the texts are for people; `errors` has a message a field."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: dict[str, str] | None = None


def refusals(*kinds: type[DomainError]) -> dict[int, ResponseSpec]:
    """The `responses` of a handler that may refuse so, one entry a status, one example a code."""
    by_status: dict[int, list[type[DomainError]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _refusal(same) for status, same in by_status.items()}


def _refusal(kinds: list[type[DomainError]]) -> ResponseSpec:
    return ResponseSpec(
        data_container=Problem,
        description=" ".join(_title(kind) for kind in kinds),
        media_type=PROBLEM,
        generate_examples=False,
        examples=[Example(id=kind.code, summary=_title(kind), value=_example(kind)) for kind in kinds],
    )


def _example(kind: type[DomainError]) -> dict[str, Any]:
    return {"type": "about:blank", "title": _title(kind), "status": kind.status, "code": kind.code}


def _title(kind: type[DomainError]) -> str:
    return re.sub(r"%\((\w+)\)s", r"<\1>", kind.title)


def operation(*, body: JsonBody[Any] | None = None, headers: dict[str, Schema] | None = None) -> type[Operation]:
    """The `operation_class` of a handler that reads its body and these required headers by itself."""

    @dataclass
    class Documented(Operation):
        def __post_init__(self) -> None:
            if body:
                content = OpenAPIMediaType(schema=body.schema(), example=body.example)  # type: ignore[arg-type]
                self.request_body = RequestBody(content={"application/json": content}, required=True)
            self.parameters = [*(self.parameters or []), *(_required(name, schema) for name, schema in (headers or {}).items())]
            # The framework announces its own 400 for parameters; ours are answered with 422.
            if self.responses and PROBLEM not in (getattr(self.responses.get("400"), "content", None) or {}):
                self.responses.pop("400", None)
            for response in (self.responses or {}).values():
                _name_examples_once(response)

    return Documented


def _name_examples_once(response: OpenAPIResponse | Reference) -> None:
    """An example's name is its key; the framework repeats it inside, where the standard knows no such field."""
    for content in (getattr(response, "content", None) or {}).values():
        content.examples = {name: replace(example, id=None) for name, example in (content.examples or {}).items()} or None


def _required(name: str, schema: Schema) -> Parameter:
    return Parameter(name=name, param_in="header", required=True, schema=schema, description=schema.description)
