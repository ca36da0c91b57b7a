"""Rows of a scope of records: above and below a stamp, live by bucket, erased (protocol §6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Erasure, Feed, Record
from field178_server.database.packed_text import unpacked
from field178_server.replication.pull.frames import EncodedRow, record_line
from field178_shared.record_type import RecordType
from field178_shared.wire.protocol import ERASED_OPENING

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
    .where(
        Feed.tenant_id == bindparam("tenant_id"),
        Feed.scope == bindparam("scope"),
    )
    .limit(_PAGE)
)
_IS_LIVE = and_(Feed.kind == "put", Record.deleted.is_(False))
_ALL_ABOVE = _ROWS.where(Feed.seq > bindparam("cursor"), Feed.seq <= bindparam("top")).order_by(Feed.seq)
_ABOVE = Prepared(_ALL_ABOVE)
_LIVE_ABOVE = Prepared(_ALL_ABOVE.where(_IS_LIVE))
_LIVE_BELOW = Prepared(_ROWS.where(_IS_LIVE, Feed.seq < bindparam("below")).order_by(Feed.seq.desc()))
_LIVE = (
    select(Record.record_id, Record.h)
    .join(Feed, and_(Feed.tenant_id == Record.tenant_id, Feed.record_id == Record.record_id))
    .where(
        Record.tenant_id == bindparam("tenant_id"),
        Feed.scope == bindparam("scope"),
        Feed.kind == "put",
        Record.deleted.is_(False),
    )
    .order_by(Record.record_id)
)
_BODIES = (
    select(Record.record_id, Record.type, Record.rev, Record.h, Record.body)
    .where(
        Record.tenant_id == bindparam("tenant_id"),
        Record.record_id.in_(bindparam("record_ids", expanding=True)),
    )
    .order_by(Record.record_id)
)
_TENANT: BindParameter[str] = bindparam("tenant_id")
_CONFIRMED = select(Erasure.record_id).where(Erasure.tenant_id == _TENANT, Erasure.confirmed_at.is_not(None))
_COMPANIONS = select(Record.record_id).where(Record.tenant_id == _TENANT, Record.subject_id.in_(_CONFIRMED))
# Includes conflicts of a merge target: it has the values of the merged record.
_CONFLICTS = select(Record.record_id).where(
    Record.tenant_id == _TENANT,
    Record.type == RecordType.CONFLICT,
    Record.scope == bindparam("scope"),
    Record.deleted,
)
# Deleted records are in no digest, but a tablet MUST receive an erasure: it may have the content in a deleted
# row, a tombstone or a draft, and the last checkpoint moves its cursor above the erasure's stamp.
_ERASED = (
    select(Record.record_id, Record.type, Record.rev, Record.h, Record.body)
    .where(
        Record.tenant_id == _TENANT,
        Record.record_id.in_(union_all(_CONFIRMED, _COMPANIONS, _CONFLICTS)),
        Record.scope == bindparam("scope"),
        Record.deleted,
        func.substr(unpacked(Record.body), 1, len(ERASED_OPENING)) == ERASED_OPENING,
    )
    .order_by(Record.seq)
)


class _FeedRow(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The rows of a scope of records, read in one snapshot."""

    session: Session
    tenant_id: str
    scope: str

    def above(self, cursor: int, top: int) -> Iterator[EncodedRow]:
        """Yield the rows above a cursor up to a stamp, page by page; for cursor 0 only live records."""
        # An empty tablet needs no rows of deleted records.
        query = _ABOVE if cursor else _LIVE_ABOVE
        while True:
            bounds = {"tenant_id": self.tenant_id, "scope": self.scope, "cursor": cursor, "top": top}
            rows = query.rows(self.session, bounds)
            yield from (self._line(_FeedRow(*row)) for row in rows)
            if len(rows) < _PAGE:
                return
            cursor = rows[-1][1]

    def below(self, below: int) -> Iterator[EncodedRow]:
        """Yield the live records below a stamp, the newest first, page by page."""
        while True:
            rows = _LIVE_BELOW.rows(
                self.session, {"tenant_id": self.tenant_id, "scope": self.scope, "below": below}
            )
            yield from (self._line(_FeedRow(*row)) for row in rows)
            if len(rows) < _PAGE:
                return
            below = rows[-1][1]

    def live(self) -> Iterator[tuple[str, str]]:
        """Yield (id, h) of the live records, ascending."""
        keys = {"tenant_id": self.tenant_id, "scope": self.scope}
        yield from ((row.record_id, row.h) for row in self.session.execute(_LIVE, keys))

    def lines(self, ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the frames of live records."""
        for start in range(0, len(ids), _PAGE):
            keys = {"tenant_id": self.tenant_id, "record_ids": ids[start : start + _PAGE]}
            for record_id, type_, rev, h, body in self.session.execute(_BODIES, keys):
                yield record_line((record_id, type_, self.scope, rev, False), body, h)

    def erased_lines(self) -> Iterator[bytes]:
        """Yield the frames of records that are deleted and erased."""
        keys = {"tenant_id": self.tenant_id, "scope": self.scope}
        for record_id, type_, rev, h, body in self.session.execute(_ERASED, keys):
            yield record_line((record_id, type_, self.scope, rev, True), body, h)

    def _line(self, row: _FeedRow) -> EncodedRow:
        if row.kind == "leave":
            # Rows older than the column `left_rev` have no revision.
            rev = "" if row.left_rev is None else f',"rev":{row.left_rev}'
            return EncodedRow(
                row.seq, f'{{"frame":"leave","id":"{row.record_id}","scope":"{self.scope}"{rev}}}'.encode()
            )
        members = (row.record_id, row.type, self.scope, row.rev, row.deleted)
        return EncodedRow(row.seq, record_line(members, row.body, row.h))
