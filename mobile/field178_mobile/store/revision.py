"""Which revision of a record the user sees, and its hash: known before the server has said so."""

from __future__ import annotations

from field178_mobile.ports import Json
from field178_mobile.store.base import BaseRow, get_base
from field178_mobile.store.outbox import OwnChange, changes_of
from field178_mobile.store.room import Room
from field178_mobile.store.views import is_shown
from field178_shared.canonical import record_hash
from field178_shared.merge import passes_non_object, write_path
from field178_shared.protocol import Op, Status


def revision_of(room: Room, record_id: str) -> BaseRow | None:
    """Return the record as the server will hold it once it has all that was filed here.

    None where that cannot be said: it is not here, deleted, refused or in dispute.
    """
    row = get_base(room, record_id)
    for change in changes_of(room, record_id):
        if not is_shown(change) or change.status is Status.UNCHANGED:
            continue
        if change.is_refused or change.status is Status.CONFLICT or change.op != Op.PUT:
            return None
        row = row_of_change(row, change)
    return None if row is None or row.deleted or row.is_purged else row


def row_of_change(base: BaseRow | None, change: OwnChange) -> BaseRow:
    """Return the row that a change applied as sent makes of the one before."""
    before = ({}, False) if base is None else (base.data, base.deleted)
    data, deleted = after_change(*before, change)
    rev = 1 if base is None else base.rev + 1
    h = record_hash(change.record_id, change.type, rev, deleted, data)
    return BaseRow(change.record_id, change.type, change.scope, rev, deleted, data, h)


def after_change(data: Json, deleted: bool, change: OwnChange) -> tuple[Json, bool]:
    """Return content and deletion of a record once a change was applied as sent."""
    if change.only_settles:
        return data, deleted
    if change.op == Op.DELETE:
        return data, True
    for path, value in change.set.items():
        if not passes_non_object(data, path):
            data = write_path(data, path, value)
    return data, False
