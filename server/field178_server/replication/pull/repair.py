"""Repair: sends the whole buckets in which tablet and server differ, with their ids (protocol §6.3, §12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from field178_server.replication.pull.frames import AnswerBudget
from field178_server.replication.pull.scope_state import ScopeNow
from field178_shared.wire.canonical import bucket, digest_of

_NOTHING = [0, "0" * 32]


def add_repair(scope: ScopeNow, sent_buckets: object, budget: AnswerBudget) -> bool:
    """Add the live rows of the buckets whose digests differ from the tablet's; return whether all fit.

    An answer has at least one bucket. After the last bucket follow the erased rows and the checkpoint.
    """
    live = _live_by_bucket(scope)
    differing = _differing(live, sent_buckets if isinstance(sent_buckets, Mapping) else {})
    served: list[str] = []
    ids: list[str] = []
    for name in differing:
        row_ids = [row_id for row_id, _ in live.get(name, ())]
        lines = list(scope.rows.lines(row_ids))
        if not budget.has_room_for(*lines):
            break
        for line in lines:
            budget.add_record(line)
        served.append(name)
        ids += row_ids
    if differing and not served:
        return False
    frames = budget.frames
    frames.add("repair", {"scope": scope.scope, "buckets": served, "ids": ids, "seq": scope.seq})
    frames.close_part()
    if len(served) < len(differing):
        return False
    gone = list(scope.rows.erased_lines())
    if gone and not budget.has_room_for(*gone):
        return False
    for line in gone:
        budget.add_record(line)
    frames.add_last_checkpoint(scope.scope, scope.seq, scope.live)
    return True


def _live_by_bucket(scope: ScopeNow) -> dict[str, list[tuple[str, str]]]:
    by_bucket = defaultdict[str, list[tuple[str, str]]](list)
    for row_id, h in scope.rows.live():
        by_bucket[bucket(row_id)].append((row_id, h))
    return by_bucket


def _differing(
    live: Mapping[str, Sequence[tuple[str, str]]], sent_buckets: Mapping[str, object]
) -> list[str]:
    differing = []
    for name in sorted({*live, *sent_buckets}):
        here = digest_of(h for _, h in live.get(name, ())).wire()
        if sent_buckets.get(name, _NOTHING) != here:
            differing.append(name)
    return differing
