"""Tablets: `enrol-code`, `devices`, `revoke`, `grant`, `ungrant`, `expire-sessions`."""

from __future__ import annotations

import random
import sys

import click
import segno
from sqlalchemy.orm import Session

from field178_server.cli.context import Operator, as_json_option, operator, show, show_rows
from field178_server.cli.operator_language import _
from field178_server.database.models import Device
from field178_server.devices import enrolment
from field178_server.devices.context import DeviceContext, load_devices
from field178_server.office.tablets import operations as office
from field178_server.records import scopes
from field178_shared.time.clock import to_wire


@click.command(name="enrol-code", help=_("Print a one-time code for one tablet; good for 10 minutes."))
@click.option("--user", "login", required=True, help=_("Login or id of the officer."))
@click.option("--scope", "explicit", multiple=True, help=_("These scopes, not the officer's."))
@click.option("--url", help=_("Address for the tablet, if not the usual one."))
@click.option("--qr/--no-qr", default=None, help=_("Draw the code; on a terminal by default."))
@as_json_option
def enrol_code(
    login: str, explicit: tuple[str, ...], url: str | None, qr: bool | None, as_json: bool
) -> None:
    """Issue an enrolment code."""
    at = operator()
    code = enrolment.new_code(random.SystemRandom())
    granted = at.write(lambda session: office.issue_code(session, at.context, login, explicit, code))
    link = enrolment.link(url or at.settings.url, code, _pin(at), at.keyring.receipt_key)
    expires = to_wire(at.clock.now() + enrolment.CODE_LIFE)
    show({"code": code, "link": link, "scopes": granted, "expires": expires}, as_json=as_json)
    if qr or (qr is None and sys.stdout.isatty() and not as_json):
        segno.make(link, error="m", micro=False).terminal(compact=True)


@click.command(help=_("List the tablets: id, label, officer, scopes, enrolled, last seen, state."))
@as_json_option
def devices(as_json: bool) -> None:
    """List the tablets."""
    at = operator()

    def read(session: Session) -> list[dict[str, object]]:
        found = office.devices(session, at.context)
        contexts = load_devices(session, at.tenant_id, [one.device_id for one in found])
        return [_row(one, scopes.granted_to(session, one), contexts[one.device_id]) for one in found]

    show_rows(at.read(read), as_json=as_json)


@click.command(help=_("Take everything from a tablet; it keeps only what it has not sent yet."))
@click.argument("device")
@as_json_option
def revoke(device: str, as_json: bool) -> None:
    """Revoke a tablet."""
    at = operator()
    at.write(lambda session: office.revoke(session, at.context, device))
    show({"device": device, "state": "revoked"}, as_json=as_json)


@click.command(help=_("Grant a scope to a tablet."))
@click.argument("device")
@click.argument("scope")
@as_json_option
def grant(device: str, scope: str, as_json: bool) -> None:
    """Grant a scope."""
    at = operator()
    at.write(lambda session: office.grant(session, at.context, device, scope))
    show({"device": device, "granted": scope}, as_json=as_json)


@click.command(help=_("Take a scope from a tablet."))
@click.argument("device")
@click.argument("scope")
@as_json_option
def ungrant(device: str, scope: str, as_json: bool) -> None:
    """Take a scope away."""
    at = operator()
    at.write(lambda session: office.ungrant(session, at.context, device, scope))
    show({"device": device, "ungranted": scope}, as_json=as_json)


@click.command(name="expire-sessions", help=_("End every tablet session; tablets sign in again."))
@as_json_option
def expire_sessions(as_json: bool) -> None:
    """End the sessions of all tablets."""
    at = operator()
    show({"ended": at.write(lambda session: office.expire_sessions(session, at.context))}, as_json=as_json)


def _pin(at: Operator) -> str | None:
    from field178_server.security.certificates import pin_for  # only https needs it

    return pin_for(at.settings)


def _row(device: Device, granted: list[str], context: DeviceContext) -> dict[str, object]:
    state = "sign_in" if context.needs_sign_in else "active"
    return {
        "device": device.device_id,
        "label": device.label,
        "user": device.user_id,
        "scopes": granted,
        "enrolled": to_wire(device.enrolled_at),
        "last_seen": to_wire(device.last_seen_at) if device.last_seen_at else None,
        "state": "revoked" if context.revoked else state,
    }
