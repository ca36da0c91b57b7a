"""Commands for backups and epochs: `backup`, `restore`, `drill`, `new-epoch`, `mark-backed-up`, `root`."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from field178_server.audit import hash_chain, verify
from field178_server.cli.context import Operator, json_option, operator_command, show, wants_json
from field178_server.cli.key_shares import opened_with_shares, share_option
from field178_server.cli.language import _
from field178_server.office.tablets import operations as office
from field178_server.settings import Settings
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import clock_from_environment, to_wire

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from field178_server.audit.operation_context import OperationContext
    from field178_server.backup.errors import BackupError
    from field178_server.backup.manifest import Manifest

_SENTENCES = {
    "not_a_backup": _("This is not a whole backup: {what}"),
    "altered": _("The backup was altered or cut: {what}. Nothing was written; take another backup."),
    "newer": _("The backup is of another version of the product ({what}): restore it with that version."),
    "other_engine": _(
        "The backup is of another engine: {what}. Set FIELD178_DATABASE_URL to an empty one, or take it with"
        " field178 backup --portable."
    ),
    "other_tenant": _("The backup is of another authority: {what}. Set FIELD178_TENANT."),
    "folder_not_empty": _("The data folder is not empty: {what}. A restore never overwrites anything."),
    "store_not_empty": _("The store is not empty: {what}. A restore never overwrites anything."),
    "not_installed": _("There is nothing to back up yet ({what}): field178 init"),
    "no_client": _("The program {what} is missing. Install the client programs of PostgreSQL."),
    "client_failed": _("A program of PostgreSQL failed: {what}"),
    "no_scratch": _("The database account {what} may not create a database to try the backup in."),
    "blob": _("A stored file is missing or altered: {what}. docs/operations.md says what to do."),
    "no_folder": _("The folder of FIELD178_BACKUP_DIR is not there: {what}. Is its disk mounted?"),
    "not_writable": _("This account may not write to the folder of the backups: {what}"),
    "no_office_key": _(
        "There is no office key yet, and backups are made for its holders only: field178 office-key new"
        " --papers FOLDER"
    ),
    "share_wrong": _("Share {what} of the two has a wrong or missing word. Compare it with the paper."),
    "other_shares": _("The shares do not belong together, or not to the office key {what} of this backup."),
    "busy_backup": _("Another backup of {what} is under way; it is noted when it ends."),
    "differs": _("What was restored is not what the backup says: {what}. Do not use it."),
}
_FOLDER = click.Path(file_okay=False, path_type=Path)


def sentence(error: BackupError) -> str:
    """Return the sentence for the operator about an error."""
    return _sentence(error.reason, error.what)


def _sentence(reason: str, what: str) -> str:
    template = _SENTENCES.get(reason)
    return template.format(what=what) if template else f"{reason}: {what}"


def refusing(command: Callable[..., None]) -> Callable[..., None]:
    """Decorator of commands on backups: errors are sentences for the operator."""

    @functools.wraps(command)
    def run(*arguments: object, **options: object) -> None:
        from field178_server.backup.errors import BackupError

        try:
            command(*arguments, **options)
        except BackupError as error:
            raise click.ClickException(sentence(error)) from error
        except OSError as error:
            # For instance a full disk or a folder without write permission; nothing incomplete is left.
            raise click.ClickException(_("The system refused: {error}").format(error=error)) from error

    return run


@click.command()
@click.option("--to", type=_FOLDER, help=_("Folder of the backups; FIELD178_BACKUP_DIR if left out."))
@click.option(
    "--keep", type=click.IntRange(min=1), help=_("Remove the oldest proved backups beyond so many.")
)
@click.option(
    "--portable",
    "is_portable",
    is_flag=True,
    help=_("Rows in a form that SQLite and PostgreSQL restore; of SQLite every backup has it."),
)
@refusing
@operator_command
def backup(at: Operator, to: Path | None, keep: int | None, is_portable: bool) -> None:
    """Create a backup; exit code 1 if it could not be proved."""
    from field178_server.backup import create as take

    folder = (to or at.settings.effective_backup_dir).absolute()
    taken = take.create(at.settings, at.engine, at.context, folder, is_portable=is_portable)
    is_proved = taken.proof.is_proved
    gone = take.remove_old(folder, at.tenant_id, keep) if keep and is_proved else []
    answer: dict[str, object] = {
        "backup": str(taken.folder),
        "proved": is_proved,
        **_contents(taken.manifest),
        "tablet_databases_marked": len(taken.marks),
        "removed": [removed.name for removed in [*taken.outdated, *gone]],
    }
    show(answer)
    if taken.outdated and not wants_json():
        text = _("Deleted, because they held what was erased since: {count} earlier backups.")
        click.echo(text.format(count=len(taken.outdated)), err=True)
    if not is_proved:
        text = _("The backup is kept but NOT PROVED, and tablets were told nothing: {faults}")
        raise click.ClickException(
            text.format(faults=" ".join(_sentence(*fault.split(": ", 1)) for fault in taken.proof.faults))
        )


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@share_option
@json_option
@refusing
def restore(folder: Path, share_files: tuple[Path, ...]) -> None:
    """Restore a backup from its folder into an empty store."""
    from field178_server.backup.restore import restore as restore_backup
    from field178_server.backup.restore import settings_in

    opened = opened_with_shares(folder, share_files)
    settings = Settings.from_environment({**settings_in(opened), **os.environ})
    at = Operator(settings, clock_from_environment({"FIELD178_CLOCK_START": settings.clock_start}))
    done = restore_backup(opened, settings, at.context_without_store)
    answer: dict[str, object] = {
        "data": str(settings.data_dir.absolute()),
        "taken_at": done.manifest.created_at,
        **_contents(done.manifest),
        "epoch": done.epoch,
    }
    show(answer)
    if not wants_json():
        text = _("A new history has begun: each tablet sends what came after {when} again at its next sync.")
        click.echo(text.format(when=done.manifest.created_at), err=True)


@click.command()
@click.option(
    "--backup",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=_("This backup; a made-up office's when left out."),
)
@share_option
@refusing
@operator_command
def drill(at: Operator, folder: Path | None, share_files: tuple[Path, ...]) -> None:
    """Run a drill and print its result."""
    from field178_server.backup.drill import drill as run_drill

    opened = opened_with_shares(folder, share_files) if folder is not None else None
    done = run_drill(at.settings, at.context_without_store, opened, _fill_with_demo_data)
    if folder is not None:
        _note_drill(at, folder)
    manifest = done.restored.manifest
    answer: dict[str, object] = {
        "backup": str(folder.absolute()) if folder else "made-up",
        "taken_at": manifest.created_at,
        **_contents(manifest),
        "seconds": round(done.seconds, 1),
    }
    show(answer)
    if wants_json():
        return
    click.echo(
        _("Proved: two shares open it, every file has its hash, it restores into an empty place, every")
    )
    click.echo(
        _("row of every table is equal, all digests are right, the keys load, a new history has begun.")
    )
    click.echo(_("Not proved here: that this machine's tablets send again what came after the backup."))
    click.echo(_("The scratch place is removed; the office's data was not touched."))


def _note_drill(at: Operator, folder: Path) -> None:
    """Write the drill to the log if there is a store; a drill may also run on a spare machine."""
    from field178_server.backup import log
    from field178_server.backup.copy import is_empty
    from field178_server.backup.manifest import read_proof

    if is_empty(at.settings.effective_database_url):
        return
    digest = read_proof(folder)[1].envelope_sha256
    at.write(lambda session: log.note_drill(session, at.tenant_id, digest, at.clock.now()))


def _fill_with_demo_data(settings: Settings, engine: Engine, context: OperationContext) -> None:
    from field178_server.demo import DEMO_START
    from field178_server.demo.seed import DemoStore, seed
    from field178_server.replication.policy.record_validation import declared_types
    from field178_server.security.passwords import Passwords
    from field178_server.serving.installation import install
    from field178_shared.codelists import demo
    from field178_shared.time.clock import ShiftedClock

    install(settings, engine, context.clock, context.ids)
    then = replace(context, clock=ShiftedClock(DEMO_START, context.clock))
    seed(DemoStore(engine, then, declared_types()), demo(), Passwords("test").hash("made-up, never used"))


def _contents(manifest: Manifest) -> dict[str, object]:
    tables = manifest.store.tables
    return {
        "records": tables["record"][0],
        "changes": tables["change"][0],
        "receipts": tables["receipt"][0],
        "audit_rows": manifest.store.audit_rows,
        "rows": sum(rows for rows, _digest in tables.values()),
        "files": len(manifest.files),
    }


@click.command(name="new-epoch")
@operator_command
def new_epoch(at: Operator) -> None:
    """Begin a new epoch."""
    epoch = at.write(lambda session: office.new_epoch(session, at.context))
    # Create a root before any tablet syncs with the new epoch.
    verify.extend(at.engine, at.tenant_id, at.keyring.receipt, at.clock)
    show({"epoch": epoch})


@click.command(name="mark-backed-up")
@operator_command
def mark_backed_up(at: Operator) -> None:
    """Mark all stored changes as contained in a proved backup."""
    marks = at.write(lambda session: office.mark_backed_up(session, at.context))
    show(dict[str, object](marks))


@click.command(name="root")
@click.argument("index", required=False, type=click.IntRange(1))
@operator_command
def root(at: Operator, index: int | None) -> None:
    """Show a root; a copy kept elsewhere can prove later that the history was only appended to."""
    if index is None:
        verify.extend(at.engine, at.tenant_id, at.keyring.receipt, at.clock)
    link = at.read(lambda session: hash_chain.find(session, at.tenant_id, index))
    if link is None:
        raise AppError(ErrorCode.NOT_FOUND)
    shown = {"epoch": link.epoch, "index": link.root_index, "hash": link.hash, "sig": link.sig}
    show({**shown, "at": to_wire(link.at)})
