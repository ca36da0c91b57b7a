"""Runs tests that `make test` leaves out, and counts what came of them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from tests.prove.evidence import Facts

ROOT = Path(__file__).parents[2]


def run_tests(folder: Path, processes: int, *arguments: str) -> Facts:
    """Run pytest in so many processes; AssertionError when a test fails, is skipped, or none is there."""
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(processes), "--dist", "worksteal"]
    done = subprocess.run([*command, f"--junitxml={report}", *arguments], cwd=ROOT, check=False)
    cases = list(ElementTree.parse(report).iter("testcase"))
    skipped = [case.get("name") for case in cases if case.find("skipped") is not None]
    assert done.returncode == 0, f"pytest ended with {done.returncode}"
    assert not skipped, f"skipped: {skipped}"
    folders = Counter(".".join(str(case.get("classname")).split(".")[1:3]) for case in cases)
    return {"arguments": " ".join(arguments), "tests": len(cases), "tests_by_folder": folders, "failed": 0}
