"""Compaction: the feed forgets what a new tablet need not see; the floor says up to where."""

from __future__ import annotations

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from field178_server.models import Feed, Record, Scope
from field178_shared.errors import AppError, ErrorCode


def compact(session: Session, tenant_id: str, scope: str) -> int:
    """Drop the `leave` and deleted rows of a scope's feed and raise its floor; return how many went."""
    row = session.execute(
        select(Scope.floor)
        .where(Scope.tenant_id == tenant_id, Scope.scope == scope)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND, scope=scope)
    deleted = select(Record.record_id).where(
        Record.tenant_id == tenant_id, Record.scope == scope, Record.deleted
    )
    droppable = and_(
        Feed.tenant_id == tenant_id,
        Feed.scope == scope,
        or_(Feed.kind == "leave", Feed.record_id.in_(deleted)),
    )
    count, top = session.execute(select(func.count(), func.max(Feed.seq)).where(droppable)).one()
    if not count:
        return 0
    session.execute(delete(Feed).where(droppable))
    session.execute(
        update(Scope)
        .where(Scope.tenant_id == tenant_id, Scope.scope == scope)
        .values(floor=max(row.floor, top))
    )
    return int(count)
