"""Build a request of the exchange from the checkpoint (docs/sync-protocol.md §6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from field178_mobile.ports import Json
from field178_mobile.store.outbox.changes import OwnChange
from field178_mobile.store.replication.checkpoint import SyncCheckpoint
from field178_mobile.store.replication.tombstones import Tombstone
from field178_mobile.vault.model import Enrolment
from field178_shared.crypto.key_chain import KeyAnnouncement
from field178_shared.device_status import DeviceStatus
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical, state_hash
from field178_shared.wire.hash_chain import NO_ROOT
from field178_shared.wire.protocol import MAX_RECORDS

# The first page of a tablet that holds nothing is short, so that its officer can begin soon.
FIRST_RECORDS = 500


@dataclass(frozen=True, slots=True)
class Identity:
    """The device, its status, and its enrolment with the keys of the office (None: nothing is verified)."""

    device: str
    app: str
    device_status: DeviceStatus | None = None
    enrolment: Enrolment | None = None

    @property
    def key_number(self) -> int:
        """The announcements of keys that this tablet follows."""
        return 0 if self.enrolment is None else self.enrolment.key_number

    def receipt_keys_after(self, announcements: Sequence[KeyAnnouncement]) -> str:
        """Return the receipt keys of the office once the announcements are followed."""
        return "" if self.enrolment is None else self.enrolment.following(announcements).receipt_keys


@dataclass(frozen=True, slots=True)
class Load:
    """Content of a request in addition to the checkpoint.

    `divergent`: records that the server may have lost. `repair`: digests of differing scopes, by bucket.
    """

    pushed: tuple[OwnChange, ...] = ()
    divergent: tuple[Tombstone, ...] = ()
    repair: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Return whether the request contains only the checkpoint."""
        return not (self.pushed or self.divergent or self.repair)


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One request as sent, kept to read its answer against."""

    checkpoint: SyncCheckpoint
    load: Load
    body: bytes

    @property
    def pushed(self) -> tuple[OwnChange, ...]:
        """The changes it pushed."""
        return self.load.pushed

    @property
    def repair(self) -> Mapping[str, Json]:
        """Scopes that the request repairs."""
        return self.load.repair

    def has_changed(self, checkpoint: SyncCheckpoint) -> bool:
        """Return whether the tablet's checkpoint changed since, or the request offered records."""
        return bool(self.load.divergent) or checkpoint != self.checkpoint

    @property
    def pushed_bytes(self) -> int:
        """Size of the pushed changes in the body, in bytes."""
        return sum(len(canonical(change.wire)) for change in self.pushed)


def build_exchange(identity: Identity, checkpoint: SyncCheckpoint, load: Load, now: datetime) -> SentRequest:
    """Return the request: only `state` if nothing is open, else with changes and questions."""
    cursors = {
        scope.id: checkpoint.withheld_at.get(scope.id, scope.cursor) for scope in checkpoint.scopes.values()
    }
    body: Json = {
        "device": identity.device,
        "incarnation": checkpoint.incarnation,
        "epoch": checkpoint.epoch,
        "app": identity.app,
        "now": to_wire(now),
        "cursors": {scope: cursor for scope, cursor in cursors.items() if cursor > 0},
        "below": {scope.id: scope.below for scope in checkpoint.scopes.values() if scope.below},
        "max_records": MAX_RECORDS if any(cursors.values()) else FIRST_RECORDS,
    }
    if identity.device_status is not None:
        body["about"] = identity.device_status.to_wire()
    if identity.key_number:
        body["keys"] = identity.key_number
    root = checkpoint.root
    if root is not None and root.epoch == checkpoint.epoch and root.seen != NO_ROOT:
        body["root"] = root.seen.to_wire()
    if checkpoint.is_settled and load.is_empty:
        body["state"] = state_of(checkpoint)
    else:
        body.update(_details(load))
    return SentRequest(checkpoint, load, canonical(body))


def _details(load: Load) -> Json:
    return {
        "push": [change.wire for change in load.pushed],
        "salvage": [record.to_wire() for record in load.divergent],
        "repair": dict(load.repair),
    }


def state_of(checkpoint: SyncCheckpoint) -> str:
    """Return the hash of everything tablet and server must agree on."""
    return state_hash(
        checkpoint.epoch,
        checkpoint.backed_up,
        checkpoint.notices,
        ((scope.id, scope.cursor, scope.digest) for scope in checkpoint.scopes.values()),
    )
