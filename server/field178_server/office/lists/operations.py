"""Publication of a pack: check the whole pack, sign it, and write it as records for all tablets."""

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
    """Result of a publication: the number of the pack in force, and the number of changed rows."""

    number: int
    changed: int


@dataclass(frozen=True, slots=True)
class Writing:
    """State of a publication in progress: the pack in force, and a batch with its locked head record."""

    session: Session
    context: OperationContext
    key: Ed25519PrivateKey
    batch: Batch
    before: ListPack

    @property
    def head(self) -> Stored | None:
        """Head record, which names the pack in force."""
        return self.batch.get(PACK_ID)


def publish_rows(
    session: Session, context: OperationContext, key: Ed25519PrivateKey, rows: Rows, seen: int
) -> Publication:
    """Publish changed rows. `seen`: the number of the pack that the officer changed.

    Raises AppError(revision_changed) if another pack is in force, AppError(lists_refused) with `problem`,
    `table` and `key` of the first invalid row; then nothing is changed.
    """
    writing = _begin(session, context, key)
    if writing.before.number != seen:
        raise AppError(ErrorCode.REVISION_CHANGED, number=writing.before.number)
    return _publish(writing, writing.before.with_rows(rows), {})


def take_pack(
    session: Session, context: OperationContext, key: Ed25519PrivateKey, file: PackFile
) -> Publication:
    """Publish the rows of another office's pack in addition to the own rows; raises as `publish_rows`."""
    writing = _begin(session, context, key)
    own_key = to_base64url(key.public_key().public_bytes_raw())
    if file.pack.number <= _latest_of(writing.head, own_key, file.signer, writing.before):
        raise refused("older", number=file.pack.number)
    taken = {} if file.signer == own_key else {file.signer: file.pack.number}
    return _publish(writing, writing.before.with_rows(rows_of(file.pack)), taken)


def _begin(session: Session, context: OperationContext, key: Ed25519PrivateKey) -> Writing:
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    # The head is locked first, so that concurrent publications run one after the other.
    batch.load([PACK_ID])
    return Writing(session, context, key, batch, stored_pack(session, context.tenant_id))


def rows_of(pack: ListPack) -> Rows:
    """Return the rows of a pack as objects."""
    return {table: {key: row_of(text) for key, text in texts.items()} for table, texts in pack.rows.items()}


def _latest_of(head: Stored | None, own_key: str, signer: str, before: ListPack) -> int:
    """Return the number of the latest pack that was taken from an office; 0 if none was."""
    if signer == own_key:
        return before.number
    taken = head.data.get("taken") if head is not None else None
    number = taken.get(signer) if isinstance(taken, dict) else None
    return number if isinstance(number, int) else 0


def _publish(writing: Writing, pack: ListPack, taken: Mapping[str, int]) -> Publication:
    """Check a pack, and write it as the successor of the pack in force. Tablets do not check it again."""
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
    earlier = writing.head.data.get("taken") if writing.head is not None else None
    all_taken = {**(earlier if isinstance(earlier, dict) else {}), **taken}
    head: Data = {
        "number": pack.number,
        "content_hash": pack.content_hash,
        "signature": to_base64url(writing.key.sign(pack.signed_text(writing.context.tenant_id).encode())),
        "published_at": to_wire(writing.context.now()),
    }
    return head | ({"taken": all_taken} if all_taken else {})


def _put(writing: Writing, record_id: str, type_: str, data: Data) -> None:
    existing = writing.batch.get(record_id)
    if existing is None:
        put(writing.batch, writing.context, new_record(record_id, type_, scopes.REF, data))
    elif existing.deleted or existing.data != data:
        put(writing.batch, writing.context, next_revision(existing, data=data, deleted=False))
