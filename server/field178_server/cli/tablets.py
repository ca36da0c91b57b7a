"""Commands for tablets: enrolment, orders, scopes, sessions, `rescue-import`, `minutes-numbers`."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import click
import segno
from sqlalchemy.orm import Session

from field178_server.cli.context import Operator, operator_command, show, show_rows, wants_json
from field178_server.cli.language import _
from field178_server.database.models import Device, DeviceOrder, NumberLease
from field178_server.devices import enrolment, orders
from field178_server.http.process_log import log_beside
from field178_server.office.offline_imports.operations import open_offline_export, rehearse, take_in
from field178_server.office.reminders.oversight import notify_without_second
from field178_server.office.tablets import operations as office
from field178_server.replication import number_blocks
from field178_server.replication.exchange import Exchange
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.device_orders import OrderKind
from field178_shared.time.clock import local_date, to_wire


@click.command(name="enrol-code")
@click.option("--user", "login", required=True, help=_("Login or id of the officer."))
@click.option("--scope", "explicit", multiple=True, help=_("These scopes, not the officer's."))
@click.option("--url", help=_("Address for the tablet, if not the usual one."))
@click.option("--qr/--no-qr", default=None, help=_("Draw the code; on a terminal by default."))
@operator_command
def enrol_code(at: Operator, login: str, explicit: tuple[str, ...], url: str | None, qr: bool | None) -> None:
    """Issue and print an enrolment code."""
    code = enrolment.new_code(random.SystemRandom())

    def write(session: Session) -> list[str]:
        granted = office.issue_code(session, at.context, login, explicit, code)
        if explicit:
            notify_without_second(session, at.context)
        return granted

    granted = at.write(write)
    link = enrolment.link(url or at.settings.url, code, _pins(at), at.keyring.receipt_key)
    expires = to_wire(at.clock.now() + enrolment.CODE_LIFE)
    show({"code": code, "link": link, "scopes": granted, "expires": expires})
    if qr or (qr is None and sys.stdout.isatty() and not wants_json()):
        segno.make(link, error="m", micro=False).terminal(compact=True)


@click.command()
@click.argument("device")
@operator_command
def revoke(at: Operator, device: str) -> None:
    """Revoke a tablet."""
    at.write(lambda session: office.revoke(session, at.context, device))
    show({"device": device, "state": "revoked"})


@click.command()
@click.argument("device")
@click.argument("kind", type=click.Choice(["lock", "read-wipe", "full-wipe", "open"]))
@click.option("--reason", required=True, help=_("Why; the officer reads it on the tablet."))
@operator_command
def order(at: Operator, device: str, kind: str, reason: str) -> None:
    """Give a tablet an order."""
    chosen, key = OrderKind(kind.replace("-", "_")), at.keyring.receipt
    number = at.write(lambda session: orders.give(session, at.context, device, chosen, reason, key))
    show({"device": device, "order": chosen.value, "number": number})


@click.command(name="withdraw-order")
@click.argument("device")
@operator_command
def withdraw_order(at: Operator, device: str) -> None:
    """Withdraw an order that the tablet has not received."""
    kind = at.write(lambda session: orders.withdraw(session, at.context, device))
    show({"device": device, "withdrawn": kind.value})


@click.command(name="orders")
@click.argument("device")
@operator_command
def list_orders(at: Operator, device: str) -> None:
    """List the orders to a tablet, with what it answered."""
    show_rows(
        at.read(
            lambda session: [_order_row(item) for item in orders.orders_of(session, at.tenant_id, device)]
        )
    )


def _order_row(item: DeviceOrder) -> dict[str, object]:
    times = {"delivered": item.delivered_at, "answered": item.answered_at, "withdrawn": item.withdrawn_at}
    receipt = json.loads(item.receipt) if item.receipt else {}
    return {
        "order": item.kind,
        "reason": item.reason,
        "asked": to_wire(item.asked_at),
        **{name: "" if at is None else to_wire(at) for name, at in times.items()},
        "outcome": item.outcome or "",
        **{name: receipt.get(name, "") for name in ("records", "lost_changes", "lost_files", "lost_drafts")},
    }


@click.command()
@click.argument("device")
@click.argument("scope")
@operator_command
def grant(at: Operator, device: str, scope: str) -> None:
    """Grant a scope to a tablet, whatever its officers may read; oversight is told."""

    def write(session: Session) -> None:
        office.grant_without_officer(session, at.context, device, scope)
        notify_without_second(session, at.context)

    at.write(write)
    show({"device": device, "granted": scope})


@click.command()
@click.argument("device")
@click.argument("scope")
@operator_command
def ungrant(at: Operator, device: str, scope: str) -> None:
    """Revoke the grant of a scope to a tablet."""
    at.write(lambda session: office.ungrant(session, at.context, device, scope))
    show({"device": device, "ungranted": scope})


@click.command(name="expire-sessions")
@operator_command
def expire_sessions(at: Operator) -> None:
    """End the sessions of all tablets and browsers."""
    show({"generation": at.write(lambda session: office.expire_sessions(session, at.context))})


def _pins(at: Operator) -> tuple[str, ...]:
    from field178_server.security.certificates import pins_for  # only https needs it

    return pins_for(at.settings)


@click.command(name="rescue-import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("Only tell what would happen; change nothing."))
@operator_command
def import_offline_export(at: Operator, file: Path, dry_run: bool) -> None:
    """Import the offline export of a tablet."""
    exchange = Exchange(at.engine, at.tenant_id, at.clock, at.ids, declared_types())
    with file.open("rb") as opened, log_beside(sys.stderr, at.clock):
        export = open_offline_export(exchange, at.keyring.sealings, opened)
        done = rehearse(exchange, export) if dry_run else take_in(exchange, at.context, export)
    tally = done.tally
    pairs = {"device": done.origin.device, "created": done.origin.created_at, "changes": tally.total}
    show({**pairs, **tally.details(), "dry_run": dry_run})


@click.command(name="minutes-numbers")
@click.option(
    "--year", type=click.IntRange(2000, 9999), help=_("Of this year; of the present one by default.")
)
@operator_command
def minutes_numbers(at: Operator, year: int | None) -> None:
    """List the leased number blocks of a year, which explain all unused minutes numbers."""
    of_year = year or local_date(at.clock.now()).year
    show_rows(at.read(lambda session: _lease_rows(session, at, of_year)))


def _lease_rows(session: Session, at: Operator, year: int) -> list[dict[str, object]]:
    return [
        _lease_row(lease, _tablet(session, lease))
        for lease in number_blocks.leases(session, at.tenant_id, year)
    ]


def _tablet(session: Session, lease: NumberLease) -> Device | None:
    return None if lease.device_id is None else session.get(Device, (lease.tenant_id, lease.device_id))


def _lease_row(lease: NumberLease, tablet: Device | None) -> dict[str, object]:
    return {
        "scope": lease.scope,
        "year": lease.year,
        "from": lease.from_number,
        "to": lease.to_number,
        "device": lease.device_id or "",
        "label": "" if tablet is None else tablet.label,
        "code": lease.code or "",
        "used_to": lease.used_to,
        "leased_at": to_wire(lease.leased_at),
        "state": _lease_state(tablet),
    }


def _lease_state(tablet: Device | None) -> str:
    """Return the state of a block's unused numbers: leased, of a revoked tablet, or left out."""
    if tablet is None:
        return "left_out"
    return "revoked" if tablet.revoked_at else "leased"
