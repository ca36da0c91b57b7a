"""The rescue card decides without a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from field178_mobile.features.sync_status.offline_export import OfflineExportPresenter, OfflineExportState
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.offline_export import WrittenExport
from field178_mobile.store.model import StoreStatus
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import translator

WORDS = Wording(load(), "vi", translator("vi", "tablet"))
QUIET = StoreStatus(0, 0, None, None, 0, 0, 0, True)
BUSY = replace(QUIET, unsent_records=2, unsent_changes=4, unsent_photos=2, undeliverable_photos=1, drafts=1)
DONE = WrittenExport(Path("/media/usb/cuu-ho.f178"), 4, 8_000_000)


class Later:
    """A background that runs its work when a test calls it."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def run(self, work, done, failed):
        def go() -> None:
            try:
                done(work())
            except AppError as error:
                failed(error)

        self.waiting.append(go)


def card(write, status: StoreStatus = BUSY) -> tuple[OfflineExportPresenter, Later, list[OfflineExportState]]:
    states: list[OfflineExportState] = []
    threads = Later()
    presenter = OfflineExportPresenter(lambda: status, write, threads, WORDS, states.append)
    presenter.refresh()
    return presenter, threads, states


def test_card_counts_changes_in_the_file_and_drafts_outside_it() -> None:
    _presenter, _threads, states = card(lambda: DONE)
    assert states[-1].holds == "Tệp sẽ mang 4 thay đổi chưa gửi."
    assert "1 bản nháp không có trong tệp" in states[-1].stays
    _presenter, _threads, states = card(lambda: DONE, QUIET)
    assert (states[-1].holds, states[-1].stays) == ("Không có gì đang chờ: hiện chưa cần tệp cứu hộ.", "")


def test_photos_alone_need_no_file() -> None:
    photos = replace(QUIET, unsent_photos=3, undeliverable_photos=1)
    _presenter, _threads, states = card(lambda: DONE, photos)
    assert states[-1].holds == "Không có gì đang chờ: hiện chưa cần tệp cứu hộ."


def test_one_file_is_written_at_a_time() -> None:
    presenter, threads, states = card(lambda: DONE)
    presenter.write()
    presenter.write()
    assert (len(threads.waiting), states[-1].is_writing) == (1, True)
    threads.waiting[0]()
    assert not states[-1].is_writing


def test_written_file_is_named_with_the_next_step() -> None:
    presenter, threads, states = card(lambda: DONE)
    presenter.write()
    threads.waiting[0]()
    assert states[-1].done == "Đã ghi: cuu-ho.f178"
    assert states[-1].place == "Trong thư mục /media/usb: 4 thay đổi, 8 MB."
    assert "Giữ nguyên máy" in states[-1].advice


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        (ErrorCode.RESCUE_NO_ROOM, "không còn đủ chỗ", "dọn bớt"),
        (ErrorCode.RESCUE_UNWRITTEN, "Không ghi được", "USB"),
        (ErrorCode.STORE_DAMAGED, "hỏng", "báo văn phòng"),
    ],
)
def test_error_is_shown_with_its_remedy(code: ErrorCode, message: str, advice: str) -> None:
    def write():
        raise AppError(code)

    presenter, threads, states = card(write)
    presenter.write()
    threads.waiting[0]()
    assert message in states[-1].error
    assert advice in states[-1].advice
    assert (states[-1].done, states[-1].is_writing) == ("", False)
