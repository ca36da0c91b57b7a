"""Repair: sends the whole buckets in which tablet and server differ, with their ids (protocol §6.3, §12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import BindParameter, and_, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from field178_server.database.models import Erasure, Feed, Record
from field178_server.replication.pull.frames import AnswerBudget, record_line
from field178_server.replication.pull.scope_state import ScopeNow
from field178_shared.record_type import RecordType
from field178_shared.wire.canonical import bucket, digest_of
from field178_shared.wire.protocol import ERASED_AT

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
_ERASED_OPENING = f'{{"{ERASED_AT}":'
_TENANT: BindParameter[str] = bindparam("tenant_id")
_CONFIRMED = select(Erasure.record_id).where(Erasure.tenant_id == _TENANT, Erasure.confirmed_at.is_not(None))
_COMPANIONS = select(Record.record_id).where(Record.tenant_id == _TENANT, Record.subject_id.in_(_CONFIRMED))
# Includes conflicts of a merge target: it has the values of the merged record.
_CONFLICTS = select(Record.record_id).where(
    Record.tenant_id == _TENANT,
    Record.type == RecordType.CONFLICT,
    Record.scope == bindparam("scope"),
    Record.deleted,
)
# Deleted records are in no digest, but a tablet MUST receive an erasure: it may have the content in a deleted
# row, a tombstone or a draft, and the last checkpoint moves its cursor above the erasure's stamp.
_ERASED = (
    select(Record.record_id, Record.type, Record.rev, Record.h, Record.body)
    .where(
        Record.tenant_id == _TENANT,
        Record.record_id.in_(union_all(_CONFIRMED, _COMPANIONS, _CONFLICTS)),
        Record.scope == bindparam("scope"),
        Record.deleted,
        func.substr(Record.body, 1, len(_ERASED_OPENING)) == _ERASED_OPENING,
    )
    .order_by(Record.seq)
)


def add_repair(
    session: Session, tenant_id: str, scope: ScopeNow, sent_buckets: object, budget: AnswerBudget
) -> bool:
    """Add the live records of the buckets whose digests differ from the tablet's; return whether all fit.

    An answer has at least one bucket. After the last bucket follow the erased records and the checkpoint.
    """
    live = _live_by_bucket(session, tenant_id, scope.scope)
    differing = _differing(live, sent_buckets if isinstance(sent_buckets, Mapping) else {})
    served: list[str] = []
    ids: list[str] = []
    for name in differing:
        record_ids = [record_id for record_id, _ in live.get(name, ())]
        lines = list(_lines(session, tenant_id, scope.scope, record_ids))
        if not budget.has_room_for(*lines):
            break
        for line in lines:
            budget.add_record(line)
        served.append(name)
        ids += record_ids
    if differing and not served:
        return False
    frames = budget.frames
    frames.add("repair", {"scope": scope.scope, "buckets": served, "ids": ids, "seq": scope.seq})
    frames.close_part()
    if len(served) < len(differing):
        return False
    gone = list(_erased_lines(session, tenant_id, scope.scope))
    if gone and not budget.has_room_for(*gone):
        return False
    for line in gone:
        budget.add_record(line)
    frames.add_checkpoint(scope.scope, scope.seq, scope.live)
    return True


def _live_by_bucket(session: Session, tenant_id: str, scope: str) -> dict[str, list[tuple[str, str]]]:
    by_bucket = defaultdict[str, list[tuple[str, str]]](list)
    for record_id, h in session.execute(_LIVE, {"tenant_id": tenant_id, "scope": scope}):
        by_bucket[bucket(record_id)].append((record_id, h))
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


def _lines(session: Session, tenant_id: str, scope: str, ids: Sequence[str]) -> Iterator[bytes]:
    for part in _parts(ids):
        rows = session.execute(_BODIES, {"tenant_id": tenant_id, "record_ids": part})
        for record_id, type_, rev, h, body in rows:
            yield record_line((record_id, type_, scope, rev, False), body, h)


def _erased_lines(session: Session, tenant_id: str, scope: str) -> Iterator[bytes]:
    for record_id, type_, rev, h, body in session.execute(_ERASED, {"tenant_id": tenant_id, "scope": scope}):
        yield record_line((record_id, type_, scope, rev, True), body, h)


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
