"""What was written since a state of the store, by the feed of each scope: for what is brought up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from field178_server.database.models import Feed, Record, Scope, Tenant

# With more than these, what follows from the records is made anew.
MOST = 500


@dataclass(frozen=True, slots=True)
class StoreState:
    """How far the records of a tenant are: two states are the same only if no record was written between.

    `scopes`: sequence and digest by scope. A floor rises without a record being written.
    """

    epoch: str
    scopes: Mapping[str, tuple[int, str]]
    floors: Mapping[str, int] = field(compare=False)


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """The records that were written, by type, and those that one of them is about: a review, an entry."""

    by_type: Mapping[str, frozenset[str]]
    subjects: frozenset[str]

    def of(self, record_type: str) -> frozenset[str]:
        """Return the written records of a type."""
        return self.by_type.get(record_type, frozenset())


def state_of(session: Session, tenant_id: str) -> StoreState:
    """Return how far the records are in the snapshot of a session."""
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
    """Return what was written after `before`, `now` being the state of the session; None: it is not told.

    Nobody tells the changes of another history, those of rows that left the feed, and more than a few.
    """
    since = {scope: before.scopes.get(scope, (0, ""))[0] for scope in now.scopes}
    moved = {scope: since[scope] for scope, one in now.scopes.items() if before.scopes.get(scope) != one}
    is_told = (
        before.epoch == now.epoch
        and before.scopes.keys() <= now.scopes.keys()
        and all(since[scope] < now.scopes[scope][0] and since[scope] >= now.floors[scope] for scope in moved)
        and sum(now.scopes[scope][0] - seq for scope, seq in moved.items()) <= MOST
    )
    if not is_told:
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
    return RecordChanges({one: frozenset(ids) for one, ids in by_type.items()}, frozenset(subjects))
