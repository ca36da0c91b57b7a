"""Client programs of PostgreSQL: preferably of the server's major version, if several are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from field178_server.backup.errors import BackupError, Reason

# Packages of Debian and Ubuntu, and those of the PostgreSQL project for Red Hat's systems.
_FOLDERS = (("/usr/lib/postgresql", "{major}/bin"), ("/usr", "pgsql-{major}/bin"))
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def path_of(program: str, major: int) -> str:
    """Return the path of a program for a server of this major version; raise BackupError(NO_CLIENT).

    `pg_dump` refuses a newer server, and the program on the PATH may belong to another cluster.
    """
    for folder in _folders(str(major)):
        if (folder / program).is_file():
            return str(folder / program)
    on_path = shutil.which(program)
    if on_path is None or _major_of(on_path) < major:
        raise BackupError(Reason.NO_CLIENT, f"{program} {major}")
    return on_path


def is_installed(program: str) -> bool:
    """Return whether the program is installed in any version."""
    return shutil.which(program) is not None or any((folder / program).is_file() for folder in _folders("*"))


def _folders(major: str) -> Iterator[Path]:
    for root, pattern in _FOLDERS:
        yield from Path(root).glob(pattern.format(major=major))


def _major_of(path: str) -> int:
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # no shell
    match = _VERSION.search(answer.stdout)
    return int(match[1]) if match else 0
