"""Command that rebuilds or compares projections: `project`."""

from __future__ import annotations

import time

import click

from field178_server.cli.context import Operator, operator_command, show
from field178_server.cli.language import _
from field178_server.maintenance.projections import run
from field178_server.office.indicators.totals.operations import invalidate_counts
from field178_shared.schemas import TYPES
from field178_shared.time.clock import duration_clock

_REPORT_EVERY_S = 2.0


@click.command()
@click.option(
    "--type",
    "record_types",
    multiple=True,
    # As texts: click would take the names of enum members.
    type=click.Choice(sorted(map(str, TYPES))),
    metavar="TYPE",
    help=_("Only the rows of records of this type."),
)
@click.option(
    "--check", "is_check", is_flag=True, help=_("Only compare, write nothing; exit code 1 on a difference.")
)
@click.option("--restart", is_flag=True, help=_("Begin at the first record, also after an interruption."))
@operator_command
def project(at: Operator, record_types: tuple[str, ...], is_check: bool, restart: bool) -> None:
    """Write the projected rows of stored records again, or compare them."""
    context = at.context  # reads the lists in force: rows contain their names and time limits
    if restart and not is_check:
        run.forget_run(at.engine, at.tenant_id)
    steps = (run.check if is_check else run.project)(at.engine, context, record_types)
    progress, reported_at = run.RebuildProgress(0, 0, {}), duration_clock()
    for progress in steps:
        if duration_clock() - reported_at >= _REPORT_EVERY_S:
            reported_at = duration_clock()
            _report(progress)
        time.sleep(run.PAUSE_S)
    if progress.differing_rows and not is_check:
        # The stored totals were counted from the wrong rows.
        at.write(lambda session: invalidate_counts(session, at.tenant_id))
    show(
        {
            "records": progress.done,
            "rows_differed": progress.differing_rows,
            **dict(sorted(progress.differing.items())),
        }
    )
    if is_check and progress.differing_rows:
        raise SystemExit(1)


def _report(progress: run.RebuildProgress) -> None:
    text = _("{done} of {total} records, {rows} rows differed")
    click.echo(text.format(done=progress.done, total=progress.total, rows=progress.differing_rows), err=True)
