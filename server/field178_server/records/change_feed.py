"""The change feed: each changed record gets a stamp in its scope, under the locks of the scope rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Feed, Scope
from field178_server.records.stored_record import Stored
from field178_shared.errors import AppError, ErrorCode
from field178_shared.immutable import immutable
from field178_shared.wire.canonical import Digest

PUT = "put"
LEAVE = "leave"

_SCOPES_LOCKED = Prepared(
    select(Scope.scope, Scope.seq, Scope.live_count, Scope.live_sum)
    .where(
        Scope.tenant_id == bindparam("tenant_id"),
        database.among(Scope.scope, bindparam("scopes")),
    )
    .order_by(Scope.scope)
    .with_for_update(key_share=True)
)


@immutable(slots=True)
class RecordStep:
    """The state of a record before (None: new) and after this transaction."""

    before: Stored | None
    after: Stored


@dataclass(slots=True)
class _Counter:
    seq: int
    live: Digest
    stamps: list[tuple[str, int, str, int | None]] = field(default_factory=list)

    def stamp(self, record_id: str, kind: str, left_rev: int | None = None) -> int:
        self.seq += 1
        self.stamps.append((record_id, self.seq, kind, left_rev))
        return self.seq


def stamp(session: Session, tenant_id: str, steps: Sequence[RecordStep]) -> dict[str, int]:
    """Stamp each changed record, in order; write feed, counters and digests; return {record id: seq}.

    MUST run after the records are locked, and as late as possible: the scope rows stay locked until commit.
    """
    counters = _lock_scopes(session, tenant_id, _scopes_of(steps))
    seqs = {step.after.record_id: _stamp_one(step, counters) for step in steps}
    connection = session.connection()
    bulk.update(
        connection,
        table_of(Scope),
        ("seq", "live_count", "live_sum"),
        ("tenant_id", "scope"),
        [(c.seq, c.live.count, f"{c.live.total:032x}", tenant_id, name) for name, c in counters.items()],
    )
    bulk.upsert(
        connection,
        table_of(Feed),
        ("tenant_id", "scope", "record_id", "seq", "kind", "left_rev"),
        [(tenant_id, name, *stamp_) for name, c in counters.items() for stamp_ in c.stamps],
    )
    return seqs


def _scopes_of(steps: Iterable[RecordStep]) -> set[str]:
    scopes = {step.after.scope for step in steps}
    return scopes | {step.before.scope for step in steps if step.before is not None}


def _lock_scopes(session: Session, tenant_id: str, scopes: set[str]) -> dict[str, _Counter]:
    rows = _SCOPES_LOCKED.rows(session, {"tenant_id": tenant_id, "scopes": sorted(scopes)})
    counters = {name: _Counter(seq, Digest(count, int(total, 16))) for name, seq, count, total in rows}
    if missing := scopes - set(counters):
        raise AppError(ErrorCode.NOT_FOUND, scope=min(missing))
    return counters


def _stamp_one(step: RecordStep, counters: dict[str, _Counter]) -> int:
    before, after = step.before, step.after
    if before is not None:
        origin = counters[before.scope]
        if not before.deleted:
            origin.live = origin.live.remove(before.h)
        if before.scope != after.scope:
            origin.stamp(before.record_id, LEAVE, before.rev)
    home = counters[after.scope]
    if not after.deleted:
        home.live = home.live.add(after.h)
    return home.stamp(after.record_id, PUT)
