"""Size of a store: small stores are counted during a request, large stores are not."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Record

# Most records that are counted during a request; this takes about two seconds.
MOST_COUNTED_AT_ONCE = 5_000


def is_large(session: Session, tenant_id: str) -> bool:
    """Return whether a store has too many records to count all of them during a request."""
    query = select(Record.record_id).where(Record.tenant_id == tenant_id)
    return session.scalar(query.offset(MOST_COUNTED_AT_ONCE).limit(1)) is not None
