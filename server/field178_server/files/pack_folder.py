"""Packed scopes as files below the data folder: a cache that no backup holds and anybody may empty.

Epoch, scope, seq and hash stand in a pack's path, and it gets its name only when it is whole: nothing about
it is kept elsewhere, so file and row can never disagree.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from field178_shared.durable import make_folder

if sys.platform != "win32":
    import fcntl

PACKS = "packs"
_LEVEL = 6
_GZIP = 31
_NAME = re.compile(r"([0-9]{1,16})-([0-9a-f]{64})")
_UNDER_WAY = ".part"


@dataclass(frozen=True, slots=True)
class Pack:
    """One scope's live records at one seq, as gzip NDJSON."""

    path: Path
    scope: str
    seq: int
    sha256: str
    size_bytes: int
    made_at_s: float


class PackFolder:
    """The packs of one history of a tenant's store. Several processes may work in it at once."""

    def __init__(self, data_dir: Path, tenant_id: str, epoch: str) -> None:
        self._tenant = data_dir / PACKS / tenant_id
        self._epoch = epoch

    def packs(self, scope: str) -> list[Pack]:
        """Return the packs of a scope, the newest first."""
        folder = self._folder(scope)
        names = os.listdir(folder) if folder.is_dir() else []
        found = [pack for name in names if (pack := self.find(scope, name)) is not None]
        return sorted(found, key=lambda pack: pack.seq, reverse=True)

    def find(self, scope: str, name: str) -> Pack | None:
        """Return the pack of this name, None when there is none."""
        parts, path = _NAME.fullmatch(name), self._folder(scope) / name
        if parts is None:
            return None
        try:
            told = path.stat()
        except FileNotFoundError:
            return None
        return Pack(path, scope, int(parts[1]), parts[2], told.st_size, told.st_mtime)

    @contextmanager
    def turn(self, scope: str) -> Iterator[None]:
        """Let one packer of all processes and threads in; who waited finds what it made."""
        make_folder(self._folder(scope))
        with (self._folder(scope) / "lock").open("wb") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def write(self, scope: str, seq: int, chunks: Iterable[bytes], made_at_s: float) -> Pack:
        """Pack the chunks, whatever their number, in constant memory; the same ones make the same file."""
        folder = self._folder(scope)
        handle, under_way = tempfile.mkstemp(suffix=_UNDER_WAY, dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                sha256 = _compress(file, chunks)
                file.flush()
                # A name that outlasted a power cut without its bytes would be handed out.
                os.fsync(file.fileno())
            os.utime(under_way, (made_at_s, made_at_s))
            size_bytes = os.path.getsize(under_way)
            path = folder / f"{seq}-{sha256}"
            os.replace(under_way, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(under_way)
            raise
        return Pack(path, scope, seq, sha256, size_bytes, made_at_s)

    def scopes(self) -> list[str]:
        """Return the scopes that were ever packed in this history."""
        folder = self._tenant / self._epoch
        names = os.listdir(folder) if folder.is_dir() else []
        return sorted(name.replace("~", ":") for name in names)

    def drop(self, pack: Pack) -> None:
        """Remove a pack; who reads it at this moment reads it to its end."""
        pack.path.unlink(missing_ok=True)

    def drop_remains(self, scope: str) -> None:
        """Remove what a packer left behind that died. Inside the scope's turn."""
        for path in self._folder(scope).glob(f"*{_UNDER_WAY}"):
            path.unlink(missing_ok=True)

    def drop_other_histories(self) -> None:
        """Remove the packs of every other epoch."""
        for folder in self._tenant.iterdir() if self._tenant.is_dir() else ():
            if folder.name != self._epoch:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, scope: str) -> Path:
        # A colon is no part of a file's name on Windows.
        return self._tenant / self._epoch / scope.replace(":", "~")


def _compress(file: BinaryIO, chunks: Iterable[bytes]) -> str:
    packer, digest = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP), hashlib.sha256()

    def put(data: bytes) -> None:
        file.write(data)
        digest.update(data)

    for chunk in chunks:
        put(packer.compress(chunk))
    put(packer.flush())
    return digest.hexdigest()
