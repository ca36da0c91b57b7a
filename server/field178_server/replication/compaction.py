"""Compaction: old rows of deleted and departed records leave the feed, and the floor of the scope rises."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from field178_server.database.models import ChangeHistory, Device, DeviceScope, Feed, Record, Scope
from field178_server.devices.heartbeat import IS_IN_USE
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.protocol import MAX_INTEGER

# A tablet that was not seen for so long is not waited for: it starts again by comparing.
SILENT = timedelta(days=180)
# Younger rows stay, whoever has read them: a tablet that was put back to an older image goes on from there.
AGE = timedelta(days=90)


def compact(session: Session, tenant_id: str, scope: str) -> int:
    """Drop every `leave` and deleted row of a scope's feed and raise its floor; return the number of rows.

    A tablet whose cursor is below the new floor starts again by comparing.
    """
    return _drop(session, tenant_id, scope)


def compact_what_was_read(session: Session, tenant_id: str, now: datetime) -> dict[str, int]:
    """Drop in all scopes what is old and was read by every tablet in use; return how many rows, by scope."""
    query = select(Scope.scope).where(Scope.tenant_id == tenant_id).order_by(Scope.scope)
    dropped = {scope: _drop_read(session, tenant_id, scope, now) for scope in session.scalars(query).all()}
    return {scope: count for scope, count in dropped.items() if count}


def _drop_read(session: Session, tenant_id: str, scope: str, now: datetime) -> int:
    read_by_all = min(_cursors_in_use(session, tenant_id, scope, now), default=MAX_INTEGER)
    return _drop(session, tenant_id, scope, Feed.seq <= read_by_all, ~_was_changed_since(now - AGE))


def _drop(session: Session, tenant_id: str, scope: str, *conditions: ColumnElement[bool]) -> int:
    row = session.execute(
        select(Scope.floor, Scope.seq)
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
        Feed.seq <= row.seq,
        or_(Feed.kind == "leave", Feed.record_id.in_(deleted)),
        *conditions,
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


def _was_changed_since(since: datetime) -> ColumnElement[bool]:
    """Tell of a row of the feed whether its record has a younger change: no stamp is younger than its change.

    A conflict or review has no history of its own; it is stamped with a change of the record it is about.
    """
    return exists().where(
        Record.tenant_id == Feed.tenant_id,
        Record.record_id == Feed.record_id,
        ChangeHistory.tenant_id == Record.tenant_id,
        ChangeHistory.record_id == func.coalesce(Record.subject_id, Record.record_id),
        ChangeHistory.received_at > since,
    )


def _cursors_in_use(session: Session, tenant_id: str, scope: str, now: datetime) -> list[int]:
    """Return how far each tablet in use has read a scope; one whose cursors are not known counts as 0.

    One that has not begun the scope needs none of its rows: it starts from the beginning.
    """
    rows = session.scalars(
        select(Device.cursors)
        .join(
            DeviceScope,
            and_(DeviceScope.tenant_id == Device.tenant_id, DeviceScope.device_id == Device.device_id),
        )
        .where(
            Device.tenant_id == tenant_id,
            DeviceScope.scope == scope,
            IS_IN_USE,
            Device.last_seen_at > now - SILENT,
        )
    ).all()
    known = [json.loads(cursors) for cursors in rows if cursors is not None]
    begun = [cursor for cursors in known if (cursor := cursors.get(scope, 0)) > 0]
    return begun if len(known) == len(rows) else [0]
