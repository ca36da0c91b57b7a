"""The pull of one exchange: each scope's rows above the tablet's cursor, by stamp (protocol §6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from field178_server.replication.pull.frames import AnswerBudget, EncodedRow, Frames
from field178_server.replication.pull.repair import add_repair
from field178_server.replication.pull.scope_state import ScopeNow
from field178_shared.wire.protocol import ROWS_PER_CHECKPOINT


@dataclass(frozen=True, slots=True)
class TabletState:
    """The tablet's cursors and requests; `own`: {scope: {seq}} of rows that it has without a frame here."""

    cursors: Mapping[str, int]
    epoch: str | None
    repair: Mapping[str, object]
    max_records: int
    own: Mapping[str, Set[int]] = field(default_factory=dict)


def add_changes(scopes: Sequence[ScopeNow], tablet: TabletState, epoch: str, frames: Frames) -> bool:
    """Add the rows that the tablet lacks, and the digest of each scope; return whether rows are left."""
    budget = AnswerBudget(max(1, tablet.max_records), frames)
    more = False
    # Cursors of another epoch are invalid; the tablet adopts the epoch with a checkpoint.
    is_other_epoch = tablet.epoch not in (None, epoch)
    for scope in scopes:
        cursor = tablet.cursors.get(scope.scope, 0)
        if scope.scope in tablet.repair:
            # In any epoch a repair is served; it is never answered by `resync`.
            more = budget.is_spent or not add_repair(scope, tablet.repair[scope.scope], budget) or more
        elif cursor > 0 and (is_other_epoch or cursor > scope.seq):
            frames.add("resync", {"scope": scope.scope})
        elif cursor == scope.seq:
            frames.add_proof(scope.scope, scope.seq, scope.live)
        elif budget.is_spent:
            more = True
        else:
            lines = _lines(scope, cursor, tablet.own.get(scope.scope, set()))
            more = not _serve(scope, cursor, lines, budget) or more
    return more


def _serve(scope: ScopeNow, cursor: int, lines: Iterable[EncodedRow], budget: AnswerBudget) -> bool:
    """Add a scope's rows with a checkpoint after at most 50; return whether the scope is complete."""
    frames, seq, since = budget.frames, cursor, 0
    for line in lines:
        is_full = not budget.has_room_for(line.text)
        if since and (is_full or since >= ROWS_PER_CHECKPOINT):
            frames.add_checkpoint(scope.scope, seq)
            since = 0
        if is_full:
            return False
        budget.add_record(line.text)
        since += 1
        seq = line.seq
    frames.add_checkpoint(scope.scope, scope.seq, scope.live)
    return True


def _lines(scope: ScopeNow, cursor: int, own: Set[int]) -> Iterator[EncodedRow]:
    """Yield the rows above the cursor up to H, without those that the tablet has already."""
    is_all_own = len(own) == scope.seq - cursor and all(cursor < seq <= scope.seq for seq in own)
    if not is_all_own:
        yield from (line for line in scope.rows.above(cursor, scope.seq) if line.seq not in own)
