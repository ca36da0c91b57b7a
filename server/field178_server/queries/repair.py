"""Repair: the buckets in which tablet and server differ, whole, with the ids alive in them (§5, §7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from field178_server.models import Feed, Record
from field178_server.queries.frames import Budget, record_line
from field178_server.queries.scopes_now import ScopeNow
from field178_shared.canonical import bucket, digest_of

_AT_ONCE = 250
_NOTHING = [0, "0" * 32]

_LIVE = (
    select(Record.record_id, Record.h)
    .join(Feed, and_(Feed.tenant_id == Record.tenant_id, Feed.record_id == Record.record_id))
    .where(
        Record.tenant_id == bindparam("tenant_id"),
        Feed.scope == bindparam("scope"),
        Feed.kind == "put",
        Record.deleted.is_(False),
    )
    .order_by(Record.record_id)
)
_BODIES = (
    select(Record.record_id, Record.type, Record.rev, Record.h, Record.body)
    .where(
        Record.tenant_id == bindparam("tenant_id"),
        Record.record_id.in_(bindparam("record_ids", expanding=True)),
    )
    .order_by(Record.record_id)
)


def add_repair(session: Session, tenant_id: str, scope: ScopeNow, said: object, budget: Budget) -> bool:
    """Add the live records of the buckets that differ from what the tablet said, bucket by bucket.

    As many buckets as one answer holds, at least one; True when all were served, and only then a checkpoint.
    """
    live = _live_by_bucket(session, tenant_id, scope.scope)
    differing = _differing(live, said if isinstance(said, Mapping) else {})
    served: list[str] = []
    ids: list[str] = []
    for name in differing:
        found = [record_id for record_id, _ in live.get(name, ())]
        lines = list(_lines(session, tenant_id, scope.scope, found))
        if not budget.takes(*lines):
            break
        for line in lines:
            budget.add_record(line)
        served.append(name)
        ids += found
    if differing and not served:
        return False
    frames = budget.frames
    frames.add("repair", {"scope": scope.scope, "buckets": served, "ids": ids, "seq": scope.seq})
    is_complete = len(served) == len(differing)
    frames.close_part()
    if is_complete:
        frames.add_checkpoint(scope.scope, scope.seq, scope.live)
    return is_complete


def _live_by_bucket(session: Session, tenant_id: str, scope: str) -> dict[str, list[tuple[str, str]]]:
    found = defaultdict[str, list[tuple[str, str]]](list)
    for record_id, h in session.execute(_LIVE, {"tenant_id": tenant_id, "scope": scope}):
        found[bucket(record_id)].append((record_id, h))
    return found


def _differing(live: Mapping[str, Sequence[tuple[str, str]]], said: Mapping[str, object]) -> list[str]:
    differing = []
    for name in sorted({*live, *said}):
        here = digest_of(h for _, h in live.get(name, ())).wire()
        if said.get(name, _NOTHING) != here:
            differing.append(name)
    return differing


def _lines(session: Session, tenant_id: str, scope: str, ids: Sequence[str]) -> Iterator[bytes]:
    for part in _parts(ids):
        rows = session.execute(_BODIES, {"tenant_id": tenant_id, "record_ids": part})
        for record_id, type_, rev, h, body in rows:
            yield record_line((record_id, type_, scope, rev, False), body, h)


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
