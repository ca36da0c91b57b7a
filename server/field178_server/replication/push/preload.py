"""Preload: reads the tablets, records and makers of revisions for the evaluation of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, select

from field178_server.database import engine as database
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import ChangeHistory as ChangeRow
from field178_server.devices.context import DeviceContext, load_devices
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored
from field178_server.replication.policy import record_merge
from field178_server.replication.policy.subjects import subject_of, subjects_of
from field178_shared.wire.protocol import Change, Op

_MAKERS = Prepared(
    select(ChangeRow.record_id, ChangeRow.rev, ChangeRow.device_id).where(
        ChangeRow.tenant_id == bindparam("tenant_id"),
        database.among(ChangeRow.record_id, bindparam("record_ids")),
        ChangeRow.rev.is_not(None),
    )
)


class Preload:
    """The tablets and records of one transaction, and their visibility to each tablet.

    Tablets MUST be locked before records: the given devices are locked already, `lock` adds others.
    """

    def __init__(self, batch: Batch, devices: Iterable[DeviceContext]) -> None:
        self.batch = batch
        self.devices = {device.id: device for device in devices}
        self._makers: defaultdict[str, dict[int, str | None]] = defaultdict(dict)

    def lock(self, device_ids: Collection[str]) -> None:
        """Lock and read tablets that are not loaded yet."""
        if absent := set(device_ids) - set(self.devices):
            self.devices |= load_devices(self.batch.session, self.batch.tenant_id, absent, lock=True)

    def read(self, changes: Sequence[Change]) -> None:
        """Lock and read the records of changes; for deletes also the makers of their revisions.

        The number of statements does not depend on the number of changes.
        """
        session, tenant_id = self.batch.session, self.batch.tenant_id
        named = {change.record_id for change in changes} | subjects_of(changes)
        self.batch.load(named)
        record_merge.load_merge_targets(self.batch, named)
        deleted = sorted({change.record_id for change in changes if change.op == Op.DELETE})
        if not deleted:
            return
        for record_id, rev, device_id in _MAKERS.rows(
            session, {"tenant_id": tenant_id, "record_ids": deleted}
        ):
            if rev is not None:
                self._makers[record_id][rev] = device_id

    def seen(self, change: Change, device: DeviceContext) -> Stored | None:
        """Return the record of a change if the tablet may see it.

        A record in a scope not granted counts as missing: a receipt MUST NOT reveal its scope.
        """
        record = self.batch.get(change.record_id)
        return record if record is not None and record.scope in device.scopes else None

    def subject_of(self, change: Change, device: DeviceContext) -> Stored | None:
        """Return the subject of a change's record, if the tablet may see it."""
        subject = self.batch.get(subject_of(change) or "")
        return subject if subject is not None and subject.scope in device.scopes else None

    def scope_of(self, change: Change, device: DeviceContext) -> str:
        """Return the scope of a change's receipt: of the record or subject if visible, else of the change."""
        seen = self.seen(change, device) or self.subject_of(change, device)
        return seen.scope if seen is not None else change.scope

    def is_erased(self, change: Change) -> bool:
        """Return whether the record of a change, its subject, or their merge target was erased."""
        record, subject = self.batch.get(change.record_id), self.batch.get(subject_of(change) or "")
        return self._is_target_erased(record) or self._is_target_erased(subject)

    def is_seen_erased(self, change: Change, device: DeviceContext) -> bool:
        """Return whether the record of a change or its subject is visible to the tablet and was erased."""
        record, subject = self.seen(change, device), self.subject_of(change, device)
        return self._is_target_erased(record) or self._is_target_erased(subject)

    def _is_target_erased(self, record: Stored | None) -> bool:
        return record is not None and record_merge.merge_target_of(record, self.batch.get).is_erased

    def has_made_newer(self, change: Change, record: Stored, device: DeviceContext) -> bool:
        """Return whether the delete's base is an older revision and the tablet itself made all newer ones."""
        if change.op != Op.DELETE or not 0 < change.base_rev < record.rev:
            return False
        makers = self._makers[record.record_id]
        return all(makers.get(rev) == device.id for rev in range(change.base_rev + 1, record.rev + 1))

    def note_maker(self, record: Stored, device_id: str | None) -> None:
        """Record the author of a revision made in this transaction; None for the office."""
        self._makers[record.record_id][record.rev] = device_id
