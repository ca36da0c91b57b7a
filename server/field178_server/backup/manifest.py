"""Manifest of a backup with the hash of every file, and the proof of its test restore."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.attachments.storage.blob_store import BLOBS
from field178_server.attachments.storage.file_store import blob_name
from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.fingerprint import Fingerprint
from field178_server.database.models import Blob
from field178_server.security.private_files import write_private

FORMAT = 1
MANIFEST_FILE = "manifest.json"
PROOF_FILE = "proof.json"
STORE_FILES = {"sqlite": "store.sqlite", "postgresql": "store.dump"}


class File(msgspec.Struct, frozen=True):
    """A file of the backup with size and hash."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """Contents of a backup. A change of these members requires a new `format`."""

    format: int
    product: str
    created_at: str
    tenant: str
    engine: str
    migration: str
    store: Fingerprint
    files: dict[str, File]


class Proof(msgspec.Struct, frozen=True):
    """Result of the test restore of a backup, with the hash of its manifest."""

    manifest_sha256: str
    at: str
    is_proved: bool
    faults: list[str]


def files_in(folder: Path) -> dict[str, File]:
    """Return all files below a folder with size and hash, by relative path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _file(path) for path in paths}


def write(path: Path, document: Manifest | Proof) -> str:
    """Write a document durably and return its hash."""
    body = msgspec.json.format(msgspec.json.encode(document, order="sorted"))
    write_private(path, body + b"\n")
    return hashlib.sha256(body + b"\n").hexdigest()


def read_proof(folder: Path) -> tuple[Manifest, Proof]:
    """Return manifest and proof; raise BackupError if the folder is no backup or the manifest was altered."""
    try:
        body = (folder / MANIFEST_FILE).read_bytes()
        proof = msgspec.json.decode((folder / PROOF_FILE).read_bytes(), type=Proof)
        manifest = msgspec.json.decode(body, type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(Reason.NOT_A_BACKUP, str(folder)) from error
    if manifest.format != FORMAT:
        raise BackupError(Reason.NEWER, f"format {manifest.format}")
    if hashlib.sha256(body).hexdigest() != proof.manifest_sha256:
        raise BackupError(Reason.ALTERED, MANIFEST_FILE)
    return manifest, proof


def read_whole(folder: Path) -> tuple[Manifest, Proof]:
    """Return manifest and proof after comparing every file with the manifest; raise BackupError."""
    manifest, proof = read_proof(folder)
    if STORE_FILES.get(manifest.engine) not in manifest.files:
        raise BackupError(Reason.NOT_A_BACKUP, str(folder))
    for name, file in manifest.files.items():
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise BackupError(Reason.ALTERED, name)
        path = folder / inside
        if not path.is_file() or path.is_symlink() or _file(path) != file:
            raise BackupError(Reason.ALTERED, name)
    return manifest, proof


def _file(path: Path) -> File:
    with path.open("rb") as file:
        return File(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def stored_blobs(session: Session, tenant_id: str) -> dict[str, int]:
    """Return {hash: size} of the tenant's stored files in the session's snapshot."""
    rows = session.execute(select(Blob.sha256, Blob.size).where(Blob.tenant_id == tenant_id))
    return {sha256: size for sha256, size in rows}


def names_of_all(session: Session) -> list[str]:
    """Return the names of the stored files of all tenants in the session's snapshot."""
    rows = session.execute(select(Blob.tenant_id, Blob.sha256).order_by(Blob.tenant_id, Blob.sha256))
    return [blob_name(tenant_id, sha256) for tenant_id, sha256 in rows]


def faults_of_blobs(session: Session, tenant_id: str, files: Mapping[str, File]) -> Iterator[str]:
    """Yield a fault for each stored file that is missing or different in the backup."""
    for sha256, size in sorted(stored_blobs(session, tenant_id).items()):
        if files.get(f"{BLOBS}/{blob_name(tenant_id, sha256)}") != File(size, sha256):
            yield f"blob: {sha256}"
