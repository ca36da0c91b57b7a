"""The command `field178` of the server's operator. One module a group of commands."""

from __future__ import annotations

import importlib.metadata

import click

from field178_server.cli import (
    backups,
    erasure,
    notices,
    people,
    records,
    recovery,
    setup,
    tablets,
)
from field178_server.cli.context import Group, _

COMMANDS: tuple[click.Command, ...] = (
    setup.init,
    setup.serve,
    setup.check,
    setup.tidy,
    people.user,
    people.team,
    tablets.enrol_code,
    tablets.devices,
    tablets.revoke,
    tablets.grant,
    tablets.ungrant,
    tablets.expire_sessions,
    tablets.minutes_numbers,
    records.move,
    records.review,
    records.merge,
    records.unmerge,
    records.compact,
    recovery.divergent_records,
    tablets.import_offline_export,
    erasure.erase,
    notices.notice,
    backups.backup,
    backups.restore,
    backups.drill,
    backups.new_epoch,
    backups.mark_backed_up,
    backups.root,
)


@click.group(cls=Group, help=_("Field notebook 178: the server's own commands."))
@click.version_option(importlib.metadata.version("field178"), message="field178 %(version)s")
def main() -> None:
    """Run one command of the operator."""


for _command in COMMANDS:
    main.add_command(_command)
