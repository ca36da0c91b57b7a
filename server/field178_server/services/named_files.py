"""Stored files stay while something names them: a record, a held change, salvage, an upload under way.

Whoever writes such a text claims its files in the same transaction. Who collects takes the row first, so
of the two that meet one waits: either the file is claimed and stays, or it was gone before it was named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from field178_server.files.naming import hashes_in
from field178_server.models import Blob, Upload


def claim(session: Session, tenant_id: str, texts: Iterable[str | None]) -> None:
    """Keep the files that these texts name; MUST run in the transaction that stores the texts."""
    claim_hashes(session, tenant_id, {one for text in texts for one in hashes_in(text)})


def claim_hashes(session: Session, tenant_id: str, hashes: Collection[str]) -> None:
    """Keep these files, as far as they are stored."""
    if hashes:
        of_these = (Blob.tenant_id == tenant_id, Blob.sha256.in_(sorted(hashes)))
        # Only rows that are marked: no others can be collected, and hardly any ever is.
        session.execute(
            update(Blob).where(*of_these, Blob.unnamed_since.is_not(None)).values(unnamed_since=None)
        )


def mark(session: Session, tenant_id: str, unnamed: Collection[str], now: datetime) -> None:
    """Note since when nothing names these files; those marked before keep their date."""
    of_these = (Blob.tenant_id == tenant_id, Blob.sha256.in_(sorted(unnamed)))
    session.execute(update(Blob).where(*of_these, Blob.unnamed_since.is_(None)).values(unnamed_since=now))


def drop_unnamed(
    session: Session, tenant_id: str, hashes: Collection[str], until: datetime
) -> dict[str, int]:
    """Forget those of these files that nothing has named since `until`; return hash and size of each.

    Their senders are asked anew: an upload of them is no longer known as done.
    """
    due = (
        select(Blob.sha256, Blob.size)
        .where(Blob.tenant_id == tenant_id, Blob.sha256.in_(sorted(hashes)), Blob.unnamed_since <= until)
        .order_by(Blob.sha256)
        .with_for_update()
    )
    dropped = {sha256: size for sha256, size in session.execute(due)}
    if dropped:
        of_uploads = (Upload.tenant_id == tenant_id, Upload.sha256.in_(dropped), Upload.state == "done")
        session.execute(delete(Upload).where(*of_uploads))
        session.execute(delete(Blob).where(Blob.tenant_id == tenant_id, Blob.sha256.in_(dropped)))
    return dropped
