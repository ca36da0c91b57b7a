"""Content of one record's page, read in one snapshot; None where the officer may not read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from field178_server.attachments.queries import RecordFile, files_of_all
from field178_server.database.declarative_base import KEY_TYPE
from field178_server.database.models import ChangeHistory, ConflictRow, FiledRecord, Quarantine, Record
from field178_server.records.access import AccessFilter
from field178_server.records.entries import NO_ENTRIES, EntriesOfVisit, closed_by_office, entries_of_visit
from field178_server.records.find_record import (
    StoredRecord,
    establishment_of,
    find_record,
    merge_targets_of,
    merged_into_any_of,
)
from field178_server.records.history import Difference, RecordHistory, differences_between, history_of
from field178_server.records.labels import Names, ids_in, names_of
from field178_shared.ids import review_id
from field178_shared.merge import Data
from field178_shared.records.follow_ups import OpenFollowUp, open_follow_ups
from field178_shared.records.reading import instant_of
from field178_shared.records.repeat_violations import earlier_violations
from field178_shared.wire.protocol import ERASED_AT


@dataclass(frozen=True, slots=True)
class ReviewComment:
    """A remark pinned to one field; `done_rev` is the revision that settled it."""

    comment_id: str
    path: str
    text: str
    user_id: str | None
    at: str | None
    done_rev: int | None


@dataclass(frozen=True, slots=True)
class RecordReview:
    """The last decision of the office, and its revision."""

    state: str
    record_rev: int
    reason: str | None
    comments: tuple[ReviewComment, ...]
    user_id: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class PreviousVisit:
    """The visit before this one at the same establishment."""

    record_id: str
    occurred_on: date | None
    data: Data


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One record with everything a reviewer compares it with."""

    record: StoredRecord
    history: RecordHistory
    review: RecordReview | None
    changed: tuple[Difference, ...]
    establishment: StoredRecord | None
    previous: PreviousVisit | None
    open_conflicts: int
    open_quarantine: int
    names: Names
    files: tuple[RecordFile, ...] = ()
    # At the establishment, today, as far as the officer may read the visit that asked for it.
    open_follow_ups: tuple[OpenFollowUp, ...] = ()
    # Found there within twelve months before this visit: {violation: last found on}.
    earlier_violations: Mapping[str, date] = field(default_factory=dict)
    # What the office wrote beside this visit.
    entries: EntriesOfVisit = NO_ENTRIES
    # Files by record: of the visit, and of the entries beside it.
    entry_files: Mapping[str, tuple[RecordFile, ...]] = field(default_factory=dict)

    @property
    def erased_at(self) -> str | None:
        """When the content was removed for good, None for a record that has its content."""
        found = self.record.data.get(ERASED_AT)
        return found if isinstance(found, str) else None

    @property
    def state(self) -> str:
        """waiting, returned, corrected (returned and sent again), approved or void."""
        if self.review is None:
            return "waiting"
        if self.review.state == "returned" and self.record.rev > self.review.record_rev:
            return "corrected"
        return self.review.state


def record_page(session: Session, tenant_id: str, access: AccessFilter, record_id: str) -> RecordPage | None:
    """Return the page of a live record within the officer's access, else None."""
    record = find_record(session, tenant_id, record_id)
    if record is None or record.deleted or not access.holds(record.scope):
        return None
    history = history_of(session, tenant_id, record_id, record.type, record.data)
    review = _review_of(session, tenant_id, record_id)
    establishment = establishment_of(session, tenant_id, record)
    previous = _previous_visit(session, tenant_id, record, establishment)
    visits = _visits_at_establishment(session, tenant_id, access, establishment or record)
    entries = entries_of_visit(session, tenant_id, record)
    files = files_of_all(session, tenant_id, [record_id, *(one.record.record_id for one in entries.every)])
    return RecordPage(
        record=record,
        history=history,
        review=review,
        changed=_changed_since(record, review, history),
        establishment=establishment,
        previous=previous,
        open_conflicts=_open_conflicts(session, tenant_id, record_id),
        open_quarantine=_open_quarantine(session, tenant_id, record_id),
        names=names_of(session, tenant_id, _ids_on_page(record, history, review) | entries.people),
        files=files.get(record_id, ()),
        entry_files=files,
        open_follow_ups=_open_follow_ups(session, tenant_id, visits),
        earlier_violations=earlier_violations(
            (visit.data for visit in visits), instant_of(record.data, "started_at")
        ),
        entries=entries,
    )


def merge_target_within(session: Session, tenant_id: str, access: AccessFilter, record_id: str) -> str | None:
    """Return the merge target of a merged record within the access filter, else None."""
    record = find_record(session, tenant_id, record_id)
    if record is None or not access.holds(record.scope):
        return None
    return merge_targets_of(session, tenant_id, [record_id]).get(record_id)


def _review_of(session: Session, tenant_id: str, record_id: str) -> RecordReview | None:
    stored = find_record(session, tenant_id, review_id(record_id))
    if stored is None or stored.deleted:
        return None
    last = session.scalars(
        select(ChangeHistory)
        .where(ChangeHistory.tenant_id == tenant_id, ChangeHistory.record_id == stored.record_id)
        .order_by(ChangeHistory.rev.desc())
        .limit(1)
    ).first()
    return _read_review(stored.data, last)


def _read_review(data: Data, last: ChangeHistory | None) -> RecordReview:
    comments = data.get("comments")
    rows = comments.items() if isinstance(comments, dict) else ()
    rev, reason = data.get("record_rev"), data.get("reason")
    return RecordReview(
        state=str(data.get("state")),
        record_rev=rev if isinstance(rev, int) else 0,
        reason=reason if isinstance(reason, str) else None,
        comments=tuple(_read_comment(key, row) for key, row in sorted(rows) if isinstance(row, dict)),
        user_id=last.user_id if last else None,
        decided_at=last.received_at if last else None,
    )


def _read_comment(key: str, row: Data) -> ReviewComment:
    done, user, at = row.get("done_rev"), row.get("user"), row.get("at")
    return ReviewComment(
        comment_id=key,
        path=str(row.get("path", "")),
        text=str(row.get("text", "")),
        user_id=user if isinstance(user, str) else None,
        at=at if isinstance(at, str) else None,
        done_rev=done if isinstance(done, int) else None,
    )


def _changed_since(
    record: StoredRecord, review: RecordReview | None, history: RecordHistory
) -> tuple[Difference, ...]:
    seen = history.at(review.record_rev) if review else None
    return differences_between(seen, record.data) if seen is not None else ()


def _previous_visit(
    session: Session, tenant_id: str, record: StoredRecord, establishment: StoredRecord | None
) -> PreviousVisit | None:
    this = session.get(FiledRecord, (tenant_id, record.record_id))
    if this is None or record.type != "inspection" or not this.establishment_id or not this.occurred_on:
        return None
    earlier = session.execute(
        _visits_to(tenant_id, establishment.record_id if establishment else this.establishment_id)
        .where(FiledRecord.record_id != record.record_id, FiledRecord.occurred_on < this.occurred_on)
        .order_by(FiledRecord.occurred_on.desc(), FiledRecord.record_id.desc())
        .limit(1)
    ).first()
    return (
        PreviousVisit(earlier.record_id, earlier.occurred_on, json.loads(earlier.body)) if earlier else None
    )


@dataclass(frozen=True, slots=True)
class _Visit:
    """A visit to the establishment of the record; one that the officer may not read counts all the same."""

    record_id: str
    is_readable: bool
    data: Data


def _visits_at_establishment(
    session: Session, tenant_id: str, access: AccessFilter, record: StoredRecord
) -> tuple[_Visit, ...]:
    is_register = record.type == "establishment"
    establishment_id = record.record_id if is_register else record.data.get("establishment_id")
    if record.type not in ("establishment", "inspection") or not isinstance(establishment_id, str):
        return ()
    rows = session.execute(_visits_to(tenant_id, establishment_id)).all()
    return tuple(_Visit(row.record_id, access.holds(row.scope), json.loads(row.body)) for row in rows)


def _open_follow_ups(session: Session, tenant_id: str, visits: Sequence[_Visit]) -> tuple[OpenFollowUp, ...]:
    readable = {visit.record_id for visit in visits if visit.is_readable}
    every = open_follow_ups(
        ((visit.record_id, visit.data) for visit in visits),
        closed_by_office(session, tenant_id, [visit.record_id for visit in visits]),
    )
    return tuple(one for one in every if one.visit_id in readable)


def _visits_to(tenant_id: str, establishment_id: str) -> Select[str, str, date | None, str]:
    """Return the query of the visits to an establishment and to those merged into it, but the void ones."""
    places = merged_into_any_of(tenant_id, select(literal(establishment_id, KEY_TYPE)))
    return (
        select(FiledRecord.record_id, FiledRecord.scope, FiledRecord.occurred_on, Record.body)
        .join(
            Record,
            (Record.tenant_id == FiledRecord.tenant_id) & (Record.record_id == FiledRecord.record_id),
        )
        .where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.establishment_id.in_(places),
            FiledRecord.type == "inspection",
            FiledRecord.review_state != "void",
        )
    )


def _open_conflicts(session: Session, tenant_id: str, record_id: str) -> int:
    query = select(ConflictRow.conflict_id).where(
        ConflictRow.tenant_id == tenant_id, ConflictRow.record_id == record_id, ConflictRow.state == "open"
    )
    return len(session.scalars(query).all())


def _open_quarantine(session: Session, tenant_id: str, record_id: str) -> int:
    query = select(Quarantine.change_id).where(
        Quarantine.tenant_id == tenant_id, Quarantine.record_id == record_id, Quarantine.state == "open"
    )
    return len(session.scalars(query).all())


def _ids_on_page(record: StoredRecord, history: RecordHistory, review: RecordReview | None) -> set[str]:
    ids = ids_in(record.data)
    for revision in history.revisions:
        ids |= {text for text in (revision.user_id, revision.device_id) if text}
        ids |= ids_in([[step.before, step.after] for step in revision.differences])
    if review:
        people = (review.user_id, *(comment.user_id for comment in review.comments))
        ids |= {person for person in people if person}
    return ids
