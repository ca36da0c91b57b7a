"""The rescue file of a tablet: `rescue-import`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from field178_server.cli.context import as_json_option, operator, show
from field178_server.cli.operator_language import _
from field178_server.http.request_log import log_beside
from field178_server.office.imports.operations import open_offline_export, rehearse, take_in
from field178_server.replication.exchange import Exchange
from field178_server.replication.policy.record_validation import declared_types


@click.command(
    name="rescue-import", help=_("Take in the unsent work of a tablet from its rescue file; twice is once.")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help=_("Only tell what would happen; change nothing."))
@as_json_option
def import_offline_export(file: Path, dry_run: bool, as_json: bool) -> None:
    """Import a rescue file."""
    at = operator()
    exchange = Exchange(at.engine, at.tenant_id, at.clock, at.ids, declared_types())
    with file.open("rb") as opened, log_beside(sys.stderr, at.clock):
        export = open_offline_export(exchange, at.keyring.sealing, opened)
        done = rehearse(exchange, export) if dry_run else take_in(exchange, at.context, export)
    tally = done.tally
    pairs = {"device": done.origin.device, "created": done.origin.created_at, "changes": tally.total}
    show({**pairs, **tally.details(), "dry_run": dry_run}, as_json=as_json)
