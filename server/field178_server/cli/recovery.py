"""Commands for divergent records: `salvage list`, `salvage take`, `salvage set-aside`."""

from __future__ import annotations

import click

from field178_server.cli.context import Operator, operator_command, show, show_rows
from field178_server.cli.language import _
from field178_server.database.models import DivergentRecord
from field178_server.office.recovery import operations as recovery
from field178_server.office.recovery.operations import DivergentRecordKey
from field178_server.replication.divergent_records import REJECTED
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.time.clock import to_wire

_hash_option = click.option("--hash", "h", help=_("Which content, when tablets sent several."))


@click.group(name="salvage")
def divergent_records() -> None:
    """Group of the commands for divergent records."""


@divergent_records.command(
    name="list", help=_("List what waits: record, type, scope, revision, hash, tablet, when.")
)
@operator_command
def list_undecided(at: Operator) -> None:
    """List the undecided divergent records."""
    rows = at.read(lambda session: [_row(record) for record in recovery.undecided(session, at.tenant_id)])
    show_rows(rows)


@divergent_records.command(help=_("Take a record in: it becomes a change by the office."))
@click.argument("record")
@_hash_option
@operator_command
def take(at: Operator, record: str, h: str | None) -> None:
    """Store a divergent record as a change by the office."""
    rev = at.write(
        lambda session: recovery.take(session, at.context, declared_types(), DivergentRecordKey(record, h))
    )
    show({"record": record, "rev": rev})


@divergent_records.command(
    name="set-aside", help=_("Decide that a record is not wanted; it is not shown again.")
)
@click.argument("record")
@_hash_option
@click.option("--reason", help=_("Why it is not wanted."))
@operator_command
def reject(at: Operator, record: str, h: str | None, reason: str | None) -> None:
    """Reject a divergent record."""
    at.write(lambda session: recovery.reject(session, at.context, DivergentRecordKey(record, h), reason))
    show({"record": record, "state": REJECTED})


def _row(record: DivergentRecord) -> dict[str, object]:
    return {
        "record": record.record_id,
        "type": record.type,
        "scope": record.scope,
        "rev": record.rev,
        "hash": record.h,
        "sound": record.is_sound,
        "device": record.device_id,
        "received": to_wire(record.received_at),
    }
