"""Rows of the scope of a tablet's receipts: above a cursor by stamp, all by bucket (protocol §6.4)."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.engine import among, bound_values
from field178_server.database.models import ReceiptCopy, StoredReceipt
from field178_server.devices.context import DeviceContext
from field178_server.replication.pull.frames import EncodedRow, encoded
from field178_server.replication.push.push import is_hidden, receipt_members
from field178_server.replication.receipts.receipts import IS_COPY
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import receipt_hash
from field178_shared.wire.protocol import Receipt, Status

_PAGE = 250

_COLUMNS = tuple(column for column in StoredReceipt.__table__.columns if column.name != "v")
_OWN = select(StoredReceipt.v.label("stamp"), *_COLUMNS).where(
    StoredReceipt.tenant_id == bindparam("tenant_id"), StoredReceipt.device_id == bindparam("device_id")
)
_COPIES = (
    select(ReceiptCopy.v.label("stamp"), *_COLUMNS)
    .join(StoredReceipt, IS_COPY)
    .where(ReceiptCopy.tenant_id == bindparam("tenant_id"), ReceiptCopy.device_id == bindparam("device_id"))
)
_SOURCES: tuple[tuple[Select[Any], Any], ...] = ((_OWN, StoredReceipt.v), (_COPIES, ReceiptCopy.v))
_ABOVE = tuple(
    query.where(stamp > bindparam("cursor"), stamp <= bindparam("top")).order_by(stamp).limit(_PAGE)
    for query, stamp in _SOURCES
)
_VERDICTS = tuple(
    query.with_only_columns(StoredReceipt.change_id, StoredReceipt.status, StoredReceipt.reason)
    for query, _ in _SOURCES
)
_NAMED = tuple(query.where(among(StoredReceipt.change_id, bindparam("change_ids"))) for query, _ in _SOURCES)


@dataclass(frozen=True, slots=True)
class ReceiptRows:
    """The rows of the scope of a tablet's receipts, read in one snapshot."""

    session: Session
    tenant_id: str
    device: DeviceContext

    def above(self, cursor: int, top: int) -> Iterator[EncodedRow]:
        """Yield the receipts above a cursor up to a stamp; page by page, for there may be any number."""
        pages = (self._pages(query, cursor, top) for query in _ABOVE)
        for row in heapq.merge(*pages, key=lambda row: int(row.stamp)):
            yield EncodedRow(row.stamp, self._line(row))

    def live(self) -> Iterator[tuple[str, str]]:
        """Yield (id, h) of all receipts."""
        for query in _VERDICTS:
            for change_id, status, reason in self.session.execute(query, self._keys()):
                yield change_id, receipt_hash(change_id, status, reason)

    def lines(self, ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the frames of receipts."""
        for start in range(0, len(ids), _PAGE):
            keys = bound_values(self.session, **self._keys(), change_ids=list(ids[start : start + _PAGE]))
            for query in _NAMED:
                yield from map(self._line, self.session.execute(query, keys))

    def erased_lines(self) -> Iterator[bytes]:
        """Yield nothing: a receipt is never erased."""
        yield from ()

    def _pages(self, query: Select[Any], cursor: int, top: int) -> Iterator[Row[Any]]:
        while True:
            rows = self.session.execute(query, {**self._keys(), "cursor": cursor, "top": top}).all()
            yield from rows
            if len(rows) < _PAGE:
                return
            cursor = rows[-1].stamp

    def _keys(self) -> dict[str, object]:
        return {"tenant_id": self.tenant_id, "device_id": self.device.id}

    def _line(self, row: Row[Any]) -> bytes:
        hidden = is_hidden(row.device_id, row.scope, self.device)
        return encoded("res", receipt_members(_receipt(row), is_hidden=hidden))


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        change_id=row.change_id,
        status=Status(row.status),
        reason=row.reason,
        details=json.loads(row.details) if row.details else {},
        scope=row.scope,
        rev=row.rev,
        seq=row.seq,
        at=to_wire(row.at),
        incarnation=row.incarnation,
    )
