"""How many rows a statement has changed: what a race-safe claim looks at."""

from __future__ import annotations

from sqlalchemy import CursorResult, Result


def changed_rows(result: Result[tuple[()]] | Result[object]) -> int:
    """Return the number of rows an UPDATE or DELETE has matched."""
    assert isinstance(result, CursorResult)
    return result.rowcount
