"""Which stored files something names: what may not be collected."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from field178_server.files.naming import MEMBER, hashes_in
from field178_server.models import Attachment, Quarantine, Record, Salvage, Upload
from field178_shared.protocol import MERGED_INTO


def named_hashes(session: Session, tenant_id: str) -> set[str]:
    """Return the hashes that live records, held changes, salvage or uploads under way name.

    Also those of values in an open conflict, which may be taken over, and of merged records, which may get
    their life back.
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
    is_open_conflict = and_(Record.type == "conflict", Record.deleted.is_(False))
    is_merged = and_(Record.deleted, Record.body.contains(f'"{MERGED_INTO}":'))
    yield select(Record.body).where(
        Record.tenant_id == tenant_id,
        or_(is_open_conflict, is_merged),
        Record.body.contains(MEMBER),
    )
    # One that was set aside can be put back.
    yield select(Quarantine.payload).where(
        Quarantine.tenant_id == tenant_id,
        Quarantine.state.in_(("open", "discarded")),
        Quarantine.payload.contains(MEMBER),
    )
    yield select(Salvage.body).where(Salvage.tenant_id == tenant_id, Salvage.body.contains(MEMBER))
