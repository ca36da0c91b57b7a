"""Lease of a tablet: for how long it may be read without contact with the office (decision 0146)."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_setting, put_setting
from field178_shared.time.clock import from_wire, to_wire
from field178_shared.wire.protocol import LEASE_DAYS, MOST_LEASE_DAYS

LEASE_SETTING = "lease"


@dataclass(frozen=True, slots=True)
class Lease:
    """Days of the lease, the tablet's clock at the last contact, the latest time seen since, and open time.

    A clock set back does not lower the latest time, and one that stands still is overtaken by the seconds in
    which the tablet was open.
    """

    days: int
    contact_at: datetime
    seen_at: datetime
    open_s: int = 0

    @property
    def passed(self) -> timedelta:
        """Return the time since the last contact."""
        return max(self.seen_at - self.contact_at, timedelta(seconds=self.open_s))

    @property
    def is_over(self) -> bool:
        """Return whether the lease is over: nothing is shown before the next contact."""
        return self.passed >= timedelta(days=self.days)


def stored_lease(context: DatabaseContext) -> Lease | None:
    """Return the stored lease."""
    stored = get_setting(context, LEASE_SETTING)
    if not isinstance(stored, list):
        return None
    days, contact, seen, open_s = stored
    contact_at, seen_at = from_wire(contact), from_wire(seen)
    return None if contact_at is None or seen_at is None else Lease(days, contact_at, seen_at, open_s)


def renew_lease(context: DatabaseContext, now: datetime, days: int = 0) -> None:
    """Begin the lease anew after a contact; without days they stay. MUST run inside a transaction."""
    before = stored_lease(context)
    kept = LEASE_DAYS if before is None else before.days
    put_lease(context, Lease(min(days, MOST_LEASE_DAYS) or kept, now, now))


def put_lease(context: DatabaseContext, lease: Lease) -> None:
    """Store a lease. MUST run inside a transaction."""
    days, contact_at, seen_at, open_s = astuple(lease)
    put_setting(context, LEASE_SETTING, [days, to_wire(contact_at), to_wire(seen_at), open_s])
