"""Records that a tablet has and the store may lack: kept, never applied (protocol §12.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import table_of
from field178_server.database.models import DivergentRecord, Record
from field178_server.records import file_references
from field178_shared.errors import AppError
from field178_shared.ids import is_uuid
from field178_shared.wire.canonical import canonical, record_hash_of_body
from field178_shared.wire.protocol import ERASED_AT, MAX_DATA_BYTES, Reader

UNDECIDED, TAKEN, REJECTED = "waiting", "taken", "set_aside"
MAX_NAME = 128
MAX_REV = 1_000_000_000
_STORED = select(
    DivergentRecord.record_id, DivergentRecord.h, DivergentRecord.device_id, DivergentRecord.state
).where(
    DivergentRecord.tenant_id == bindparam("tenant_id"),
    DivergentRecord.record_id.in_(bindparam("record_ids", expanding=True)),
)
# The content was removed for good: a tablet's copy MUST NOT bring it back.
_ERASED_OPENING = f'{{"{ERASED_AT}":'
# Of a body its opening tells that: a hundred whole ones may take 25 MiB.
# Held until the end: an erasure that commits between this read and the insert would not see what is inserted.
# In the order of all locks: a record before what is about it (`Batch.load`).
_RECORDS = (
    select(Record.record_id, Record.h, func.substr(Record.body, 1, len(_ERASED_OPENING)))
    .where(
        Record.tenant_id == bindparam("tenant_id"),
        Record.record_id.in_(bindparam("record_ids", expanding=True)),
    )
    .order_by(Record.subject_id.is_not(None), Record.record_id)
    .with_for_update(read=True)
)


@dataclass(frozen=True, slots=True)
class OfferedRecord:
    """A record as a tablet sent it; `h` is what its content gives.

    `subject_id`: the record that a conflict or a review is about, which it tells values of; else empty.
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
    """Keep what can be read and return the ids that the tablet may forget, in its order.

    What is no record or larger than any record is neither kept nor named. A repeat changes nothing.
    """
    found = {(one.record_id, one.h): one for one in map(read, offered) if one is not None}
    record_ids = sorted({record_id for record_id, _ in found})
    wanted = {"tenant_id": tenant_id, "record_ids": record_ids}
    stored = [tuple(row) for row in session.execute(_STORED, wanted)]
    known = {(id_, h) for id_, h, device, _ in stored if device == device_id}
    # What the office decided on a content holds for every tablet that has it.
    decided = {(id_, h): state for id_, h, _, state in stored if state != UNDECIDED}
    looked_at = {"tenant_id": tenant_id, "record_ids": sorted({*record_ids, *_subjects(found.values())})}
    here = {record_id: (h, opening) for record_id, h, opening in session.execute(_RECORDS, looked_at)}
    fresh = [
        (one, decided.get(key, UNDECIDED))
        for key, one in found.items()
        if key not in known and not _is_needless(one, here)
    ]
    _insert(session, tenant_id, device_id, fresh, now)
    return list(dict.fromkeys(record_id for record_id, _ in found))


def read(offered: object) -> OfferedRecord | None:
    """Return the record of a wire object, or None for what is no record."""
    try:
        reader = Reader(offered)
        record_id, said = reader.uuid("id"), reader.text("h")
        type_, scope = reader.text("type"), reader.text("scope")
        rev, deleted = reader.integer("rev", minimum=1), reader.flag("deleted")
        data = reader.members("data")
    except AppError:
        # One that cannot be read MUST NOT cost the exchange: the tablet would never sync again.
        return None
    body = canonical(data)
    if rev > MAX_REV or max(len(type_), len(scope)) > MAX_NAME or len(body) > MAX_DATA_BYTES:
        return None
    h = record_hash_of_body(record_id, type_, rev, deleted, body)
    subject = data.get("record")
    # Asked of the engine: what is no id there MUST NOT cost the exchange.
    subject_id = subject if isinstance(subject, str) and is_uuid(subject) else ""
    return OfferedRecord(record_id, h, type_, scope, rev, deleted, body.decode(), said == h, subject_id)


def _subjects(found: Iterable[OfferedRecord]) -> Iterable[str]:
    return (one.subject_id for one in found if one.subject_id)


def _is_needless(one: OfferedRecord, here: Mapping[str, tuple[str, str]]) -> bool:
    h, opening = here.get(one.record_id, ("", ""))
    return h == one.h or _ERASED_OPENING in (opening, here.get(one.subject_id, ("", ""))[1])


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
    file_references.claim(session, tenant_id, (one.body for one, _ in listed))
    rows = [
        {
            "tenant_id": tenant_id,
            "record_id": one.record_id,
            "h": one.h,
            "device_id": device_id,
            "type": one.type,
            "scope": one.scope,
            "rev": one.rev,
            "deleted": one.deleted,
            "body": one.body,
            "is_sound": one.is_sound,
            "received_at": now,
            "state": state,
        }
        for one, state in listed
    ]
    # A plain insert: when the same request comes twice at once, the second one runs again and finds all here.
    session.execute(insert(table_of(DivergentRecord)), rows)
