"""Command to bring the store to this version of the product, or back to the version before."""

from __future__ import annotations

import click

from field178_server.cli.context import Operator, operator_command, show
from field178_server.cli.language import _


@click.command()
@click.option("--back", is_flag=True, help=_("Undo an upgrade that no server has used yet."))
@operator_command
def upgrade(at: Operator, back: bool) -> None:
    """Upgrade the store, or undo an upgrade."""
    from field178_server.serving import upgrade as upgrading  # migrations are slow to import

    if back:
        show(
            {"revision": upgrading.go_back(at.settings, at.engine_of_any_version) or _("no upgrade to undo")}
        )
        return
    try:
        done = upgrading.upgrade(at.settings, at.engine_of_any_version, at.clock, at.ids)
    except upgrading.UpgradeFailedError as error:
        text = _("The store was not upgraded and is as it was before: {reasons}")
        raise click.ClickException(text.format(reasons="; ".join(error.args))) from error
    except upgrading.NoRoomError as error:
        text = _("The disk lacks {size} MB for a copy of the store during the upgrade.")
        raise click.ClickException(text.format(size=-(-error.args[0] // 1_000_000))) from error
    show({"before": done.before, "after": done.after})
