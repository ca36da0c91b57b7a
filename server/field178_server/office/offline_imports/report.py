"""Report of an offline export: counts, codes and ids, never a value of a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from field178_server.replication.push.push import ChangeResult
from field178_shared.wire.protocol import Change, Status


@dataclass(slots=True)
class TouchedRecord:
    """Type of one record of the file, and its most serious status."""

    record_type: str
    status: Status


@dataclass(slots=True)
class Tally:
    """Counts of the changes of one file. `received`: changes with an earlier receipt."""

    new: int = 0
    received: int = 0
    unreadable: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    records: dict[str, TouchedRecord] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Number of all changes in the file."""
        return self.new + self.received + self.unreadable

    @property
    def quarantined(self) -> int:
        """Number of changes in quarantine, new or received before."""
        return self.statuses[Status.QUARANTINED]

    @property
    def is_all_received(self) -> bool:
        """Whether all changes were received before, so that an import would change nothing."""
        return not self.new

    def add(
        self, changes: Iterable[Change], answers: Iterable[ChangeResult], received_ids: frozenset[str]
    ) -> None:
        """Count the receipts of some changes."""
        for change, answer in zip(changes, answers, strict=True):
            receipt = answer.receipt
            if receipt.change_id in received_ids:
                self.received += 1
            else:
                self.new += 1
            self.statuses[receipt.status] += 1
            if receipt.reason and receipt.status in _NOTEWORTHY:
                self.reasons[receipt.reason] += 1
            self._note(change, receipt.status)

    def details(self) -> dict[str, str | int | None]:
        """Return the counts as details of an audit entry."""
        return {
            "new": self.new,
            "known": self.received,
            "held": self.quarantined,
            "unreadable": self.unreadable,
        }

    def _note(self, change: Change, status: Status) -> None:
        before = self.records.setdefault(change.record_id, TouchedRecord(change.type, status))
        if _rank(status) < _rank(before.status):
            before.status = status


_NOTEWORTHY = (Status.QUARANTINED, Status.CONFLICT)
_ORDER = (Status.QUARANTINED, Status.CONFLICT, Status.APPLIED, Status.UNCHANGED)


def _rank(status: Status) -> int:
    return _ORDER.index(status)
