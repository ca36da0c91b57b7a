"""Answer reader: parses line by line and commits at each checkpoint, so broken connections lose little."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from field178_mobile.replication.frames import (
    AnswerFault,
    End,
    Hello,
    parse_checkpoint_digest,
    parse_end,
    parse_hello,
    parse_line,
    parse_record,
    parse_repair,
    read_record,
)
from field178_mobile.replication.request import SentRequest
from field178_mobile.store.outbox.changes import OwnChange
from field178_mobile.store.replica.server_records import ScopeCursor, ServerRecord, get_server_record
from field178_mobile.store.replica.status import after_change
from field178_mobile.store.replication import apply_answer, repair
from field178_mobile.store.replication.apply_answer import Checkpoint, Leave
from field178_mobile.store.replication.checkpoint import SyncCheckpoint
from field178_mobile.store.replication.receipts import ReceiptPage, commit_receipt_repair
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import EMPTY, canonical, record_hash_of_body
from field178_shared.wire.protocol import MAX_DIVERGENT_RECORDS, Reader, Receipt

# Each commit is synced to disk, which costs as much as writing fifty rows; 500 rows hold the database thread
# for 20 ms of a fast core, and screens wait for it. An answer that deletes nothing is therefore committed in
# parts of 500 rows. The read part of an incomplete answer is committed; rows lost by a crash are sent again
# because the cursor did not move.
ROWS_PER_COMMIT = 500
# Failures of this tablet, not of the answer.
_OWN_STORE = (ErrorCode.STORE_LOCKED, ErrorCode.STORE_DAMAGED, ErrorCode.STORE_UNWRITABLE)


class AnswerReader:
    """State of one answer being read. `hello` is None until the first line is accepted.

    `new_incarnation` returns the id that this database takes if it has a copy. `stopped`: the mass deletion
    guard withholds a repair; no more of the answer may be read. `stored_greeting`: the content of `hello` is
    stored, with a checkpoint.
    """

    def __init__(self, store: SyncStore, exchange: SentRequest, new_incarnation: Callable[[], str]) -> None:
        self._store = store
        self._exchange = exchange
        self._new_incarnation = new_incarnation
        self._lines = 0
        self._items: list[ServerRecord | Leave] = []
        self._own: dict[str, list[ServerRecord]] = {}
        self._stubs: list[tuple[OwnChange, Receipt]] = []
        self._pending: list[Checkpoint] = []
        self._answered: set[str] = set()
        self._repaired: set[str] = set()
        self.hello: Hello | None = None
        self.end: End | None = None
        self.verified: set[str] = set()
        self.received = 0
        self.mismatched = False
        self.stopped = False
        self.stored_greeting = False
        self.recovered: set[str] = set()
        self._page = self._new_page()

    @property
    def made_progress(self) -> bool:
        """Return whether the answer brought anything."""
        return self.received > 0 or bool(self._answered or self._repaired or self.recovered)

    @property
    def moved_on(self) -> bool:
        """Return whether the answer brought progress: a receipt, a repaired scope or a recovered record."""
        is_answered = any(change.id in self._answered for change in self._exchange.pushed)
        return is_answered or bool(self.verified & self._repaired or self.recovered)

    @property
    def is_verified(self) -> bool:
        """Return whether this answer proved the digest of every granted scope, receipts included."""
        if self.hello is None or self.end is None or self.end.more:
            return False
        return self.hello.agreed or self.hello.greeting.granted <= self.verified

    @property
    def receipts_repaired(self) -> bool:
        """Return whether this answer repaired receipts, and no digest was wrong at its end."""
        return self._page.scope in self._repaired and not self.mismatched

    @property
    def receipts_verified(self) -> bool:
        """Return whether this answer proved the digest of the receipts."""
        is_agreed = self.hello is not None and self.hello.agreed
        return is_agreed or self._page.scope in self.verified

    def feed(self, line: bytes) -> None:
        """Handle one line; raise AnswerFault if the answer violates the protocol."""
        self._lines += 1
        if self.hello is None:
            self.hello = parse_hello(parse_line(line))
            self._page = self._new_page()
            return
        if self.end is not None:
            raise AnswerFault("after end")
        try:
            self._take_line(line, self.hello)
        except AppError as error:
            if error.code in _OWN_STORE:
                raise  # the answer is sound: this tablet could not keep it
            raise AnswerFault("frame") from error

    def upcoming(self, checkpoint: SyncCheckpoint) -> SyncCheckpoint:
        """Return the checkpoint of the tablet as it will be once what was read is committed."""
        scopes = dict(checkpoint.scopes)
        for pending in self._pending:
            before = scopes.get(pending.scope, ScopeCursor(pending.scope, 0, 0, EMPTY))
            cursor = max(before.cursor, pending.seq)
            scopes[pending.scope] = replace(before, cursor=cursor, below=pending.below)
        epoch = checkpoint.epoch if self.hello is None else self.hello.greeting.epoch
        return replace(checkpoint, scopes=scopes, epoch=epoch)

    def close(self) -> None:
        """Commit the last rows, and receipts that no checkpoint followed; they are durable on the server."""
        self._commit_pending()
        if self._page.receipts:
            self._commit_page(is_cut=self.end is None)

    def _take_line(self, line: bytes, hello: Hello) -> None:
        record = read_record(line)
        if record is not None:
            self._stage(record, hello)
            return
        frame = parse_line(line)
        taking = _TAKING.get(frame.text("frame"))
        # Ignore frames of later versions.
        if taking is not None:
            taking(self, frame, hello)

    def _take_receipt(self, frame: Reader, hello: Hello) -> None:
        receipt = Receipt.from_wire(frame.value)
        self._page.receipts.append(receipt)
        self._answered.add(receipt.change_id)
        if frame.flag("stub"):
            change = next(
                (pushed for pushed in self._exchange.pushed if pushed.id == receipt.change_id), None
            )
            if change is None or receipt.scope not in hello.greeting.granted:
                raise AnswerFault("stub")
            self._stubs.append((change, receipt))

    def _work_out_stubs(self) -> None:
        """Stage the rows of changes just pushed: the server does not send them back."""
        for change, receipt in self._stubs:
            row = own_result(self._store.read(get_server_record, change.record_id), change, receipt)
            if row is not None:
                self._own.setdefault(receipt.scope, []).append(row)
        self._stubs = []

    def _take_record(self, frame: Reader, hello: Hello) -> None:
        self._stage(parse_record(frame), hello)

    def _stage(self, record: ServerRecord, hello: Hello) -> None:
        if record.scope not in hello.greeting.granted:
            raise AnswerFault("scope")
        self._items.append(record)
        self.received += 1

    def _take_leave(self, frame: Reader, hello: Hello) -> None:
        self._items.append(Leave(frame.uuid("id"), frame.text("scope"), frame.integer("rev", default=0)))

    def _take_checkpoint(self, frame: Reader, hello: Hello) -> None:
        scope = frame.text("scope")
        if scope not in hello.greeting.granted or any(item.scope != scope for item in self._items):
            raise AnswerFault("checkpoint")
        if scope == self._page.scope:
            self._take_receipt_checkpoint(frame)
            return
        checkpoint = Checkpoint(
            scope=scope,
            seq=frame.integer("seq"),
            digest=parse_checkpoint_digest(frame),
            items=self._items,
            greeting=hello.greeting,
            repaired=scope in self._repaired,
            below=frame.integer("below", default=0),
        )
        self._items = []
        before = self._pending[-1] if self._pending else None
        if before is not None and before.is_continued_by(checkpoint):
            self._pending[-1] = replace(checkpoint, items=[*before.items, *checkpoint.items])
        else:
            self._pending.append(checkpoint)
        # Most scopes bring no row: they are committed with the next one that does, or at the end.
        if checkpoint.repaired or sum(len(pending.items) for pending in self._pending) >= ROWS_PER_COMMIT:
            self._commit_pending()

    def _take_receipt_checkpoint(self, frame: Reader) -> None:
        if self._items:
            raise AnswerFault("checkpoint")
        # Committed with the first checkpoint of records that brings anything.
        self._page = replace(
            self._page,
            seq=frame.integer("seq"),
            digest=parse_checkpoint_digest(frame),
            repaired=self._page.scope in self._repaired,
        )

    def _commit_pending(self) -> None:
        """Commit the checkpoints read so far, each in its own transaction, receipts with the first."""
        pending, self._pending = self._pending, []
        if pending or self._page.seq is not None:
            self._store.turn(lambda: self._commit(pending))

    def _commit(self, checkpoints: Sequence[Checkpoint]) -> None:
        self._work_out_stubs()
        for checkpoint in checkpoints:
            whole = replace(checkpoint, items=[*self._own.pop(checkpoint.scope, ()), *checkpoint.items])
            if self._store.read(apply_answer.is_unchanged, whole):
                # As every scope without news in an answer about another: nothing is written.
                self.verified.add(checkpoint.scope)
            else:
                page = self._take_page()
                committed = self._store.commit(apply_answer.commit_checkpoint, whole, page)
                self.stored_greeting = True
                self._note_proof(checkpoint.scope, committed.verified)
                self._note_proof(page.scope, committed.receipts_verified)
        if self._page.seq is not None:
            self._commit_page(is_cut=False)

    def _commit_page(self, *, is_cut: bool) -> None:
        page = self._take_page()
        brings = page.receipts or page.repaired
        if not brings and self._store.read(apply_answer.is_proven, page.scope, page.seq, page.digest):
            self.verified.add(page.scope)
        elif self.hello is not None:
            greeting = None if is_cut else self.hello.greeting
            committed = self._store.commit(apply_answer.commit_receipts, page, greeting)
            self._note_proof(page.scope, committed.verified)

    def _note_proof(self, scope: str, verified: bool | None) -> None:
        if verified:
            self.verified.add(scope)
        self.mismatched = self.mismatched or verified is False

    def _take_page(self) -> ReceiptPage:
        """Return the receipts read so far with their checkpoint, and begin another page."""
        page, self._page = self._page, self._new_page()
        return page

    def _new_page(self) -> ReceiptPage:
        granted: frozenset[str] | None = frozenset()
        if self.hello is not None:
            # A refused pull names no scope: what was filed stays in sight.
            granted = None if self.hello.pull_refused else self.hello.greeting.granted
        return ReceiptPage(self._exchange.checkpoint.receipt_scope, [], granted, self._new_incarnation)

    def _take_resync(self, frame: Reader, hello: Hello) -> None:
        scope = frame.text("scope")
        self._commit_pending()
        if scope in hello.greeting.granted:
            self._store.write(repair.repair_scope, scope)

    def _take_repair(self, frame: Reader, hello: Hello) -> None:
        records = [item for item in self._items if isinstance(item, ServerRecord)]
        page = parse_repair(frame, records, hello.greeting)
        # A repair that was not requested deletes no rows.
        is_requested = page.scope in self._exchange.repair and page.scope in hello.greeting.granted
        if not is_requested or len(records) != len(self._items):
            raise AnswerFault("repair")
        if page.scope == self._page.scope:
            self._store.commit(commit_receipt_repair, self._take_page(), page.buckets, page.ids)
        else:
            self._commit_pending()
            if self._store.commit(repair.commit_repair, page).stopped:
                self.stopped = True
                return
        self._repaired.add(page.scope)
        self._items = []

    def _take_recovered(self, frame: Reader, hello: Hello) -> None:
        offered = {record.row.id for record in self._exchange.load.divergent}
        self.recovered.update(offered.intersection(frame.texts("ids", MAX_DIVERGENT_RECORDS)))

    def _take_end(self, frame: Reader, hello: Hello) -> None:
        end = parse_end(frame)
        if end.frames != self._lines or self._items:
            raise AnswerFault("end")
        # The last rows are committed by `close`: before it the next page of a load can be requested.
        self.end = end


_TAKING = {
    "res": AnswerReader._take_receipt,
    "rec": AnswerReader._take_record,
    "leave": AnswerReader._take_leave,
    "ck": AnswerReader._take_checkpoint,
    "resync": AnswerReader._take_resync,
    "repair": AnswerReader._take_repair,
    "salvaged": AnswerReader._take_recovered,
    "end": AnswerReader._take_end,
}


def own_result(
    server_record: ServerRecord | None, change: OwnChange, receipt: Receipt
) -> ServerRecord | None:
    """Return the server record with the change applied; None if the record here is not older.

    The digest of the scope proves the result: the receipt of a change has no hash of the record.
    """
    if server_record is not None and server_record.rev >= receipt.rev:
        return None
    before = ({}, False) if server_record is None else (server_record.data, server_record.deleted)
    data, deleted = after_change(*before, change)
    body = canonical(data)
    h = record_hash_of_body(change.record_id, change.type, receipt.rev, deleted, body)
    return ServerRecord(change.record_id, change.type, receipt.scope, receipt.rev, deleted, body, h)
