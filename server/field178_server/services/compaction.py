"""Compaction: the feed forgets what a new tablet need not see; the floor says up to where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from field178_server.models import Device, DeviceScope, Feed, Record, Scope, ScopeMark
from field178_shared.errors import AppError, ErrorCode

# A tablet that was not heard of for so long starts again by comparing; one in use never has to.
SILENT = timedelta(days=180)
# Younger stamps stay, whoever has read them: a tablet that was put back to an older image goes on from there.
AGE = timedelta(days=90)


def compact(
    session: Session, tenant_id: str, scope: str, up_to: int | None = None, most: int | None = None
) -> int:
    """Drop the `leave` and deleted rows of a scope's feed and raise its floor; return how many went.

    Only stamps up to `up_to`, and at most so many, the oldest first.
    """
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
        Feed.seq <= (row.seq if up_to is None else up_to),
        or_(Feed.kind == "leave", Feed.record_id.in_(deleted)),
    )
    first = select(Feed.seq).where(droppable).order_by(Feed.seq).limit(most).subquery()
    count, top = session.execute(select(func.count(), func.max(first.c.seq))).one()
    if not count:
        return 0
    session.execute(delete(Feed).where(droppable, Feed.seq <= top))
    session.execute(
        update(Scope)
        .where(Scope.tenant_id == tenant_id, Scope.scope == scope)
        .values(floor=max(row.floor, top))
    )
    return int(count)


def mark(session: Session, tenant_id: str, now: datetime) -> None:
    """Note where each scope stands that has moved since its last mark; drop marks that say nothing more."""
    latest = (
        select(ScopeMark.scope, func.max(ScopeMark.seq).label("seq"))
        .where(ScopeMark.tenant_id == tenant_id)
        .group_by(ScopeMark.scope)
        .subquery()
    )
    moved = (
        select(Scope.scope, Scope.seq)
        .outerjoin(latest, latest.c.scope == Scope.scope)
        .where(Scope.tenant_id == tenant_id, Scope.seq > func.coalesce(latest.c.seq, 0))
    )
    for scope, seq in session.execute(moved).all():
        session.add(ScopeMark(tenant_id=tenant_id, scope=scope, seq=seq, at=now))
    for scope, seq in _old(session, tenant_id, now).items():
        of_scope = (ScopeMark.tenant_id == tenant_id, ScopeMark.scope == scope)
        session.execute(delete(ScopeMark).where(*of_scope, ScopeMark.seq < seq))


def safe_floors(session: Session, tenant_id: str, now: datetime) -> dict[str, int]:
    """Return up to which stamp each scope may be compacted: old enough, and read by every tablet in use."""
    floors = _old(session, tenant_id, now)
    for scope, cursor in _positions(session, tenant_id, now):
        if scope in floors:
            floors[scope] = min(floors[scope], cursor)
    return {scope: seq for scope, seq in sorted(floors.items()) if seq > 0}


def _old(session: Session, tenant_id: str, now: datetime) -> dict[str, int]:
    query = (
        select(ScopeMark.scope, func.max(ScopeMark.seq))
        .where(ScopeMark.tenant_id == tenant_id, ScopeMark.at <= now - AGE)
        .group_by(ScopeMark.scope)
    )
    return {scope: seq for scope, seq in session.execute(query)}


def _positions(session: Session, tenant_id: str, now: datetime) -> Iterator[tuple[str, int]]:
    """Give (scope, cursor) of what tablets in use were granted and have begun to read.

    One that has not begun starts from the beginning anyway; where the place is not known, it counts as 0.
    """
    rows = session.execute(
        select(Device.cursors, DeviceScope.scope)
        .join(
            DeviceScope,
            and_(DeviceScope.tenant_id == Device.tenant_id, DeviceScope.device_id == Device.device_id),
        )
        .where(Device.tenant_id == tenant_id, Device.revoked_at.is_(None), Device.last_seen_at > now - SILENT)
    )
    for told, scope in rows:
        if told is None:
            yield scope, 0
            continue
        cursors = json.loads(told)
        if isinstance(cursors, Mapping) and (cursor := cursors.get(scope, 0)) > 0:
            yield scope, cursor
