"""The command `field178` in this process, on a data folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.office_keys import give_office_key
from tests.server.cli.command import Command
from tests.server.office_scene import PASSWORD, TEAM, UNITS


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run commands in a data folder without a server."""
    return Command(tmp_path / "data", monkeypatch)


@pytest.fixture(scope="session")
def _furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a server with team and officer `an`, to be copied."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        command = Command(tmp_path_factory.mktemp("furnished") / "data", monkeypatch)
        command("init")
        give_office_key(command.folder / "keys/main")
        command("team", "add", TEAM, *[word for unit in UNITS for word in ("--unit", unit)])
        command("user", "add", "an", "--role", "team_lead", "--team", TEAM, stdin=PASSWORD + "\n")
        return command.folder


@pytest.fixture
def field178(command: Command, _furnished: Path) -> Command:
    """A server with team and officer `an`."""
    shutil.copytree(_furnished, command.folder)
    return command
