"""Tidying: `tidy`, what `serve` does beside the requests, for servers that run under something else."""

from __future__ import annotations

import click

from field178_server.attachments.garbage_collection import Collected, collect
from field178_server.cli.context import as_json_option, operator, show
from field178_server.cli.operator_language import _
from field178_server.maintenance.daily import run_maintenance
from field178_server.runtime import Runtime


@click.command(
    help=_(
        "Finish purges, give late uploads up; once a day remove files that nothing names, check."
        " `serve` does it by itself; run it once an hour beside gunicorn."
    )
)
@click.option("--dry-run", is_flag=True, help=_("Only tell which files would be removed."))
@as_json_option
def tidy(dry_run: bool, as_json: bool) -> None:
    """Tidy now; exit code 0 also when something was not due or not reached."""
    at = operator()
    runtime = Runtime(at.settings, at.engine, at.clock, at.ids, at.keyring, at.passwords)
    if dry_run:
        show(_files(collect(runtime, is_trial=True)), as_json=as_json)
        return
    done = run_maintenance(runtime)
    answer: dict[str, object] = {
        "purges_left": done.erasures_left,
        "uploads_given_up": done.uploads_given_up,
        "checked": done.is_checked,
    }
    show(answer | _files(done.collected or Collected(0, 0, 0, 0)), as_json=as_json)


def _files(done: Collected) -> dict[str, object]:
    return {
        "files_removed": done.files,
        "bytes_removed": done.size,
        "strays_removed": done.strays,
        "files_unnamed": done.unnamed,
    }
