"""Whether the records of a store are more than a server counts while somebody waits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Record

# Up to so many records are counted while somebody waits: about two seconds.
MOST_COUNTED_AT_ONCE = 5_000


def is_large(session: Session, tenant_id: str) -> bool:
    """Tell whether counting every record of a store takes more time and memory than a server has for it."""
    query = select(Record.record_id).where(Record.tenant_id == tenant_id)
    return session.scalar(query.offset(MOST_COUNTED_AT_ONCE).limit(1)) is not None
