"""Commands for erasure: `purge request`, `purge confirm`, `purge withdraw`, `purge list`."""

from __future__ import annotations

import click

from field178_server.attachments.secure_delete import finish_erasures
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.cli.context import Operator, operator_command, show, show_rows
from field178_server.cli.language import _
from field178_server.database.models import Erasure
from field178_server.office.erasure import operations as erasures
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.time.clock import to_wire

_by_option = click.option(
    "--by", required=True, help=_("Login or id of the officer who decides; must hold the privacy role.")
)


@click.group(name="purge")
def erase() -> None:
    """Group of the commands for erasure."""


@erase.command(help=_("Ask for the erasure of a record."))
@click.argument("record")
@_by_option
@click.option(
    "--reason", required=True, help=_("Why: a code of the list purge_reason, e.g. person_identified.")
)
@operator_command
def request(at: Operator, record: str, by: str, reason: str) -> None:
    """Request the erasure of a record."""
    at.write(lambda session: erasures.request(session, at.context, declared_types(), record, by, reason))
    show({"record": record, "state": "requested"})


@erase.command(
    help=_("Confirm what another officer asked for: the content goes at once, from backups with the next.")
)
@click.argument("record")
@_by_option
@operator_command
def confirm(at: Operator, record: str, by: str) -> None:
    """Confirm a request: erase the content of the record."""
    rev = at.write(lambda session: erasures.confirm(session, at.context, declared_types(), record, by))
    store = file_store_of(at.settings)
    left = finish_erasures(at.engine, at.tenant_id, store, at.clock)
    show({"record": record, "state": "purged", "rev": rev, "erased": not left})


@erase.command(help=_("Take back a request that nobody has confirmed."))
@click.argument("record")
@_by_option
@operator_command
def withdraw(at: Operator, record: str, by: str) -> None:
    """Withdraw a request for an erasure."""
    at.write(lambda session: erasures.withdraw(session, at.context, record, by))
    show({"record": record, "state": "withdrawn"})


@erase.command(
    name="list", help=_("List erasures: record, state, asked by, when, reason, confirmed by, when, erased.")
)
@operator_command
def list_all(at: Operator) -> None:
    """List the requested and the confirmed erasures."""
    rows = at.read(lambda session: [_row(erasure) for erasure in erasures.everything(session, at.tenant_id)])
    show_rows(rows)


def _row(erasure: Erasure) -> dict[str, object]:
    return {
        "record": erasure.record_id,
        "state": "requested" if erasure.confirmed_at is None else "purged",
        "requested_by": erasure.requested_by,
        "requested": to_wire(erasure.requested_at),
        "reason": erasure.reason,
        "confirmed_by": erasure.confirmed_by,
        "confirmed": None if erasure.confirmed_at is None else to_wire(erasure.confirmed_at),
        "erased": erasure.erased_at is not None,
    }
