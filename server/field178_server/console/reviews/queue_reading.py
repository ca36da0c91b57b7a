"""Reading of the review queue: one page of it, with files, flags and viewed revisions of its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.attachments.queries import Overdue, RecordFileCount, file_counts, overdue_records
from field178_server.console.reviews.queue_query import QueueQuery
from field178_server.console.shell.page import Page
from field178_server.office.reviews.quality_flags import flags_of
from field178_server.office.reviews.queue import (
    FlaggedPage,
    QueueRow,
    QueueState,
    flagged_page,
    queue_counts,
    queue_page,
    review_revisions,
)
from field178_server.office.reviews.viewing import viewed_revisions
from field178_server.records.keyset import KeysetPage
from field178_shared.rules import Problem


@dataclass(frozen=True, slots=True)
class QueueReading:
    """One page of the queue; `flagged`: the same page under a filter of flags.

    By record id: `files`, `flags`, `viewed` revisions (None for an officer who approves nothing) and
    `reviews`, the revisions of the reviews.
    """

    page: KeysetPage[QueueRow]
    flagged: FlaggedPage | None
    counts: Mapping[QueueState, int]
    overdue: Overdue
    files: Mapping[str, RecordFileCount]
    flags: Mapping[str, Sequence[Problem]]
    viewed: Mapping[str, int] | None
    reviews: Mapping[str, int]

    @property
    def first_id(self) -> str | None:
        """The id of the first record, None for an empty page."""
        return self.page.rows[0].record_id if self.page.rows else None


def read_queue(session: Session, page: Page, query: QueueQuery) -> QueueReading:
    """Return the page of the queue that an address names."""
    tenant_id, view = page.tenant_id, query.view(page)
    flagged = flagged_page(session, view, query.flag, query.place) if query.flag else None
    listed = flagged.page if flagged else queue_page(session, view, query.place)
    record_ids = [row.record_id for row in listed.rows]
    viewed = None
    if page.may("console.reviews.approve_several"):
        viewed = viewed_revisions(session, tenant_id, page.officer.id, record_ids)
    return QueueReading(
        page=listed,
        flagged=flagged,
        counts=queue_counts(session, view),
        overdue=overdue_records(session, tenant_id, page.access, page.now),
        files=file_counts(session, tenant_id, record_ids),
        flags=flagged.flags if flagged else flags_of(session, tenant_id, record_ids),
        viewed=viewed,
        reviews=review_revisions(session, tenant_id, record_ids) if viewed is not None else {},
    )
