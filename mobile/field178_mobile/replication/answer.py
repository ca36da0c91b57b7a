"""Answer reader: parses line by line and commits at each checkpoint, so broken connections lose little."""

from __future__ import annotations

from collections.abc import Sequence
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
from field178_mobile.store.replica.server_records import ServerRecord, get_server_record
from field178_mobile.store.replica.status import after_change
from field178_mobile.store.replication import apply_answer, repair
from field178_mobile.store.replication.apply_answer import Checkpoint, Leave
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import canonical, record_hash_of_body
from field178_shared.wire.protocol import DEFAULT_RECORDS, MAX_DIVERGENT_RECORDS, Reader, Receipt

# Each commit is synced to disk, which costs as much as writing fifty rows. An answer for one scope is
# therefore one commit unless it deletes. The read part of an incomplete answer is committed; rows lost by a
# crash are sent again because the cursor did not move.
ROWS_PER_COMMIT = DEFAULT_RECORDS
# Failures of this tablet, not of the answer.
_OWN_STORE = (ErrorCode.STORE_LOCKED, ErrorCode.STORE_DAMAGED, ErrorCode.STORE_UNWRITABLE)


class AnswerReader:
    """State of one answer being read. `hello` is None until the first line is accepted.

    `stopped`: the mass deletion guard withholds a repair; no more of the answer may be read.
    """

    def __init__(self, store: SyncStore, exchange: SentRequest) -> None:
        self._store = store
        self._exchange = exchange
        self._lines = 0
        self._items: list[ServerRecord | Leave] = []
        self._own: dict[str, list[ServerRecord]] = {}
        self._stubs: list[tuple[OwnChange, Receipt]] = []
        self._pending: list[Checkpoint] = []
        self._receipts: list[Receipt] = []
        self._answered: dict[str, Receipt] = {}
        self._wants: set[str] = set()
        self._asked_anew: set[str] = set()
        self._repaired: set[str] = set()
        self.hello: Hello | None = None
        self.end: End | None = None
        self.verified: set[str] = set()
        self.received = 0
        self.mismatched = False
        self.stopped = False
        self.recovered: set[str] = set()

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
    def all_answered(self) -> bool:
        """Return whether every pushed change has its receipt."""
        return all(change.id in self._answered for change in self._exchange.pushed)

    def feed(self, line: bytes) -> None:
        """Handle one line; raise AnswerFault if the answer violates the protocol."""
        self._lines += 1
        if self.hello is None:
            self.hello = parse_hello(parse_line(line))
            return
        if self.end is not None:
            raise AnswerFault("after end")
        try:
            self._take_line(line, self.hello)
        except AppError as error:
            if error.code in _OWN_STORE:
                raise  # the answer is sound: this tablet could not keep it
            raise AnswerFault("frame") from error

    def close(self) -> None:
        """Store receipts that no checkpoint followed; they are durable on the server."""
        self._commit_pending()
        if self.hello is not None and self._receipts:
            self._store.commit(apply_answer.commit_receipts, self._receipts, self.hello.greeting.granted)
            self._receipts = []

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
        self._receipts.append(receipt)
        self._answered[receipt.change_id] = receipt
        if frame.flag("stub"):
            change = next(
                (pushed for pushed in self._exchange.pushed if pushed.id == receipt.change_id), None
            )
            if change is None or receipt.scope not in hello.greeting.granted:
                raise AnswerFault("stub")
            self._stubs.append((change, receipt))

    def _work_out_stubs(self) -> None:
        """Stage the rows of changes just pushed: the server answers with their hashes alone."""
        for change, receipt in self._stubs:
            row = own_result(self._store.read(get_server_record, change.record_id), change, receipt)
            if row is None:
                self._wants.add(change.record_id)
                self._asked_anew.add(change.record_id)
            else:
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
        checkpoint = Checkpoint(
            scope=scope,
            seq=frame.integer("seq"),
            digest=parse_checkpoint_digest(frame),
            items=self._items,
            receipts=(),
            greeting=hello.greeting,
            repaired=scope in self._repaired,
            floor=frame.integer("floor", default=0),
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

    def _commit_pending(self) -> None:
        """Commit the checkpoints read so far, each in its own transaction, receipts with the first."""
        pending, self._pending = self._pending, []
        if pending:
            self._store.turn(lambda: self._commit(pending))

    def _commit(self, checkpoints: Sequence[Checkpoint]) -> None:
        self._work_out_stubs()
        for checkpoint in checkpoints:
            whole = replace(
                checkpoint,
                items=[*self._own.pop(checkpoint.scope, ()), *checkpoint.items],
                receipts=self._receipts,
                wants=frozenset(self._wants),
            )
            committed = self._store.commit(apply_answer.commit_checkpoint, whole)
            self._receipts, self._wants = [], set()
            if committed.verified:
                self.verified.add(checkpoint.scope)
            self.mismatched = self.mismatched or committed.verified is False

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
        if end.frames != self._lines:
            raise AnswerFault("end")
        self._commit_pending()
        self._commit_requested(hello)
        requested_ids = frozenset(self._exchange.checkpoint.wants) - self._asked_anew
        if requested_ids and not end.more:
            # The answer is complete: missing records are in no scope of this tablet. Keeping the request
            # would repeat it forever.
            self._store.write(apply_answer.give_up_wants, requested_ids)
        self.end = end

    def _commit_requested(self, hello: Hello) -> None:
        """Commit records requested by id: they may be outside of any checkpoint and move no cursor."""
        requested_ids = frozenset(self._exchange.checkpoint.wants)
        if any(isinstance(item, Leave) or item.id not in requested_ids for item in self._items):
            raise AnswerFault("end")
        for scope in sorted({item.scope for item in self._items}):
            items = [item for item in self._items if item.scope == scope]
            self._store.commit(
                apply_answer.commit_checkpoint, Checkpoint(scope, 0, None, items, (), hello.greeting)
            )
        self._items = []


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
    """Return the server record with the change applied, None if its hash differs from the receipt."""
    before = ({}, False) if server_record is None else (server_record.data, server_record.deleted)
    # If the receipt was sent again after a restore, the row may already contain the change.
    is_contained = server_record is not None and server_record.rev >= receipt.rev
    data, deleted = before if is_contained else after_change(*before, change)
    body = canonical(data)
    h = record_hash_of_body(change.record_id, change.type, receipt.rev, deleted, body)
    if h != receipt.h:
        return None
    return ServerRecord(change.record_id, change.type, receipt.scope, receipt.rev, deleted, body, h)
