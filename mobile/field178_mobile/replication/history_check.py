"""Watches that the server's history is only added to (docs/sync-protocol.md §A). It refuses nothing."""

from __future__ import annotations

from dataclasses import replace

from field178_mobile.replication.frames import Hello, RootTold
from field178_mobile.store.replication.server_state import StoredRoot
from field178_shared.crypto.signatures import is_signed
from field178_shared.wire.hash_chain import RootAlarm, signed_text


def judged(kept: StoredRoot | None, hello: Hello, receipt_key: str) -> StoredRoot:
    """Return what is kept after a hello; without a receipt key signatures are taken as they are."""
    epoch, told = hello.greeting.epoch, hello.root
    if kept is None or kept.epoch != epoch:
        # Another history: the office began it, and says so to everyone.
        kept = StoredRoot(epoch)
    if told is None:
        return kept
    if (told.index, told.hash) == (kept.index, kept.hash):
        # The only thing that ends an alarm: a higher root might belong to the other history.
        return replace(kept, alarm=None)
    if told.index and receipt_key and not _is_signed(told, epoch, receipt_key):
        return replace(kept, alarm=kept.alarm or RootAlarm.SIGNATURE)
    if told.index <= kept.index:
        return replace(kept, alarm=RootAlarm.LOWER if told.index < kept.index else RootAlarm.OTHER)
    if kept.alarm in (RootAlarm.LOWER, RootAlarm.OTHER):
        return kept
    return StoredRoot(epoch, told.index, told.hash)


def _is_signed(told: RootTold, epoch: str, receipt_key: str) -> bool:
    return is_signed(receipt_key, signed_text(epoch, told.index, told.hash), told.sig)
