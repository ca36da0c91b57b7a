"""Report of an offline export: counts, codes and ids, never a value of a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from field178_server.replication.push.push import ChangeResult
from field178_shared.wire.protocol import Change, Status


@dataclass(slots=True)
class TouchedRecord:
    """One record of the file, and its most serious status."""

    record_type: str
    status: Status


@dataclass(slots=True)
class Tally:
    """The changes of one file, counted; `known` ones had a receipt before."""

    new: int = 0
    known: int = 0
    unreadable: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    records: dict[str, TouchedRecord] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many changes the file holds."""
        return self.new + self.known + self.unreadable

    @property
    def quarantined(self) -> int:
        """How many changes, new or known, wait for the office."""
        return self.statuses[Status.QUARANTINED]

    @property
    def is_all_known(self) -> bool:
        """Whether taking it in would change nothing."""
        return not self.new

    def add(self, changes: Iterable[Change], answers: Iterable[ChangeResult], known: frozenset[str]) -> None:
        """Count the receipts of some changes."""
        for change, answer in zip(changes, answers, strict=True):
            receipt = answer.receipt
            if receipt.change_id in known:
                self.known += 1
            else:
                self.new += 1
            self.statuses[receipt.status] += 1
            if receipt.reason and receipt.status in _NOTEWORTHY:
                self.reasons[receipt.reason] += 1
            self._note(change, receipt.status)

    def details(self) -> dict[str, str | int | None]:
        """Return the counts as the audit trail keeps them."""
        return {"new": self.new, "known": self.known, "held": self.quarantined, "unreadable": self.unreadable}

    def _note(self, change: Change, status: Status) -> None:
        before = self.records.setdefault(change.record_id, TouchedRecord(change.type, status))
        if _rank(status) < _rank(before.status):
            before.status = status


_NOTEWORTHY = (Status.QUARANTINED, Status.CONFLICT)
_ORDER = (Status.QUARANTINED, Status.CONFLICT, Status.APPLIED, Status.UNCHANGED)


def _rank(status: Status) -> int:
    return _ORDER.index(status)
