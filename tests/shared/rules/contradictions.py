"""The contradictions of a record's data, by path."""

from __future__ import annotations

from collections.abc import Mapping

from field178_shared import rules
from field178_shared.codelists import load
from field178_shared.schemas import lenient_value


def contradictions_of(type_name: str, data: Mapping[str, object]) -> dict[str, list[str]]:
    """Return {path: [codes]} of the fields of any data that contradict each other."""
    return rules.errors(type_name, lenient_value(type_name, data), load())
