"""Sealed files of a backup: encrypted for the office key by age, opened with two shares of it.

While a backup is made, a second key that exists in memory only opens it for the proof.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from field178_server.backup.errors import BackupError, Reason
from field178_shared.fsync import make_folder

if TYPE_CHECKING:
    from pyrage import x25519

SUFFIX = ".age"


class Sink(Protocol):
    """Place that content is written to."""

    def write(self, content: bytes, /) -> int:
        """Write content and return its length."""
        ...

    def flush(self) -> None:
        """Write buffered bytes to the file."""
        ...


class Measured:
    """Reader or writer that hashes and counts the bytes that pass; a writer without a target drops them."""

    def __init__(self, source: BinaryIO | None = None, target: BinaryIO | None = None) -> None:
        self._source, self._target = source, target
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Hash of the bytes so far, hexadecimal."""
        return self._hash.hexdigest()

    def read(self, most: int = -1, /) -> bytes:
        """Read from the source."""
        assert self._source is not None
        return self._note(self._source.read(most))

    def write(self, content: bytes, /) -> int:
        """Write to the target."""
        self._note(content)
        return len(content) if self._target is None else self._target.write(content)

    def flush(self) -> None:
        """Flush the target."""
        if self._target is not None:
            self._target.flush()

    def _note(self, content: bytes) -> bytes:
        self._hash.update(content)
        self.size += len(content)
        return content


@dataclass(frozen=True, slots=True, repr=False)
class BackupSealer:
    """Encryption for the office key, and for the key in memory that proves this backup."""

    recipients: Sequence[x25519.Recipient]
    proof_identity: str

    @classmethod
    def for_office(cls, recipient: str) -> BackupSealer:
        """Return a sealer for an office key with a new key for the proof."""
        from pyrage import x25519

        own = x25519.Identity.generate()
        return cls((x25519.Recipient.from_str(recipient), own.to_public()), str(own))

    def seal(self, source: BinaryIO, target: Path) -> Measured:
        """Encrypt a source into a new private file, durably; return size and hash of the source."""
        from pyrage import encrypt_io

        content = Measured(source)
        make_folder(target.parent)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            encrypt_io(content, file, list(self.recipients))
            file.flush()
            os.fsync(file.fileno())
        return content


def open_sealed(source: Path, sink: Sink, identity: str) -> None:
    """Decrypt a file into a sink; raise BackupError if the key does not open it or it was altered."""
    from pyrage import DecryptError, decrypt_io, x25519

    with source.open("rb") as file:
        try:
            decrypt_io(file, sink, [x25519.Identity.from_str(identity)])
        except (DecryptError, OSError) as error:
            # A full disk is an OSError with a number; an altered file is one without.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise BackupError(Reason.ALTERED, source.name) from error


def read_sealed(source: Path, identity: str) -> bytes:
    """Return the content of a small sealed file; raise BackupError."""
    content = io.BytesIO()
    open_sealed(source, content, identity)
    return content.getvalue()
