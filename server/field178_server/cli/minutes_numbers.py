"""Numbers of minutes: `minutes-numbers`."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from field178_server.cli.context import Operator, as_json_option, operator, show_rows
from field178_server.cli.operator_language import _
from field178_server.database.models import Device, NumberLease
from field178_server.replication import number_blocks
from field178_shared.time.clock import local_date, to_wire


@click.command(
    name="minutes-numbers",
    help=_("List the blocks of minutes numbers: team, numbers, tablet, the highest used, state."),
)
@click.option(
    "--year", type=click.IntRange(2000, 9999), help=_("Of this year; of the present one by default.")
)
@as_json_option
def minutes_numbers(year: int | None, as_json: bool) -> None:
    """List the leases of a year: every number that is not on a record is explained by one."""
    at = operator()
    wanted = year or local_date(at.clock.now()).year
    show_rows(at.read(lambda session: _rows(session, at, wanted)), as_json=as_json)


def _rows(session: Session, at: Operator, year: int) -> list[dict[str, object]]:
    return [
        _row(lease, _tablet(session, lease)) for lease in number_blocks.leases(session, at.tenant_id, year)
    ]


def _tablet(session: Session, lease: NumberLease) -> Device | None:
    return None if lease.device_id is None else session.get(Device, (lease.tenant_id, lease.device_id))


def _row(lease: NumberLease, tablet: Device | None) -> dict[str, object]:
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
        "state": _state(tablet),
    }


def _state(tablet: Device | None) -> str:
    """Return why the rest is out: in use, gone with a revoked tablet, or left out after a restore."""
    if tablet is None:
        return "left_out"
    return "revoked" if tablet.revoked_at else "leased"
