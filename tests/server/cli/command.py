"""Calling the operator's command as a shell would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from field178_server.cli import main
from field178_server.cli.context import Operator
from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock


@dataclass
class Command:
    """`field178` with the data folder of one test."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.set(DATA_DIR=str(self.folder), PASSWORD_COST="test")

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(f"FIELD178_{name}", value)

    def run(self, *arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=stdin, catch_exceptions=False)

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """Run a command that must succeed; returns what it printed."""
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str, stdin: str = "") -> dict[str, object]:
        output = json.loads(self(*arguments, "--json", stdin=stdin))
        assert isinstance(output, dict)
        return output

    def rows(self, *arguments: str) -> list[list[str]]:
        return [line.split("\t") for line in self(*arguments).splitlines()]

    def change_store(self, statement: str) -> None:
        """Run one statement on the store, whatever its version."""
        operator = self.operator()
        with operator.engine_of_any_version.begin() as connection:
            connection.exec_driver_sql(statement)
        operator.close()

    def operator(self) -> Operator:
        settings = Settings.from_environment({"FIELD178_DATA_DIR": str(self.folder)})
        return Operator(settings, SystemClock())
