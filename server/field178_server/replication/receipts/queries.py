"""Queries of receipts: those that a tablet has not received, and its changes without a receipt."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.models import StoredReceipt as ReceiptRow
from field178_shared.time.clock import to_wire
from field178_shared.wire.protocol import Receipt, Status

_AT_ONCE = 1000
_PAGE = 250

_LATER = (
    select(ReceiptRow.__table__)
    .where(ReceiptRow.tenant_id == bindparam("tenant_id"), ReceiptRow.v > bindparam("after"))
    .order_by(ReceiptRow.v)
    .limit(_PAGE)
)
_OWN = _LATER.where(ReceiptRow.device_id == bindparam("device_id"), ReceiptRow.told_to.is_(None))
_TAKEN_OVER = _LATER.where(ReceiptRow.told_to == bindparam("device_id"))


class LaterReceipt(NamedTuple):
    """A receipt for a tablet; `is_others`: its change is from a tablet that this tablet replaced."""

    receipt: Receipt
    is_others: bool


def later_receipts(session: Session, tenant_id: str, device_id: str, after: int) -> Iterator[LaterReceipt]:
    """Yield the receipts for a tablet with a count above `after`, ascending.

    They are read page by page: after a grant, or for a new tablet, there may be any number.
    """
    pages = (_later(session, query, tenant_id, device_id, after) for query in (_OWN, _TAKEN_OVER))
    for row in heapq.merge(*pages, key=lambda row: int(row.v)):
        yield LaterReceipt(_receipt(row), is_others=row.device_id != device_id)


def _later(
    session: Session, query: Select[Any], tenant_id: str, device_id: str, after: int
) -> Iterator[Row[Any]]:
    while True:
        bounds = {"tenant_id": tenant_id, "device_id": device_id, "after": after}
        rows = session.execute(query, bounds).all()
        yield from rows
        if len(rows) < _PAGE:
            return
        after = rows[-1].v


def missing_changes(session: Session, tenant_id: str, have: Sequence[str]) -> list[str]:
    """Return the ids of a tablet's acknowledged changes that the store lacks, in the tablet's order."""
    stored_ids: set[str] = set()
    for part in _parts(have):
        stored_ids.update(
            session.scalars(
                select(ReceiptRow.change_id).where(
                    ReceiptRow.tenant_id == tenant_id, ReceiptRow.change_id.in_(part)
                )
            )
        )
    return [change_id for change_id in have if change_id not in stored_ids]


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        change_id=row.change_id,
        status=Status(row.status),
        reason=row.reason,
        details=json.loads(row.details) if row.details else {},
        scope=row.scope,
        rev=row.rev,
        seq=row.seq,
        h=row.h,
        at=to_wire(row.at),
        incarnation=row.incarnation,
        v=row.v,
    )
