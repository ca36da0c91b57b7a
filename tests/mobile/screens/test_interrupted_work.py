"""Offer of the open draft after the application ended without closing its store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.mobile.inspection_world import KARAOKE
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import Stage, find, find_all, frames

if TYPE_CHECKING:
    from tests.mobile.screens.lives import Lives

HOUR_S = 3600


@pytest.fixture
def lives(stage: Stage, tmp_path: Path) -> Iterator[Lives]:
    from tests.mobile.screens.lives import Lives

    made = Lives(stage, tmp_path, 178)
    made.unlock()
    made.go_out(KARAOKE)
    yield made
    made.end()


def opened_visit(lives: Lives):
    return lives.door.session_view.shell._screen("inspection").workspace.record.visit


def test_work_a_crash_interrupted_is_offered_and_opened(lives):
    begun = opened_visit(lives).record_id
    lives.kill()
    lives.unlock()
    assert opened_visit(lives) is None
    dialog = find("Dialog")
    assert "Karaoke Hồng Phúc" in dialog.text
    assert "Lượt kiểm tra" in dialog.text
    assert lint(dialog) == []
    dialog.accept()
    frames(3)
    assert opened_visit(lives).record_id == begun


def test_work_that_is_put_off_stays_in_the_list_and_is_not_offered_again(lives):
    lives.kill()
    lives.unlock()
    find("Dialog").dismiss()
    frames(3)
    assert opened_visit(lives) is None
    assert len(lives.opened.store.drafts.all()) == 1
    lives.preferences.change(language="en")
    frames(3)
    assert find_all("Dialog") == []
    lives.door.lock()
    lives.unlock()
    assert find_all("Dialog") == []


def test_nothing_is_offered_after_a_lock(lives):
    lives.door.lock()
    frames(2)
    lives.kill()
    lives.unlock()
    assert find_all("Dialog") == []


def test_work_of_another_night_is_not_offered(lives):
    lives.clock.tick(seconds=12 * HOUR_S)
    lives.kill()
    lives.unlock()
    assert find_all("Dialog") == []
