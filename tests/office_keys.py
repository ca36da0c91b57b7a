"""An office key with its three shares, for tests that make backups and open them."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from field178_server.backup.manifest import OpenedBackup, open_backup
from field178_server.backup.office_key import NewOfficeKey, identity_of, keep_office_key, new_office_key


@cache
def office_key() -> NewOfficeKey:
    return new_office_key(random.Random(178).randbytes, datetime(2026, 11, 24, tzinfo=UTC))


def give_office_key(key_dir: Path) -> None:
    """Let a server have the office key, so that it makes backups."""
    keep_office_key(key_dir, office_key().key)


@cache
def identity() -> str:
    made = office_key()
    return identity_of(made.shares[1:], made.key.key_id)


def opened(folder: Path) -> OpenedBackup:
    """Open a backup folder as two holders of shares do."""
    return open_backup(folder, identity())


def share_options(folder: Path) -> tuple[str, ...]:
    """Write two shares into files and return the options of a command that reads them."""
    options: list[str] = []
    for number, share in enumerate(office_key().shares[:2]):
        path = folder / f"share-{number}.txt"
        path.write_text(share, "utf-8")
        options += ["--share", str(path)]
    return tuple(options)
