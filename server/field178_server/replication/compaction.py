"""Compaction: old rows of deleted and departed records leave the feed, and the floor of the scope rises."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from field178_server.database.models import ChangeHistory, Device, DeviceScope, Feed, Record, Scope
from field178_server.devices.heartbeat import IS_IN_USE
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.protocol import ERASED_OPENING, MAX_INTEGER

# A tablet without contact for longer is ignored: it resynchronizes by comparing buckets.
SILENT = timedelta(days=180)
# Younger rows are kept even if every tablet has read them: a tablet restored from an older image needs them.
AGE = timedelta(days=90)


def compact(session: Session, tenant_id: str, scope: str) -> int:
    """Drop every `leave` and deleted row of a scope's feed and raise its floor; return the number of rows.

    A tablet that had not read such a row finds by the digest that it has a record too many. Erased records
    stay in the feed: a deleted one is in no digest, and every tablet MUST receive the erasure.
    """
    return _drop(session, tenant_id, scope)


def compact_read_rows(session: Session, tenant_id: str, now: datetime) -> dict[str, int]:
    """Drop the old rows that every tablet in use has read, in all scopes; return their number by scope."""
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
        Record.tenant_id == tenant_id,
        Record.scope == scope,
        Record.deleted,
        ~Record.body.startswith(ERASED_OPENING, autoescape=True),
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
    """Return the condition that the record of a feed row changed after `since`.

    A conflict or review has no history of its own: the changes of its subject count.
    """
    return exists().where(
        Record.tenant_id == Feed.tenant_id,
        Record.record_id == Feed.record_id,
        ChangeHistory.tenant_id == Record.tenant_id,
        ChangeHistory.record_id == func.coalesce(Record.subject_id, Record.record_id),
        ChangeHistory.received_at > since,
    )


def _cursors_in_use(session: Session, tenant_id: str, scope: str, now: datetime) -> list[int]:
    """Return the cursor of each tablet in use in a scope; [0] if the cursors of any tablet are unknown.

    Tablets that have not started to read the scope are left out: they read no deleted rows.
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
    cursors_by_tablet = [json.loads(cursors) for cursors in rows if cursors is not None]
    begun = [cursor for cursors in cursors_by_tablet if (cursor := cursors.get(scope, 0)) > 0]
    return begun if len(cursors_by_tablet) == len(rows) else [0]
