"""Bugs of erasures, typical of such systems, planted one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from unittest.mock import patch

from field178_mobile.store.replication import erasure as purged
from field178_server.devices.context import DeviceContext
from field178_server.office.erasure import operations as erasure
from field178_server.office.erasure import related_data
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored
from field178_server.replication import divergent_records
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.quarantine.store import QuarantinedChange
from field178_server.replication.receipts.receipts import PushedChange

Planted = AbstractContextManager[object]


def history_kept() -> Planted:
    """The record is emptied, but what its history and the quarantine say of it is not."""
    return patch.object(related_data, "erase", lambda *arguments: None)


def companions_kept() -> Planted:
    """Conflicts of the record keep its values."""
    original = erasure._put_erased

    def put(batch: Batch, record: Stored, act: SourceChange) -> list[str]:
        with patch.object(Batch, "companions", lambda batch, record_id: []):
            return original(batch, record, act)

    return patch.object(erasure, "_put_erased", put)


def late_edit_kept() -> Planted:
    """The text of a change that comes after the purge is stored with its verdict."""
    original = ChangeProcessor._received

    def arrived(
        intake: ChangeProcessor, sent: PushedChange, device: DeviceContext, incarnation: str
    ) -> QuarantinedChange:
        return replace(original(intake, sent, device, incarnation), payload=sent.change.text)

    return patch.object(ChangeProcessor, "_received", arrived)


def late_edit_applied() -> Planted:
    """A purged record is taken for any other one: a late edit of it brings its values back."""
    return patch.object(Stored, "is_erased", False)


def salvage_kept() -> Planted:
    """What a tablet still has of a purged record is kept aside as if the server had lost it."""
    return patch.object(divergent_records, "_is_needless", lambda record, here: False)


def tablet_keeps_its_changes() -> Planted:
    """The tablet empties the record and keeps what its own user had said about it."""
    return patch.object(purged, "_is_erased", lambda context, record_id: False)


BUGS: Mapping[str, Callable[[], Planted]] = {
    planted.__name__: planted
    for planted in (
        history_kept,
        companions_kept,
        late_edit_kept,
        late_edit_applied,
        salvage_kept,
        tablet_keeps_its_changes,
    )
}
