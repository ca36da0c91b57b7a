"""Attaching pictures to the record under work: kept durably first, then named by its draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.components.photos import picture
from field178_mobile.ports import Json
from field178_mobile.presentation.draft_session import Changes
from field178_mobile.store.photos.photo_store import PhotoStore
from field178_mobile.store.photos.rows import ATTACHMENTS
from field178_shared.records.reading import entries_of
from field178_shared.time.clock import to_wire

KEY_LENGTH = 12


@dataclass(frozen=True, slots=True)
class PhotoDraft:
    """Draft that names the photos, with its undo steps.

    `change` with a label can be undone; `forget_steps` removes the undo steps of a path.
    """

    read: Callable[[], Mapping[str, object]]
    change: Callable[[Changes, str], None]
    forget_steps: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """The open record: permitted evidence kinds of its photos, and hashes of filed photos."""

    id: str
    kinds: tuple[str, ...]
    filed: frozenset[str] = frozenset()
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """Details of a picture in the record, besides its bytes; the picture is marked as screened."""

    evidence_kind: str
    taken_at: datetime | None = None
    checklist_item_id: str = ""

    def wire(self) -> dict[str, object]:
        """Return the details as members of the attachment."""
        details: dict[str, object] = {"evidence_kind": self.evidence_kind, "screened": True}
        if self.taken_at is not None:
            details["taken_at"] = to_wire(self.taken_at)
        if self.checklist_item_id:
            details["checklist_item_id"] = self.checklist_item_id
        return details


class PhotoAttaching:
    """Photos of one open record; `label` is the label of their undo steps."""

    def __init__(self, photos: PhotoStore, record: PhotoRecord, draft: PhotoDraft, label: str) -> None:
        self._photos = photos
        self._draft = draft
        self._label = label
        self.record = record

    def entries(self) -> dict[str, Mapping[str, object]]:
        """Return the draft's photo entries by key."""
        return dict(entries_of(self._draft.read(), ATTACHMENTS))

    def keep(self, prepared: bytes) -> Json:
        """Store a prepared picture and return its entry for the draft; runs on a worker thread."""
        return self._photos.add(self.record.id, prepared, picture.CONTENT_TYPE)

    def attach(self, named: Json, details: PhotoDetails) -> str:
        """Add a stored picture to the draft; return its key. Equal pictures have equal keys."""
        key = _key_of(named)
        self._draft.change({_path(key): {**named, **details.wire()}}, self._label)
        self._take_back_unless(key, named)
        return key

    def replace(self, key: str, named: Json, details: PhotoDetails) -> None:
        """Replace a picture by a stored one; the bytes of the old picture are deleted at once."""
        old, fresh = self.entries()[key], _key_of(named)
        if fresh == key:
            return
        self._draft.change({_path(key): None, _path(fresh): {**old, **named, **details.wire()}}, "")
        self._draft.forget_steps(_path(key))
        self._take_back_unless(fresh, named)
        self._take_back_unless(key, old)

    def describe(self, key: str, details: PhotoDetails) -> None:
        """Store the details of a picture."""
        changes = {f"{_path(key)}.{name}": value for name, value in details.wire().items()}
        self._draft.change(changes, self._label)

    def detach(self, key: str) -> None:
        """Remove a picture from the draft; it can be restored until the draft is filed or left."""
        entry = self.entries().get(key)
        if entry is not None:
            self._photos.let_go(self.record.id, str(entry.get("sha256", "")))
            self._draft.change({_path(key): None}, self._label)

    def put_back(self, key: str, entry: Mapping[str, object]) -> None:
        """Name a picture again that was taken out."""
        self._draft.change({_path(key): dict(entry)}, self._label)

    def _take_back_unless(self, key: str, entry: Mapping[str, object]) -> None:
        # A draft filed or locked meanwhile accepts no change: delete bytes that no record names.
        if key not in self.entries():
            self._photos.take_back(self.record.id, str(entry["sha256"]))


def _key_of(named: Json) -> str:
    return str(named["sha256"])[:KEY_LENGTH]


def _path(key: str) -> str:
    return f"{ATTACHMENTS}.{key}"
