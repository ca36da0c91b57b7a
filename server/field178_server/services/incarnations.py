"""Receipts digests: what the server holds of each life of a tablet's database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server import database
from field178_server.models import Incarnation
from field178_server.models.base import table_of
from field178_server.prepared import Prepared
from field178_server.services.ledger import Entry
from field178_shared.canonical import EMPTY, Digest, receipt_hash

_COLUMNS = ("tenant_id", "device_id", "incarnation", "receipt_count", "receipt_sum", "backed_up")

_OF_DEVICES = Prepared(
    select(
        Incarnation.device_id, Incarnation.incarnation, Incarnation.receipt_count, Incarnation.receipt_sum
    ).where(
        Incarnation.tenant_id == bindparam("tenant_id"),
        database.among(Incarnation.device_id, bindparam("device_ids")),
    )
)


def add_receipts(session: Session, tenant_id: str, fresh: Iterable[Entry]) -> None:
    """Count newly stored changes into the digest of the incarnation that stored them first."""
    by_life = defaultdict[tuple[str, str], list[str]](list)
    for entry in fresh:
        by_life[entry.device_id, entry.incarnation].append(entry.change_id)
    if not by_life:
        return
    stored = _digests(session, tenant_id, {device_id for device_id, _ in by_life})
    rows: list[database.Row] = []
    for life, change_ids in sorted(by_life.items()):
        digest = stored.get(life, EMPTY)
        for change_id in change_ids:
            digest = digest.add(receipt_hash(change_id))
        rows.append((tenant_id, *life, digest.count, f"{digest.total:032x}", 0))
    table = table_of(Incarnation)
    database.bulk_upsert(session.connection(), table, _COLUMNS, rows, keep=("backed_up",))


def _digests(session: Session, tenant_id: str, device_ids: set[str]) -> dict[tuple[str, str], Digest]:
    wanted = {"tenant_id": tenant_id, "device_ids": sorted(device_ids)}
    rows = _OF_DEVICES.rows(session, wanted)
    return {(device, life): Digest(count, int(total, 16)) for device, life, count, total in rows}
