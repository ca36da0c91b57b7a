"""Reads of the clock are noted, so that the proof `dates` can leave out tests that have none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.prove import shifted_clock

ROOT = Path(__file__).parents[2]
READ = re.compile(
    r"\b(datetime|date)\.(now|utcnow|today)\(|\btime\.(time|time_ns|localtime|gmtime|ctime)\(|\bCLOCK_REALTIME\b"
)
# The clock itself, this file, and what `make prove` and `make bench` measure.
READERS = (
    "shared/field178_shared/time/clock.py",
    "tests/architecture/test_clock_reads.py",
    "tests/prove/",
    "tests/bench/",
)
TESTS = {
    "conftest.py": """
        import subprocess, sys, pytest

        @pytest.fixture(scope="session")
        def started():
            subprocess.check_call([sys.executable, "-c", ""])

        @pytest.fixture
        def by_name(request):
            request.getfixturevalue("started")
    """,
    "test_single.py": """
        import pytest
        from field178_shared.time.clock import SystemClock

        def test_reads():
            SystemClock().now()

        def test_reads_not():
            pass

        def test_uses_a_process(started):
            pass

        def test_uses_a_process_by_name(by_name):
            pass
    """,
    "test_module.py": """
        from field178_shared.time.clock import SystemClock

        TODAY = SystemClock().now()

        def test_of_today():
            pass
    """,
}


def _sources() -> list[Path]:
    folders = ("shared", "server", "mobile", "scripts", "tests")
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def test_nothing_reads_a_clock_but_through_the_system_clock() -> None:
    names = {path.relative_to(ROOT).as_posix(): path for path in _sources()}
    readers = {name for name, path in names.items() if READ.search(path.read_text("utf-8"))}
    assert [name for name in sorted(readers) if not name.startswith(READERS)] == []


def _pytest(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "1", "-p", "tests.prove.clock_reads"]
    done = subprocess.run(
        [*command, "-c", str(folder / "pytest.ini"), *arguments, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    for name, text in TESTS.items():
        (tmp_path / name).write_text(re.sub(r"^ {8}", "", text, flags=re.M))
    return tmp_path


def test_tests_without_a_clock_are_noted_and_left_out(folder: Path, tmp_path: Path) -> None:
    noted = tmp_path / "noted.json"
    assert "5 passed" in _pytest(folder, f"--note-clock-reads={noted}")
    assert json.loads(noted.read_text()) == ["test_single.py::test_reads_not"]
    assert "4 passed" in _pytest(folder, f"--leave-out={noted}")


def test_helper_that_reads_the_clock_while_imported_leaves_nothing_out(folder: Path, tmp_path: Path) -> None:
    helper = tmp_path / "tests" / "helper.py"
    helper.parent.mkdir()
    helper.write_text("from field178_shared.time.clock import SystemClock\nTODAY = SystemClock().now()\n")
    (folder / "test_helped.py").write_text(
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('tests.helper', {str(helper)!r})\n"
        "spec.loader.exec_module(importlib.util.module_from_spec(spec))\n"
        "def test_helped(): pass\n"
    )
    noted = tmp_path / "noted.json"
    assert "tests.helper" in _pytest(folder, f"--note-clock-reads={noted}")
    assert not noted.exists()


def test_shifted_clock_is_never_before_its_instant() -> None:
    if not shifted_clock.libraries():
        pytest.skip("libfaketime is not on this machine")
    instant = datetime.now(UTC) + timedelta(days=400, milliseconds=250)
    offset = timedelta(seconds=int(shifted_clock.shifted(instant)["FAKETIME"]))
    assert datetime.now(UTC) + offset >= instant
