"""The command `field178` in this process, on a data folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.server.cli.command import Command
from tests.server.office_scene import PASSWORD, TEAM, UNITS


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Nothing is set up yet."""
    return Command(tmp_path / "data", monkeypatch)


@pytest.fixture
def field178(command: Command) -> Command:
    """A server with team and officer `an`."""
    command("init")
    command("team", "add", TEAM, *[word for unit in UNITS for word in ("--unit", unit)])
    command("user", "add", "an", "--role", "team_lead", "--team", TEAM, stdin=PASSWORD + "\n")
    return command
