"""Group of commands that imports a command when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

_PACKAGE = "field178_server.cli"
# By command name: its module and function, and its help.
Table = Mapping[str, tuple[str, str]]


class CommandTable(click.Group):
    """Group of the commands of a table; it imports them lazily and shows errors without a traceback."""

    def __init__(self, name: str, table: Table, **options: Any) -> None:
        super().__init__(name, **options)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; its module is imported here, because the imports are slow."""
        if cmd_name not in self._table:
            return None
        path, text = self._table[cmd_name]
        module, name = path.split(".")
        command: click.Command = getattr(importlib.import_module(f"{_PACKAGE}.{module}"), name)
        command.help = text
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write name and short help of all commands without importing them."""
        limit = formatter.width - 6 - max(map(len, self._table))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=text).get_short_help_str(limit))
                    for name, (_at, text) in self._table.items()
                ]
            )

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; exit code 1 for a refusal, 2 for a wrong setting."""
        from field178_server.cli.context import readable_errors

        with readable_errors():
            return super().invoke(ctx)
