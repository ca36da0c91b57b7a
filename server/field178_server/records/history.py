"""The history of one record: content, author, time and tablet of every revision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, select, update
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import table_of
from field178_server.database.models import ChangeHistory, StoredReceipt
from field178_server.database.packed_text import packed, unpacked
from field178_server.records.stored_record import Stored
from field178_shared.merge import Data, difference, merge, read_path
from field178_shared.schemas import TYPES
from field178_shared.wire.protocol import Op

# Canonical JSON has no unescaped quote inside a text: this matches only a member.
_SET = '"set":'
_SET_IN_RECORD = f"{_SET}null"
_BEFORE = "before"
_CHANGES = table_of(ChangeHistory)
_FILL = (
    update(_CHANGES)
    .where(
        _CHANGES.c.tenant_id == bindparam("of_tenant"),
        _CHANGES.c.record_id == bindparam("of_record"),
        _CHANGES.c.rev == 1,
        _CHANGES.c.payload.contains(_SET_IN_RECORD),
    )
    .values(payload=packed(func.replace(unpacked(_CHANGES.c.payload), _SET_IN_RECORD, bindparam("whole"))))
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that a revision changed; None: no value."""

    path: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of a record. `at`: the device's clock, as sent; `device_id` None: the office."""

    rev: int
    change_id: str
    user_id: str | None
    device_id: str | None
    at: str | None
    clock_offset_ms: int
    received_at: datetime
    status: str | None
    before: Data
    data: Data
    differences: tuple[Difference, ...]
    is_deletion: bool


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """The revisions of a record, oldest first; complete if replaying them gives the record's content."""

    revisions: tuple[Revision, ...]
    is_complete: bool

    def at(self, rev: int) -> Data | None:
        """Return the record's content at a revision; None for an unknown revision."""
        return next((revision.data for revision in self.revisions if revision.rev == rev), None)


def history_of(
    session: Session, tenant_id: str, record_id: str, record_type: str, current: Data
) -> RecordHistory:
    """Return the history of a record: its changes replayed field by field, as the merge applied them."""
    return histories_of(session, tenant_id, {record_id: (record_type, current)})[record_id]


def histories_of(
    session: Session, tenant_id: str, records: Mapping[str, tuple[str, Data]]
) -> dict[str, RecordHistory]:
    """Return the histories of records {id: (type, content)}."""
    changes: dict[str, list[tuple[ChangeHistory, str | None]]] = {record_id: [] for record_id in records}
    for change, status in session.execute(
        select(ChangeHistory, StoredReceipt.status)
        .outerjoin(
            StoredReceipt,
            and_(
                StoredReceipt.tenant_id == ChangeHistory.tenant_id,
                StoredReceipt.change_id == ChangeHistory.change_id,
            ),
        )
        .where(
            ChangeHistory.tenant_id == tenant_id,
            ChangeHistory.record_id.in_(sorted(records)),
            ChangeHistory.rev.is_not(None),
        )
        .order_by(ChangeHistory.rev)
    ):
        changes[change.record_id].append((change, status))
    return {
        record_id: replay(changes[record_id], current, _office_paths(record_type))
        for record_id, (record_type, current) in records.items()
    }


def _office_paths(record_type: str) -> tuple[str, ...]:
    return tuple(TYPES[record_type].office_paths) if record_type in TYPES else ()


def replay(
    changes: Sequence[tuple[ChangeHistory, str | None]], current: Data, office_paths: Sequence[str] = ()
) -> RecordHistory:
    """Return the history of changes in order of revision; an erased payload counts as empty.

    A tablet's values for paths that only the office may set were never applied, and are left out.
    """
    data: Data = {}
    revisions: list[Revision] = []
    for change, status in changes:
        wire = _object(json.loads(change.payload)) if change.payload else {}
        set_, was = _object(wire.get("set")), {} if wire.get("create") else _object(wire.get("was"))
        if _BEFORE in wire:
            # A change of a review contains the content that it replaced; other changes contain base values.
            data = _object(wire[_BEFORE])
            was = {path: read_path(data, path) for path in set_}
        if change.rev == 1 and wire.get("set", wire) is None:
            set_ = current
        if change.device_id is not None:
            set_ = {path: value for path, value in set_.items() if not _is_owned(path, office_paths)}
        before, data = data, merge(data, set_, was).data
        revisions.append(_revision(change, status, wire, (before, data)))
    return RecordHistory(tuple(revisions), is_complete=data == current)


def payload_without_content(record: Stored, payload: str) -> str:
    """Return the payload of a record's first change with `set` null if it equals the record's body.

    So the content is not stored twice. Before the next revision `fill_first_payloads` restores `set`.
    """
    at = payload.find(_SET)
    while at >= 0 and not payload.startswith(record.body, at + len(_SET)):
        at = payload.find(_SET, at + 1)
    if at < 0:
        return payload
    return f"{payload[:at]}{_SET_IN_RECORD}{payload[at + len(_SET) + len(record.body) :]}"


def is_set_in_record(payload: str) -> bool:
    """Return whether the values of a first change are in the record instead of the payload."""
    return _SET_IN_RECORD in payload


def fill_first_payloads(connection: Connection, tenant_id: str, replaced: Iterable[Stored]) -> None:
    """Store the content of records in their first changes; MUST run in the transaction that replaces it."""
    rows = [
        {"of_tenant": tenant_id, "of_record": record.record_id, "whole": f'"set":{record.body}'}
        for record in replaced
        if record.rev == 1
    ]
    if rows:
        connection.execute(_FILL, rows)


def differences_between(before: Data, after: Data) -> tuple[Difference, ...]:
    """Return the fields that differ, with both values, by path."""
    paths = sorted(difference(before, after)[0])
    return tuple(Difference(path, read_path(before, path), read_path(after, path)) for path in paths)


def _revision(change: ChangeHistory, status: str | None, wire: Data, states: tuple[Data, Data]) -> Revision:
    offset = wire.get("clock_offset_ms")
    return Revision(
        rev=change.rev or 0,
        change_id=change.change_id,
        user_id=change.user_id,
        device_id=change.device_id,
        at=change.at,
        clock_offset_ms=offset if isinstance(offset, int) else 0,
        received_at=change.received_at,
        status=status,
        before=states[0],
        data=states[1],
        differences=differences_between(*states),
        is_deletion=wire.get("op") == Op.DELETE.value,
    )


def _object(value: object) -> Data:
    return dict(value) if isinstance(value, dict) else {}


def _is_owned(path: str, owners: Sequence[str]) -> bool:
    return any(path == owner or path.startswith(f"{owner}.") for owner in owners)
