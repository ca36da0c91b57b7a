"""Reasons for which a record keeps what a retention run would take: open work, and holds by the office."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import (
    ConflictRow,
    DivergentRecord,
    Erasure,
    FiledRecord,
    FollowUpProjection,
    LegalHold,
    Quarantine,
)
from field178_server.replication.quarantine.store import OPEN

_DECIDED = ("approved", "void")


class HoldReason(StrEnum):
    """Why a record is kept as it is."""

    REVIEW = "review"
    COMMENTS = "comments"
    FOLLOW_UP = "follow_up"
    CONFLICT = "conflict"
    ERASURE = "erasure"
    BY_OFFICE = "by_office"


def holds_on(session: Session, tenant_id: str, record_ids: Sequence[str]) -> Mapping[str, set[HoldReason]]:
    """Return why some of these records are held; a record without a reason is missing."""
    reasons = defaultdict[str, set[HoldReason]](set)

    def add(reason: HoldReason, ids: Iterable[str]) -> None:
        for record_id in ids:
            reasons[record_id].add(reason)

    filed = (FiledRecord.tenant_id == tenant_id, FiledRecord.record_id.in_(record_ids))
    undecided = select(FiledRecord.record_id).where(*filed, FiledRecord.review_state.not_in(_DECIDED))
    add(HoldReason.REVIEW, session.scalars(undecided))
    open_threads = select(FiledRecord.record_id).where(*filed, FiledRecord.open_threads > 0)
    add(HoldReason.COMMENTS, session.scalars(open_threads))
    due = select(FollowUpProjection.visit_id).where(
        FollowUpProjection.tenant_id == tenant_id,
        FollowUpProjection.visit_id.in_(record_ids),
        FollowUpProjection.closed_on.is_(None),
    )
    add(HoldReason.FOLLOW_UP, session.scalars(due.distinct()))
    add(HoldReason.CONFLICT, _in_conflict(session, tenant_id, record_ids))
    requested = select(Erasure.record_id).where(
        Erasure.tenant_id == tenant_id, Erasure.record_id.in_(record_ids), Erasure.confirmed_at.is_(None)
    )
    add(HoldReason.ERASURE, session.scalars(requested))
    by_office = select(LegalHold.record_id).where(
        LegalHold.tenant_id == tenant_id,
        LegalHold.record_id.in_(record_ids),
        LegalHold.released_at.is_(None),
    )
    add(HoldReason.BY_OFFICE, session.scalars(by_office))
    return reasons


def _in_conflict(session: Session, tenant_id: str, record_ids: Sequence[str]) -> list[str]:
    conflicts = select(ConflictRow.record_id).where(
        ConflictRow.tenant_id == tenant_id,
        ConflictRow.record_id.in_(record_ids),
        ConflictRow.state == "open",
    )
    quarantined = select(Quarantine.record_id).where(
        Quarantine.tenant_id == tenant_id,
        Quarantine.record_id.in_(record_ids),
        Quarantine.state == OPEN,
    )
    divergent = select(DivergentRecord.record_id).where(
        DivergentRecord.tenant_id == tenant_id,
        DivergentRecord.record_id.in_(record_ids),
        DivergentRecord.state == "waiting",
    )
    ids = [session.scalars(query).all() for query in (conflicts, quarantined, divergent)]
    return [record_id for rows in ids for record_id in rows if record_id is not None]
