"""Views of records: officers who have a record open, and the revisions that an officer has opened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from field178_server.database.models import Officer, RecordView

# An open page reports itself every 20 seconds.
OPEN_FOR = timedelta(seconds=60)
KEPT_FOR = timedelta(days=3)


def note_view(session: Session, view: RecordView) -> None:
    """Store that an officer has a record open; delete views older than three days."""
    session.execute(
        delete(RecordView).where(RecordView.tenant_id == view.tenant_id, RecordView.at < view.at - KEPT_FOR)
    )
    session.merge(view)


def others_viewing(
    session: Session, tenant_id: str, record_id: str, officer_id: str, now: datetime
) -> tuple[str, ...]:
    """Return the names of the other officers who have a record open."""
    is_viewer = and_(Officer.tenant_id == RecordView.tenant_id, Officer.officer_id == RecordView.officer_id)
    query = (
        select(Officer.name)
        .join(RecordView, is_viewer)
        .where(
            RecordView.tenant_id == tenant_id,
            RecordView.record_id == record_id,
            RecordView.officer_id != officer_id,
            RecordView.at > now - OPEN_FOR,
        )
        .order_by(Officer.name)
    )
    return tuple(session.scalars(query))


def viewed_revisions(
    session: Session, tenant_id: str, officer_id: str, record_ids: Collection[str]
) -> dict[str, int]:
    """Return the latest revisions that an officer has opened, by record; unopened records are left out."""
    query = select(RecordView.record_id, RecordView.rev).where(
        RecordView.tenant_id == tenant_id,
        RecordView.record_id.in_(sorted(record_ids)),
        RecordView.officer_id == officer_id,
    )
    return {record_id: rev for record_id, rev in session.execute(query)}
