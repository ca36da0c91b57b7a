"""Rules across the fields of a team: no decision and no membership ends before it begins."""

from __future__ import annotations

from collections.abc import Iterator

from field178_shared.codelists import CodeLists
from field178_shared.errors import ErrorCode
from field178_shared.records.value import Value
from field178_shared.rules.problem import Context, Problem


def contradictions(team: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield the values that contradict each other in any team."""
    if _ends_early(team):
        yield Problem("valid_to", ErrorCode.END_BEFORE_START)
    for user, membership in (team.members or {}).items():
        if _ends_early(membership):
            yield Problem(f"members.{user}.valid_to", ErrorCode.END_BEFORE_START)


def filing_problems(team: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield no problems: the office may save whatever the schema accepts."""
    yield from ()


def _ends_early(period: Value) -> bool:
    first, last = period.valid_from, period.valid_to
    return first is not None and last is not None and last < first
