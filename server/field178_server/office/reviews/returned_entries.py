"""Entries returned for correction, which need no approval: worker censuses and media posts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_shared.ids import review_id
from field178_shared.records.review import ReviewRecord, ReviewState


@dataclass(frozen=True, slots=True)
class ReturnedEntry:
    """An entry that was returned, with the review that returned it."""

    review: ReviewRecord

    def is_open(self, rev: int) -> bool:
        """Return whether an entry at revision `rev` has not been corrected since its return."""
        return rev <= self.review.record_rev


def returned_entries(
    session: Session, tenant_id: str, record_ids: Collection[str]
) -> Mapping[str, ReturnedEntry]:
    """Return the returned entries among these records, by the id of the entry."""
    query = select(Record.body).where(
        Record.tenant_id == tenant_id,
        Record.record_id.in_([review_id(record_id) for record_id in record_ids]),
        Record.deleted.is_(False),
    )
    returns = (ReturnedEntry(ReviewRecord.from_data(json.loads(body))) for body in session.scalars(query))
    return {entry.review.record: entry for entry in returns if entry.review.state == ReviewState.RETURNED}
