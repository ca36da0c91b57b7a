"""The command `field178`: what the operator of a server types. One module a group of commands."""

from __future__ import annotations

import importlib.metadata

import click

from field178_server.cli import (
    backups,
    history,
    minutes_numbers,
    notices,
    people,
    purge,
    records,
    rescue,
    salvage,
    setup,
    tablets,
    tidying,
)
from field178_server.cli.operator_context import Group
from field178_server.cli.words import _

COMMANDS: tuple[click.Command, ...] = (
    setup.init,
    setup.serve,
    setup.check,
    tidying.tidy,
    people.user,
    people.team,
    tablets.enrol_code,
    tablets.devices,
    tablets.revoke,
    tablets.grant,
    tablets.ungrant,
    tablets.expire_sessions,
    minutes_numbers.minutes_numbers,
    records.move,
    records.review,
    records.merge,
    records.unmerge,
    records.compact,
    salvage.salvage,
    rescue.rescue_import,
    purge.purge,
    notices.notice,
    backups.backup,
    backups.restore,
    backups.drill,
    history.new_epoch,
    history.mark_backed_up,
    history.root,
)


@click.group(cls=Group, help=_("Field notebook 178: the server's own commands."))
@click.version_option(importlib.metadata.version("field178"), message="field178 %(version)s")
def main() -> None:
    """Run one command of the operator."""


for _command in COMMANDS:
    main.add_command(_command)
