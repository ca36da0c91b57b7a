"""Only the owner of the data folder works in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("accounts are told apart as on POSIX", allow_module_level=True)

from tests.server.cli.command import Command

from field178_server.security.ownership import WrongAccountError, require_owner
from field178_server.settings import Settings
from field178_server.wsgi import application_of

STRANGER = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another account")


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    cli = Command(tmp_path / "data", monkeypatch)
    cli("init")
    return cli


def give(folder: Path, uid: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid)


def owners(folder: Path) -> set[int]:
    return {path.stat().st_uid for path in (folder, *folder.rglob("*"))}


@needs_root
@pytest.mark.parametrize(
    "arguments", [("backup",), ("init",), ("user", "list"), ("tidy",), ("check",), ("serve",)], ids=" ".join
)
def test_root_leaves_a_folder_of_the_server_alone(command: Command, arguments: tuple[str, ...]) -> None:
    give(command.folder, STRANGER)
    result = command.run(*arguments)
    assert result.exit_code == 1
    assert "sudo -u nobody field178" in result.output
    assert len(result.output.splitlines()) == 1
    assert owners(command.folder) == {STRANGER}


def test_the_server_leaves_a_folder_of_root_alone(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: STRANGER)
    result = command.run("backup")
    assert result.exit_code == 1
    advice = "sudo chown -R nobody: " if owner == 0 else "sudo -u "
    assert advice in result.output
    assert not (command.folder / "backups").exists()


def test_the_application_does_not_start_in_a_folder_of_another(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: STRANGER)
    with pytest.raises(WrongAccountError, match="sudo -u"):
        application_of(Settings(data_dir=command.folder))


def test_a_folder_that_is_not_there_yet_may_be_made_by_anybody(tmp_path: Path) -> None:
    require_owner(tmp_path / "none")


@needs_root
def test_check_names_files_of_another_account(command: Command) -> None:
    (command.folder / "backups").mkdir()
    os.chown(command.folder / "backups", STRANGER, STRANGER)
    result = command.run("check")
    assert result.exit_code == 1
    assert f"owner: {command.folder / 'backups'} nobody, not root" in result.output


def test_check_names_files_that_their_owner_cannot_write(command: Command) -> None:
    store = command.folder / "field178.sqlite"
    store.chmod(0o400)
    assert f"permissions: {store}" in command.run("check").output


@needs_root
def test_the_check_names_ten_and_counts_the_rest(command: Command) -> None:
    for number in range(12):
        path = command.folder / str(number)
        path.touch()
        os.chown(path, STRANGER, STRANGER)
    assert "owner: 2 more" in command.run("check").output
