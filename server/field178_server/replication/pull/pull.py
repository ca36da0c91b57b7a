"""The pull of one exchange: the rows above the cursor of each scope, then those of its load (protocol §6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from field178_server.replication.pull.frames import AnswerBudget, EncodedRow, Frames, ReadPosition
from field178_server.replication.pull.record_rows import RecordRows
from field178_server.replication.pull.repair import add_repair
from field178_server.replication.pull.scope_state import ScopeNow
from field178_shared.wire.protocol import ROWS_PER_CHECKPOINT


@dataclass(frozen=True, slots=True)
class TabletState:
    """The tablet's cursors and requests; `own`: {scope: {seq}} of rows that it has without a frame here.

    `below`: the lowest stamp that it has of a scope whose load has not ended; None: it loads upward.
    """

    cursors: Mapping[str, int]
    below: Mapping[str, int] | None
    epoch: str | None
    repair: Mapping[str, object]
    max_records: int
    own: Mapping[str, Set[int]] = field(default_factory=dict)

    def position_in(self, scope: ScopeNow) -> ReadPosition:
        """Return its position in a scope; a load begins above the newest record."""
        cursor = self.cursors.get(scope.scope, 0)
        if self.below is None or not isinstance(scope.rows, RecordRows):
            return ReadPosition(cursor)
        if cursor == 0 and scope.seq > 0:
            return ReadPosition(scope.seq, scope.seq + 1)
        return ReadPosition(cursor, self.below.get(scope.scope, 0))


def add_changes(scopes: Sequence[ScopeNow], tablet: TabletState, epoch: str, frames: Frames) -> bool:
    """Add the rows that the tablet lacks, and the digest of each scope; return whether rows are left."""
    budget = AnswerBudget(max(1, tablet.max_records), frames)
    more = False
    # Cursors of another epoch are invalid; the tablet adopts the epoch with a checkpoint.
    is_other_epoch = tablet.epoch not in (None, epoch)
    positions = {scope.scope: tablet.position_in(scope) for scope in scopes}
    loads = sum(position.below > 0 for position in positions.values())
    for scope in scopes:
        cursor, position = tablet.cursors.get(scope.scope, 0), positions[scope.scope]
        if scope.scope in tablet.repair:
            # In any epoch a repair is served; it is never answered by `resync`.
            more = budget.is_spent or not add_repair(scope, tablet.repair[scope.scope], budget) or more
        elif cursor > 0 and (is_other_epoch or cursor > scope.seq):
            frames.add("resync", {"scope": scope.scope})
        elif position == ReadPosition(scope.seq):
            frames.add_proof(scope.scope, scope.seq, scope.live)
        elif budget.is_spent:
            more = True
        else:
            # Each load gets a share of the answer: a tablet needs the register beside its newest visits.
            budget.share_among(max(1, loads))
            more = not _serve(scope, position, tablet.own.get(scope.scope, set()), budget) or more
            budget.share_among(1)
        loads -= position.below > 0
    return more


def _serve(scope: ScopeNow, position: ReadPosition, own: Set[int], budget: AnswerBudget) -> bool:
    """Add the rows that a tablet lacks, a checkpoint after at most 50; return whether that is all of them."""
    frames, since = budget.frames, 0
    for line, next_position in _lines(scope, position, own):
        is_full = not budget.has_room_for(line.text)
        if since and (is_full or since >= ROWS_PER_CHECKPOINT):
            frames.add_checkpoint(scope.scope, position)
            since = 0
        if is_full:
            return False
        budget.add_record(line.text)
        since += 1
        position = next_position
    frames.add_last_checkpoint(scope.scope, scope.seq, scope.live)
    return True


def _lines(
    scope: ScopeNow, position: ReadPosition, own: Set[int]
) -> Iterator[tuple[EncodedRow, ReadPosition]]:
    """Yield the rows that the tablet has not, each with the position after it.

    Above the cursor up to H the oldest come first, below the load's bound the newest.
    """
    is_all_own = len(own) == scope.seq - position.cursor and all(
        position.cursor < seq <= scope.seq for seq in own
    )
    if not is_all_own:
        for line in scope.rows.above(position.cursor, scope.seq):
            if line.seq not in own:
                yield line, ReadPosition(line.seq, position.below)
    if position.below and isinstance(scope.rows, RecordRows):
        for line in scope.rows.below(position.below):
            if line.seq not in own:
                yield line, ReadPosition(scope.seq, line.seq)
