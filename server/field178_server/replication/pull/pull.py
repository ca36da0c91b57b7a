"""The pull of one exchange: each scope's feed rows above the tablet's cursor, by stamp (protocol §6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.engine import among
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Feed, Record
from field178_server.replication.pull.frames import AnswerBudget, EncodedRow, Frames, record_line
from field178_server.replication.pull.repair import add_repair
from field178_server.replication.pull.scope_state import ScopeNow
from field178_shared.wire.protocol import ROWS_PER_CHECKPOINT

_PAGE = 250

_ROWS = (
    select(
        Feed.record_id,
        Feed.seq,
        Feed.kind,
        Record.type,
        Record.rev,
        Record.deleted,
        Record.body,
        Record.h,
        Feed.left_rev,
    )
    .join(Record, and_(Record.tenant_id == Feed.tenant_id, Record.record_id == Feed.record_id))
    .where(Feed.tenant_id == bindparam("tenant_id"), Feed.scope == bindparam("scope"))
    .order_by(Feed.seq)
)
_ALL_ABOVE = _ROWS.where(Feed.seq > bindparam("cursor"), Feed.seq <= bindparam("top")).limit(_PAGE)
_ABOVE = Prepared(_ALL_ABOVE)
_LIVE_ABOVE = Prepared(_ALL_ABOVE.where(Feed.kind == "put", Record.deleted.is_(False)))
_NAMED = Prepared(_ROWS.where(Feed.kind == "put", among(Feed.record_id, bindparam("record_ids"))))


@dataclass(frozen=True, slots=True)
class TabletState:
    """The tablet's cursors and requests; `own`: {scope: {seq}} of rows that the tablet computes itself."""

    cursors: Mapping[str, int]
    floors: Mapping[str, int]
    epoch: str | None
    want: Sequence[str]
    repair: Mapping[str, object]
    max_records: int
    own: Mapping[str, Set[int]] = field(default_factory=dict)


class FeedRow(NamedTuple):
    """A feed row with its record."""

    record_id: str
    seq: int
    kind: str
    type: str
    rev: int
    deleted: bool
    body: str
    h: str
    left_rev: int | None


def add_changes(
    session: Session,
    tenant_id: str,
    scopes: Sequence[ScopeNow],
    tablet: TabletState,
    epoch: str,
    frames: Frames,
) -> bool:
    """Add the rows that the tablet lacks, and the digest of each scope; return whether rows are left."""
    rows_again = _requested_rows(session, tenant_id, tablet.want, [scope.scope for scope in scopes])
    budget = AnswerBudget(max(1, tablet.max_records), frames)
    more = False
    # Cursors of another epoch are invalid; the tablet adopts the epoch with a checkpoint.
    is_other_epoch = tablet.epoch not in (None, epoch)
    for scope in scopes:
        cursor = tablet.cursors.get(scope.scope, 0)
        if scope.scope in tablet.repair:
            # In any epoch a repair is served; it is never answered by `resync`.
            buckets = tablet.repair[scope.scope]
            more = budget.is_spent or not add_repair(session, tenant_id, scope, buckets, budget) or more
        elif _must_resync(scope, cursor, tablet.floors.get(scope.scope), is_other_epoch):
            frames.add("resync", {"scope": scope.scope})
        elif cursor == scope.seq and scope.scope not in rows_again:
            frames.add_proof(scope.scope, scope.seq, scope.live)
        elif budget.is_spent:
            more = True
        else:
            again = [line for line in rows_again.get(scope.scope, ()) if line.seq <= cursor]
            lines = chain(
                again, _lines(session, tenant_id, scope, cursor, tablet.own.get(scope.scope, set()))
            )
            more = not _serve(scope, cursor, lines, budget) or more
    return more


def _must_resync(scope: ScopeNow, cursor: int, begun_floor: int | None, is_other_epoch: bool) -> bool:
    # Below the floor the rows of deleted records are missing. A tablet that started under the same floor
    # never received those records; a tablet that started under a lower floor may have them.
    is_passed = cursor < scope.floor and begun_floor != scope.floor
    return cursor > 0 and (is_other_epoch or cursor > scope.seq or is_passed)


def _serve(scope: ScopeNow, cursor: int, lines: Iterable[EncodedRow], budget: AnswerBudget) -> bool:
    """Add a scope's rows with a checkpoint after at most 50; return whether the scope is complete."""
    frames, seq, since = budget.frames, cursor, 0
    for line in lines:
        is_full = not budget.has_room_for(line.text)
        if since and (is_full or since >= ROWS_PER_CHECKPOINT):
            frames.add_checkpoint(scope.scope, seq, floor=scope.floor)
            since = 0
        if is_full:
            return False
        budget.add_record(line.text)
        since += 1
        seq = max(seq, line.seq)  # a row sent again MUST NOT lower the cursor
    frames.add_checkpoint(scope.scope, scope.seq, scope.live)
    return True


def _lines(
    session: Session, tenant_id: str, scope: ScopeNow, cursor: int, own: Set[int]
) -> Iterator[EncodedRow]:
    """Yield the rows above the cursor up to H, without those that the tablet computes itself."""
    is_all_own = len(own) == scope.seq - cursor and all(cursor < seq <= scope.seq for seq in own)
    if not is_all_own:
        yield from (line for line in rows_above(session, tenant_id, scope, cursor) if line.seq not in own)


def rows_above(session: Session, tenant_id: str, scope: ScopeNow, cursor: int) -> Iterator[EncodedRow]:
    """Yield the rows above the cursor up to H, read page by page; for cursor 0 only live records."""
    # An empty tablet needs no rows of deleted records.
    query = _ABOVE if cursor else _LIVE_ABOVE
    while True:
        bounds = {"tenant_id": tenant_id, "scope": scope.scope, "cursor": cursor, "top": scope.seq}
        rows = query.rows(session, bounds)
        yield from (_line(scope.scope, FeedRow(*row)) for row in rows)
        if len(rows) < _PAGE:
            return
        cursor = rows[-1][1]


def _requested_rows(
    session: Session, tenant_id: str, want: Sequence[str], scopes: Iterable[str]
) -> dict[str, list[EncodedRow]]:
    """Return the rows that the tablet requests again, by scope."""
    lines_by_scope = defaultdict[str, list[EncodedRow]](list)
    if not want:
        return lines_by_scope
    ids = sorted(set(want))
    for scope in scopes:
        rows = _NAMED.rows(session, {"tenant_id": tenant_id, "scope": scope, "record_ids": ids})
        lines_by_scope[scope].extend(_line(scope, FeedRow(*row)) for row in rows)
    return {scope: lines for scope, lines in lines_by_scope.items() if lines}


def _line(scope: str, row: FeedRow) -> EncodedRow:
    if row.kind == "leave":
        # Rows older than the column `left_rev` have no revision.
        rev = "" if row.left_rev is None else f',"rev":{row.left_rev}'
        return EncodedRow(
            row.seq, f'{{"frame":"leave","id":"{row.record_id}","scope":"{scope}"{rev}}}'.encode()
        )
    members = (row.record_id, row.type, scope, row.rev, row.deleted)
    return EncodedRow(row.seq, record_line(members, row.body, row.h))
