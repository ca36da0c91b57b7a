"""Command for the access state: `confirm-access`."""

from __future__ import annotations

import click

from field178_server.audit import access_state
from field178_server.cli.context import Operator, operator_command, show


@click.command(name="confirm-access")
@click.argument("object_id", metavar="OBJECT")
@operator_command
def confirm_access(at: Operator, object_id: str) -> None:
    """Confirm the rights of an account, tablet or token that changed without an entry of the trail."""
    at.write(lambda session: access_state.confirm(session, at.context, object_id))
    show({"confirmed": object_id})
