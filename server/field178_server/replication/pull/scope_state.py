"""States of the scopes that a tablet reads, in one snapshot, and the epoch of the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from field178_server.database.engine import among
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Scope, Tenant
from field178_server.devices.context import DeviceContext
from field178_server.replication.pull.frames import EncodedRow
from field178_server.replication.pull.receipt_rows import ReceiptRows
from field178_server.replication.pull.record_rows import RecordRows
from field178_shared.wire.canonical import Digest
from field178_shared.wire.protocol import receipt_scope

_TENANT: BindParameter[str] = bindparam("tenant_id")
_EPOCH = Prepared(select(Tenant.epoch).where(Tenant.tenant_id == _TENANT))
_SCOPES = Prepared(
    select(Scope.scope, Scope.seq, Scope.live_count, Scope.live_sum).where(
        Scope.tenant_id == _TENANT, among(Scope.scope, bindparam("scopes"))
    )
)


class ScopeRows(Protocol):
    """Port: the rows of a scope."""

    def above(self, cursor: int, top: int) -> Iterator[EncodedRow]:
        """Yield the rows above a cursor up to a stamp, ascending."""
        ...

    def live(self) -> Iterator[tuple[str, str]]:
        """Yield (id, h) of the rows in the digest."""
        ...

    def lines(self, ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the frames of rows in the digest."""
        ...

    def erased_lines(self) -> Iterator[bytes]:
        """Yield the frames of rows that are in no digest and that a repair MUST bring all the same."""
        ...


@dataclass(frozen=True, slots=True)
class ScopeNow:
    """State of a scope: its highest stamp H, the digest of its live rows, and its rows."""

    scope: str
    seq: int
    live: Digest
    rows: ScopeRows


def epoch_of(session: Session, tenant_id: str) -> str:
    """Return the epoch: the id of the store's history."""
    [(epoch,)] = _EPOCH.rows(session, {"tenant_id": tenant_id})
    return epoch


def scopes_now(session: Session, tenant_id: str, device: DeviceContext) -> list[ScopeNow]:
    """Return the scopes of a tablet in the order of an answer: its receipts, `ref`, then ascending."""
    rows = _SCOPES.rows(session, {"tenant_id": tenant_id, "scopes": sorted(device.scopes)})
    states = [
        ScopeNow(name, seq, Digest(count, int(total, 16)), RecordRows(session, tenant_id, name))
        for name, seq, count, total in rows
    ]
    receipts = ScopeNow(
        receipt_scope(device.id),
        device.receipt_seq,
        device.receipts,
        ReceiptRows(session, tenant_id, device),
    )
    return [receipts, *sorted(states, key=lambda state: (state.scope != "ref", state.scope))]
