"""Queue of photos for the upload engine: the next photo, and one commit for each step."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.photos.rows import (
    Photo,
    PhotoState,
    forget_photo,
    get_photo,
    put_error,
    put_progress,
    put_state,
    sendable_photos,
    sent_photos,
    stuck_photos,
)
from field178_mobile.store.photos.undeliverable import is_judged_anew, note_judged, undeliverable_photos
from field178_mobile.store.session import Unlocked
from field178_mobile.store.store import Store

WIFI_ONLY = "photos_wifi_only"


class UploadQueue:
    """Upload queue in the store for the upload engine; safe to call from the sync thread.

    `app` is the version of this program: another version may write photos that the server accepts.
    """

    def __init__(self, store: Store, app: str = "") -> None:
        self._store = store
        self._app = app

    def sendable(self) -> list[Photo]:
        """Return the photos that may be sent now, in order."""
        return self._store.read(sendable_photos)

    def sent(self) -> list[Photo]:
        """Return the photos that the server has and that are still kept here, the oldest first."""
        return self._store.read(sent_photos)

    def try_again(self) -> None:
        """Requeue undecryptable photos; requeue refused photos once for each program and server version."""

        def work(unlocked: Unlocked) -> set[str]:
            context = unlocked.context
            is_new = is_judged_anew(context, self._app)
            dismissed = undeliverable_photos(context)
            stuck = [photo for photo in stuck_photos(context) if is_new or _may_read_again(photo, dismissed)]
            if stuck:
                with context.transaction("upload"):
                    note_judged(context, self._app)
                    for photo in stuck:
                        put_state(context, photo, PhotoState.UNSENT, photo.last_error)
            return {photo.record_id for photo in stuck}

        self._store.write(work)

    def is_wifi_only(self) -> bool:
        """Return whether the officers restrict photo uploads to Wi-Fi."""
        return self._store.settings.get(WIFI_ONLY) is True

    def chunk(self, photo: Photo, offset: int, length: int) -> bytes:
        """Return the next bytes of a photo; AppError(store_damaged) when they do not open."""
        return self._store.photos.read(photo.sha256, offset, length)

    def keep_progress(self, photo: Photo, location: str | None, sent_bytes: int) -> Photo:
        """Store the upload location and the size that the server has received."""
        return self._put(photo, lambda context: put_progress(context, photo, location, sent_bytes))

    def move(self, photo: Photo, state: PhotoState, error: str | None = None) -> None:
        """Move a photo to a state."""

        def write(context: DatabaseContext) -> None:
            put_state(context, photo, state, error)
            if state is PhotoState.REFUSED:
                note_judged(context, self._app)

        self._put(photo, write)

    def note_error(self, photo: Photo, error: str) -> None:
        """Store a failed attempt and its error."""
        self._put(photo, lambda context: put_error(context, photo, error))

    def let_go(self, photo: Photo) -> None:
        """Delete the bytes of a photo: a verified backup holds them, or its record is no longer ours."""

        def work(unlocked: Unlocked) -> tuple[str]:
            forget_photo(unlocked.context, self._store.photos.files, photo)
            return (photo.record_id,)

        self._store.write(work)

    def is_named(self, photo: Photo) -> bool:
        """Return whether the server record on this tablet names a photo."""
        return self._store.photos.is_named(photo)

    def _put(self, photo: Photo, write: Callable[[DatabaseContext], None]) -> Photo:
        current = [photo]

        def work(unlocked: Unlocked) -> tuple[str]:
            with unlocked.context.transaction("upload"):
                write(unlocked.context)
            current[0] = get_photo(unlocked.context, *photo.key) or photo
            return (photo.record_id,)

        self._store.write(work)
        return current[0]


def _may_read_again(photo: Photo, dismissed: frozenset[tuple[str, str]]) -> bool:
    return photo.state is PhotoState.DAMAGED and photo.key not in dismissed
