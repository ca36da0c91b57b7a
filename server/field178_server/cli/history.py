"""The server's history: `new-epoch`, `mark-backed-up`."""

from __future__ import annotations

import click

from field178_server.cli.operator_context import as_json_option, operator, show
from field178_server.cli.words import _
from field178_server.services import operator as office


@click.command(name="new-epoch", help=_("Begin a new history: after EVERY restore of the store."))
@as_json_option
def new_epoch(as_json: bool) -> None:
    """Begin a new epoch."""
    at = operator()
    show({"epoch": at.write(lambda session: office.new_epoch(session, at.desk))}, as_json=as_json)


@click.command(
    name="mark-backed-up",
    help=_("Tell tablets that a backup, proved by restoring it, holds everything stored so far."),
)
@as_json_option
def mark_backed_up(as_json: bool) -> None:
    """Mark what is safe in a backup."""
    at = operator()
    marks = at.write(lambda session: office.mark_backed_up(session, at.desk))
    show(dict[str, object](marks), as_json=as_json)
