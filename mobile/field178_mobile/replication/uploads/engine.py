"""Upload engine: sends photos after changes, one at a time, without I/O (docs/sync-protocol.md §9).

`step(event)` returns one request or a wait. After every answered request it waits for 0 seconds, so that
changes filed meanwhile precede the next chunk. After a failure the server's offset is requested once, and at
most the current chunk is sent again.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from field178_mobile.ports import NetworkKind
from field178_mobile.replication.backoff import Backoff
from field178_mobile.replication.events import (
    OF_THE_LINE,
    Failure,
    FailureKind,
    UploadMessage,
    UploadState,
    WakeReason,
)
from field178_mobile.replication.uploads.chunk_size import ChunkSize
from field178_mobile.replication.uploads.events import (
    AskStored,
    Create,
    Event,
    GoOn,
    Locate,
    RenewSession,
    Request,
    SendChunk,
    UploadAnswer,
    WaitFor,
)
from field178_mobile.store.photos.rows import Photo, PhotoState
from field178_mobile.store.photos.upload_queue import UploadQueue
from field178_shared.errors import AppError, ErrorCode

LONG_WAIT_S = 3600.0
# So often a photo may stumble without a step forward before the next one has its turn.
MOST_STUMBLES = 3
# After so many postponed photos in a row, the server accepts no files at all.
MOST_PUT_OFF = 3
_FOR_ALL = (403, 412, 426)
_GONE = (404, 410)

_MESSAGES = {
    FailureKind.NO_NETWORK: UploadMessage.NO_NETWORK,
    FailureKind.UNREACHABLE: UploadMessage.NO_NETWORK,
    FailureKind.CUT: UploadMessage.NO_NETWORK,
    FailureKind.UNEXPECTED: UploadMessage.NO_NETWORK,
    FailureKind.PORTAL: UploadMessage.NOT_OUR_SERVER,
    FailureKind.NOT_OUR_SERVER: UploadMessage.NOT_OUR_SERVER,
    FailureKind.CERTIFICATE: UploadMessage.NOT_OUR_SERVER,
    FailureKind.SESSION: UploadMessage.REFUSED,
    FailureKind.FORBIDDEN: UploadMessage.REFUSED,
    FailureKind.SERVER_FULL: UploadMessage.SERVER_FULL,
}


class UploadEngine:
    """Engine that uploads every photo once."""

    def __init__(self, queue: UploadQueue, randomness: random.Random) -> None:
        self._queue = queue
        self._backoff = Backoff(randomness)
        self._size = ChunkSize()
        self._photo: Photo | None = None
        self._request: Request | None = None
        self._is_offset_known = False
        self._stumbles = self._beginnings = 0
        # key → whether it was the server's word on this photo; else it only cannot get through just now.
        self._put_off: dict[tuple[str, str], bool] = {}
        self._sent_again: set[tuple[str, str]] = set()
        self._put_off_in_a_row = 0
        self._is_waiting_long = False
        self._has_asked_stored = False
        self._has_signed_in = False
        self.state = UploadState()

    def wakes_for(self, reason: WakeReason) -> bool:
        """Return whether a wake ends the wait; the user, the network and a start clear earlier failures."""
        if reason in (WakeReason.USER, WakeReason.NETWORK, WakeReason.START):
            self._backoff.reset()
            self._forget_trouble()
            if reason is WakeReason.START:
                # A start may bring a readable disk or another version: retry the photos that wait for a
                # person.
                self._queue.try_again()
            return True
        return self.state.retry_in_s is None

    def step(self, event: Event) -> Request | WaitFor:
        """Handle one event and return the next action."""
        if isinstance(event, GoOn):
            done: Request | WaitFor = self._go_on(event)
        elif isinstance(event, Failure):
            done = self._on_failure(event)
        else:
            done = self._on_answer(event)
        self._request = None if isinstance(done, WaitFor) else done
        return done

    def _go_on(self, event: GoOn) -> Request | WaitFor:
        was_long, self._is_waiting_long = self._is_waiting_long, False
        if event.is_due and was_long:
            self._has_asked_stored, self._put_off_in_a_row = False, 0
        photos = self._queue.sendable()
        if photos and event.network is NetworkKind.METERED and self._queue.is_wifi_only():
            return self._wait(UploadMessage.WAITING_WIFI, None)
        photo = self._chosen(photos)
        if photo is not None:
            return self._next_of(photo)
        if self._put_off:
            is_lasting = any(self._put_off.values())
            self._put_off.clear()
            return self._wait_long(UploadMessage.PUT_OFF) if is_lasting else WaitFor(0)
        return self._ask_stored()

    def _chosen(self, photos: list[Photo]) -> Photo | None:
        candidates = [photo for photo in photos if photo.key not in self._put_off]
        current = self._photo.key if self._photo is not None else None
        next_photo = next(
            (photo for photo in candidates if photo.key == current), candidates[0] if candidates else None
        )
        if next_photo is None or next_photo.key != current:
            self._is_offset_known, self._stumbles, self._beginnings = False, 0, 0
        self._photo = next_photo
        return next_photo

    def _next_of(self, photo: Photo) -> Request | WaitFor:
        self.state = UploadState(UploadMessage.SENDING, photo.sha256)
        if photo.location is None:
            return Create(photo.sha256, photo.record_id, photo.size_bytes, photo.content_type)
        if not self._is_offset_known:
            return Locate(photo.location)
        try:
            data = self._queue.chunk(photo, photo.sent_bytes, self._size.size_bytes)
        except AppError as error:
            if error.code is not ErrorCode.STORE_DAMAGED:
                raise
            # The photo cannot be decrypted any more: show it, and continue with the other photos.
            self._queue.move(photo, PhotoState.DAMAGED, error.code.value)
            return WaitFor(0)
        return SendChunk(photo.location, photo.sent_bytes, data)

    def _ask_stored(self) -> Request | WaitFor:
        sent = [] if self._has_asked_stored else self._queue.sent()
        if not sent:
            return self._wait_long(UploadMessage.QUIET) if self._has_asked_stored else self._wait_quietly()
        self._photo, self.state = sent[0], UploadState()
        return AskStored(sent[0].sha256)

    def _on_answer(self, answer: UploadAnswer) -> Request | WaitFor:
        request, photo = self._request, self._photo
        if isinstance(request, RenewSession):
            self._has_signed_in = True
            return WaitFor(0)
        if photo is None or request is None:
            return WaitFor(0)
        if answer.status == 401 and not self._has_signed_in:
            return RenewSession()
        self._has_signed_in = False
        taking: dict[type[Request], Callable[[Photo, UploadAnswer], WaitFor | None]] = {
            Create: self._on_created,
            Locate: self._on_located,
            SendChunk: self._on_sent,
            AskStored: self._on_looked,
        }
        return taking[type(request)](photo, answer) or self._on_trouble(photo, answer)

    def _on_created(self, photo: Photo, answer: UploadAnswer) -> WaitFor | None:
        if answer.status == 422:
            return self._refuse(photo, answer)
        if answer.status != 201 or answer.location is None:
            return None
        # The location is stored before the first byte is sent, so that the upload continues after a crash.
        self._advance(photo, answer.location, answer.offset or 0)
        return WaitFor(0)

    def _on_located(self, photo: Photo, answer: UploadAnswer) -> WaitFor | None:
        if answer.status in _GONE:
            return self._begin_again(photo)
        if answer.status == 422:
            return self._refuse(photo, answer)
        offset = answer.offset
        if answer.status not in (200, 204) or offset is None or not 0 <= offset <= photo.size_bytes:
            return None
        self._advance(photo, photo.location, offset)
        return WaitFor(0)

    def _on_sent(self, photo: Photo, answer: UploadAnswer) -> WaitFor | None:
        request = self._request
        assert isinstance(request, SendChunk)
        end = request.offset + len(request.data)
        if answer.status in (200, 204) and answer.offset == end:
            self._size = self._size.doubled()
            self._advance(photo, photo.location, end)
            return WaitFor(0)
        self._is_offset_known = answer.status == 401
        if answer.status in _GONE:
            return self._begin_again(photo)
        if answer.status == 413 and not self._size.is_smallest:
            self._size = self._size.halved(len(request.data))
            return WaitFor(0)
        return self._refuse(photo, answer) if answer.status == 422 else None

    def _on_looked(self, photo: Photo, answer: UploadAnswer) -> WaitFor | None:
        is_stored, is_gone = answer.status in (200, 204), answer.status in _GONE
        if (is_stored and answer.is_backed_up) or (is_gone and not self._queue.is_named(photo)):
            self._queue.let_go(photo)
        elif is_gone and photo.key not in self._sent_again:
            # The server lost it: another history began before it was in a backup.
            self._sent_again.add(photo.key)
            self._queue.move(photo, PhotoState.UNSENT)
        else:
            # The oldest photo is in no backup, or unknown: newer photos are not requested.
            self._has_asked_stored = True
        return WaitFor(0)

    def _advance(self, photo: Photo, location: str | None, offset: int) -> None:
        offset = min(offset, photo.size_bytes)
        if offset > photo.sent_bytes or photo.location is None:
            self._backoff.reset()
        if offset > photo.sent_bytes:
            self._stumbles = self._put_off_in_a_row = 0
        if offset == photo.size_bytes:
            self._queue.move(photo, PhotoState.SENT)
            self._photo, self._is_offset_known = None, False
            return
        self._photo = self._queue.keep_progress(photo, location, offset)
        self._is_offset_known = True

    def _begin_again(self, photo: Photo) -> WaitFor:
        self._photo = self._queue.keep_progress(photo, None, 0)
        self._beginnings += 1
        if self._beginnings >= MOST_STUMBLES:
            # The file arrived completely but damaged each time: progress does not reset this failure.
            return self._postpone(photo, ErrorCode.CHECKSUM_MISMATCH.value, None)
        return self._stumble(photo, ErrorCode.UPLOAD_GONE.value, None)

    def _refuse(self, photo: Photo, answer: UploadAnswer) -> WaitFor:
        code = (answer.code or ErrorCode.FILE_REFUSED).value
        reason = f"{code}:{answer.problem}" if answer.problem else code
        self._queue.move(photo, PhotoState.REFUSED, reason)
        return WaitFor(0)

    def _on_trouble(self, photo: Photo, answer: UploadAnswer) -> WaitFor:
        status = answer.status
        if status in _FOR_ALL:
            self._queue.note_error(photo, (answer.code or ErrorCode.FORBIDDEN).value)
            is_ours = status == 403
            return self._wait_long(UploadMessage.REFUSED if is_ours else UploadMessage.NOT_SERVED)
        code = answer.code or (ErrorCode.BUSY if status >= 500 or status == 429 else ErrorCode.BAD_REQUEST)
        if status in (423, 429) or status >= 500:
            # 423: another writer holds it, perhaps our own request whose answer was lost.
            return self._stumble(photo, code.value, self._backoff.next_wait(answer.retry_after_s))
        if status in (401, 409, 460) or status < 300:
            return self._stumble(photo, code.value, None)
        # 404: no such record there, or no uploads at all. 413: no space for this device. Both may change.
        return self._postpone(photo, code.value, None)

    def _on_failure(self, failure: Failure) -> WaitFor:
        self._is_offset_known = self._has_signed_in = False
        if isinstance(self._request, SendChunk):
            self._size = self._size.halved(len(self._request.data))
        if self._photo is not None and failure.kind not in OF_THE_LINE:
            self._queue.note_error(self._photo, (failure.code or ErrorCode.NOT_OUR_SERVER).value)
        message = _MESSAGES.get(failure.kind, UploadMessage.SERVER_BUSY)
        self._stumbles += 1
        if self._photo is not None and self._stumbles >= MOST_STUMBLES:
            # This file may be what breaks the connection; try the next one.
            self._put_off[self._photo.key] = False
        if failure.kind is FailureKind.FORBIDDEN:
            return self._wait_long(message)
        return self._wait(message, self._backoff.next_wait(failure.retry_after_s))

    def _stumble(self, photo: Photo, error: str, wait_s: float | None) -> WaitFor:
        self._stumbles += 1
        if self._stumbles >= MOST_STUMBLES:
            return self._postpone(photo, error, wait_s)
        self._queue.note_error(photo, error)
        return WaitFor(0) if wait_s is None else self._wait(_wait_message(error), wait_s)

    def _postpone(self, photo: Photo, error: str, wait_s: float | None) -> WaitFor:
        self._queue.note_error(photo, error)
        self._put_off[photo.key] = True
        self._put_off_in_a_row += 1
        self._photo = None
        if self._put_off_in_a_row >= MOST_PUT_OFF:
            is_unknown = error == ErrorCode.NOT_FOUND
            return self._wait_long(UploadMessage.NOT_SERVED if is_unknown else UploadMessage.PUT_OFF)
        return WaitFor(0) if wait_s is None else self._wait(_wait_message(error), wait_s)

    def _forget_trouble(self) -> None:
        self._put_off.clear()
        self._put_off_in_a_row = self._stumbles = 0
        self._is_waiting_long = self._has_asked_stored = False

    def _wait_quietly(self) -> WaitFor:
        self.state = UploadState()
        return WaitFor(None)

    def _wait_long(self, message: UploadMessage) -> WaitFor:
        self._is_waiting_long = True
        self._photo = None
        return self._wait(message, LONG_WAIT_S)

    def _wait(self, message: UploadMessage, seconds: float | None) -> WaitFor:
        # Without waiting photos no retry time is shown.
        shown = None if message is UploadMessage.QUIET else seconds
        self.state = UploadState(message, "", shown)
        return WaitFor(seconds)


def _wait_message(error: str) -> UploadMessage:
    """Return the message to show while the server cannot accept a photo."""
    return UploadMessage.SERVER_FULL if error == ErrorCode.STORAGE_FULL else UploadMessage.SERVER_BUSY
