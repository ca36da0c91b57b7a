"""Papers as files: for other programs only while somebody looks, for their owner alone."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.mobile.inspection_world import AtOnce

from field178_mobile.components.documents.document_files import PaperFolder, keep, papers_of
from field178_mobile.components.documents.document_output import DocumentOutput, DocumentServices, Made
from field178_mobile.platform.desktop import DesktopPlatform
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.presentation.wording import Wording
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode

PAPER = b"%PDF-1.7"


def test_a_paper_lies_there_until_the_folder_is_cleared(tmp_path: Path) -> None:
    papers = PaperFolder(lambda: tmp_path / "papers")
    path = papers.put("a.pdf", PAPER)
    assert path.read_bytes() == PAPER
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    papers.clear()
    assert list((tmp_path / "papers").iterdir()) == []


def test_a_paper_written_after_its_sheet_was_closed_is_gone_too(tmp_path: Path) -> None:
    device, waiting = FakePlatform(tmp_path), list[Callable[[], None]]()
    device.lent.append("a.pdf")

    class Held:
        def run(self, work: Any, done: Any, failed: Any) -> None:
            waiting.append(lambda: done(work()))

    services = DocumentServices(device, papers_of(device), Held(), AtOnce())
    output = DocumentOutput(services, {}, Wording(load(), "vi", str), lambda: None)  # type: ignore[arg-type]
    output.make("minutes", lambda _tell: Made("minutes", "a.pdf", PAPER, 1, {}))
    waiting.pop()()
    output.open("minutes")
    output.close()
    assert device.lent == []
    waiting.pop()()
    assert device.done == [("open", "a.pdf", PAPER)]
    assert list((tmp_path / "papers").iterdir()) == []


def test_clearing_a_missing_folder_raises_nothing(tmp_path: Path) -> None:
    PaperFolder(lambda: tmp_path / "papers").clear()
    assert not (tmp_path / "papers").exists()


def test_a_kept_paper_outlasts_the_clearing(tmp_path: Path) -> None:
    PaperFolder(lambda: tmp_path / "papers").clear()
    assert keep(tmp_path / "usb", "a.pdf", PAPER).read_bytes() == PAPER


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AppError) as refused:
        keep(tmp_path / "file", "a.pdf", PAPER)
    assert refused.value.code is ErrorCode.PAPER_UNSAVED


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="the programs of a Linux desktop")
def test_the_desktop_prints_with_the_systems_program(tmp_path: Path, programs: Path) -> None:
    paper = tmp_path / "a.pdf"
    paper.write_bytes(PAPER)
    program(programs, "lp", f'cat "$1" > {tmp_path}/printed')
    DesktopPlatform({"PATH": f"{programs}:/bin:/usr/bin"}).print_file(paper)
    assert (tmp_path / "printed").read_bytes() == PAPER


@pytest.mark.skipif(sys.platform == "win32", reason="the programs of a Linux desktop")
def test_a_printer_that_is_not_ready_and_a_lacking_viewer_are_said(tmp_path: Path, programs: Path) -> None:
    program(programs, "lp", "exit 1")
    desktop = DesktopPlatform({"PATH": str(programs)})
    with pytest.raises(AppError) as refused:
        desktop.print_file(tmp_path / "a.pdf")
    assert refused.value.code is ErrorCode.PAPER_UNPRINTED
    with pytest.raises(AppError) as lacking:
        desktop.open_file(tmp_path / "a.pdf")
    assert lacking.value.code is ErrorCode.PAPER_UNOPENED
