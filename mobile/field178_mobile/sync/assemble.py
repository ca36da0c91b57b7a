"""Puts the parts of sync together for an unlocked tablet."""

from __future__ import annotations

import random

from field178_mobile.ports import Clock
from field178_mobile.store.store import Store
from field178_mobile.store.sync_store import SyncStore
from field178_mobile.sync.engine import SyncEngine, World
from field178_mobile.sync.request import Identity
from field178_mobile.sync.runner import SyncRunner
from field178_mobile.vault.model import Enrolment
from field178_shared.ids import IdSource


def runner_for(
    store: Store, enrolment: Enrolment, device_key: bytes, clock: Clock, ids: IdSource, app: str
) -> SyncRunner:
    """Return the sync of this tablet, not started yet; the store MUST be unlocked."""
    # Late: requests takes a while to import and the unlock screen is drawn before.
    from field178_mobile.sync.transport import HttpTransport

    transport = HttpTransport(enrolment.url, enrolment.pin, enrolment.device, device_key)
    world = World(clock, random.SystemRandom(), ids.random)
    return SyncRunner(SyncEngine(SyncStore(store), Identity(enrolment.device, app), world), transport)
