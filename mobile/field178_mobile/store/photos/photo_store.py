"""Photos of this tablet for the screens: adding, counting and removing.

A photo added to or removed from a draft stays unfiled until the draft is filed or discarded; its bytes are
kept because it can be restored. The mark is durable before the draft changes: a photo left by a crash in
between is found by the next `settle`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_setting, put_setting
from field178_mobile.store.drafts.rows import all_drafts, drafted_records
from field178_mobile.store.outbox.changes import changes_of
from field178_mobile.store.photos.files import PhotoFiles, PhotoHead
from field178_mobile.store.photos.rows import (
    ATTACHMENTS,
    PHOTOS,
    Photo,
    PhotoState,
    forget_photo,
    get_photo,
    insert_photo,
    named_files,
    photos_of,
    unsent_photos,
)
from field178_mobile.store.photos.undeliverable import dismiss, send_again, undeliverable_photos
from field178_mobile.store.replica.merged_view import compose
from field178_mobile.store.replica.server_records import get_server_record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reading import entries_of

if TYPE_CHECKING:
    from field178_mobile.store.session import DatabaseAccess, Unlocked

# Below this the remaining space is kept for records.
LEAST_FREE_BYTES = 200 << 20
# A picture of 1600×1200 at quality 80 is much smaller.
LARGEST_PHOTO_BYTES = 2 << 20
Key = tuple[str, str]
LOOSE_SETTING = "photos_loose"


@dataclass(frozen=True, slots=True)
class ServerFileCount:
    """How many of the files a record names the server has: "2/4"."""

    sent: int
    named: int


NO_FILES = ServerFileCount(0, 0)


class PhotoStore:
    """Store of photo bytes, encrypted, until a verified backup of the server contains them."""

    def __init__(self, store: DatabaseAccess, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self.files = PhotoFiles(folder / PHOTOS)

    def add(self, record_id: str, data: bytes, content_type: str) -> Json:
        """Store a file of a record and return its entry; MUST be called before the record names the file.

        The bytes are durable when this returns. Raises AppError(storage_low) if too little space would be
        left.
        """
        if shutil.disk_usage(self._folder).free < LEAST_FREE_BYTES + len(data):
            raise AppError(ErrorCode.STORAGE_LOW)
        head = PhotoHead(hashlib.sha256(data).hexdigest(), record_id, len(data), content_type)

        def work(unlocked: Unlocked) -> tuple[str]:
            # Bytes first, row second: bytes without a row are recovered at the next opening; a row without
            # bytes would be a broken promise.
            self.files.write(unlocked.context.sealer, head, data)
            with unlocked.context.transaction("photo"):
                insert_photo(unlocked.context, head)
                mark_loose(unlocked.context, (head.sha256, record_id))
            return (record_id,)

        self._store.write(work)
        return {"sha256": head.sha256, "size": head.size_bytes, "content_type": content_type}

    def take_back(self, record_id: str, sha256: str) -> None:
        """Delete a file that was never filed; only at the user's request, after the draft dropped it."""
        self._forget(
            record_id, lambda context: [photo for photo in [get_photo(context, sha256, record_id)] if photo]
        )

    def let_go(self, record_id: str, sha256: str) -> None:
        """Give up a file that the draft is about to name no longer; until `settle` it can be named again."""

        def work(unlocked: Unlocked) -> tuple[str, ...]:
            with unlocked.context.transaction("photo"):
                mark_loose(unlocked.context, (sha256, record_id))
            return ()

        self._store.write(work)

    def settle(self, record_id: str = "") -> None:
        """Delete the files, of one record or of all, that no draft and no filed record names.

        MUST be called only when the draft is closed: deletion is final. If the disk refuses the write, it is
        retried at the next opening.
        """

        def work(unlocked: Unlocked) -> list[str]:
            gone = [
                photo
                for photo in settle(unlocked.context, record_id)
                if not _was_filed(unlocked.context, photo)
            ]
            for photo in gone:
                forget_photo(unlocked.context, self.files, photo)
            return [photo.record_id for photo in gone]

        try:
            self._store.write(work)
        except AppError as error:
            if error.code is not ErrorCode.STORE_UNWRITABLE:
                raise

    def forget_unfiled(self, record_id: str) -> None:
        """Delete the files of a discarded draft; files of filed records stay."""
        self._forget(record_id, lambda context: photos_of(context, record_id))

    def read(self, sha256: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return bytes of a photo that is here; AppError(store_damaged) when they do not open."""
        sealer = self._store.read(lambda context: context.sealer)
        if length is None:
            length = self.files.head(sealer, sha256).size_bytes
        return self.files.read(sealer, sha256, offset, length)

    def of(self, record_id: str) -> list[Photo]:
        """Return the files of a record that are on this tablet."""
        return self._store.read(lambda context: photos_of(context, record_id))

    def has_free_space(self) -> bool:
        """Return whether there is space for a photo; the last megabytes are reserved for records."""
        return shutil.disk_usage(self._folder).free >= LEAST_FREE_BYTES + LARGEST_PHOTO_BYTES

    def unsent(self) -> list[Photo]:
        """Return the files of filed records that the server does not have."""
        return self._store.read(unsent_photos)

    def dismissed(self) -> frozenset[tuple[str, str]]:
        """Return the keys of the dismissed photos."""
        return self._store.read(undeliverable_photos)

    def dismiss(self, key: tuple[str, str]) -> None:
        """Wait no longer for a photo that was refused or does not open; its bytes stay."""
        self._decide(key, dismiss)

    def send_again(self, key: tuple[str, str]) -> None:
        """Queue a photo again that was refused, does not open or was dismissed."""
        self._decide(key, send_again)

    def count_of(self, record_id: str) -> ServerFileCount:
        """Return how many of the files a record names the server has."""
        return self._store.read(lambda context: count_files(context, record_id))

    def is_named(self, photo: Photo) -> bool:
        """Return whether the server's record, as this tablet has it, names a photo."""
        row = self._store.read(lambda context: get_server_record(context, photo.record_id))
        return row is not None and not row.deleted and photo.sha256 in named_files(row.data)

    def _decide(
        self, key: tuple[str, str], write: Callable[[DatabaseContext, tuple[str, str]], None]
    ) -> None:
        def work(unlocked: Unlocked) -> tuple[str]:
            with unlocked.context.transaction("photo"):
                write(unlocked.context, key)
            return (key[1],)

        self._store.write(work)

    def _forget(self, record_id: str, choose: Callable[[DatabaseContext], list[Photo]]) -> None:
        def work(unlocked: Unlocked) -> tuple[str]:
            gone = [photo for photo in choose(unlocked.context) if not _was_filed(unlocked.context, photo)]
            for photo in gone:
                forget_photo(unlocked.context, self.files, photo)
            return (record_id,)

        self._store.write(work)


def count_files(context: DatabaseContext, record_id: str) -> ServerFileCount:
    """Return how many of the record's files the server has; files not on this tablet come from it."""
    view = compose(get_server_record(context, record_id), changes_of(context, record_id))
    named = [] if view is None else entries_of(view.data, ATTACHMENTS).values()
    unsent = {photo.sha256 for photo in photos_of(context, record_id) if photo.state is not PhotoState.SENT}
    return ServerFileCount(sum(entry.get("sha256") not in unsent for entry in named), len(named))


def _was_filed(context: DatabaseContext, photo: Photo) -> bool:
    own, server_record = changes_of(context, photo.record_id), get_server_record(context, photo.record_id)
    if server_record is not None and photo.sha256 in named_files(server_record.data):
        return True
    return any(photo.sha256 in str(change.wire.get("set")) for change in own)


def mark_loose(context: DatabaseContext, key: Key) -> None:
    """Leave the fate of a photo (hash, record) open. Inside a transaction."""
    put_setting(context, LOOSE_SETTING, sorted({*_unfiled_keys(context), key}))


def settle(context: DatabaseContext, record_id: str = "") -> list[Photo]:
    """Settle open photos, of one record or of all; return the photos that no draft names.

    Not inside a transaction.
    """
    loose = _unfiled_keys(context)
    due = frozenset(key for key in loose if record_id in ("", key[1]))
    if not due:
        return []
    # A draft still names some photos: they are checked again when it is filed or discarded.
    stays = due & _drafted(context, due)
    with context.transaction("photo"):
        put_setting(context, LOOSE_SETTING, sorted(loose - due | stays))
    return [photo for key in sorted(due - stays) if (photo := get_photo(context, *key)) is not None]


def _drafted(context: DatabaseContext, keys: frozenset[Key]) -> frozenset[Key]:
    drafts = all_drafts(context)
    named = {(sha256, draft.record_id) for draft in drafts for sha256 in named_files(draft.data)}
    # The photos of a damaged draft are unknown, so all photos of its record are kept.
    spoiled = drafted_records(context) - {draft.record_id for draft in drafts}
    return frozenset(key for key in keys if key in named or key[1] in spoiled)


def _unfiled_keys(context: DatabaseContext) -> frozenset[Key]:
    stored = get_setting(context, LOOSE_SETTING)
    pairs = stored if isinstance(stored, list) else []
    return frozenset((str(pair[0]), str(pair[1])) for pair in pairs)
