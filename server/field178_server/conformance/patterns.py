"""Patterns of requests and answers: JSON with placeholders.

`"…"` matches any value, `"…": "…"` any further members, `<name>` the value of a variable. A variable
without a value takes the received value in an answer, and a new UUID in a request.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

Variables = dict[str, Any]
ANY = "…"
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9 _.-]*)>")


class Mismatch(AssertionError):
    """Difference between an answer and its pattern."""


def fill(template: Any, variables: Variables) -> Any:
    """Return a template with the values of its variables."""
    if isinstance(template, str):
        return _fill_text(template, variables)
    if isinstance(template, list):
        return [fill(item, variables) for item in template]
    if not isinstance(template, dict):
        return template
    if "$times" in template:
        repeated = fill(template["$of"], variables)
        return (repeated if isinstance(repeated, str) else [repeated]) * template["$times"]
    return {_fill_text(name, variables): fill(value, variables) for name, value in template.items()}


def match(received: Any, pattern: Any, variables: Variables, place: str = "") -> None:
    """Compare a received value with its pattern; raise Mismatch with the first difference."""
    if pattern == ANY:
        return
    if isinstance(pattern, str) and (name := _whole(pattern)) and name not in variables:
        variables[name] = received
        return
    if isinstance(pattern, dict) and "$has" in pattern and isinstance(received, list):
        match_some(received, [pattern["$has"]], variables, place)
    elif isinstance(pattern, dict) and isinstance(received, dict):
        _match_members(received, pattern, variables, place)
    elif isinstance(pattern, list) and isinstance(received, list) and len(pattern) == len(received):
        for number, (item, expected) in enumerate(zip(received, pattern, strict=True)):
            match(item, expected, variables, f"{place}/{number}")
    elif (expected := fill(pattern, variables)) != received or isinstance(expected, bool) != isinstance(
        received, bool
    ):
        raise Mismatch(f"{place or '/'}: expected {expected!r}, received {received!r}")


def match_some(received: Sequence[Any], patterns: Sequence[Any], variables: Variables, place: str) -> None:
    """Compare patterns with values that come in this order among others."""
    rest = iter(received)
    for number, pattern in enumerate(patterns):
        for value in rest:
            if fits(value, pattern, variables):
                break
        else:
            raise Mismatch(f"{place}/{number}: expected {fill(pattern, variables)!r}, received {received!r}")


def fits(received: Any, pattern: Any, variables: Variables) -> bool:
    """Return whether a value fits; only then its variables are stored."""
    attempt = dict(variables)
    try:
        match(received, pattern, attempt)
    except Mismatch:
        return False
    variables.update(attempt)
    return True


def _match_members(received: Variables, pattern: Variables, variables: Variables, place: str) -> None:
    expected = {_fill_text(name, variables): value for name, value in pattern.items() if name != ANY}
    for name, value in expected.items():
        if name not in received:
            raise Mismatch(f"{place}/{name}: expected {value!r}, received no such member of {received!r}")
        match(received[name], value, variables, f"{place}/{name}")
    if ANY not in pattern and (further := received.keys() - expected.keys()):
        raise Mismatch(f"{place or '/'}: expected no {sorted(further)}, received {received!r}")


def _whole(text: str) -> str | None:
    placeholder = _PLACEHOLDER.fullmatch(text)
    return placeholder.group(1) if placeholder else None


def _fill_text(text: str, variables: Variables) -> Any:
    if (name := _whole(text)) is not None:
        value = variables.setdefault(name, str(uuid.uuid4()))
        return fill(value, variables) if isinstance(value, dict) else value
    return _PLACEHOLDER.sub(lambda placeholder: str(_fill_text(placeholder.group(), variables)), text)
