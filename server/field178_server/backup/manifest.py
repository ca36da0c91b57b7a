"""Documents of a backup: an envelope in clear, the sealed manifest, and the proof of its test restore.

By the envelope a copy is checked without the office key: it has the hash of every sealed file. What is in the
files, and how many rows there are, is in the manifest.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.attachments.storage.blob_store import BLOBS
from field178_server.attachments.storage.file_store import blob_name
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.fingerprint import Fingerprint
from field178_server.backup.sealing import Measured, open_sealed, read_sealed
from field178_server.database.models import Blob
from field178_server.security.private_files import write_private
from field178_shared.fsync import make_folder

FORMAT = 2
ENVELOPE_FILE = "backup.json"
MANIFEST_FILE = "manifest.age"
PROOF_FILE = "proof.json"
FILES = "files"
STORE_FILES = {"sqlite": "store.sqlite", "postgresql": "store.dump"}


class SealedFile(msgspec.Struct, frozen=True):
    """Size and hash of a sealed file."""

    size: int
    sha256: str


class Envelope(msgspec.Struct, frozen=True):
    """Metadata of a backup in clear; `key`: id of the office key whose shares open it."""

    format: int
    product: str
    created_at: str
    tenant: str
    key: str
    files: dict[str, SealedFile]


class File(msgspec.Struct, frozen=True):
    """A file in the backup with size and hash of its content, and the path of its sealed file."""

    size: int
    sha256: str
    sealed: str


class Manifest(msgspec.Struct, frozen=True):
    """Contents of a backup. A change of these members requires a new `format`."""

    product: str
    created_at: str
    tenant: str
    engine: str
    migration: str
    store: Fingerprint
    files: dict[str, File]


class Proof(msgspec.Struct, frozen=True):
    """Result of the test restore of a backup, with the hash of its envelope."""

    envelope_sha256: str
    at: str
    is_proved: bool
    faults: list[str]


@dataclass(frozen=True, slots=True, repr=False)
class OpenedBackup:
    """A backup with the secret that opens its files: of the office key, or of the proof."""

    folder: Path
    manifest: Manifest
    identity: str

    def copy(self, name: str, target: Path) -> None:
        """Write the content of a file into a new private file; raise BackupError if it was altered."""
        make_folder(target.parent)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            self._write(name, Measured(target=file))
            file.flush()
            os.fsync(file.fileno())

    def read(self, name: str) -> bytes:
        """Return the content of a small file; raise BackupError if it was altered."""
        self.check(name)
        return read_sealed(self.folder / self.manifest.files[name].sealed, self.identity)

    def check(self, name: str) -> None:
        """Raise BackupError if a file does not open or its content is not that of the manifest."""
        self._write(name, Measured())

    def _write(self, name: str, sink: Measured) -> None:
        file = self.manifest.files[name]
        open_sealed(self.folder / file.sealed, sink, self.identity)
        if (sink.size, sink.sha256) != (file.size, file.sha256):
            raise BackupError(Reason.ALTERED, name)


def sealed_files_in(folder: Path) -> dict[str, SealedFile]:
    """Return all files below a folder with size and hash, by relative path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _sealed(path) for path in paths}


def encoded(document: Envelope | Manifest | Proof) -> bytes:
    """Return a document as JSON for people and programs."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted")) + b"\n"


def write(path: Path, document: Envelope | Proof) -> str:
    """Write a document durably and return its hash."""
    body = encoded(document)
    write_private(path, body)
    return hashlib.sha256(body).hexdigest()


def read_proof(folder: Path) -> tuple[Envelope, Proof]:
    """Return a backup folder's envelope and proof; raise BackupError if it is no backup or was altered."""
    try:
        body = (folder / ENVELOPE_FILE).read_bytes()
        proof = msgspec.json.decode((folder / PROOF_FILE).read_bytes(), type=Proof)
        version = msgspec.json.decode(body, type=_Version).format
        if version != FORMAT:
            raise BackupError(Reason.NEWER, f"format {version}")
        envelope = msgspec.json.decode(body, type=Envelope)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(Reason.NOT_A_BACKUP, str(folder)) from error
    if hashlib.sha256(body).hexdigest() != proof.envelope_sha256:
        raise BackupError(Reason.ALTERED, ENVELOPE_FILE)
    return envelope, proof


class _Version(msgspec.Struct, frozen=True):
    format: int


def read_envelope(folder: Path) -> Envelope:
    """Return a backup folder's envelope after comparing every sealed file with it; raise BackupError."""
    envelope, _ = read_proof(folder)
    if MANIFEST_FILE not in envelope.files:
        raise BackupError(Reason.NOT_A_BACKUP, str(folder))
    for name, file in envelope.files.items():
        path = folder / _inside(name)
        if not path.is_file() or path.is_symlink() or _sealed(path) != file:
            raise BackupError(Reason.ALTERED, name)
    return envelope


def open_backup(folder: Path, identity: str) -> OpenedBackup:
    """Return a backup whose sealed files are whole, opened; raise BackupError."""
    envelope = read_envelope(folder)
    body = read_sealed(folder / MANIFEST_FILE, identity)
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupError(Reason.ALTERED, MANIFEST_FILE) from error
    for name, file in manifest.files.items():
        _inside(name)
        if file.sealed not in envelope.files:
            raise BackupError(Reason.ALTERED, name)
    if STORE_FILES.get(manifest.engine) not in manifest.files:
        raise BackupError(Reason.NOT_A_BACKUP, str(folder))
    return OpenedBackup(folder, manifest, identity)


def _inside(name: str) -> PurePosixPath:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        raise BackupError(Reason.ALTERED, name)
    return inside


def _sealed(path: Path) -> SealedFile:
    with path.open("rb") as file:
        return SealedFile(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def stored_blobs(session: Session, tenant_id: str) -> dict[str, int]:
    """Return {hash: size} of the tenant's stored files in the session's snapshot."""
    rows = session.execute(select(Blob.sha256, Blob.size).where(Blob.tenant_id == tenant_id))
    return {sha256: size for sha256, size in rows}


def names_of_all(session: Session) -> list[str]:
    """Return the names of the stored files of all tenants in the session's snapshot."""
    rows = session.execute(select(Blob.tenant_id, Blob.sha256).order_by(Blob.tenant_id, Blob.sha256))
    return [blob_name(tenant_id, sha256) for tenant_id, sha256 in rows]


def faults_of_blobs(session: Session, tenant_id: str, manifest: Manifest) -> Iterator[str]:
    """Yield a fault for each stored file that is missing or different in the backup."""
    for sha256, size in sorted(stored_blobs(session, tenant_id).items()):
        file = manifest.files.get(f"{BLOBS}/{blob_name(tenant_id, sha256)}")
        if file is None or (file.size, file.sha256) != (size, sha256):
            yield f"blob: {sha256}"
