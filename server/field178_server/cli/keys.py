"""Command for keys of the server: `rotate-keys`."""

from __future__ import annotations

import secrets

import click

from field178_server.cli.context import Operator, operator_command, show, wants_json
from field178_server.cli.language import _
from field178_server.security.keyring import rotate


@click.command(name="rotate-keys")
@operator_command
def rotate_keys(at: Operator) -> None:
    """Create a new server secret, for every key that is derived from it."""
    path = rotate(at.settings.key_dir, secrets.token_bytes)
    show({"key": str(path.absolute())})
    if wants_json():
        return
    click.echo(
        _("Now restart the server (systemctl restart field178): until then it uses the earlier key."),
        err=True,
    )
    click.echo(
        _(
            "Then tablets open new sessions by themselves. Officers sign in again in their browsers; "
            "unused password links end: send new ones."
        ),
        err=True,
    )
