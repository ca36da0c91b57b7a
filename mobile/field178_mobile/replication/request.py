"""Builds one request of the exchange from where the tablet stands (docs/sync-protocol.md §6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from field178_mobile.ports import Json
from field178_mobile.replication.backoff import BatchSize
from field178_mobile.store.outbox.changes import OwnChange
from field178_mobile.store.replication.checkpoint import SyncCheckpoint
from field178_mobile.store.replication.tombstones import Tombstone
from field178_shared.device_status import DeviceStatus
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical, state_hash
from field178_shared.wire.hash_chain import NO_ROOT
from field178_shared.wire.protocol import DEFAULT_RECORDS


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, what there is to tell about it, and the key that the server signs with ("": not known)."""

    device: str
    app: str
    about: DeviceStatus | None = None
    receipt_key: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Acknowledged changes the server may have lost; `complete` when no more are held behind these."""

    change_ids: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Load:
    """What one request carries besides where the tablet stands.

    `salvage`: records the server may have lost. `repair`: what is held of differing scopes, by bucket.
    """

    pushed: tuple[OwnChange, ...] = ()
    offer: Offer | None = None
    salvage: tuple[Tombstone, ...] = ()
    repair: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to say but where the tablet stands."""
        return not (self.pushed or self.offer or self.salvage or self.repair)


@dataclass(frozen=True, slots=True)
class SentRequest:
    """One request as sent, kept to read its answer against."""

    position: SyncCheckpoint
    load: Load
    body: bytes

    @property
    def pushed(self) -> tuple[OwnChange, ...]:
        """The changes it pushed."""
        return self.load.pushed

    @property
    def offer(self) -> Offer | None:
        """The acknowledged changes it offered."""
        return self.load.offer

    @property
    def repair(self) -> Mapping[str, Json]:
        """The scopes it asked to repair."""
        return self.load.repair

    @property
    def pushed_bytes(self) -> int:
        """How many bytes the pushed changes take in the body."""
        return sum(len(canonical(change.wire)) for change in self.pushed)


def choose_batch(waiting: Sequence[OwnChange], size: BatchSize) -> tuple[OwnChange, ...]:
    """Return the first changes that fit, at least one."""
    chosen: list[OwnChange] = []
    total = 0
    for change in waiting:
        total += len(canonical(change.wire))
        if chosen and (len(chosen) == size.changes or total > size.size_bytes):
            break
        chosen.append(change)
    return tuple(chosen)


def build_exchange(identity: Identity, position: SyncCheckpoint, load: Load, now: datetime) -> SentRequest:
    """Return the request: `state` when nothing is open, else what is to be said and asked."""
    places = {scope.id: position.held_at.get(scope.id, scope.cursor) for scope in position.scopes.values()}
    cursors = {scope: place for scope, place in places.items() if place > 0}
    body: Json = {
        "device": identity.device,
        "incarnation": position.incarnation,
        "incarnations": [life.id for life in position.lives],
        "epoch": position.epoch,
        "app": identity.app,
        "now": to_wire(now),
        "cursors": cursors,
        # What is offered again may have been judged anew, in a history that counts its verdicts anew.
        "verdicts": position.verdicts if load.offer is None else 0,
        "max_records": DEFAULT_RECORDS,
    }
    if identity.about is not None:
        body["about"] = identity.about.to_wire()
    floors = {scope.id: scope.floor for scope in position.scopes.values() if scope.floor}
    if floors:
        body["floors"] = floors
    formerly = {life.id: life.device for life in position.lives if life.device is not None}
    if formerly:
        body["formerly"] = formerly
    root = position.root
    if root is not None and root.epoch == position.epoch and root.seen != NO_ROOT:
        body["root"] = root.seen.to_wire()
    if position.is_settled and load.is_empty:
        body["state"] = state_of(position)
    else:
        body.update(_details(position, load))
    return SentRequest(position, load, canonical(body))


def _details(position: SyncCheckpoint, load: Load) -> Json:
    offer = load.offer
    return {
        "push": [change.wire for change in load.pushed],
        "have": list(offer.change_ids) if offer is not None else [],
        "want": list(position.wants),
        "salvage": [record.to_wire() for record in load.salvage],
        "repair": dict(load.repair),
    }


def state_of(position: SyncCheckpoint) -> str:
    """Return the hash of everything tablet and server must agree on."""
    return state_hash(
        position.epoch,
        position.verdicts,
        ((life.id, life.agreed, life.backed_up) for life in position.lives),
        position.notices,
        ((scope.id, scope.cursor, scope.digest) for scope in position.scopes.values()),
    )
