"""Runs tests that `make test` leaves out, or all under another clock, and counts what came of them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.prove.evidence import Facts

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """How a run of pytest ended: its exit code, and the ids of tests that ran, failed or were skipped."""

    status: int
    tests: tuple[str, ...]
    failed: tuple[str, ...]
    skipped: tuple[str, ...]


def run_pytest(
    folder: Path, processes: int, *arguments: str, environment: Mapping[str, str] | None = None
) -> SuiteRun:
    """Run pytest in so many processes, in the environment of this one unless another is given."""
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(processes), "--dist", "worksteal"]
    done = subprocess.run(
        [*command, f"--junitxml={report}", *arguments], cwd=ROOT, env=environment, check=False
    )
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    return SuiteRun(done.returncode, _ids(cases), _ids(failed), _ids(skipped))


def run_tests(folder: Path, processes: int, *arguments: str) -> Facts:
    """Run pytest in so many processes; AssertionError when a test fails, is skipped, or none is there."""
    done = run_pytest(folder, processes, *arguments)
    assert done.status == 0, f"pytest ended with {done.status}"
    assert not done.skipped, f"skipped: {done.skipped}"
    folders = Counter(".".join(name.split(".")[1:3]) for name in done.tests)
    return {
        "arguments": " ".join(arguments),
        "tests": len(done.tests),
        "tests_by_folder": folders,
        "failed": 0,
    }


def _ids(cases: list[ElementTree.Element]) -> tuple[str, ...]:
    return tuple(f"{case.get('classname')}::{case.get('name')}" for case in cases)
