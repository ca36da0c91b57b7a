"""Command for keys of the server: `rotate-keys`."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

import click

from field178_server.audit.trail import AuditEntry
from field178_server.cli.context import Operator, operator_command, show, wants_json
from field178_server.cli.language import _
from field178_server.security.keyring import load_keys, rotate
from field178_shared.time.clock import SystemClock

_KINDS = ("server", "receipt", "sealing", "tls")


@click.command(name="rotate-keys")
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    default="server",
    show_default=True,
    help=_(
        "Server secret, receipt key, sealing key, or certificate authority; tablets follow the last three."
    ),
)
@operator_command
def rotate_keys(at: Operator, kind: str) -> None:
    """Create a newer key."""
    folder = at.settings.key_dir
    if kind == "server":
        path = rotate(folder, secrets.token_bytes)
        show({"key": str(path.absolute())})
    else:
        _announce(at, kind)
    at.write(lambda session: at.context.note(session, AuditEntry("keys_rotated", kind)))
    if wants_json():
        return
    click.echo(
        _("Now restart the server (systemctl restart field178): until then it uses the earlier key."),
        err=True,
    )
    if kind == "server":
        click.echo(
            _(
                "Then tablets open new sessions by themselves. Officers sign in again in their browsers; "
                "unused password links end: send new ones."
            ),
            err=True,
        )
    else:
        click.echo(
            _("Then take a backup. Tablets follow at their next contact; `field178 devices` shows which do."),
            err=True,
        )


def _announce(at: Operator, kind: str) -> None:
    from field178_server.devices import orders
    from field178_server.security import key_rotation

    folder, now, before = at.settings.key_dir, at.clock.now(), at.keyring
    if kind == "receipt":
        announcement = key_rotation.rotate_receipt_key(folder, now, secrets.token_bytes)
        after = load_keys(folder)
        at.write(lambda session: orders.sign_again(session, at.tenant_id, before.receipt_keys, after.receipt))
    elif kind == "sealing":
        announcement = key_rotation.rotate_sealing_key(folder, now, secrets.token_bytes)
    else:
        announcement = key_rotation.announce_pins(folder, now, _renewed_pins(at))
    show({"kind": kind, "number": announcement.number, "key": announcement.key})


def _renewed_pins(at: Operator) -> tuple[str, ...]:
    """Return the pins of another certificate authority; of the office's own chain if it has one."""
    from field178_server.security import certificates

    settings = at.settings
    if not settings.is_https:
        raise click.UsageError(_("Without https there is no certificate."))
    if settings.tls_certificate is None and not settings.trusted_proxies:
        host = urlsplit(settings.url).hostname or "localhost"
        # The system clock, as at the installation: clients check certificates by their own clock.
        certificates.renew_authority(settings.tls_dir, host, SystemClock().now())
    return certificates.pins_for(settings)
