"""The office of a test server: commands of its operator, with a team and an officer for the checks."""

from __future__ import annotations

import json
import secrets
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from field178_server.conformance.client import TEST_PASSWORD, enrolment_code

# Runs a command of the operator with this input and returns its output.
Operator = Callable[[Sequence[str], str], str]
UNITS = ("c11629_v1", "c11632_v1")


class OfficeError(Exception):
    """Failure of a command of the operator."""


@dataclass
class Office:
    """Operator's commands, and the officers and the team that the checks added with them."""

    operator: Operator
    login: str = field(default_factory=lambda: f"conformance-{secrets.token_hex(4)}")
    password: str = TEST_PASSWORD
    team: str = ""

    def begin(self) -> None:
        """Add a team of two communes and its leader."""
        units = [argument for unit in UNITS for argument in ("--unit", unit)]
        name = f"Đội {self.login}"
        self.team = json.loads(self.run("team", "add", name, *units, "--json"))["team"]
        self.add_user(self.login, "team_lead", "--team", name)

    def add_user(self, login: str, role: str, *more: str) -> None:
        """Add an officer."""
        self.run("user", "add", login, "--role", role, *more, stdin=f"{self.password}\n")

    def code(self, scopes: Sequence[str] = ()) -> str:
        """Issue an enrolment code of the officer; without scopes it has those of the officer."""
        explicit = [argument for scope in scopes for argument in ("--scope", scope)]
        return enrolment_code(self.run("enrol-code", "--user", self.login, *explicit))

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Run a command and return its output."""
        return self.operator(arguments, stdin)


def command_line(words: str | None = None) -> Operator:
    """Return an operator that runs `field178` of this installation, or another command line."""
    start = shlex.split(words) if words else [sys.executable, "-m", "field178_server.cli"]

    def run(arguments: Sequence[str], stdin: str) -> str:
        done = subprocess.run(  # noqa: S603
            [*start, *arguments], input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise OfficeError(f"{shlex.join([*start, *arguments])}: {done.stderr.strip()}")
        return done.stdout

    return run
