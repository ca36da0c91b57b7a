"""Bugs planted in the load of a scope, from its newest record downward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import AbstractContextManager
from dataclasses import replace
from unittest.mock import patch

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.replica.server_records import Committed
from field178_mobile.store.replication import apply_answer
from field178_mobile.store.replication.apply_answer import Checkpoint
from field178_mobile.store.replication.receipts import ReceiptPage
from field178_server.replication.pull import pull
from field178_server.replication.pull.frames import EncodedRow, ReadPosition
from field178_server.replication.pull.record_rows import RecordRows
from field178_server.replication.pull.scope_state import ScopeNow

Planted = AbstractContextManager[object]


def writes_during_a_load_are_skipped() -> Planted:
    """A load goes on from the present end of the scope; what was written since its begin is not sent."""
    original = pull._lines

    def lines(
        scope: ScopeNow, position: ReadPosition, own: Set[int]
    ) -> Iterator[tuple[EncodedRow, ReadPosition]]:
        here = ReadPosition(scope.seq, position.below) if position.below else position
        return original(scope, here, own)

    return patch.object(pull, "_lines", lines)


def load_ends_one_row_early() -> Planted:
    """The oldest record of a scope is not part of its load."""
    original = RecordRows.below

    def below(rows: RecordRows, bound: int) -> Iterator[EncodedRow]:
        older = list(original(rows, bound))
        yield from older[:-1]

    return patch.object(RecordRows, "below", below)


def bound_not_kept() -> Planted:
    """The tablet forgets with each commit that a load has not ended."""
    original = apply_answer.commit_checkpoint

    def commit(
        context: DatabaseContext, checkpoint: Checkpoint, page: ReceiptPage | None = None
    ) -> Committed:
        return original(context, replace(checkpoint, below=0), page)

    return patch.object(apply_answer, "commit_checkpoint", commit)


LOAD_BUGS: Mapping[str, Callable[[], Planted]] = {
    planted.__name__: planted
    for planted in (
        writes_during_a_load_are_skipped,
        load_ends_one_row_early,
        bound_not_kept,
    )
}
