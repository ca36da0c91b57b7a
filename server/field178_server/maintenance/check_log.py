"""Log of the daily integrity check: claim of a day, stored result, latest result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from field178_server.audit.access_state import ACCESS_FAULT
from field178_server.database.models import StoreCheck

EVERY = timedelta(hours=24)
# Less than the hour between two maintenance runs.
AGAIN_AFTER = timedelta(minutes=50)
FAULTS_KEPT = 100


@dataclass(frozen=True, slots=True)
class LastCheck:
    """Result of a finished check: its end, the number of faults, and the first faults."""

    ended_at: datetime
    fault_count: int
    faults: tuple[str, ...]

    @property
    def finds_changed_rights(self) -> bool:
        """Whether accounts, rights or tablets were changed without an entry of the audit trail."""
        return any(fault.startswith(ACCESS_FAULT) for fault in self.faults)


def claim(session: Session, tenant_id: str, now: datetime) -> bool:
    """Begin a check if the last one began at least a day ago; return True in exactly one process.

    A check that did not end (it failed or the server was stopped) is begun again sooner.
    """
    row = session.get(StoreCheck, tenant_id, with_for_update=True)
    if row is None:
        # If another process inserts it meanwhile, this transaction is retried, and then no check is due.
        session.add(StoreCheck(tenant_id=tenant_id, begun_at=now))
        session.flush()
        return True
    has_ended = row.ended_at is not None and row.ended_at >= row.begun_at
    if now - row.begun_at < (EVERY if has_ended else AGAIN_AFTER):
        return False
    row.begun_at = now
    return True


def keep(session: Session, tenant_id: str, now: datetime, faults: Sequence[str]) -> None:
    """Store the faults of a check, for the console."""
    row = session.get(StoreCheck, tenant_id, with_for_update=True)
    if row is None:
        row = StoreCheck(tenant_id=tenant_id, begun_at=now)
        session.add(row)
    row.ended_at = now
    row.fault_count = len(faults)
    row.faults = json.dumps(list(faults[:FAULTS_KEPT]), ensure_ascii=False)


def last_check(session: Session, tenant_id: str) -> LastCheck | None:
    """Return the last finished check, or None."""
    row = session.get(StoreCheck, tenant_id)
    if row is None or row.ended_at is None:
        return None
    return LastCheck(row.ended_at, row.fault_count, tuple(json.loads(row.faults)))
