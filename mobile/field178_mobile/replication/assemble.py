"""Assemble sync for an unlocked tablet."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.ports import Clock, NetworkKind
from field178_mobile.replication.engine import SyncEngine, World
from field178_mobile.replication.enrolment import post_receipt
from field178_mobile.replication.orders import OrderFollower, OrderPorts
from field178_mobile.replication.request import Identity
from field178_mobile.replication.runner import SyncRunner
from field178_mobile.replication.uploads.engine import UploadEngine
from field178_mobile.replication.uploads.runner import UploadRunner
from field178_mobile.store.photos.upload_queue import UploadQueue
from field178_mobile.store.replication.orders import StoredOrder
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.store import Store
from field178_mobile.vault.model import Enrolment
from field178_shared.device_orders import OrderReceipt
from field178_shared.device_status import KeyProtection
from field178_shared.ids import IdSource
from field178_shared.time.clock import duration_clock

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Services of the device for sync: clock, ids, network, protection of the data key, full deletion."""

    clock: Clock
    ids: IdSource
    network: Callable[[], NetworkKind]
    key_store: Callable[[], KeyProtection]
    empty: Callable[[StoredOrder, OrderReceipt], None]


def runner_for(
    store: Store, enrolment: Enrolment, device_key: bytes, around: Surroundings, app: str
) -> SyncRunner:
    """Return the sync of this tablet, not started yet; the store MUST be unlocked."""
    # Imported late: requests is slow to import, and the unlock screen is drawn before.
    from field178_mobile.replication.transport import HttpTransport
    from field178_mobile.replication.uploads.transport import HttpUploadLine

    rows = SyncStore(store)
    transport = HttpTransport(enrolment.url, enrolment.pin, enrolment.device, device_key)
    randomness = random.SystemRandom()
    world = World(
        around.clock,
        randomness,
        around.ids.random,
        duration_clock,
        lambda: _free_mb(store.folder),
        around.key_store,
    )
    engine = SyncEngine(rows, Identity(enrolment.device, app, receipt_key=enrolment.receipt_key), world)
    uploads = UploadEngine(UploadQueue(store, app), randomness)
    photos = UploadRunner(uploads, HttpUploadLine(transport), around.network)
    ports = OrderPorts(around.clock, lambda receipt: post_receipt(transport, receipt), around.empty)
    return SyncRunner(engine, transport, photos, OrderFollower(store, enrolment, device_key, ports))


def _free_mb(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free // _MB
    except OSError:  # a file system that reports no free space
        return None
