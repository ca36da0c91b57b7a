"""Dependencies of quarantined changes: orphans wait for records, replaced changes for their replacement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy.orm import Session

from field178_server.replication.quarantine.store import QuarantinedChange, find_orphans, find_replaceable
from field178_shared.wire.protocol import Change


class Dependencies:
    """The quarantined changes of one transaction that depend on a record or on another change."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._orphans: defaultdict[str, list[QuarantinedChange]] = defaultdict(list)
        self._queried: set[str] = set()
        # One object for each change: its receipt is changed in place.
        self._read: dict[str, QuarantinedChange] = {}
        self._replaceable: dict[str, QuarantinedChange] = {}
        self._superseded: set[tuple[str, str, str]] = set()

    def read(
        self, changes: Iterable[Change], reprocessed: Iterable[QuarantinedChange] = ()
    ) -> list[QuarantinedChange]:
        """Read the quarantined changes that these may release: orphans and replaced changes, recursively.

        `reprocessed`: quarantined changes that are read already.
        """
        released: dict[str, QuarantinedChange] = {}
        todo = list(changes)
        for quarantined in reprocessed:
            self._single(quarantined)
            todo.append(quarantined.change)
        while todo:
            freed = self._read_orphans(todo) + self._read_superseded(todo)
            fresh = {
                quarantined.change.change_id: quarantined
                for quarantined in freed
                if quarantined.change.change_id not in released
            }
            released |= fresh
            todo = [quarantined.change for quarantined in fresh.values()]
        return list(released.values())

    def add(self, quarantined: QuarantinedChange) -> None:
        """Add a change quarantined in this transaction."""
        if quarantined.is_orphan:
            self._orphans[quarantined.waits_for].append(quarantined)

    def take_orphans(self, record_id: str) -> list[QuarantinedChange]:
        """Remove and return the orphans of a new record, by tablet, incarnation and number."""
        return sorted(self._orphans.pop(record_id, []), key=_order)

    def replaceable(self, change_id: str) -> QuarantinedChange | None:
        """Return a stored quarantined change that may be replaced, or None."""
        return self._replaceable.get(change_id)

    def is_superseded(self, quarantined: QuarantinedChange) -> bool:
        """Return whether a later quarantined change replaces this one."""
        return (
            quarantined.receipt.device_id,
            quarantined.change.record_id,
            quarantined.change.change_id,
        ) in self._superseded

    def _read_orphans(self, changes: Iterable[Change]) -> list[QuarantinedChange]:
        records = {change.record_id for change in changes if change.create} - self._queried
        self._queried |= records
        stored = find_orphans(self._session, self._tenant_id, sorted(records)) if records else []
        orphans = [self._single(orphan) for orphan in stored]
        for orphan in orphans:
            self._orphans[orphan.waits_for].append(orphan)
        return orphans

    def _read_superseded(self, changes: Iterable[Change]) -> list[QuarantinedChange]:
        records = sorted({change.record_id for change in changes if change.replaces})
        if not records:
            return []
        stored = find_replaceable(self._session, self._tenant_id, records)
        replaceable = [self._single(quarantined) for quarantined in stored]
        for quarantined in replaceable:
            self._replaceable[quarantined.change.change_id] = quarantined
            for other in set(quarantined.change.replaces) - {quarantined.change.change_id}:
                self._superseded.add((quarantined.receipt.device_id, quarantined.change.record_id, other))
        return replaceable

    def _single(self, quarantined: QuarantinedChange) -> QuarantinedChange:
        return self._read.setdefault(quarantined.change.change_id, quarantined)


def _order(quarantined: QuarantinedChange) -> tuple[str, str, int]:
    return quarantined.receipt.device_id, quarantined.receipt.incarnation, quarantined.receipt.n
