"""A database that nobody touched since it was closed opens without a check; any doubt brings the check."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.mobile.support import KEY, UNIT, USER, FrozenClock, base_row, draft_of, seeded_ids, server_commits

from field178_mobile.store import Store
from field178_mobile.store.database.driver import sqlite
from field178_mobile.store.integrity.open_store import DATABASE, RECORDS
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import review_id

PLACE, VISIT = "0197aaaa-0000-7000-8000-000000000001", "0197aaaa-0000-7000-8000-000000000002"
STARTED = "2026-11-20T14:00:00.250Z"


@pytest.fixture
def closed(store: Store) -> Store:
    """A store with a place, a visit to it and the office's word on the visit, closed."""
    visit = {"establishment_id": PLACE, "started_at": STARTED, "access_result": "inspected"}
    review = {"record": VISIT, "state": "approved", "record_rev": 1}
    place = {"name": "Karaoke Ánh Trăng", "establishment_type_id": "karaoke", "unit_id": "c1", "lat": 7}
    server_commits(
        store,
        base_row(PLACE, **place),
        base_row(VISIT, 1, "inspection", UNIT, **visit),
        base_row(review_id(VISIT), 1, "review", UNIT, **review),
    )
    store.lock()
    return store


def file_of(store: Store, name: str = DATABASE) -> Path:
    return store.folder / RECORDS / name


def flip_bits(store: Store, record_id: str) -> None:
    """Spoil one cell as a failing memory does: no time of the file tells of it."""
    before = file_of(store).stat()
    connection = sqlite.connect(file_of(store))
    connection.execute("UPDATE base SET sealed = zeroblob(length(sealed)) WHERE id = ?", (record_id,))
    connection.commit()
    connection.close()
    os.utime(file_of(store), ns=(before.st_mtime_ns, before.st_mtime_ns))


def is_held(store: Store, record_id: str) -> bool:
    return store.view(record_id) is not None


def test_lists_are_the_same_as_those_read_from_the_records(closed: Store) -> None:
    closed.unlock(KEY)
    establishments, visits = closed.establishments(), closed.visits()
    assert [visit.id for visit in visits[PLACE]] == [VISIT]
    closed.lock()
    file_of(closed, "lists").unlink()
    closed.unlock(KEY)
    assert (closed.establishments(), closed.visits()) == (establishments, visits)


def test_an_untouched_file_is_opened_without_a_check(closed: Store) -> None:
    flip_bits(closed, VISIT)
    closed.unlock(KEY)
    with pytest.raises(AppError) as refusal:
        closed.view(VISIT)
    assert refusal.value.code is ErrorCode.STORE_DAMAGED


def test_damaged_row_causes_a_check_at_the_next_opening(closed: Store) -> None:
    flip_bits(closed, VISIT)
    closed.unlock(KEY)
    with pytest.raises(AppError):
        closed.view(VISIT)
    closed.lock()
    closed.unlock(KEY)
    assert not is_held(closed, VISIT)  # its scope is read again
    assert is_held(closed, PLACE)
    assert closed.visits() == {}


def test_row_damaged_at_the_opening_is_repaired_at_once(closed: Store) -> None:
    flip_bits(closed, review_id(VISIT))
    closed.unlock(KEY)
    assert not is_held(closed, review_id(VISIT))
    assert is_held(closed, VISIT)


def test_a_file_that_was_written_is_checked(closed: Store) -> None:
    flip_bits(closed, VISIT)
    file_of(closed).touch()
    closed.unlock(KEY)
    assert not is_held(closed, VISIT)


@pytest.mark.parametrize("hours", [24, -1])
def test_file_with_an_unchanged_time_is_checked_once_a_day(
    closed: Store, clock: FrozenClock, hours: int
) -> None:
    flip_bits(closed, VISIT)
    clock.tick(hours=hours)
    closed.unlock(KEY)
    assert not is_held(closed, VISIT)


def test_a_day_is_counted_from_the_check_not_from_the_last_closing(closed: Store, clock: FrozenClock) -> None:
    for _night in range(3):
        clock.tick(hours=9)
        closed.unlock(KEY)
        closed.lock()
    # Checked anew after 27 hours; nine more are less than a day.
    flip_bits(closed, VISIT)
    clock.tick(hours=9)
    closed.unlock(KEY)
    with pytest.raises(AppError):
        closed.view(VISIT)


@pytest.mark.parametrize("name", ["closed", "lists"])
@pytest.mark.parametrize("content", [None, b"x" * 200])
def test_without_a_readable_note_the_database_is_checked(
    closed: Store, name: str, content: bytes | None
) -> None:
    flip_bits(closed, VISIT)
    if content is None:
        file_of(closed, name).unlink()
    else:
        file_of(closed, name).write_bytes(content)
    closed.unlock(KEY)
    assert not is_held(closed, VISIT)
    assert [listing.id for listing in closed.establishments()] == [PLACE]


def test_lists_of_another_closing_are_not_taken(closed: Store) -> None:
    kept = file_of(closed, "lists").read_bytes()
    closed.unlock(KEY)
    server_commits(closed, base_row(PLACE, 2, name="Karaoke Mộc Diệp"))
    closed.lock()
    file_of(closed, "lists").write_bytes(kept)
    closed.unlock(KEY)
    assert [listing.name for listing in closed.establishments()] == ["Karaoke Mộc Diệp"]


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_change_after_the_last_closing_is_in_the_lists(
    closed: Store, clock: FrozenClock, tmp_path: Path, is_closed: bool
) -> None:
    closed.unlock(KEY)
    closed.file(draft_of(closed, PLACE, clock.now(), name="Karaoke Mộc Diệp"), USER)
    if is_closed:
        closed.lock()
    copied = tmp_path / "copied"
    shutil.copytree(closed.folder, copied)  # without a closing: as a killed process leaves it
    again = Store(copied, clock, seeded_ids(clock, 7))
    again.unlock(KEY)
    assert [listing.name for listing in again.establishments()] == ["Karaoke Mộc Diệp"]
    assert again.status().unsent_records == 1
    again.close()


def test_nothing_of_the_records_can_be_read_in_the_notes(closed: Store) -> None:
    for name in ("closed", "lists"):
        content = file_of(closed, name).read_bytes()
        assert PLACE.encode() not in content
        assert b"Karaoke" not in content
        assert file_of(closed, name).stat().st_mode & 0o077 == 0
