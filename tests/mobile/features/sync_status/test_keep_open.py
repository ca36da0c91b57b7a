"""The application is kept alive exactly while photos are being sent."""

from __future__ import annotations

from field178_mobile.features.sync_status.keep_open import KeepOpen
from field178_mobile.replication.events import SyncState, UploadMessage, UploadState


def state(message: UploadMessage) -> SyncState:
    return SyncState(uploads=UploadState(message))


def test_device_is_asked_once_for_a_row_of_photos_and_let_go_after_it() -> None:
    texts: list[str | None] = []
    keep = KeepOpen(texts.append, lambda: "Đang gửi")
    for message in ("quiet", "sending", "sending", "sending", "quiet", "quiet"):
        keep.follow(state(UploadMessage(message)))
    assert texts == ["Đang gửi", None]


def test_photos_that_wait_for_wifi_keep_nothing_alive() -> None:
    texts: list[str | None] = []
    keep = KeepOpen(texts.append, lambda: "Đang gửi")
    keep.follow(state(UploadMessage.SENDING))
    keep.follow(state(UploadMessage.WAITING_WIFI))
    assert texts == ["Đang gửi", None]


def test_locking_in_the_middle_of_a_photo_lets_the_device_go() -> None:
    texts: list[str | None] = []
    keep = KeepOpen(texts.append, lambda: "Đang gửi")
    keep.follow(state(UploadMessage.SENDING))
    keep.leave()
    keep.leave()
    assert texts == ["Đang gửi", None]
