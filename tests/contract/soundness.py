"""Consistency of the stored rows, read one by one."""

from __future__ import annotations

from sqlalchemy import select
from tests.world import World

from field178_server.database.models import Device, Feed, ReceiptCopy, Record, Scope, StoredReceipt
from field178_server.database.unit_of_work import snapshot
from field178_shared.wire.canonical import digest_of, receipt_hash


def assert_sound(world: World) -> None:
    """Assert that the stored rows agree: one stamp a place, counters, digests of scopes and of receipts."""
    with snapshot(world.engine) as session:
        for scope in session.scalars(select(Scope)):
            hashes = session.scalars(
                select(Record.h).where(Record.scope == scope.scope, Record.deleted.is_(False))
            ).all()
            assert digest_of(hashes).wire() == [scope.live_count, scope.live_sum]
            stamps = session.scalars(
                select(Feed.seq).where(Feed.scope == scope.scope).order_by(Feed.seq)
            ).all()
            assert len(set(stamps)) == len(stamps)
            assert max(stamps, default=0) == scope.seq
        verdict = (StoredReceipt.change_id, StoredReceipt.status, StoredReceipt.reason)
        is_copy = (ReceiptCopy.tenant_id == StoredReceipt.tenant_id) & (
            ReceiptCopy.change_id == StoredReceipt.change_id
        )
        for device in session.scalars(select(Device)):
            own = select(StoredReceipt.v, *verdict).where(StoredReceipt.device_id == device.device_id)
            copies = select(ReceiptCopy.v, *verdict).join(StoredReceipt, is_copy)
            rows = [
                row
                for query in (own, copies.where(ReceiptCopy.device_id == device.device_id))
                for row in session.execute(query)
            ]
            stamps = [stamp for stamp, *_ in rows]
            assert len(set(stamps)) == len(stamps)
            assert max(stamps, default=0) == device.verdicts
            hashes = [receipt_hash(*verdict_) for _, *verdict_ in rows]
            assert digest_of(hashes).wire() == [device.receipt_count, device.receipt_sum]
