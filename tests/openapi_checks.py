"""For schemathesis: what the OpenAPI document cannot know, and a check that nothing else makes valid input fail."""

import re
from typing import Any
from uuid import uuid4

import schemathesis

# A cursor is opaque; that it comes from an earlier page stands in words only.
OPAQUE = ["after"]
GATE = "Main entrance"
CONTINGENT = "japan"


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Every gate and contingent that could exist is the one that does."""
    if isinstance(body, dict):
        inner = body.get("check_ins")
        for part in [body, *(inner if isinstance(inner, list) else [])]:
            if isinstance(part, dict) and _fits(part.get("gate"), r"[^\x00-\x1f\x7f-\x9f]{1,60}"):
                part["gate"] = GATE
            if isinstance(part, dict) and _fits(part.get("contingent"), r"[a-z0-9]+(-[a-z0-9]+)*"):
                part["contingent"] = CONTINGENT
    return body


@schemathesis.hook
def map_headers(_context: Any, headers: Any) -> Any:
    """Every key is a new one."""
    if headers and _fits(headers.get("Idempotency-Key"), "[!-~]{1,200}"):
        headers["Idempotency-Key"] = str(uuid4())
    return headers


def _fits(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


@schemathesis.check
def valid_input_is_refused_only_for_what_is_stored(_context: Any, response: Any, case: Any) -> None:
    """Unknown gates, contingents and used keys are refused with codes of their own, never as wrong input."""
    if response.status_code != 422 or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    assert problem["code"] != "invalid_input" or list(problem["errors"]) == OPAQUE, problem
