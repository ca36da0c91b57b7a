"""Rules across the fields of a planned visit: a window that ends after it begins, and a place."""

from __future__ import annotations

from collections.abc import Iterator

from field178_shared.codelists import CodeLists
from field178_shared.errors import ErrorCode
from field178_shared.records.reading import Data, day_of, text_of
from field178_shared.rules.problem import Context, Problem


def contradictions(data: Data, lists: CodeLists) -> Iterator[Problem]:
    """Yield the values that contradict each other in any planned visit."""
    first, last = day_of(data, "window_from"), day_of(data, "window_to")
    if first is not None and last is not None and last < first:
        yield Problem("window_to", ErrorCode.END_BEFORE_START)
    has_place = text_of(data, "establishment_id") or (
        text_of(data, "establishment_type_id") and text_of(data, "unit_id")
    )
    if not has_place:
        yield Problem("establishment_id", ErrorCode.ESTABLISHMENT_NOT_NAMED)


def filing_problems(data: Data, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield no problems: the office may save whatever the schema accepts."""
    yield from ()
