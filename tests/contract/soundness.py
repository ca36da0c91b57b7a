"""Consistency of the stored rows, read one by one."""

from __future__ import annotations

from sqlalchemy import func, select
from tests.world import World

from field178_server.database.models import Device, Feed, Incarnation, Record, Scope, StoredReceipt
from field178_server.database.unit_of_work import snapshot
from field178_shared.wire.canonical import digest_of, receipt_hash


def assert_sound(world: World) -> None:
    """Assert that the stored rows agree: one stamp a place, counters, digests of scopes and incarnations."""
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
        for life in session.scalars(select(Incarnation)):
            held = session.scalars(
                select(StoredReceipt.change_id).where(StoredReceipt.incarnation == life.incarnation)
            ).all()
            assert digest_of(map(receipt_hash, held)).wire() == [life.receipt_count, life.receipt_sum]
        listener = func.coalesce(StoredReceipt.told_to, StoredReceipt.device_id)
        for device in session.scalars(select(Device)):
            counts = session.scalars(
                select(StoredReceipt.v).where(listener == device.device_id).order_by(StoredReceipt.v)
            ).all()
            assert len(set(counts)) == len(counts)
            # The last receipt may be sent to the tablet that replaced this one.
            assert max(counts, default=0) <= device.verdicts
