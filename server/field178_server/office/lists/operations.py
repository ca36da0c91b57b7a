"""Publication of a pack: checked as a whole, signed, written as records that every tablet gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from field178_server.accounts.roster import put
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.office.lists.pack_file import PackFile, refused
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.lists_in_force import stored_pack
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.security.keyring import to_base64url
from field178_shared.errors import AppError, ErrorCode
from field178_shared.list_packs import ListPack, changes_between, problems_of
from field178_shared.list_packs.pack import row_of
from field178_shared.list_packs.records import PACK_ID, part_records
from field178_shared.list_packs.tables import Row
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.time.clock import to_wire

Rows = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True, slots=True)
class Publication:
    """Result of a publication: the number now in force, and how many rows it changed."""

    number: int
    changed: int


@dataclass(frozen=True, slots=True)
class Writing:
    """What one publication works on: the pack in force is read, and its head is locked."""

    session: Session
    context: OperationContext
    key: Ed25519PrivateKey
    batch: Batch
    before: ListPack

    @property
    def head(self) -> Stored | None:
        """The record that names the pack in force."""
        return self.batch.get(PACK_ID)


def publish_rows(
    session: Session, context: OperationContext, key: Ed25519PrivateKey, rows: Rows, seen: int
) -> Publication:
    """Publish changed rows; `seen` is the number of the pack that the change was made on.

    Raises AppError(revision_changed) when another one is in force by now, AppError(lists_refused) with
    `problem`, `table` and `key` for the first row that may not be published; then nothing is changed.
    """
    writing = _begin(session, context, key)
    if writing.before.number != seen:
        raise AppError(ErrorCode.REVISION_CHANGED, number=writing.before.number)
    return _publish(writing, writing.before.with_rows(rows), {})


def take_pack(
    session: Session, context: OperationContext, key: Ed25519PrivateKey, file: PackFile
) -> Publication:
    """Publish the rows of another office's pack beside the own ones; raises as `publish_rows`."""
    writing = _begin(session, context, key)
    own_key = to_base64url(key.public_key().public_bytes_raw())
    if file.pack.number <= _latest_of(writing.head, own_key, file.signer, writing.before):
        raise refused("older", number=file.pack.number)
    taken = {} if file.signer == own_key else {file.signer: file.pack.number}
    return _publish(writing, writing.before.with_rows(rows_of(file.pack)), taken)


def _begin(session: Session, context: OperationContext, key: Ed25519PrivateKey) -> Writing:
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    # The head is locked first: two publications at once follow each other.
    batch.load([PACK_ID])
    return Writing(session, context, key, batch, stored_pack(session, context.tenant_id))


def rows_of(pack: ListPack) -> Rows:
    """Return the rows of a pack as objects."""
    return {table: {key: row_of(text) for key, text in texts.items()} for table, texts in pack.rows.items()}


def _latest_of(head: Stored | None, own_key: str, signer: str, before: ListPack) -> int:
    """Return the number of the latest pack known of an office."""
    if signer == own_key:
        return before.number
    taken = head.data.get("taken") if head is not None else None
    number = taken.get(signer) if isinstance(taken, dict) else None
    return number if isinstance(number, int) else 0


def _publish(writing: Writing, pack: ListPack, taken: Mapping[str, int]) -> Publication:
    """Write a pack after the one in force; MUST be checked before: tablets take it as it is."""
    if problems := problems_of(pack, writing.before):
        first = problems[0]
        raise refused(
            first.fault.value, table=first.table, key=first.key, detail=first.detail, count=len(problems)
        )
    changed = len(changes_between(writing.before, pack))
    context, batch = writing.context, writing.batch
    parts = part_records(pack)
    old_parts = part_records(writing.before)
    batch.load([*parts, *old_parts])
    for record_id, data in parts.items():
        _put(writing, record_id, RecordType.LIST_ROWS, data)
    for record_id in old_parts.keys() - parts.keys():
        if (gone := batch.get(record_id)) is not None and not gone.deleted:
            put(batch, context, next_revision(gone, deleted=True))
    # Last: the head comes after its rows in the order of the scope.
    _put(writing, PACK_ID, RecordType.LIST_PACK, _head(writing, pack, taken))
    batch.flush()
    context.note(
        writing.session, AuditEntry("lists_published", details={"number": pack.number, "rows": changed})
    )
    return Publication(pack.number, changed)


def _head(writing: Writing, pack: ListPack, taken: Mapping[str, int]) -> Data:
    known = writing.head.data.get("taken") if writing.head is not None else None
    all_taken = {**(known if isinstance(known, dict) else {}), **taken}
    head: Data = {
        "number": pack.number,
        "content_hash": pack.content_hash,
        "signature": to_base64url(writing.key.sign(pack.signed_text(writing.context.tenant_id).encode())),
        "published_at": to_wire(writing.context.now()),
    }
    return head | ({"taken": all_taken} if all_taken else {})


def _put(writing: Writing, record_id: str, type_: str, data: Data) -> None:
    known = writing.batch.get(record_id)
    if known is None:
        put(writing.batch, writing.context, new_record(record_id, type_, scopes.REF, data))
    elif known.deleted or known.data != data:
        put(writing.batch, writing.context, next_revision(known, data=data, deleted=False))
