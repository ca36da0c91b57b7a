"""Rules across the fields of a planned visit: a window that ends after it begins, and a place."""

from __future__ import annotations

from collections.abc import Iterator

from field178_shared.codelists import CodeLists
from field178_shared.errors import ErrorCode
from field178_shared.records.value import Value
from field178_shared.rules.problem import Context, Problem


def contradictions(item: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield the values that contradict each other in any planned visit."""
    first, last = item.window_from, item.window_to
    if first is not None and last is not None and last < first:
        yield Problem("window_to", ErrorCode.END_BEFORE_START)
    has_place = item.establishment_id or (item.establishment_type_id and item.unit_id)
    if not has_place:
        yield Problem("establishment_id", ErrorCode.ESTABLISHMENT_NOT_NAMED)


def filing_problems(item: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield no problems: the office may save whatever the schema accepts."""
    yield from ()
