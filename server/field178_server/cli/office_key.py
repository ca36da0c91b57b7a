"""Commands for the office key of the backups: `office-key new`, `show`, `check`."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from field178_server.cli.backups import refusing
from field178_server.cli.command_table import CommandTable, Table
from field178_server.cli.context import Operator, operator_command, show, wants_json
from field178_server.cli.key_shares import share_option, shares_of
from field178_server.cli.language import _

_COMMANDS: Table = {
    "new": ("office_key.new", _("Make the office key and write its three papers; a new key replaces it.")),
    "show": ("office_key.show_key", _("Show which key new backups are sealed for.")),
    "check": ("office_key.check", _("Check that two papers open the backups of this office.")),
}


office_key = CommandTable("office-key", _COMMANDS)


@click.command(name="new")
@click.option(
    "--papers",
    required=True,
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help=_("Folder for the three papers (PDF), on a stick that is wiped after printing."),
)
@click.option("--replace", is_flag=True, help=_("Replace the key; earlier backups need its papers still."))
@refusing
@operator_command
def new(at: Operator, papers: Path, replace: bool) -> None:
    """Create an office key, and write a paper for each of its shares."""
    from field178_server.backup.office_key import has_office_key

    if has_office_key(at.settings.key_dir) and not replace:
        raise click.ClickException(_("There is an office key: --replace makes another one."))
    show({"key": make_office_key(at, papers)})


def make_office_key(at: Operator, papers: Path) -> str:
    """Create an office key, write its papers, print next steps; return the id of the key.

    Raises ClickException for a folder beside the data or the backups.
    """
    from field178_server.backup.key_papers import write_papers
    from field178_server.backup.office_key import keep_office_key, new_office_key

    if _is_within(papers, at.settings.data_dir) or _is_within(papers, at.settings.effective_backup_dir):
        raise click.ClickException(_("The papers must not lie beside the data or the backups: use a stick."))
    made = new_office_key(secrets.token_bytes, at.clock.now())
    paths = write_papers(papers, made, at.settings)
    # The papers first: a key without papers would make backups that nobody can open.
    keep_office_key(at.settings.key_dir, made.key)
    if wants_json():
        return made.key.key_id
    for path in paths:
        click.echo(str(path), err=True)
    click.echo(_("Print each paper once, hand it over in a sealed envelope, then wipe the stick."), err=True)
    click.echo(_("Then try two of them: field178 office-key check"), err=True)
    return made.key.key_id


@click.command(name="show")
@refusing
@operator_command
def show_key(at: Operator) -> None:
    """Show the office key: its id, the day it was made, its public half."""
    from field178_server.backup.office_key import office_key_of

    key = office_key_of(at.settings.key_dir)
    show({"key": key.key_id, "made_at": key.made_at, "recipient": key.recipient})


@click.command()
@share_option
@refusing
@operator_command
def check(at: Operator, share_files: tuple[Path, ...]) -> None:
    """Check two shares against the office key; nothing is opened."""
    from field178_server.backup.office_key import identity_of, office_key_of

    key = office_key_of(at.settings.key_dir)
    identity_of(shares_of(share_files, key.key_id), key.key_id)
    show({"key": key.key_id, "opens": True})


def _is_within(folder: Path, other: Path) -> bool:
    return folder.resolve().is_relative_to(other.resolve())
