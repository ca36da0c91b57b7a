"""Each folder of code has a folder of tests of the same name, and each folder of tests its folder of code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared", "server", "mobile")
# Folders of code that are tested in another folder, by path pattern, and why.
TESTED_ELSEWHERE = {
    "mobile/*/*/screens": "tests/mobile/screens: one Kivy application serves all screen tests of a process",
    "mobile/*/*/screens/*": "tests/mobile/screens",
    "mobile/kit": "tests/mobile/screens",
    "mobile/kit/*": "tests/mobile/screens",
    "mobile/kit/*/*": "tests/mobile/screens",
    "mobile/components/services": "tests of the presenters that are made with it",
    "server/database/migrations/versions": "tests/server/database/migrations",
    "server/office/commune": "tests/server/console/commune: tests of its pages write and read with it",
    "server/office/documents": "tests/server/console/documents: its page is its only reader",
    "server/office/entries": "tests/server/office/returns and console/commune: both enter with it",
    "server/office/people": "tests/server/console/people: its pages are its only reader",
    "server/office/views": "tests/server/console/views: its pages write with it",
    "server/office/indicators/source": "tests/server/office/indicators/totals: totals read it",
    "server/records/projections": "tests/server/records and the lists that read each projection",
}
# Folders of tests without a folder of code, and why.
NO_CODE = {
    "mobile/android": "mobile/apk, mobile/stage_apk.py and buildozer.spec are outside the package",
    "mobile/screens": "screens of all features and components, and the kit",
}


def code_folders(package: str) -> Iterator[str]:
    """Yield the folders of a package that contain modules, without the package's name."""
    top = ROOT / package / f"field178_{package}"
    for folder in sorted({path.parent for path in top.rglob("*.py")} - {top}):
        yield f"{package}/{folder.relative_to(top).as_posix()}"


def folders_with_tests(package: str) -> Iterator[str]:
    """Yield the folders below tests/<package> that contain tests."""
    top = ROOT / "tests" / package
    for folder in sorted({path.parent for path in top.rglob("test_*.py")} - {top}):
        yield folder.relative_to(ROOT / "tests").as_posix()


def is_excepted(folder: str) -> bool:
    return any(PurePosixPath(folder).match(pattern) for pattern in TESTED_ELSEWHERE)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_folder_of_code_has_its_folder_of_tests(package: str) -> None:
    tested = set(folders_with_tests(package))
    parents = {parent.as_posix() for folder in tested for parent in PurePosixPath(folder).parents}
    missing = [folder for folder in code_folders(package) if folder not in tested | parents]
    assert [folder for folder in missing if not is_excepted(folder)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_each_folder_of_tests_has_its_folder_of_code(package: str) -> None:
    code = set(code_folders(package))
    assert [folder for folder in folders_with_tests(package) if folder not in code | set(NO_CODE)] == []


def test_no_exception_is_left_that_holds_for_no_folder() -> None:
    code = [folder for package in PACKAGES for folder in code_folders(package)]
    tested = {folder for package in PACKAGES for folder in folders_with_tests(package)}
    unused = [
        pattern
        for pattern in TESTED_ELSEWHERE
        if not any(PurePosixPath(folder).match(pattern) and folder not in tested for folder in code)
    ]
    assert unused == []
    assert set(NO_CODE) - tested == set()
