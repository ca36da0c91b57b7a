"""References to stored files: records, quarantined changes, divergent records and open uploads.

The writer of such a text claims its files in the same transaction. The garbage collection locks the row of a
file first, so that one waits for the other: a claimed file is kept, or the file was deleted before the claim.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Select, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Attachment, Blob, DivergentRecord, Quarantine, Record, Upload
from field178_shared.record_type import RecordType
from field178_shared.wire.protocol import MERGED_INTO

_SHA256 = re.compile(r'"sha256":"([0-9a-f]{64})"')
_MEMBER = '"sha256":"'
_MARKED = Prepared(
    select(Blob.sha256).where(
        Blob.tenant_id == bindparam("tenant_id"),
        database.among(Blob.sha256, bindparam("hashes")),
        Blob.unnamed_since.is_not(None),
    )
)


def claim(session: Session, tenant_id: str, texts: Iterable[str | None]) -> None:
    """Claim the files that these texts reference; MUST run in the transaction that stores the texts."""
    claim_hashes(session, tenant_id, {sha256 for text in texts for sha256 in hashes_in(text)})


def claim_hashes(session: Session, tenant_id: str, hashes: Collection[str]) -> None:
    """Claim files: remove their mark as unreferenced; files that are not stored are ignored."""
    if not hashes:
        return
    # Only marked rows, which are few, can be collected.
    marked = _MARKED.rows(session, {"tenant_id": tenant_id, "hashes": sorted(hashes)})
    if marked:
        of_these = (Blob.tenant_id == tenant_id, Blob.sha256.in_([sha256 for (sha256,) in marked]))
        session.execute(update(Blob).where(*of_these).values(unnamed_since=None))


def mark(session: Session, tenant_id: str, unnamed: Collection[str], now: datetime) -> None:
    """Mark files as unreferenced since `now`; a file marked before keeps its date."""
    of_these = (Blob.tenant_id == tenant_id, Blob.sha256.in_(sorted(unnamed)))
    session.execute(update(Blob).where(*of_these, Blob.unnamed_since.is_(None)).values(unnamed_since=now))


def drop_unnamed(
    session: Session, tenant_id: str, hashes: Collection[str], until: datetime
) -> dict[str, int]:
    """Delete the rows of files marked as unreferenced at `until` or before; return {hash: size}.

    Their finished uploads are deleted as well, so that the tablets are asked to send the files again.
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


def hashes_in(text: str | None) -> set[str]:
    """Return the hashes of the files that a text references."""
    return set(_SHA256.findall(text)) if text is not None and _MEMBER in text else set()


def named_hashes(session: Session, tenant_id: str) -> set[str]:
    """Return the hashes in live records, quarantined changes, divergent records and open uploads.

    Includes values of open conflicts, which may be chosen, and merged records, which may be unmerged.
    """
    named = set(
        session.scalars(select(Attachment.sha256).where(Attachment.tenant_id == tenant_id).distinct())
    )
    open_ = select(Upload.sha256).where(Upload.tenant_id == tenant_id, Upload.state == "open")
    named.update(session.scalars(open_))
    for query in _texts(tenant_id):
        for text in session.scalars(query.execution_options(yield_per=1000)):
            named |= hashes_in(text)
    return named


def _texts(tenant_id: str) -> Iterator[Select[str | None]]:
    is_open_conflict = and_(Record.type == RecordType.CONFLICT, Record.deleted.is_(False))
    is_merged = and_(Record.deleted, Record.body.contains(f'"{MERGED_INTO}":'))
    yield select(Record.body).where(
        Record.tenant_id == tenant_id,
        or_(is_open_conflict, is_merged),
        Record.body.contains(_MEMBER),
    )
    # A rejected change can be reopened.
    yield select(Quarantine.payload).where(
        Quarantine.tenant_id == tenant_id,
        Quarantine.state.in_(("open", "discarded")),
        Quarantine.payload.contains(_MEMBER),
    )
    yield select(DivergentRecord.body).where(
        DivergentRecord.tenant_id == tenant_id, DivergentRecord.body.contains(_MEMBER)
    )
