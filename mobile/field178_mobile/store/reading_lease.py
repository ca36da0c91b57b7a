"""The lease as the screens ask for it: noting the time is reading the lease."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from field178_mobile.store.replication.lease import Lease, put_lease, stored_lease
from field178_mobile.store.session import DatabaseAccess, Unlocked
from field178_shared.errors import AppError
from field178_shared.wire.protocol import LEASE_DAYS

# A minute more is not worth a durable write.
STEP_S = 60


class ReadingLease:
    """The lease of one store."""

    def __init__(self, store: DatabaseAccess) -> None:
        self._store = store

    def note(self, now: datetime, open_s: float = 0) -> Lease:
        """Store the time and the seconds in which the tablet was open since; return the lease.

        A store without a lease begins one: it is new, or of an earlier version.
        """
        before = self._store.read(stored_lease)
        lease = before or Lease(LEASE_DAYS, now, now)
        lease = replace(lease, seen_at=max(lease.seen_at, now), open_s=lease.open_s + round(open_s))
        if before is None or (lease.passed - before.passed).total_seconds() >= STEP_S or open_s:

            def work(unlocked: Unlocked) -> Iterable[str]:
                with unlocked.context.transaction("lease"):
                    put_lease(unlocked.context, lease)
                return ()

            # A full disk keeps nobody out, and no tablet from locking: the clock goes on counting.
            with suppress(AppError):
                self._store.write(work)
        return lease
