"""A PDF goes out as one lent copy, to what the user chooses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.mobile.platform.android.fake_java import FakeJava, JavaException

from field178_mobile.platform.android.device import AndroidPlatform
from field178_shared.errors import AppError

ACTIVITY = "org.kivy.android.PythonActivity"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    made = tmp_path / "field178" / "BB-41.pdf"
    made.parent.mkdir()
    made.write_bytes(b"%PDF-1.7")
    return made


def outgoing(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "outgoing").iterdir()]


def test_paper_is_shown_as_a_pdf_for_reading_only(
    device: AndroidPlatform, java: FakeJava, paper: Path, tmp_path: Path
) -> None:
    device.open_file(paper)
    assert java.named("Intent.new") == [("android.intent.action.VIEW",)]
    ((_uri, kind),) = java.named("Intent.setDataAndType")
    assert kind == "application/pdf"
    assert java.named("Intent.addFlags") == [(1,)]
    assert java.named("File.new") == [(str(tmp_path / "outgoing" / "BB-41.pdf"),)]
    assert len(java.named("PythonActivity.startActivity")) == 1


def test_paper_is_shared_through_the_systems_list(
    device: AndroidPlatform, java: FakeJava, paper: Path
) -> None:
    assert device.save_folder() is None
    device.share_file(paper)
    assert java.named("Intent.new") == [("android.intent.action.SEND",)]
    ((_intent, title),) = java.named("Intent.createChooser")
    assert title == "BB-41"
    ((name, stream),) = java.named("Intent.putExtra")
    assert (name, stream.kind) == ("android.intent.extra.STREAM", "android.os.Parcelable")


def test_paper_is_printed_by_the_system(device: AndroidPlatform, java: FakeJava, paper: Path) -> None:
    device.print_file(paper)
    ((title, adapter, attributes),) = java.named("PrintManager.print")
    assert (title, adapter.kind, attributes) == ("BB-41", "vn.field178.PaperPrinter", None)


def test_only_the_last_paper_lies_outside_the_store(
    device: AndroidPlatform, paper: Path, tmp_path: Path
) -> None:
    device.open_file(paper)
    other = paper.with_name("BB-42.pdf")
    other.write_bytes(b"%PDF")
    device.open_file(other)
    assert outgoing(tmp_path) == ["BB-42.pdf"]
    device.take_papers_back()
    assert not (tmp_path / "outgoing").exists()


def test_device_that_shows_no_pdf_says_so(device: AndroidPlatform, java: FakeJava, paper: Path) -> None:
    java.answers[f"{ACTIVITY}.startActivity"] = JavaException("android.content.ActivityNotFoundException")
    for act, code in ((device.open_file, "paper_unopened"), (device.share_file, "paper_unsaved")):
        with pytest.raises(AppError) as caught:
            act(paper)
        assert caught.value.code == code
