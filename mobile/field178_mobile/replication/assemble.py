"""Assemble sync for an unlocked tablet."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
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
from field178_shared.crypto.key_chain import KeyAnnouncement
from field178_shared.device_orders import OrderReceipt
from field178_shared.device_status import KeyProtection
from field178_shared.ids import IdSource
from field178_shared.time.clock import duration_clock

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Services of the device for sync: clock, ids, network, protection of the data key, full deletion.

    `keep` stores an enrolment with newer keys of the office.
    """

    clock: Clock
    ids: IdSource
    network: Callable[[], NetworkKind]
    key_store: Callable[[], KeyProtection]
    empty: Callable[[StoredOrder, OrderReceipt], None]
    keep: Callable[[Enrolment], None]


def runner_for(
    store: Store, enrolment: Enrolment, device_key: bytes, around: Surroundings, app: str
) -> SyncRunner:
    """Return the sync of this tablet, not started yet; the store MUST be unlocked."""
    # Imported late: requests is slow to import, and the unlock screen is drawn before.
    from field178_mobile.replication.transport import HttpTransport
    from field178_mobile.replication.uploads.transport import HttpUploadLine

    rows = SyncStore(store)
    keys = OfficeKeysFollower(enrolment, around.keep)
    transport = HttpTransport(enrolment.url, enrolment.pin, enrolment.device, device_key, keys.follow)
    randomness = random.SystemRandom()
    world = World(
        around.clock,
        randomness,
        around.ids.random,
        duration_clock,
        lambda: _free_mb(store.folder),
        around.key_store,
    )
    engine = SyncEngine(rows, Identity(enrolment.device, app, enrolment=enrolment), world)
    keys.followers = (engine.trust, lambda followed: transport.trust(followed.pin))
    uploads = UploadEngine(UploadQueue(store, app), randomness)
    photos = UploadRunner(uploads, HttpUploadLine(transport), around.network)
    ports = OrderPorts(around.clock, lambda receipt: post_receipt(transport, receipt), around.empty)
    orders = OrderFollower(store, lambda: keys.enrolment, device_key, ports)
    return SyncRunner(engine, transport, photos, orders, keys.follow)


class OfficeKeysFollower:
    """Follows the keys of the office; `followers` are told of an enrolment with newer ones."""

    def __init__(self, enrolment: Enrolment, keep: Callable[[Enrolment], None]) -> None:
        self.enrolment = enrolment
        self.followers: Sequence[Callable[[Enrolment], None]] = ()
        self._keep = keep

    def follow(self, announcements: Sequence[KeyAnnouncement]) -> str:
        """Trust the announced keys that continue the chain, durably; return the pins that hold then."""
        followed = self.enrolment.following(announcements)
        if followed != self.enrolment:
            self._keep(followed)
            self.enrolment = followed
            for tell in self.followers:
                tell(followed)
        return followed.pin


def _free_mb(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free // _MB
    except OSError:  # a file system that reports no free space
        return None
