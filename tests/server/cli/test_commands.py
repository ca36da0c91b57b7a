"""The table of commands: each is found, and the help of all imports none."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from tests.server.cli.command import Command

from field178_server.cli import COMMANDS, main

HEAVY = ("sqlalchemy", "flask", "marshmallow", "alembic", "cryptography")
HELP = f"""
import sys
from field178_server.cli import main
main(["--help"], standalone_mode=False)
print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr, end="")
"""
# Nothing that a list imports logs: it has no log.
UNREAD = (
    "flask",
    "structlog",
    "cryptography",
    "marshmallow",
    "alembic",
    "field178_server.database.models",
)
LIST = f"""
import sys
from field178_server.cli import main
main(sys.argv[1:], standalone_mode=False)
print(*(name for name in {UNREAD} if name in sys.modules), file=sys.stderr, end="")
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_of_the_table_has_its_name_and_help(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert (command.name, command.help) == (name, COMMANDS[name][1])


def test_the_help_names_every_command_and_imports_no_library_of_their_work() -> None:
    ran = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stderr == ""
    assert {line.split()[0] for line in ran.stdout.split("Commands:")[1].splitlines() if line} == set(
        COMMANDS
    )


@pytest.mark.parametrize("words", ["user list", "team list", "devices", "notice list"])
def test_a_list_imports_only_what_it_reads(field178: Command, words: str) -> None:
    script = [sys.executable, "-c", LIST, *words.split()]
    ran = subprocess.run(script, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stderr == ""
