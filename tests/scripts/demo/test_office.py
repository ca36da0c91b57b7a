"""`make office`: the office's desk on made-up data, in the language of the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from scripts.demo.office import logins, main
from scripts.demo.reviewer import Reviewer
from scripts.demo.store import PASSWORD, ForeignFolderError, empty_folder
from scripts.demo.words import language_of

# The server is meant to outlive the process that started it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_every_role_signs_in_to_an_office_with_work(tmp_path: Path) -> None:
    where = ["--folder", str(tmp_path / "office")]
    shown = CliRunner().invoke(main, where, catch_exceptions=False)
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", shown.output)
        assert url is not None, shown.output
        for login in logins().values():
            assert login in shown.output
            Reviewer(url.group(), login, PASSWORD)
        assert Reviewer(url.group(), "gl07", PASSWORD).waiting() > 5
    finally:
        stopped = CliRunner().invoke(main, [*where, "--stop"], catch_exceptions=False)
    assert stopped.exit_code == 0
    assert len(logins()) == 9


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "vi"),
        ({"LANG": "C.UTF-8"}, "vi"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "fr_FR.UTF-8"}, "vi"),
        ({"LANG": "vi_VN", "FIELD178_LANGUAGE": "en"}, "en"),
    ],
)
def test_language_is_that_of_the_terminal(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_only_a_folder_of_a_demo_is_emptied(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.touch()
    with pytest.raises(ForeignFolderError):
        empty_folder(tmp_path)
    assert letter.exists()
    empty_folder(tmp_path / "demo")
    (tmp_path / "demo/old").touch()
    empty_folder(tmp_path / "demo")
    assert not (tmp_path / "demo/old").exists()
