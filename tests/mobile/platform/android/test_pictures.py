"""Pictures from the system's camera and picker: one answer each, nothing left behind, no permission."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.mobile.platform.android.fake_java import FakeJava, JavaException

from field178_mobile.platform.android.device import AndroidPlatform

OK, CANCELED = -1, 0
START = "org.kivy.android.PythonActivity.startActivityForResult"


def lent(java: FakeJava) -> Path:
    return Path(java.named("File.new")[-1][0])


def test_camera_writes_into_the_file_it_is_lent(
    device: AndroidPlatform, java: FakeJava, tmp_path: Path
) -> None:
    answers: list[Path | None] = []
    device.take_photo(answers.append)
    assert answers == []
    assert java.named("Intent.new") == [("android.media.action.IMAGE_CAPTURE",)]
    assert java.named("Intent.addFlags") == [(3,)]
    ((name, as_parcelable),) = java.named("Intent.putExtra")
    assert (name, as_parcelable.kind) == ("output", "android.os.Parcelable")
    ((_context, authority, _file),) = java.named("FileProvider.getUriForFile")
    assert authority == "vn.field178.tablet.files"
    lent(java).write_bytes(b"jpeg")
    java.bring(OK)
    assert answers == [lent(java)]
    assert lent(java).parent == tmp_path / "incoming"


@pytest.mark.parametrize(("result", "content"), [(CANCELED, b""), (CANCELED, b"half"), (OK, b"")])
def test_picture_given_up_leaves_no_file(
    device: AndroidPlatform, java: FakeJava, result: int, content: bytes
) -> None:
    answers: list[Path | None] = []
    device.take_photo(answers.append)
    lent(java).write_bytes(content)
    java.bring(result)
    assert answers == [None]
    assert not lent(java).exists()


def test_device_without_a_camera_application_answers_at_once(device: AndroidPlatform, java: FakeJava) -> None:
    answers: list[Path | None] = []
    java.answers[START] = JavaException("android.content.ActivityNotFoundException")
    device.take_photo(answers.append)
    assert answers == [None]


def test_chosen_picture_is_a_copy_of_our_own(device: AndroidPlatform, java: FakeJava, tmp_path: Path) -> None:
    original = tmp_path / "gallery.jpg"
    original.write_bytes(b"jpeg from elsewhere")
    java.answers["android.os.ParcelFileDescriptor.detachFd"] = lambda: os.open(original, os.O_RDONLY)
    answers: list[Path | None] = []
    device.choose_photo(answers.append)
    assert java.named("Intent.setType") == [("image/*",)]
    java.bring(OK, java.object("android.content.Intent"))
    (copy,) = answers
    assert copy is not None
    assert copy.read_bytes() == b"jpeg from elsewhere"
    assert copy.parent == tmp_path / "incoming"


@pytest.mark.parametrize("way", ["given up", "nothing", "unreadable"])
def test_no_picture_is_none_once(device: AndroidPlatform, java: FakeJava, tmp_path: Path, way: str) -> None:
    refusal = JavaException("java.io.FileNotFoundException")
    java.answers["android.content.ContentResolver.openFileDescriptor"] = refusal
    answers: list[Path | None] = []
    device.choose_photo(answers.append)
    intent = java.object("android.content.Intent") if way == "unreadable" else None
    java.bring(CANCELED if way == "given up" else OK, intent)
    assert answers == [None]
    assert list((tmp_path / "incoming").iterdir()) == []


def test_each_question_gets_its_own_answer_once(device: AndroidPlatform, java: FakeJava) -> None:
    first: list[Path | None] = []
    second: list[Path | None] = []
    device.take_photo(first.append)
    device.take_photo(second.append)
    java.bring(CANCELED, nth=1)
    assert (first, second) == ([], [None])
    java.bring(CANCELED, nth=0)
    java.bring(CANCELED, nth=0)
    assert (first, second) == ([None], [None])
