"""Keyring in a file: a key store for the tablets of demo, pictures and benches, whatever the machine has.

`PYTHON_KEYRING_BACKEND` names it to the package `keyring`.
"""

from __future__ import annotations

import os
from pathlib import Path

from keyring.backend import KeyringBackend

NAME = "scripts.tablet_player.file_keyring.FileKeyring"


class FileKeyring(KeyringBackend):
    """Passwords as files in the tablet's folder."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        """Return a stored password."""
        path = _path(service, username)
        return path.read_text("ascii") if path.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a password."""
        _path(service, username).write_text(password, "ascii")


def _path(service: str, username: str) -> Path:
    return Path(os.environ["FIELD178_TABLET_DIR"]) / f"{service}-{username}.keyring"
