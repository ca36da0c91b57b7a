"""Content of a record's page, read in one snapshot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import Session

from field178_server.attachments.queries import RecordFile, files_of_all
from field178_server.database.declarative_base import KEY_TYPE
from field178_server.database.models import ConflictRow, FiledRecord, Quarantine, Record
from field178_server.office.reviews.answers import StoredAnswer, answers_to, roles_of
from field178_server.office.reviews.decision_history import Decision, decisions_in, standing_decision
from field178_server.office.reviews.quality_flags import WHOLE
from field178_server.records.access import AccessFilter
from field178_server.records.entries import (
    NO_ENTRIES,
    EntriesOfVisit,
    LaterEntry,
    after_visits,
    closed_by_office,
    entries_of_visit,
    later_entries,
)
from field178_server.records.find_record import (
    StoredRecord,
    establishment_of,
    find_record,
    find_reviewed,
    merge_targets_of,
    merged_into_any_of,
)
from field178_server.records.history import (
    Difference,
    RecordHistory,
    differences_between,
    histories_of,
)
from field178_server.records.labels import Names, ids_in, names_of
from field178_server.records.review_states import IS_NOT_VOID, ShownReviewState, is_corrected
from field178_server.replication.policy.conflict_records import OPEN
from field178_server.replication.quarantine.store import IS_OPEN
from field178_shared.codelists import load
from field178_shared.ids import review_id
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentThread, is_answered, threads_of
from field178_shared.records.follow_ups import OpenFollowUp, open_follow_ups
from field178_shared.records.reading import day_of_act, instant_of, text_of
from field178_shared.records.repeat_violations import EarlierViolation, earlier_violations, violations_of
from field178_shared.records.review import ReviewRecord, ReviewState
from field178_shared.rules import Problem
from field178_shared.rules.quality_flags import FlagContext, quality_flags
from field178_shared.wire.protocol import ERASED_AT


@dataclass(frozen=True, slots=True)
class RecordReview:
    """Review of a record. `record_rev`: revision of the record that the state applies to.

    It is later than the revision of `decision` (the decision in force) if the record was moved or a conflict
    was resolved since.
    """

    state: str
    record_rev: int
    reason: str | None
    threads: tuple[CommentThread, ...]
    decision: Decision | None
    # Whether all comments of the return at fields have an answer.
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class PreviousVisit:
    """The previous visit to the same establishment."""

    record_id: str
    occurred_on: date | None
    data: Data


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record with everything a reviewer compares it with."""

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
    # Open follow-ups at the establishment, of visits that the officer may read.
    open_follow_ups: tuple[OpenFollowUp, ...] = ()
    # Violations of this visit that an earlier visit found too, by violation.
    earlier_violations: Mapping[str, EarlierViolation] = field(default_factory=dict)
    flags: tuple[Problem, ...] = ()
    # Readable other visits to the establishment, or sessions of the same day and form, by id.
    beside: Mapping[str, Data] = field(default_factory=dict)
    # Entries of the office to this visit.
    entries: EntriesOfVisit = NO_ENTRIES
    # Files by record: of the visit, and of the office's entries.
    entry_files: Mapping[str, tuple[RecordFile, ...]] = field(default_factory=dict)
    # Stored answers to the comments of the review by id, and roles of the authors by officer.
    answers: Mapping[str, StoredAnswer] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    # Every decision, oldest first, undone ones included; the revision of the review, 0 without a review.
    decisions: tuple[Decision, ...] = ()
    review_rev: int = 0

    @property
    def unmet_threads(self) -> tuple[CommentThread, ...]:
        """Open threads at fields that have not changed since the return."""
        threads = self.review.threads if self.review else ()
        return tuple(thread for thread in threads if thread.is_open and not self.has_changed(thread.path))

    def has_changed(self, path: str) -> bool:
        """Return whether a path, or a path above or below it, has changed since the last review."""
        return any(_touches(step.path, path) for step in self.changed)

    @property
    def erased_at(self) -> str | None:
        """Instant of the record's erasure, None if it is not erased."""
        erased_at = self.record.data.get(ERASED_AT)
        return erased_at if isinstance(erased_at, str) else None

    @property
    def state(self) -> str:
        """State of the record: waiting, returned, corrected (sent again), answered, approved or void."""
        if self.review is None:
            return ReviewState.WAITING
        if is_corrected(self.review.state, self.record.rev, self.review.record_rev):
            return ShownReviewState.CORRECTED
        return ShownReviewState.ANSWERED if self.review.is_answered else self.review.state


def record_page(session: Session, tenant_id: str, access: AccessFilter, record_id: str) -> RecordPage | None:
    """Return the page of a live record within the officer's access, else None."""
    stored = find_reviewed(session, tenant_id, record_id)
    record = stored.get(record_id)
    if record is None or record.deleted or not access.holds(record.scope):
        return None
    latest = stored.get(review_id(record_id))
    decided = None if latest is None or latest.deleted else latest
    read = [stored_record for stored_record in (record, latest) if stored_record is not None]
    histories = histories_of(
        session,
        tenant_id,
        {stored_record.record_id: (stored_record.type, stored_record.data) for stored_record in read},
    )
    history = histories[record_id]
    decisions = decisions_in(histories[latest.record_id]) if latest and not _is_erased(record) else ()
    answers = answers_to(session, tenant_id, [record_id]).get(record_id, ()) if decided is not None else ()
    review = _read_review(decided.data, decisions, answers) if decided else None
    people = _people_in(review, answers) | {decision.user_id for decision in decisions if decision.user_id}
    establishment = _establishment(session, tenant_id, record, stored)
    beside = _beside(session, tenant_id, access, (record, establishment))
    visits = [other for other in beside if other.type == RecordType.INSPECTION]
    entries = entries_of_visit(session, tenant_id, record)
    later = later_entries(session, tenant_id, [visit.record_id for visit in visits])
    entry_files = files_of_all(
        session, tenant_id, [record_id, *(entry.record.record_id for entry in entries.every)]
    )
    files = entry_files.get(record_id, ())
    conflicts, quarantined = _open_items(session, tenant_id, record_id)
    return RecordPage(
        record=record,
        history=history,
        review=review,
        changed=_changed_since(record, review, history),
        establishment=establishment,
        previous=_previous_visit(record, visits),
        open_conflicts=conflicts,
        open_quarantine=quarantined,
        names=names_of(session, tenant_id, _ids_on_page(record, history) | entries.people | people),
        files=files,
        entry_files=entry_files,
        open_follow_ups=_open_follow_ups(visits, later),
        earlier_violations=_earlier_violations(record, visits, later),
        entries=entries,
        flags=_flags(record, establishment, beside, files, review),
        answers={answer.answer.id: answer for answer in answers},
        roles=roles_of(session, tenant_id, people) if people else {},
        decisions=decisions,
        review_rev=latest.rev if latest else 0,
        beside={other.record_id: other.data for other in beside if other.is_readable},
    )


def has_unmet_threads(session: Session, tenant_id: str, access: AccessFilter, record_id: str) -> bool:
    """Return whether a record has open threads at fields that have not changed since the return."""
    filed = session.get(FiledRecord, (tenant_id, record_id))
    if filed is None or not filed.open_threads:
        return False
    page = record_page(session, tenant_id, access, record_id)
    return page is not None and bool(page.unmet_threads)


def merge_target_within(session: Session, tenant_id: str, access: AccessFilter, record_id: str) -> str | None:
    """Return the merge target of a merged record within the access filter, else None."""
    record = find_record(session, tenant_id, record_id)
    if record is None or not access.holds(record.scope):
        return None
    return merge_targets_of(session, tenant_id, [record_id]).get(record_id)


def _read_review(
    data: Data, decisions: tuple[Decision, ...], answers: Sequence[StoredAnswer]
) -> RecordReview:
    review, given = ReviewRecord.from_data(data), [answer.answer for answer in answers]
    return RecordReview(
        state=review.state,
        record_rev=review.record_rev,
        reason=review.reason or None,
        threads=threads_of(review, given),
        decision=standing_decision(decisions),
        is_answered=is_answered(review, given),
    )


def _is_erased(record: StoredRecord) -> bool:
    return ERASED_AT in record.data


def _people_in(review: RecordReview | None, answers: Sequence[StoredAnswer]) -> set[str]:
    """Return the ids of the authors of comments and answers, and of those who closed threads."""
    comments = [comment for thread in review.threads for comment in thread.comments] if review else []
    people = {comment.user for comment in comments} | {comment.closed_by for comment in comments}
    return {person for person in (*people, *(answer.user_id for answer in answers)) if person}


def _changed_since(
    record: StoredRecord, review: RecordReview | None, history: RecordHistory
) -> tuple[Difference, ...]:
    seen = history.at(review.record_rev) if review else None
    return differences_between(seen, record.data) if seen is not None else ()


def _establishment(
    session: Session, tenant_id: str, record: StoredRecord, stored: Mapping[str, StoredRecord]
) -> StoredRecord | None:
    establishment = stored.get(str(record.data.get("establishment_id")))
    if establishment is not None and not establishment.deleted:
        return establishment
    return establishment_of(session, tenant_id, record)


@dataclass(frozen=True, slots=True)
class _Beside:
    """A record shown beside the page's record; an unreadable one is only used for computations."""

    record_id: str
    type: str
    occurred_on: date | None
    received_at: datetime
    is_readable: bool
    data: Data


def _beside(
    session: Session,
    tenant_id: str,
    access: AccessFilter,
    subject: tuple[StoredRecord, StoredRecord | None],
) -> tuple[_Beside, ...]:
    """Return the visits to the establishment, or the sessions of the same day and form, the record included.

    Void records are left out.
    """
    condition = _is_beside(tenant_id, *subject)
    if condition is None:
        return ()
    is_record = (Record.tenant_id == FiledRecord.tenant_id) & (Record.record_id == FiledRecord.record_id)
    rows = session.execute(
        select(FiledRecord, Record.body)
        .join(Record, is_record)
        .where(FiledRecord.tenant_id == tenant_id, IS_NOT_VOID, condition)
    )
    return tuple(
        _Beside(
            filed.record_id,
            filed.type,
            filed.occurred_on,
            filed.received_at,
            access.holds(filed.scope),
            json.loads(body),
        )
        for filed, body in rows
    )


def _is_beside(
    tenant_id: str, record: StoredRecord, establishment: StoredRecord | None
) -> ColumnElement[bool] | None:
    if record.type == RecordType.OUTREACH_SESSION:
        return and_(
            FiledRecord.type == record.type,
            FiledRecord.occurred_on == day_of_act(record.data),
            FiledRecord.kind == text_of(record.data, "outreach_form_id"),
        )
    is_register = record.type == RecordType.ESTABLISHMENT
    place = record.record_id if is_register else text_of(record.data, "establishment_id")
    if record.type not in (RecordType.ESTABLISHMENT, RecordType.INSPECTION) or not place:
        return None
    establishment_id = establishment.record_id if establishment is not None else place
    places = merged_into_any_of(tenant_id, select(literal(establishment_id, KEY_TYPE)))
    # Only visits have an establishment; a condition on their type would make SQLite use the index of types.
    return FiledRecord.establishment_id.in_(places)


def _earlier_violations(
    record: StoredRecord, visits: Sequence[_Beside], later: Sequence[LaterEntry]
) -> dict[str, EarlierViolation]:
    if record.type != RecordType.INSPECTION or not violations_of(record.data):
        return {}
    same = violations_of(record.data)
    data = {visit.record_id: visit.data for visit in visits if same & violations_of(visit.data)}
    after = after_visits({key: data[key] for key in data.keys() - {record.record_id}}, later)
    followed = ((data[key], after[key]) for key in after)
    return earlier_violations(followed, instant_of(record.data, "started_at"))


def _previous_visit(record: StoredRecord, visits: Sequence[_Beside]) -> PreviousVisit | None:
    day = day_of_act(record.data)
    if record.type != RecordType.INSPECTION or day is None:
        return None
    earlier = [
        (visit.occurred_on, visit.record_id, visit.data)
        for visit in visits
        if visit.record_id != record.record_id and visit.occurred_on is not None and visit.occurred_on < day
    ]
    if not earlier:
        return None
    occurred_on, record_id, data = max(earlier, key=lambda visit: visit[:2])
    return PreviousVisit(record_id, occurred_on, data)


def _flags(
    record: StoredRecord,
    establishment: StoredRecord | None,
    beside: Sequence[_Beside],
    files: Sequence[RecordFile],
    review: RecordReview | None,
) -> tuple[Problem, ...]:
    """Return the flags of a filed record; void and erased records have none."""
    received_at = next((other.received_at for other in beside if other.record_id == record.record_id), None)
    if received_at is None or _is_erased(record):
        return ()
    context = FlagContext(
        received_at=received_at,
        establishment=establishment.data if establishment is not None else {},
        others={other.record_id: other.data for other in beside if other.record_id != record.record_id},
        files_named=len(files),
        files_come=sum(file.has_come for file in files),
        answers=tuple(
            (thread.path or WHOLE, answer.text)
            for thread in (review.threads if review else ())
            for answer in thread.answers
        ),
    )
    return quality_flags(record.type, record.data, load(), context)


def _open_follow_ups(visits: Sequence[_Beside], later: Sequence[LaterEntry]) -> tuple[OpenFollowUp, ...]:
    readable = {visit.record_id for visit in visits if visit.is_readable}
    every = open_follow_ups(
        ((visit.record_id, visit.data) for visit in visits),
        closed_by_office(later),
    )
    return tuple(follow_up for follow_up in every if follow_up.visit_id in readable)


def _open_items(session: Session, tenant_id: str, record_id: str) -> tuple[int, int]:
    """Return the numbers of open conflicts and of changes in quarantine."""
    conflicts = select(func.count()).where(
        ConflictRow.tenant_id == tenant_id, ConflictRow.record_id == record_id, ConflictRow.state == OPEN
    )
    quarantined = select(func.count()).where(
        Quarantine.tenant_id == tenant_id, Quarantine.record_id == record_id, IS_OPEN
    )
    row = session.execute(select(conflicts.scalar_subquery(), quarantined.scalar_subquery())).one()
    return int(row[0]), int(row[1])


def _ids_on_page(record: StoredRecord, history: RecordHistory) -> set[str]:
    ids = ids_in(record.data)
    for revision in history.revisions:
        ids |= {text for text in (revision.user_id, revision.device_id) if text}
        ids |= ids_in([[step.before, step.after] for step in revision.differences])
    return ids


def _touches(changed: str, path: str) -> bool:
    return changed == path or changed.startswith(f"{path}.") or path.startswith(f"{changed}.")
