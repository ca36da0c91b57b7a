"""Which pushed changes stand or fall together: neighbours that name one group (protocol §2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from field178_server.services.type_rules import Problems
from field178_shared.errors import ErrorCode
from field178_shared.protocol import MAX_GROUP, Change

Run = tuple[Sequence[Change], Problems]


def runs(changes: Sequence[Change]) -> list[Run]:
    """Return the changes in their order, the members of a group together, and what is wrong with a group."""
    found = [list(run) for _, run in groupby(enumerate(changes), key=_place)]
    listed = [[change for _, change in run] for run in found]
    times = Counter(run[0].group for run in listed)
    return [(run, _fault(run, times[run[0].group])) for run in listed]


def _place(numbered: tuple[int, Change]) -> str | int:
    index, change = numbered
    return change.group or index


def _fault(run: Sequence[Change], times: int) -> Problems:
    if run[0].group is None:
        return {}
    if times > 1:
        return {"group": [ErrorCode.SCATTERED.value]}
    return {"group": [ErrorCode.TOO_LARGE.value]} if len(run) > MAX_GROUP else {}
