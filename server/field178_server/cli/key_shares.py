"""Shares of the office key for commands: read from files, or typed from the papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from field178_server.cli.language import _

if TYPE_CHECKING:
    from field178_server.backup.manifest import OpenedBackup

share_option = click.option(
    "--share",
    "share_files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("File with the words of a share; given twice. Without it the words are asked for."),
)


def opened_with_shares(folder: Path, share_files: tuple[Path, ...]) -> OpenedBackup:
    """Return a backup opened with two shares; raise BackupError."""
    from field178_server.backup.manifest import open_backup, read_envelope
    from field178_server.backup.office_key import identity_of

    # The backup first: nobody types 66 words for a folder that is none.
    key_id = read_envelope(folder).key
    return open_backup(folder, identity_of(shares_of(share_files, key_id), key_id))


def shares_of(share_files: tuple[Path, ...], key_id: str) -> list[str]:
    """Return the words of two shares of an office key, asking for those without a file."""
    from field178_server.backup.office_key import NEEDED, WORDS_OF_A_SHARE

    shares = [path.read_text("utf-8") for path in share_files[:NEEDED]]
    if len(shares) < NEEDED:
        text = _("Two of the three papers of the office key {key} are needed, {count} words each.")
        click.echo(text.format(key=key_id, count=WORDS_OF_A_SHARE), err=True)
    while len(shares) < NEEDED:
        label = _("Words of paper {number} of {count}").format(number=len(shares) + 1, count=NEEDED)
        shares.append(click.prompt(label, err=True))
    return shares
