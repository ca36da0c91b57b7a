"""Divergent records: tablets' copies that the store may lack; stored apart, not applied (protocol §12.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import table_of
from field178_server.database.models import DivergentRecord, Record
from field178_server.database.packed_text import unpacked
from field178_server.records import file_references
from field178_shared.errors import AppError
from field178_shared.ids import is_uuid
from field178_shared.wire.canonical import canonical, record_hash_of_body
from field178_shared.wire.protocol import ERASED_OPENING, MAX_DATA_BYTES, Reader

UNDECIDED, TAKEN, REJECTED = "waiting", "taken", "set_aside"
MAX_NAME = 128
MAX_REV = 1_000_000_000
_STORED = select(
    DivergentRecord.record_id, DivergentRecord.h, DivergentRecord.device_id, DivergentRecord.state
).where(
    DivergentRecord.tenant_id == bindparam("tenant_id"),
    DivergentRecord.record_id.in_(bindparam("record_ids", expanding=True)),
)
# A tablet's copy MUST NOT restore erased content: an erased body begins with ERASED_OPENING.
# Reads only the start of each body: a hundred whole bodies may take 25 MiB.
# The rows stay locked until commit: an erasure between this read and the insert would miss the inserted rows.
# Lock order as everywhere: a record before its companions (`Batch.load`).
_RECORDS = (
    select(Record.record_id, Record.h, func.substr(unpacked(Record.body), 1, len(ERASED_OPENING)))
    .where(
        Record.tenant_id == bindparam("tenant_id"),
        Record.record_id.in_(bindparam("record_ids", expanding=True)),
    )
    .order_by(Record.subject_id.is_not(None), Record.record_id)
    .with_for_update(read=True)
)


@dataclass(frozen=True, slots=True)
class OfferedRecord:
    """A record as a tablet sent it; `h` is the hash computed from its content.

    `is_sound`: the sent hash equals `h`. `subject_id`: the subject of a conflict or review, else "".
    """

    record_id: str
    h: str
    type: str
    scope: str
    rev: int
    deleted: bool
    body: str
    is_sound: bool
    subject_id: str


def keep(
    session: Session, tenant_id: str, device_id: str, offered: Sequence[object], now: datetime
) -> list[str]:
    """Store the offered records and return the ids that the tablet may delete, in its order.

    Objects that are no record, or too large for one, are skipped. Repeated calls change nothing.
    """
    offered_records = {
        (record.record_id, record.h): record for record in map(read, offered) if record is not None
    }
    record_ids = sorted({record_id for record_id, _ in offered_records})
    query = {"tenant_id": tenant_id, "record_ids": record_ids}
    stored = [tuple(row) for row in session.execute(_STORED, query)]
    stored_before = {(id_, h) for id_, h, device, _ in stored if device == device_id}
    # The office's decision on a content applies to every tablet that has it.
    decided = {(id_, h): state for id_, h, _, state in stored if state != UNDECIDED}
    locked_ids = {
        "tenant_id": tenant_id,
        "record_ids": sorted({*record_ids, *_subjects(offered_records.values())}),
    }
    here = {record_id: (h, opening) for record_id, h, opening in session.execute(_RECORDS, locked_ids)}
    fresh = [
        (record, decided.get(key, UNDECIDED))
        for key, record in offered_records.items()
        if key not in stored_before and not _is_needless(record, here)
    ]
    _insert(session, tenant_id, device_id, fresh, now)
    return list(dict.fromkeys(record_id for record_id, _ in offered_records))


def read(offered: object) -> OfferedRecord | None:
    """Return the record of a wire object; None if it is no record or too large for one."""
    try:
        reader = Reader(offered)
        record_id, sent_hash = reader.uuid("id"), reader.text("h")
        type_, scope = reader.text("type"), reader.text("scope")
        rev, deleted = reader.integer("rev", minimum=1), reader.flag("deleted")
        data = reader.members("data")
    except AppError:
        # An unreadable record MUST NOT fail the exchange: the tablet could never sync again.
        return None
    body = canonical(data)
    if rev > MAX_REV or max(len(type_), len(scope)) > MAX_NAME or len(body) > MAX_DATA_BYTES:
        return None
    h = record_hash_of_body(record_id, type_, rev, deleted, body)
    subject = data.get("record")
    # The subject is queried as a UUID: an invalid id MUST NOT fail the exchange.
    subject_id = subject if isinstance(subject, str) and is_uuid(subject) else ""
    return OfferedRecord(record_id, h, type_, scope, rev, deleted, body.decode(), sent_hash == h, subject_id)


def _subjects(records: Iterable[OfferedRecord]) -> Iterable[str]:
    return (record.subject_id for record in records if record.subject_id)


def _is_needless(record: OfferedRecord, here: Mapping[str, tuple[str, str]]) -> bool:
    h, opening = here.get(record.record_id, ("", ""))
    return h == record.h or ERASED_OPENING in (opening, here.get(record.subject_id, ("", ""))[1])


def _insert(
    session: Session,
    tenant_id: str,
    device_id: str,
    fresh: Iterable[tuple[OfferedRecord, str]],
    now: datetime,
) -> None:
    listed = list(fresh)
    if not listed:
        return
    file_references.claim(session, tenant_id, (record.body for record, _ in listed))
    rows = [
        {
            "tenant_id": tenant_id,
            "record_id": record.record_id,
            "h": record.h,
            "device_id": device_id,
            "type": record.type,
            "scope": record.scope,
            "rev": record.rev,
            "deleted": record.deleted,
            "body": record.body,
            "is_sound": record.is_sound,
            "received_at": now,
            "state": state,
        }
        for record, state in listed
    ]
    # A plain insert: if the same request arrives twice at once, the second transaction is retried.
    session.execute(insert(table_of(DivergentRecord)), rows)
