"""The server's history: `new-epoch`, `mark-backed-up`, `root`."""

from __future__ import annotations

import click

from field178_server.audit import hash_chain, verify
from field178_server.cli.context import as_json_option, operator, show
from field178_server.cli.operator_language import _
from field178_server.office.tablets import operations as office
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import to_wire


@click.command(name="new-epoch", help=_("Begin a new history: after EVERY restore of the store."))
@as_json_option
def new_epoch(as_json: bool) -> None:
    """Begin a new epoch."""
    at = operator()
    epoch = at.write(lambda session: office.new_epoch(session, at.context))
    # So that the first word of the new history to a tablet has a root.
    verify.extend(at.engine, at.tenant_id, at.keyring.receipt, at.clock)
    show({"epoch": epoch}, as_json=as_json)


@click.command(
    name="mark-backed-up",
    help=_("Tell tablets that a backup, proved by restoring it, holds everything stored so far."),
)
@as_json_option
def mark_backed_up(as_json: bool) -> None:
    """Mark what is safe in a backup."""
    at = operator()
    marks = at.write(lambda session: office.mark_backed_up(session, at.context))
    show(dict[str, object](marks), as_json=as_json)


@click.command(
    name="root",
    help=_(
        "Append a root over what was acknowledged since the last one and show the newest, "
        "or the one at INDEX."
    ),
)
@click.argument("index", required=False, type=click.IntRange(1))
@as_json_option
def root(index: int | None, as_json: bool) -> None:
    """Show a root: written down elsewhere, it proves later that the history was only added to."""
    at = operator()
    if index is None:
        verify.extend(at.engine, at.tenant_id, at.keyring.receipt, at.clock)
    found = at.read(lambda session: hash_chain.find(session, at.tenant_id, index))
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    shown = {"epoch": found.epoch, "index": found.root_index, "hash": found.hash, "sig": found.sig}
    show({**shown, "at": to_wire(found.at)}, as_json=as_json)
