"""What waits and may run now: orphans of records, changes being mended, members of groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.models import Quarantine
from field178_server.services.waiting import Waiting, find_mendable, find_orphans, find_waiting
from field178_shared.errors import ErrorCode
from field178_shared.protocol import Change


class Backlog:
    """The waiting changes that one transaction has at hand; what it holds back itself joins them."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._orphans: defaultdict[str, list[Waiting]] = defaultdict(list)
        self._asked: set[str] = set()
        self._mendable: dict[str, Waiting] = {}
        self._mended: set[tuple[str, str, str]] = set()
        self._groups: defaultdict[tuple[str, str], dict[str, Waiting]] = defaultdict(dict)
        self._purged: set[str] = set()

    def read(self, changes: Iterable[Change]) -> list[Waiting]:
        """Find what these changes may set free: orphans of their records, what they mend, and all in turn."""
        found: dict[str, Waiting] = {}
        todo = list(changes)
        while todo:
            freed = self._read_orphans(todo) + self._read_mended(todo)
            freed += self.read_groups(freed)
            fresh = {one.change.change_id: one for one in freed if one.change.change_id not in found}
            found |= fresh
            todo = [one.change for one in fresh.values()]
        return list(found.values())

    def read_groups(self, found: Iterable[Waiting]) -> list[Waiting]:
        """Find the waiting members of the groups of these changes."""
        keys = {(one.entry.device_id, one.change.group) for one in found if one.change.group}
        if not keys:
            return []
        condition = Quarantine.device_id.in_(sorted({device_id for device_id, _ in keys}))
        waiting = find_waiting(self._session, self._tenant_id, condition)
        mates = [one for one in waiting if (one.entry.device_id, one.change.group) in keys]
        for one in mates:
            self._join(one)
        return mates

    def read_causes(self, waits: Iterable[Waiting]) -> None:
        """Find out for whose sake members of groups wait, where the text of that change is not there."""
        listed = list(waits)
        causes = {_cause_of(one) for one in listed} - {one.change.change_id for one in listed} - {None}
        # Whatever the verdict on it was: only of what is about a purged record no text is kept.
        gone = select(Quarantine.change_id).where(
            Quarantine.tenant_id == self._tenant_id,
            Quarantine.change_id.in_([one for one in causes if one]),
            Quarantine.payload.is_(None),
        )
        self._purged |= set(self._session.scalars(gone)) if causes else set()

    def has_lost_member(self, one: Waiting) -> bool:
        """Tell whether a member of its group went with a purged record: the rest never runs without it."""
        return _cause_of(one) in self._purged

    def park(self, one: Waiting) -> None:
        """Take in a change that was held back just now."""
        if not one.payload:
            self._purged.add(one.change.change_id)
        if one.awaits is not None:
            self._orphans[one.awaits].append(one)
        self._join(one)

    def take_orphans(self, record_id: str) -> list[Waiting]:
        """Return the orphans of a record that appeared, those of one tablet in the order of their making."""
        return sorted(self._orphans.pop(record_id, []), key=_order)

    def mendable(self, change_id: str) -> Waiting | None:
        """Return a stored change that may be replaced."""
        return self._mendable.get(change_id)

    def is_mended(self, one: Waiting) -> bool:
        """Tell whether a later change that waits too replaces this one: the later word stands for both."""
        return (one.entry.device_id, one.change.record_id, one.change.change_id) in self._mended

    def group_of(self, one: Waiting) -> list[Waiting]:
        """Return the held-back members of a change's group in their order."""
        return sorted(self._groups[one.entry.device_id, one.change.group or ""].values(), key=_order)

    def _read_orphans(self, changes: Iterable[Change]) -> list[Waiting]:
        records = {change.record_id for change in changes if change.create} - self._asked
        self._asked |= records
        found = find_orphans(self._session, self._tenant_id, sorted(records)) if records else []
        for one in found:
            self._orphans[one.awaits or one.change.record_id].append(one)
        return found

    def _read_mended(self, changes: Iterable[Change]) -> list[Waiting]:
        records = sorted({change.record_id for change in changes if change.replaces})
        if not records:
            return []
        found = find_mendable(self._session, self._tenant_id, records)
        for one in found:
            self._mendable[one.change.change_id] = one
            for other in set(one.change.replaces) - {one.change.change_id}:
                self._mended.add((one.entry.device_id, one.change.record_id, other))
        return found

    def _join(self, one: Waiting) -> None:
        if one.change.group:
            self._groups[one.entry.device_id, one.change.group][one.change.change_id] = one


def _cause_of(one: Waiting) -> str | None:
    cause = one.entry.details.get("cause") if one.entry.reason == ErrorCode.GROUP else None
    return cause if isinstance(cause, str) else None


def _order(one: Waiting) -> tuple[str, str, int]:
    return one.entry.device_id, one.entry.incarnation, one.entry.n
