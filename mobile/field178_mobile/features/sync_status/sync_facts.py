"""What the sync screen reads from the store: what waits, where the scopes stand, the clock's difference."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.features.photos.photo_words import PhotoFact
from field178_mobile.presentation.wording import Wording, record_title
from field178_mobile.store import Store
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_number
from field178_mobile.store.outbox.changes import open_changes, refused_changes
from field178_mobile.store.photos.photo_store import NO_FILES, ServerFileCount
from field178_mobile.store.photos.upload_queue import WIFI_ONLY
from field178_mobile.store.replication.checkpoint import read_position
from field178_mobile.store.replication.mass_deletion_guard import WithheldDeletions, read_held
from field178_mobile.store.replication.tombstones import count_tombstones
from field178_shared.wire.hash_chain import RootAlarm

MANY = 10_000
NOTHING_HELD = WithheldDeletions(0, is_kept=False)


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """One record with changes the server has not acknowledged, or has refused."""

    record_id: str
    type: str
    title: str
    scope: str
    is_refused: bool
    files: ServerFileCount = NO_FILES


@dataclass(frozen=True, slots=True)
class ScopeFact:
    """One granted scope and the number of records of it on this tablet."""

    id: str
    name: str
    count: int
    is_read: bool


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """All of it at one moment. `resting`: records that went and are kept; `lost`: offered to the office."""

    waiting: tuple[WaitingRecord, ...]
    scopes: tuple[ScopeFact, ...]
    clock_offset_ms: int
    is_revoked: bool
    needs_sign_in: bool = False
    held: WithheldDeletions = NOTHING_HELD
    resting: int = 0
    lost: int = 0
    photos: tuple[PhotoFact, ...] = ()
    is_wifi_only: bool = False
    root_alarm: RootAlarm | None = None


def read_facts(store: Store, words: Wording) -> SyncFacts:
    """Return what the screen says about sync."""
    refused, waiting = store.read(_changes)
    aside = store.photos.aside()
    position = store.read(read_position)
    resting, lost = store.read(count_tombstones)
    return SyncFacts(
        waiting=tuple(
            WaitingRecord(
                *(record_id, kind, record_title(store, record_id, words), scope, record_id in refused),
                store.photos.count_of(record_id),
            )
            for record_id, (kind, scope) in waiting.items()
        ),
        scopes=tuple(
            ScopeFact(scope.id, _scope_name(store, scope.id), scope.digest.count, not scope.refresh)
            for scope in position.scopes.values()
        ),
        clock_offset_ms=store.read(lambda context: get_number(context, "clock_offset_ms")),
        is_revoked=position.is_revoked,
        needs_sign_in=position.needs_sign_in,
        held=store.read(read_held),
        resting=resting,
        lost=lost,
        photos=tuple(
            PhotoFact(photo, record_title(store, photo.record_id, words), photo.key in aside)
            for photo in store.photos.unsent()
        ),
        is_wifi_only=store.settings.get(WIFI_ONLY) is True,
        root_alarm=position.root.alarm if position.root is not None else None,
    )


def _changes(context: DatabaseContext) -> tuple[frozenset[str], dict[str, tuple[str, str]]]:
    refused = refused_changes(context)
    every = [*refused, *open_changes(context, MANY)]
    return (
        frozenset(change.record_id for change in refused),
        {change.record_id: (change.type, change.scope) for change in every},
    )


def _scope_name(store: Store, scope: str) -> str:
    kind, _, rest = scope.partition(":")
    view = store.view(rest) if kind == "team" else None
    return str(view.data.get("name", "")) if view else ""
