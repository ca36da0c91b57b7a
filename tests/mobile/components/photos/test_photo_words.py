"""Photos in words: never better than the truth, and always what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from field178_mobile.components.photos.photo_words import (
    OUTCOMES,
    REMEDIES,
    SHOWN_PHOTOS,
    PhotoFact,
    files_word,
    photos_state,
)
from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import UploadMessage, UploadState
from field178_mobile.store.photos.photo_store import ServerFileCount
from field178_mobile.store.photos.rows import Photo, PhotoState
from field178_shared.codelists import load
from field178_shared.text.i18n import translator

VI = Wording(load(), "vi", translator("vi", "tablet"))
PHOTO = Photo("ab", "r1", 640_000, "image/jpeg", PhotoState.UNSENT, None, 0, 0, None)


def shown(*photos: Photo, uploads: UploadState | None = None, words: Wording = VI):
    facts = [PhotoFact(photo, "Karaoke Mộc Diệp") for photo in photos]
    return photos_state(facts, uploads or UploadState(), words, is_wifi_only=False)


@pytest.mark.parametrize("message", list(UploadMessage))
def test_everything_photos_do_has_words(message):
    assert message in OUTCOMES
    assert shown(PHOTO, uploads=UploadState(message)).outcome


def test_messages_that_officers_can_act_on_have_a_remedy():
    held_up = {UploadMessage.WAITING_WIFI, UploadMessage.NOT_OUR_SERVER, UploadMessage.REFUSED}
    assert held_up <= set(REMEDIES)


def test_nothing_is_said_where_no_photo_waits():
    state = shown()
    assert (state.summary, state.outcome, state.rows) == ("", "", ())


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 kB"), (640_000, "640 kB"), (999_600, "1 MB"), (8_000_000, "8 MB"), (52_400_000, "52 MB")],
)
def test_amounts_are_said_as_people_say_them(size, text):
    assert amount_text(size) == text


def test_sent_bytes_do_not_count_as_unsent():
    state = shown(PHOTO, replace(PHOTO, sha256="cd", sent_bytes=262_144))
    assert state.summary == "Còn 2 ảnh chưa gửi (1 MB)"


def test_a_photo_under_way_shows_how_far_it_is():
    photo = replace(PHOTO, sent_bytes=262_144)
    (row,) = shown(photo, uploads=UploadState(UploadMessage.SENDING, "ab")).rows
    assert (row.word, row.tone) == ("Đang gửi", "primary")
    assert row.sub == "640 kB · đã gửi 41%"
    assert row.share == pytest.approx(0.41, abs=0.001)


@pytest.mark.parametrize(
    ("state", "error", "word", "reason"),
    [
        (PhotoState.REFUSED, "file_refused", "Bị từ chối", "Tệp không được chấp nhận."),
        (PhotoState.DAMAGED, "store_damaged", "Không đọc được", "Tệp ảnh trên máy này bị hỏng."),
        (PhotoState.UNSENT, "locked", "Chưa gửi", "Văn phòng còn đang xử lý ảnh này."),
    ],
)
def test_the_last_error_is_said_in_words_that_fit_a_photo(state, error, word, reason):
    (row,) = shown(replace(PHOTO, state=state, last_error=error)).rows
    assert row.word == word
    assert row.sub.endswith(reason)


def test_stuck_photo_explains_the_next_step_and_comes_first():
    state = shown(PHOTO, replace(PHOTO, sha256="cd", state=PhotoState.REFUSED))
    assert "chụp lại" in state.remedy
    assert [row.sha256 for row in state.rows] == ["cd", "ab"]
    assert [row.is_stuck for row in state.rows] == [True, False]


def test_refusal_names_the_problem_of_the_file():
    (row,) = shown(replace(PHOTO, state=PhotoState.REFUSED, last_error="file_refused:metadata")).rows
    assert "dữ liệu ẩn" in row.sub


def test_a_dismissed_photo_waits_for_nothing():
    fact = PhotoFact(replace(PHOTO, state=PhotoState.REFUSED), "Karaoke", is_dismissed=True)
    state = photos_state([fact], UploadState(), VI, is_wifi_only=False)
    assert (state.summary, state.outcome, state.remedy) == ("1 ảnh đã để riêng", "", "")
    assert (state.rows[0].word, state.rows[0].is_dismissed) == ("Đã để riêng", True)


def test_many_photos_are_counted():
    state = shown(*(replace(PHOTO, sha256=str(n)) for n in range(SHOWN_PHOTOS + 3)))
    assert len(state.rows) == SHOWN_PHOTOS
    assert "3" in state.more


@pytest.mark.parametrize(
    ("count", "word"),
    [(ServerFileCount(0, 0), ""), (ServerFileCount(4, 4), ""), (ServerFileCount(2, 4), "Ảnh 2/4")],
)
def test_a_record_says_how_many_of_its_files_are_up(count, word):
    assert files_word(count, VI) == word
