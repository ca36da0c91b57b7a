"""The facts of the sync screen: unsent records, cursors of scopes, difference of the clock."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.components.photos.photo_words import PhotoFact
from field178_mobile.presentation.wording import Wording, record_title
from field178_mobile.store import Store
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox.changes import open_changes, refused_changes
from field178_mobile.store.photos.photo_store import NO_FILES, ServerFileCount
from field178_mobile.store.photos.upload_queue import WIFI_ONLY
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.mass_deletion_guard import WithheldDeletions, read_withheld
from field178_mobile.store.replication.tombstones import count_tombstones
from field178_shared.wire.hash_chain import RootAlarm

MANY = 10_000
NOTHING_WITHHELD = WithheldDeletions(0, is_kept=False)


@dataclass(frozen=True, slots=True)
class UnsentRecord:
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


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """The facts of a moment. `tombstones`: records that left and are kept; `lost`: offered to the office."""

    unsent: tuple[UnsentRecord, ...]
    scopes: tuple[ScopeFact, ...]
    needs_sign_in: bool = False
    withheld: WithheldDeletions = NOTHING_WITHHELD
    tombstones: int = 0
    lost: int = 0
    photos: tuple[PhotoFact, ...] = ()
    is_wifi_only: bool = False
    root_alarm: RootAlarm | None = None


def read_facts(store: Store, words: Wording) -> SyncFacts:
    """Return the facts for the sync screen."""
    refused, unsent = store.read(_changes)
    dismissed = store.photos.dismissed()
    checkpoint = store.read(read_checkpoint)
    tombstones, lost = store.read(count_tombstones)
    return SyncFacts(
        unsent=tuple(
            UnsentRecord(
                record_id,
                kind,
                record_title(store, record_id, words),
                scope,
                record_id in refused,
                store.photos.count_of(record_id),
            )
            for record_id, (kind, scope) in unsent.items()
        ),
        scopes=tuple(
            ScopeFact(scope.id, _scope_name(store, scope.id), scope.digest.count)
            for scope in checkpoint.scopes.values()
        ),
        needs_sign_in=checkpoint.needs_sign_in,
        withheld=store.read(read_withheld),
        tombstones=tombstones,
        lost=lost,
        photos=tuple(
            PhotoFact(photo, record_title(store, photo.record_id, words), photo.key in dismissed)
            for photo in store.photos.unsent()
        ),
        is_wifi_only=store.settings.get(WIFI_ONLY) is True,
        root_alarm=checkpoint.root.alarm if checkpoint.root is not None else None,
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
