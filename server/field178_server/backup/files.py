"""The files of a backup: every stored file of the store's rows MUST be in it, with the hash in its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.attachments.storage.blob_store import BLOBS
from field178_server.attachments.storage.file_store import blob_name
from field178_server.backup.manifest import File
from field178_server.database.models import Blob


def stored_blobs(session: Session, tenant_id: str) -> dict[str, int]:
    """Return hash and size of every stored file, as the session's snapshot sees them."""
    rows = session.execute(select(Blob.sha256, Blob.size).where(Blob.tenant_id == tenant_id))
    return {sha256: size for sha256, size in rows}


def names_of_all(session: Session) -> list[str]:
    """Return the names of the stored files of every tenant, as the session's snapshot sees them."""
    rows = session.execute(select(Blob.tenant_id, Blob.sha256).order_by(Blob.tenant_id, Blob.sha256))
    return [blob_name(tenant_id, sha256) for tenant_id, sha256 in rows]


def faults_of_blobs(session: Session, tenant_id: str, files: Mapping[str, File]) -> Iterator[str]:
    """Yield every stored file that the backup lacks, or holds with other bytes."""
    for sha256, size in sorted(stored_blobs(session, tenant_id).items()):
        if files.get(f"{BLOBS}/{blob_name(tenant_id, sha256)}") != File(size, sha256):
            yield f"blob: {sha256}"
