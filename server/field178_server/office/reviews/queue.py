"""The review queue: filed records by review state, and the next record after one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    UnaryExpression,
    and_,
    asc,
    desc,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, FiledCount, FiledRecord, Record
from field178_server.office.reviews.quality_flags import flags_of
from field178_server.records.access import AccessFilter
from field178_server.records.counted_visits import IS_VISITED
from field178_server.records.find_record import merge_targets_of
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.review_states import ShownReviewState, is_corrected
from field178_shared.ids import review_id
from field178_shared.record_type import RecordType
from field178_shared.records.review import ReviewState
from field178_shared.rules import Problem

PAGE_SIZE = 60
ANY_FLAG = "any"
# Flags are computed by reading records: most records that a page reads, and the size of the first batch.
MOST_LOOKED_THROUGH = 1200
STEP = 120


class QueueState(StrEnum):
    """States that the queue is divided by. A corrected or answered return is waiting again."""

    WAITING = ReviewState.WAITING.value
    RETURNED = ReviewState.RETURNED.value
    APPROVED = ReviewState.APPROVED.value
    VOID = ReviewState.VOID.value
    ALL = "all"


@dataclass(frozen=True, slots=True)
class QueueView:
    """Tenant, access, state and type of the shown records; `type` None means every type."""

    tenant_id: str
    access: AccessFilter
    state: QueueState = QueueState.WAITING
    type: str | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A filed record as a row of the queue."""

    record_id: str
    rev: int
    type: str
    establishment_name: str | None
    title: str | None
    establishment_type_id: str | None
    unit_id: str | None
    occurred_on: date | None
    received_at: datetime
    changed_at: datetime
    kind: str | None
    outcome: str | None
    review_state: str
    is_corrected: bool
    is_answered: bool = False

    @property
    def state(self) -> str:
        """State of the record: waiting, returned, corrected, answered, approved or void."""
        if self.is_corrected:
            return ShownReviewState.CORRECTED
        return ShownReviewState.ANSWERED if self.is_answered else self.review_state


@dataclass(frozen=True, slots=True)
class FlaggedPage:
    """A page of records with a flag, and their flags; `is_all`: no other page has such records."""

    page: KeysetPage[QueueRow]
    flags: Mapping[str, Sequence[Problem]]
    is_all: bool


def is_clean(record_type: str, outcome: object) -> bool:
    """Return whether a record of this outcome, if it has no quality flag, may be approved in bulk."""
    return record_type != RecordType.INSPECTION or outcome == "compliant"


def queue_page(session: Session, view: QueueView, place: PageStart | None = None) -> KeysetPage[QueueRow]:
    """Return a page of the queue: waiting and returned records oldest first, other states newest first.

    A page continues after the last record of the previous page, also if records have left the queue since.
    """
    order = Order(
        FiledRecord.tenant_id,
        FiledRecord.received_at,
        FiledRecord.record_id,
        is_descending=not is_oldest_first(view.state),
    )
    query = _shown(view).where(_in_state(view.state))
    page = keyset_page(session, query, order, view.tenant_id, place or PageStart(), PAGE_SIZE)
    return replace(page, rows=tuple(_rows(session, view.tenant_id, page.rows)))


def flagged_page(session: Session, view: QueueView, flag: str, place: PageStart) -> FlaggedPage:
    """Return a page of the records of a state that have a flag.

    Records are read in batches until the page is full or the limit is reached: a page may be short, and the
    next page continues where the search ended.
    """
    at = _place_of(session, view, place.after or place.before)
    place = place if at or place.is_last else PageStart()
    is_backward = bool(place.before) or (place.is_last and not place.after)
    flagged: dict[str, Sequence[Problem]] = {}
    looked: list[str] = []
    is_end = True
    for step in _steps(session, view, at, is_backward=is_backward):
        if len(flagged) > PAGE_SIZE or len(looked) >= MOST_LOOKED_THROUGH:
            is_end = False
            break
        flagged |= _flagged(session, view.tenant_id, step, flag)
        looked += step
    has_more = len(flagged) > PAGE_SIZE
    if place.after and not looked:
        # The following records have left the state meanwhile: return the last page.
        return flagged_page(session, view, flag, PageStart(is_last=True))
    if is_backward and place.before and is_end and not has_more and len(flagged) < PAGE_SIZE:
        # Less than a page remains before: return the first page.
        return flagged_page(session, view, flag, PageStart())
    shown = dict(list(flagged.items())[:PAGE_SIZE])
    # The search ended at the last shown record, or at the last record that was read.
    last = (list(shown) if has_more else looked)[-1:]
    beyond = last[0] if last and (has_more or not is_end) else ""
    came_from = (list(shown) or looked or [""])[0]
    if is_backward:
        before, after = beyond, came_from if place.before else ""
    else:
        before, after = came_from if place.after else "", beyond
    rows = _of_ids(session, view, tuple(shown))
    page = KeysetPage(
        rows, PageStart(before=before) if before else None, PageStart(after=after) if after else None
    )
    return FlaggedPage(page, shown, is_all=not before and not after)


def chosen_rows(session: Session, view: QueueView, record_ids: Sequence[str]) -> list[QueueRow]:
    """Return the rows of these records of any state and type, at most a page."""
    everything = replace(view, state=QueueState.ALL, type=None)
    return list(_of_ids(session, everything, tuple(record_ids)[:PAGE_SIZE]))


def queue_row(session: Session, view: QueueView, record_id: str) -> QueueRow | None:
    """Return the row of a filed record of any state and type, None outside the access filter."""
    everything = replace(view, state=QueueState.ALL, type=None)
    records = session.execute(_shown(everything).where(FiledRecord.record_id == record_id)).all()
    rows = _rows(session, view.tenant_id, records)
    return rows[0] if rows else None


def review_revisions(session: Session, tenant_id: str, record_ids: Sequence[str]) -> dict[str, int]:
    """Return the review revisions of these records, by record; 0 without a review."""
    reviews = {record_id: review_id(record_id) for record_id in record_ids}
    query = select(Record.record_id, Record.rev).where(
        Record.tenant_id == tenant_id, Record.record_id.in_(sorted(reviews.values()))
    )
    stored = {record_id: rev for record_id, rev in session.execute(query)} if reviews else {}
    return {record_id: stored.get(review, 0) for record_id, review in reviews.items()}


def queue_counts(session: Session, view: QueueView) -> dict[QueueState, int]:
    """Return the number of records in each state under the view's type filter."""
    typed = FiledCount.type == view.type if view.type else true()
    query = (
        select(FiledCount.drawer, func.sum(FiledCount.record_count))
        .where(FiledCount.tenant_id == view.tenant_id, view.access.covers(FiledCount.scope), typed)
        .group_by(FiledCount.drawer)
    )
    counts = {drawer: int(count) for drawer, count in session.execute(query)}
    return {QueueState.ALL: sum(counts.values())} | {
        state: counts.get(state.value, 0) for state in QueueState if state is not QueueState.ALL
    }


def next_in_queue(session: Session, view: QueueView, left_id: str) -> str | None:
    """Return the id of the record after one that may have left the state, else of the first record."""
    left = session.get(FiledRecord, (view.tenant_id, left_id))
    ids = (
        select(FiledRecord.record_id)
        .where(*_within(view), _in_state(view.state), FiledRecord.record_id != left_id)
        .order_by(*_order(view.state))
        .limit(1)
    )
    if left is not None and (after := session.scalar(ids.where(_follows(left, view.state)))) is not None:
        return after
    return session.scalar(ids)


def next_with_flag(session: Session, view: QueueView, flag: str, left_id: str) -> str | None:
    """Return the id of the next flagged record after one that may have left the state, else of the first."""
    for at in (_place_of(session, view, left_id), None):
        looked = 0
        for step in _steps(session, view, at, is_backward=False):
            flagged = _flagged(
                session, view.tenant_id, [record_id for record_id in step if record_id != left_id], flag
            )
            looked += len(step)
            if flagged:
                return next(iter(flagged))
            if looked >= MOST_LOOKED_THROUGH:
                break
    return None


def _flagged(
    session: Session, tenant_id: str, record_ids: Sequence[str], flag: str
) -> dict[str, Sequence[Problem]]:
    """Return the records that have a flag, in their order, with all flags of each."""
    flags = flags_of(session, tenant_id, record_ids)
    return {
        record_id: flags[record_id]
        for record_id in record_ids
        if record_id in flags and flag in (ANY_FLAG, *(problem.code for problem in flags[record_id]))
    }


def _steps(
    session: Session, view: QueueView, at: tuple[datetime, str] | None, *, is_backward: bool
) -> Iterator[Sequence[str]]:
    """Yield batches of record ids of a state from a place on, or backwards; batches grow."""
    by = (FiledRecord.received_at, FiledRecord.record_id)
    is_ascending = is_oldest_first(view.state) != is_backward
    query = select(*by).where(*_within(view), _in_state(view.state))
    query = query.order_by(*(asc(column) if is_ascending else desc(column) for column in by))
    size, looked = STEP, 0
    while True:
        here = tuple_(*by)
        beyond = true() if at is None else here > at if is_ascending else here < at
        rows = session.execute(query.where(beyond).limit(size)).all()
        if rows:
            yield [row.record_id for row in rows]
        if len(rows) < size:
            return
        looked += len(rows)
        # At the limit one more record is read, only to learn whether there are more.
        size = max(1, min(2 * size, MOST_LOOKED_THROUGH - looked))
        at = rows[-1].received_at, rows[-1].record_id


def _place_of(session: Session, view: QueueView, record_id: str) -> tuple[datetime, str] | None:
    """Return the sort key of a record, None if it does not exist."""
    filed = session.get(FiledRecord, (view.tenant_id, record_id)) if record_id else None
    return None if filed is None else (filed.received_at, filed.record_id)


def _of_ids(session: Session, view: QueueView, record_ids: Sequence[str]) -> tuple[QueueRow, ...]:
    """Return the rows of these records in the order of the state."""
    query = _shown(view).where(FiledRecord.record_id.in_(record_ids)).order_by(*_order(view.state))
    return tuple(_rows(session, view.tenant_id, session.execute(query).all()))


def _shown(view: QueueView) -> Select[Any]:
    establishment = EstablishmentProjection
    columns: tuple[Any, ...] = (FiledRecord.record_id, FiledRecord, establishment.name)
    return (
        select(*columns, establishment.establishment_type_id)
        .outerjoin(establishment, IS_VISITED)
        .where(*_within(view))
    )


def _within(view: QueueView) -> Sequence[ColumnElement[bool]]:
    typed = FiledRecord.type == view.type if view.type else true()
    if view.type == RecordType.OUTREACH_SESSION:
        # With a bound value SQLite would not use the index of sessions.
        typed = FiledRecord.type == literal_column(f"'{RecordType.OUTREACH_SESSION}'")
    return (FiledRecord.tenant_id == view.tenant_id, view.access.covers(FiledRecord.scope), typed)


def _in_state(state: QueueState) -> ColumnElement[bool]:
    return true() if state is QueueState.ALL else FiledRecord.drawer == state.value


def is_oldest_first(state: QueueState) -> bool:
    """Return whether the records of a state are sorted oldest first."""
    return state in (QueueState.WAITING, QueueState.RETURNED)


def _order(state: QueueState) -> tuple[UnaryExpression[datetime], UnaryExpression[str]]:
    if is_oldest_first(state):
        return (FiledRecord.received_at.asc(), FiledRecord.record_id.asc())
    return (FiledRecord.received_at.desc(), FiledRecord.record_id.desc())


def _follows(left: FiledRecord, state: QueueState) -> ColumnElement[bool]:
    at, record_id = FiledRecord.received_at, FiledRecord.record_id
    if is_oldest_first(state):
        return or_(at > left.received_at, and_(at == left.received_at, record_id > left.record_id))
    return or_(at < left.received_at, and_(at == left.received_at, record_id < left.record_id))


def _rows(session: Session, tenant_id: str, records: Sequence[Any]) -> list[QueueRow]:
    """Return the rows of records; a visit at a merged establishment has the name of the merge target."""
    nameless = {
        filed.establishment_id for _, filed, name, _ in records if name is None and filed.establishment_id
    }
    aliases = merge_targets_of(session, tenant_id, nameless) if nameless else {}
    query = select(
        EstablishmentProjection.record_id,
        EstablishmentProjection.name,
        EstablishmentProjection.establishment_type_id,
    ).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.record_id.in_(sorted(set(aliases.values()))),
    )
    establishments = {row[0]: (row[1], row[2]) for row in session.execute(query)} if aliases else {}
    return [
        _row(filed, *establishments.get(aliases.get(filed.establishment_id or "", ""), (name, type_id)))
        for _, filed, name, type_id in records
    ]


def _row(filed: FiledRecord, name: str | None, type_id: str | None) -> QueueRow:
    has_correction = is_corrected(filed.review_state, filed.rev, filed.review_rev)
    is_back = filed.review_state == ReviewState.RETURNED and filed.drawer == ReviewState.WAITING
    return QueueRow(
        record_id=filed.record_id,
        rev=filed.rev,
        type=filed.type,
        establishment_name=name,
        title=filed.title,
        establishment_type_id=type_id,
        unit_id=filed.unit_id,
        occurred_on=filed.occurred_on,
        received_at=filed.received_at,
        changed_at=filed.changed_at,
        kind=filed.kind,
        outcome=filed.outcome,
        review_state=filed.review_state,
        is_corrected=has_correction,
        # Waiting again without a new revision: the field answered the comments.
        is_answered=is_back and not has_correction,
    )
