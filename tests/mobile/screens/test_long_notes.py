"""A long note goes to the system's window where there is one: kept at every change, gone at the lock."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.mobile.screens.scene import Stage, frames

from field178_mobile.platform.fake import FakePlatform


class LongNoteScene:
    """A field whose device has a window of its own; `edits` and `commits` are what its screen hears."""

    def __init__(self, stage: Stage, folder: Path, has_window: bool = True, **field: object) -> None:
        from field178_mobile.kit import kit
        from field178_mobile.kit.long_notes import long_notes
        from field178_mobile.kit.threads import KivyThread

        self.device = FakePlatform(folder)
        self.device.has_long_text = has_window
        self.uses: list[None] = []
        long_notes.serve(self.device, KivyThread(), lambda: self.uses.append(None))
        self.field = kit.Field(label="Ghi chú *", text="Cửa bị khóa", lines=4, **{"multiline": True, **field})
        self.edits: list[str] = []
        self.commits: list[str] = []
        self.field.bind(on_edit=lambda _field, text: self.edits.append(text))
        self.field.bind(on_commit=lambda _field, text: self.commits.append(text))
        stage.mount(self.field)
        self.field.focus_input()
        frames(3)

    @property
    def window(self):
        (window,) = self.device.long_texts
        return window


@pytest.fixture(autouse=True)
def _alone():
    from field178_mobile.kit.long_notes import long_notes

    yield
    long_notes.close()
    long_notes._serving = None


def test_note_is_written_in_the_systems_window_and_kept_at_every_change(stage: Stage, tmp_path: Path) -> None:
    scene = LongNoteScene(stage, tmp_path, max_length=500)
    request, heard, answer = scene.window
    assert (request.title, request.text, request.lines, request.max_length) == (
        "Ghi chú",
        "Cửa bị khóa",
        4,
        500,
    )
    assert (request.keep, request.give_up) == ("Xong", "Bỏ qua")
    assert not scene.field.ids.entry.focus
    heard("Cửa đã mơ\u0309")
    frames()
    assert (scene.edits, scene.commits) == (["Cửa đã mở"], [])
    assert len(scene.uses) == 1
    answer("Cửa đã mở lúc 23:10")
    frames()
    assert scene.field.text == "Cửa đã mở lúc 23:10"
    assert scene.commits == ["Cửa đã mở lúc 23:10"]


def test_discarded_note_restores_the_earlier_text(stage: Stage, tmp_path: Path) -> None:
    scene = LongNoteScene(stage, tmp_path)
    _asked, heard, answer = scene.window
    heard("x")
    answer(None)
    frames()
    assert scene.field.text == scene.field.ids.entry.text == "Cửa bị khóa"
    assert scene.edits == ["x", "Cửa bị khóa"]
    assert scene.commits == []


def test_text_that_arrives_after_closing_is_dropped(stage: Stage, tmp_path: Path) -> None:
    from field178_mobile.kit.long_notes import long_notes

    scene = LongNoteScene(stage, tmp_path)
    _asked, heard, answer = scene.window
    heard("late")
    long_notes.close()
    answer("later")
    frames()
    assert scene.device.long_texts == []
    assert (scene.edits, scene.commits) == ([], [])


@pytest.mark.parametrize("case", [{"has_window": False}, {"multiline": False}])
def test_short_texts_and_desktops_use_the_field_itself(stage: Stage, tmp_path: Path, case: dict) -> None:
    scene = LongNoteScene(stage, tmp_path, **case)
    assert scene.device.long_texts == []
    assert scene.field.ids.entry.focus
    scene.field.ids.entry.focus = False
    frames()
