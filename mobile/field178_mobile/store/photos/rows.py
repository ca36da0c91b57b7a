"""Rows of photos: record and upload state of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox.changes import changes_of
from field178_mobile.store.photos.files import PhotoFiles, PhotoHead
from field178_mobile.store.replica.merged_view import compose
from field178_mobile.store.replica.server_records import get_server_record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.reading import entries_of

ATTACHMENTS = "attachments"
_COLUMNS = "sha256, record_id, size_bytes, content_type, state, location, sent_bytes, attempts, last_error"


class PhotoState(StrEnum):
    """State of a photo. `refused` and `damaged` photos wait for a person."""

    UNSENT = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Photo:
    """A file of a record. `location` is None until the server has accepted the upload."""

    sha256: str
    record_id: str
    size_bytes: int
    content_type: str
    state: PhotoState
    location: str | None
    sent_bytes: int
    attempts: int
    last_error: str | None

    @property
    def key(self) -> tuple[str, str]:
        """Key of the photo: hash and record, because two records may share a picture."""
        return self.sha256, self.record_id


def insert_photo(context: DatabaseContext, head: PhotoHead) -> None:
    """Insert a file into the queue; an existing row stays unchanged. Inside a transaction."""
    context.connection.execute(
        "INSERT OR IGNORE INTO photo (sha256, record_id, size_bytes, content_type, state) "
        "VALUES (?, ?, ?, ?, 'waiting')",
        (head.sha256, head.record_id, head.size_bytes, head.content_type),
    )


def replace_photo(context: DatabaseContext, head: PhotoHead) -> None:
    """Replace the row of a file by a new queue entry. Inside a transaction."""
    place = (head.sha256, head.record_id)
    context.connection.execute("DELETE FROM photo WHERE sha256 = ? AND record_id = ?", place)
    insert_photo(context, head)


def delete_photo(context: DatabaseContext, photo: Photo) -> None:
    """Delete a file from the queue. Inside a transaction."""
    context.connection.execute("DELETE FROM photo WHERE sha256 = ? AND record_id = ?", photo.key)


def get_photo(context: DatabaseContext, sha256: str, record_id: str) -> Photo | None:
    """Return one file of a record, None if it does not exist."""
    photos = _select(context, "sha256 = ? AND record_id = ?", (sha256, record_id))
    return photos[0] if photos else None


def all_photos(context: DatabaseContext) -> list[Photo]:
    """Return every file of this tablet, in the order of adding."""
    return _select(context, "1 = 1", ())


def photos_of(context: DatabaseContext, record_id: str) -> list[Photo]:
    """Return the files of a record that are still here."""
    return _select(context, "record_id = ?", (record_id,))


def sent_photos(context: DatabaseContext) -> list[Photo]:
    """Return the files the server has and whose bytes are still here, the oldest first."""
    return _select(context, "state = 'sent'", ())


def stuck_photos(context: DatabaseContext) -> list[Photo]:
    """Return the files that wait for a person."""
    return _select(context, "state IN ('refused', 'damaged')", ())


def unsent_photos(context: DatabaseContext) -> list[Photo]:
    """Return the files that a filed record names and that the server does not have, the oldest first.

    A file of a draft does not wait for the server yet, and one whose record no longer names it never will.
    """
    photos, names = _select(context, "state <> 'sent'", ()), dict[str, frozenset[str]]()
    for photo in photos:
        if photo.record_id not in names:
            view = compose(get_server_record(context, photo.record_id), changes_of(context, photo.record_id))
            is_live = view is not None and not view.deleted
            names[photo.record_id] = named_files(view.data) if view is not None and is_live else frozenset()
    return [photo for photo in photos if photo.sha256 in names[photo.record_id]]


def sendable_photos(context: DatabaseContext) -> list[Photo]:
    """Return the waiting files that the server's record already names: records are sent first.

    A tablet with an order of the office has no row of what it sent: there its applied changes count.
    """
    photos, names = _select(context, "state = 'waiting'", ()), dict[str, frozenset[str]]()
    for photo in photos:
        if photo.record_id not in names:
            applied = [change for change in changes_of(context, photo.record_id) if change.is_applied]
            view = compose(get_server_record(context, photo.record_id), applied)
            names[photo.record_id] = named_files(view.data) if view and not view.deleted else frozenset()
    return [photo for photo in photos if photo.sha256 in names[photo.record_id]]


def named_files(data: Mapping[str, object]) -> frozenset[str]:
    """Return the hashes of the files that a record names."""
    return frozenset(str(entry.get("sha256", "")) for entry in entries_of(data, ATTACHMENTS).values())


def put_progress(context: DatabaseContext, photo: Photo, location: str | None, sent_bytes: int) -> None:
    """Store the upload location and the received size. Inside a transaction."""
    context.connection.execute(
        "UPDATE photo SET location = ?, sent_bytes = ?, last_error = NULL WHERE sha256 = ? AND record_id = ?",
        (location, sent_bytes, *photo.key),
    )


def put_state(context: DatabaseContext, photo: Photo, state: PhotoState, error: str | None = None) -> None:
    """Set the state of a file and clear its upload. Inside a transaction."""
    sent_bytes = photo.size_bytes if state is PhotoState.SENT else 0
    context.connection.execute(
        "UPDATE photo SET state = ?, location = NULL, sent_bytes = ?, last_error = ? "
        "WHERE sha256 = ? AND record_id = ?",
        (state.value, sent_bytes, error, *photo.key),
    )


def put_error(context: DatabaseContext, photo: Photo, error: str) -> None:
    """Store a failed attempt and its error. Inside a transaction."""
    context.connection.execute(
        "UPDATE photo SET attempts = attempts + 1, last_error = ? WHERE sha256 = ? AND record_id = ?",
        (error, *photo.key),
    )


def _select(context: DatabaseContext, where: str, values: tuple[str, ...]) -> list[Photo]:
    query = f"SELECT {_COLUMNS} FROM photo WHERE {where} ORDER BY ordinal"  # noqa: S608  constants
    return [_from_row(row) for row in context.connection.execute(query, values).fetchall()]


def _from_row(row: tuple[str, str, int, str, str, str | None, int, int, str | None]) -> Photo:
    return Photo(
        *row[:4],
        state=PhotoState(row[4]),
        location=row[5],
        sent_bytes=row[6],
        attempts=row[7],
        last_error=row[8],
    )


PHOTOS = "photos"


def forget_photo(context: DatabaseContext, files: PhotoFiles, photo: Photo) -> None:
    """Delete a file of a record; its bytes stay while another record has them too."""
    # Bytes first: a crash in between leaves a row that the next opening deletes; the opposite order would
    # leave a file without a row.
    if sum(other.sha256 == photo.sha256 for other in all_photos(context)) == 1:
        files.remove(photo.sha256)
    with context.transaction("photo"):
        delete_photo(context, photo)


def match_photos(context: DatabaseContext, files: PhotoFiles) -> None:
    """Bring folder and queue together after a crash or a damage: no bytes without a row, no row without."""
    names, rows = files.names(), {photo.key: photo for photo in all_photos(context)}
    heads = [head for name in names if (head := _head(context, files, name)) is not None]
    # Also where a bad block spoiled the plain columns of a row: the sealed content counts.
    strange = [head for head in heads if not _agrees_with(rows.get((head.sha256, head.record_id)), head)]
    lost = [photo for photo in rows.values() if photo.sha256 not in names]
    if not strange and not lost:
        return
    unsent = {photo.key for photo in unsent_photos(context)}
    with context.transaction("photo"):
        for head in strange:
            replace_photo(context, head)
        for photo in lost:
            if photo.key in unsent:
                put_state(context, photo, PhotoState.DAMAGED, ErrorCode.STORE_DAMAGED.value)
            else:
                delete_photo(context, photo)


def _agrees_with(photo: Photo | None, head: PhotoHead) -> bool:
    declared = (head.size_bytes, head.content_type)
    return photo is not None and (photo.size_bytes, photo.content_type) == declared


def _head(context: DatabaseContext, files: PhotoFiles, sha256: str) -> PhotoHead | None:
    try:
        return files.head(context.sealer, sha256)
    except AppError:
        # Sealed under another key, or spoiled: it stays for a person with better tools.
        return None
