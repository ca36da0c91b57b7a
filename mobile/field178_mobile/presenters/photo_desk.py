"""Attaching pictures to the record under work: made bare, kept durably, then named by its draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from field178_mobile import picture
from field178_mobile.ports import Json
from field178_mobile.presenters.answers import Changes
from field178_mobile.store.photo_rows import ATTACHMENTS
from field178_shared.clock import to_wire
from field178_shared.records.reading import entries_of

KEY_LENGTH = 12


class PhotoKeeper(Protocol):
    """Keeps the bytes of photos durably."""

    def add(self, record_id: str, data: bytes, content_type: str) -> Json:
        """Keep a file and return what the record says of it."""
        ...

    def take_back(self, record_id: str, sha256: str) -> None:
        """Forget a file that was never filed."""
        ...


class PhotoDesk:
    """The photos of one record under work. `change` writes its draft, `data` reads it."""

    def __init__(
        self,
        photos: PhotoKeeper,
        record_id: str,
        change: Callable[[Changes], None],
        data: Callable[[], Mapping[str, object]],
    ) -> None:
        self._photos = photos
        self._record_id = record_id
        self._change = change
        self._data = data

    def prepare(self, source: Path | bytes) -> bytes:
        """Return the picture as it will be kept; slow, for a worker thread. AppError(file_refused)."""
        return picture.prepare(source)

    def attach(self, prepared: bytes, evidence_kind: str, taken_at: datetime) -> str:
        """Keep a prepared picture and name it in the draft; return its key. The same picture has one key."""
        named = self._photos.add(self._record_id, prepared, picture.CONTENT_TYPE)
        key = str(named["sha256"])[:KEY_LENGTH]
        about = {"evidence_kind": evidence_kind, "taken_at": to_wire(taken_at)}
        self._change({f"{ATTACHMENTS}.{key}": {**named, **about}})
        if key not in self._entries():
            # The draft did not take it (filed or locked meanwhile): no bytes that nothing names.
            self._photos.take_back(self._record_id, str(named["sha256"]))
        return key

    def detach(self, key: str) -> None:
        """Take a picture out of the draft; its bytes go unless it was filed before."""
        entry = self._entries().get(key)
        if entry is not None:
            self._change({f"{ATTACHMENTS}.{key}": None})
            self._photos.take_back(self._record_id, str(entry.get("sha256", "")))

    def _entries(self) -> dict[str, Mapping[str, object]]:
        return dict(entries_of(self._data(), ATTACHMENTS))
