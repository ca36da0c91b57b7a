"""Reads one answer line by line and commits it checkpoint by checkpoint: a cut costs the rest only."""

from __future__ import annotations

from field178_mobile.store.base import BaseRow
from field178_mobile.store.commits import Checkpoint, Leave
from field178_mobile.store.sync_store import SyncStore
from field178_mobile.sync.frames import (
    AnswerFault,
    End,
    Hello,
    parse_checkpoint_digest,
    parse_end,
    parse_hello,
    parse_line,
    parse_record,
)
from field178_mobile.sync.own_result import own_result
from field178_mobile.sync.request import Exchange
from field178_shared.errors import AppError
from field178_shared.protocol import Reader, Receipt


class Answer:
    """The state of one answer being read. `hello` is None until its first line was believed."""

    def __init__(self, store: SyncStore, exchange: Exchange) -> None:
        self._store = store
        self._exchange = exchange
        self._lines = 0
        self._items: list[BaseRow | Leave] = []
        self._receipts: list[Receipt] = []
        self._answered: dict[str, Receipt] = {}
        self._wants: set[str] = set()
        self._restarted: set[str] = set()
        self.hello: Hello | None = None
        self.end: End | None = None
        self.verified: set[str] = set()
        self.received = 0
        self.mismatched = False

    @property
    def made_progress(self) -> bool:
        """Tell whether anything of this answer was worth its way."""
        return self.received > 0 or bool(self._answered)

    @property
    def pushed_something(self) -> bool:
        """Tell whether a verdict came: the queue moves."""
        return bool(self._answered)

    @property
    def all_answered(self) -> bool:
        """Tell whether every pushed change has its receipt."""
        return all(change.id in self._answered for change in self._exchange.pushed)

    def feed(self, line: bytes) -> None:
        """Take one line; raise AnswerFault when the answer breaks the protocol."""
        self._lines += 1
        frame = parse_line(line)
        if self.hello is None:
            self.hello = parse_hello(frame)
            return
        if self.end is not None:
            raise AnswerFault("after end")
        try:
            self._take(frame, self.hello)
        except AppError as error:
            raise AnswerFault("frame") from error

    def close(self) -> None:
        """Store receipts that no checkpoint followed; the verdicts behind them are durable."""
        if self.hello is not None and self._receipts:
            self._store.commit_receipts(self._receipts, self.hello.greeting.granted)
            self._receipts = []

    def _take(self, frame: Reader, hello: Hello) -> None:
        kind = frame.text("frame")
        if kind == "res":
            self._take_receipt(frame)
        elif kind == "rec":
            self._take_record(frame, hello)
        elif kind == "leave":
            self._items.append(Leave(frame.uuid("id"), frame.text("scope")))
        elif kind == "ck":
            self._take_checkpoint(frame, hello)
        elif kind == "resync":
            self._take_resync(frame, hello)
        elif kind == "end":
            self._take_end(frame)

    def _take_receipt(self, frame: Reader) -> None:
        receipt = Receipt.from_wire(frame.value)
        self._receipts.append(receipt)
        self._answered[receipt.change_id] = receipt

    def _take_record(self, frame: Reader, hello: Hello) -> None:
        if frame.text("scope") not in hello.greeting.granted:
            raise AnswerFault("scope")
        row = self._from_stub(frame) if frame.flag("stub") else parse_record(frame)
        if row is None:
            self._wants.add(frame.uuid("id"))
        else:
            self._items.append(row)
            self.received += 1

    def _take_checkpoint(self, frame: Reader, hello: Hello) -> None:
        scope = frame.text("scope")
        if scope not in hello.greeting.granted or any(item.scope != scope for item in self._items):
            raise AnswerFault("checkpoint")
        checkpoint = Checkpoint(
            scope=scope,
            seq=frame.integer("seq"),
            digest=parse_checkpoint_digest(frame),
            items=self._items,
            receipts=self._receipts,
            greeting=hello.greeting,
            wants=frozenset(self._wants),
        )
        committed = self._store.commit_checkpoint(checkpoint)
        self._items, self._receipts, self._wants = [], [], set()
        if committed.verified:
            self.verified.add(scope)
        self.mismatched = self.mismatched or committed.verified is False

    def _take_resync(self, frame: Reader, hello: Hello) -> None:
        scope = frame.text("scope")
        another_epoch = self._exchange.position.epoch not in (None, hello.greeting.epoch)
        # Under another epoch the engine has marked every scope already, when it saw the hello.
        if scope in hello.greeting.granted and not another_epoch:
            self._store.restart_scope(scope)

    def _take_end(self, frame: Reader) -> None:
        end = parse_end(frame)
        if end.frames != self._lines:
            raise AnswerFault("end")
        self._commit_wanted()
        self.end = end
        self.verified |= end.verified

    def _commit_wanted(self) -> None:
        """Commit records asked for by id: they may stand outside of any checkpoint and move no cursor."""
        wanted = frozenset(self._exchange.position.wants)
        if any(isinstance(item, Leave) or item.id not in wanted for item in self._items):
            raise AnswerFault("end")
        assert self.hello is not None
        for scope in sorted({item.scope for item in self._items}):
            items = [item for item in self._items if item.scope == scope]
            self._store.commit_checkpoint(Checkpoint(scope, 0, None, items, (), self.hello.greeting))
        self._items = []

    def _from_stub(self, frame: Reader) -> BaseRow | None:
        record_id = frame.uuid("id")
        applied = [
            (change, self._answered[change.id])
            for change in self._exchange.pushed
            if change.record_id == record_id and change.id in self._answered
        ]
        return own_result(self._store.base(record_id), applied, frame)
