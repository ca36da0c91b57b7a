"""What the last check of the store found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from field178_server.models import StoreCheck


@dataclass(frozen=True, slots=True)
class LastCheck:
    """When a check ended, how much it found, and the first of it."""

    ended_at: datetime
    fault_count: int
    faults: tuple[str, ...]


def last_check(session: Session, tenant_id: str) -> LastCheck | None:
    """Return the last check that came to its end, None before the first."""
    row = session.get(StoreCheck, tenant_id)
    if row is None or row.ended_at is None:
        return None
    return LastCheck(row.ended_at, row.fault_count, tuple(json.loads(row.faults)))
