"""Rate limits on attempts, counted in the database so that all server processes share them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from field178_server.database.models import AttemptCount
from field178_shared.errors import AppError, ErrorCode

WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Limit of failures of one kind by one subject in ten minutes."""

    kind: str
    subject: str
    limit: int

    @property
    def key(self) -> str:
        """The stored key: a hash, so the table contains no address and no login."""
        return hashlib.sha256(f"{self.kind}|{self.subject}".encode()).hexdigest()[:32]


def take(session: Session, tenant_id: str, budgets: Sequence[RateLimit], now: datetime) -> None:
    """Count an attempt before it is made; raise AppError(slow_down) if a limit is reached.

    MUST run before the attempt, in its own transaction, so that parallel guesses share the limit.
    """
    for budget in sorted(budgets, key=lambda budget: budget.key):
        row = session.get(AttemptCount, (tenant_id, budget.key), with_for_update=True)
        if row is None:
            # Old counts are deleted whenever a new key appears, so that the table does not grow.
            forget_old(session, tenant_id, now)
            session.add(AttemptCount(tenant_id=tenant_id, key=budget.key, failures=1, since=now))
            continue
        if now - row.since >= WINDOW:
            row.failures, row.since = 0, now
        if row.failures >= budget.limit:
            wait = row.since + WINDOW - now
            raise AppError(ErrorCode.SLOW_DOWN, retry_after_s=max(1, int(wait.total_seconds()) + 1))
        row.failures += 1
    session.flush()


def give_back(session: Session, tenant_id: str, budgets: Sequence[RateLimit]) -> None:
    """Subtract an attempt that succeeded."""
    keys = [budget.key for budget in budgets]
    rows = session.scalars(
        select(AttemptCount)
        .where(AttemptCount.tenant_id == tenant_id, AttemptCount.key.in_(keys))
        .order_by(AttemptCount.key)
        .with_for_update()
    )
    for row in rows:
        row.failures = max(0, row.failures - 1)


def forget_old(session: Session, tenant_id: str, now: datetime) -> None:
    """Delete the counts of attempts whose ten minutes are over."""
    session.execute(
        delete(AttemptCount).where(AttemptCount.tenant_id == tenant_id, AttemptCount.since < now - WINDOW)
    )
