"""Query of the records written since a state of the store, by the feeds of its scopes; for caches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from field178_server.database.models import Feed, Record, Scope, Tenant

# With more changes a cache computes its value anew.
MOST = 500


@dataclass(frozen=True, slots=True)
class StoreState:
    """State of a tenant's records: two states are equal only if no record was written between them.

    `scopes`: sequence and digest by scope. Floors are not compared: compaction raises them.
    """

    epoch: str
    scopes: Mapping[str, tuple[int, str]]
    floors: Mapping[str, int] = field(compare=False)


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """The ids of written records by type, and of the subjects of written companions."""

    by_type: Mapping[str, frozenset[str]]
    subjects: frozenset[str]

    def of(self, record_type: str) -> frozenset[str]:
        """Return the ids of the written records of a type."""
        return self.by_type.get(record_type, frozenset())


def state_of(session: Session, tenant_id: str) -> StoreState:
    """Return the state of a tenant's records in the snapshot of a session."""
    query = select(Tenant.epoch, Scope.scope, Scope.seq, Scope.live_sum, Scope.floor).join(
        Scope, Scope.tenant_id == Tenant.tenant_id
    )
    rows = session.execute(query.where(Tenant.tenant_id == tenant_id)).all()
    return StoreState(
        rows[0].epoch if rows else "",
        {row.scope: (row.seq, row.live_sum) for row in rows},
        {row.scope: row.floor for row in rows},
    )


def changes_between(
    session: Session, tenant_id: str, before: StoreState, now: StoreState
) -> RecordChanges | None:
    """Return the records written after `before`; `now`: the state of the session. None: unknown.

    Unknown are the changes of another epoch, changes below a floor, and more than `MOST` changes.
    """
    since = {scope: before.scopes.get(scope, (0, ""))[0] for scope in now.scopes}
    moved = {scope: since[scope] for scope, state in now.scopes.items() if before.scopes.get(scope) != state}
    is_readable = (
        before.epoch == now.epoch
        and before.scopes.keys() <= now.scopes.keys()
        and all(since[scope] < now.scopes[scope][0] and since[scope] >= now.floors[scope] for scope in moved)
        and sum(now.scopes[scope][0] - seq for scope, seq in moved.items()) <= MOST
    )
    if not is_readable:
        return None
    query = (
        select(Record.type, Record.record_id, Record.subject_id)
        .join(Feed, and_(Feed.tenant_id == Record.tenant_id, Feed.record_id == Record.record_id))
        .where(
            Feed.tenant_id == tenant_id,
            or_(*(and_(Feed.scope == scope, Feed.seq > seq) for scope, seq in sorted(moved.items()))),
        )
    )
    by_type: dict[str, set[str]] = {}
    subjects = set[str]()
    for record_type, record_id, subject_id in session.execute(query):
        by_type.setdefault(record_type, set()).add(record_id)
        if subject_id is not None:
            subjects.add(subject_id)
    return RecordChanges({type_: frozenset(ids) for type_, ids in by_type.items()}, frozenset(subjects))
