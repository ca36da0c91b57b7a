"""Dependencies of quarantined changes: records not stored yet, and changes being corrected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy.orm import Session

from field178_server.replication.quarantine.store import QuarantinedChange, find_orphans, find_replaceable
from field178_shared.wire.protocol import Change


class Dependencies:
    """The quarantined changes of one transaction: loaded ones and its own new ones."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._orphans: defaultdict[str, list[QuarantinedChange]] = defaultdict(list)
        self._asked: set[str] = set()
        self._replaceable: dict[str, QuarantinedChange] = {}
        self._superseded: set[tuple[str, str, str]] = set()

    def read(self, changes: Iterable[Change]) -> list[QuarantinedChange]:
        """Find what these changes may release: orphans of their records, changes they replace, and so on."""
        found: dict[str, QuarantinedChange] = {}
        todo = list(changes)
        while todo:
            freed = self._read_orphans(todo) + self._read_superseded(todo)
            fresh = {one.change.change_id: one for one in freed if one.change.change_id not in found}
            found |= fresh
            todo = [one.change for one in fresh.values()]
        return list(found.values())

    def add(self, one: QuarantinedChange) -> None:
        """Add a change that was quarantined just now."""
        if one.is_orphan:
            self._orphans[one.waits_for].append(one)

    def take_orphans(self, record_id: str) -> list[QuarantinedChange]:
        """Return the orphans of a record that appeared, those of one tablet in the order of their making."""
        return sorted(self._orphans.pop(record_id, []), key=_order)

    def replaceable(self, change_id: str) -> QuarantinedChange | None:
        """Return a stored change that may be replaced."""
        return self._replaceable.get(change_id)

    def is_superseded(self, one: QuarantinedChange) -> bool:
        """Tell whether a later quarantined change replaces this one."""
        return (one.receipt.device_id, one.change.record_id, one.change.change_id) in self._superseded

    def _read_orphans(self, changes: Iterable[Change]) -> list[QuarantinedChange]:
        records = {change.record_id for change in changes if change.create} - self._asked
        self._asked |= records
        found = find_orphans(self._session, self._tenant_id, sorted(records)) if records else []
        for one in found:
            self._orphans[one.waits_for].append(one)
        return found

    def _read_superseded(self, changes: Iterable[Change]) -> list[QuarantinedChange]:
        records = sorted({change.record_id for change in changes if change.replaces})
        if not records:
            return []
        found = find_replaceable(self._session, self._tenant_id, records)
        for one in found:
            self._replaceable[one.change.change_id] = one
            for other in set(one.change.replaces) - {one.change.change_id}:
                self._superseded.add((one.receipt.device_id, one.change.record_id, other))
        return found


def _order(one: QuarantinedChange) -> tuple[str, str, int]:
    return one.receipt.device_id, one.receipt.incarnation, one.receipt.n
