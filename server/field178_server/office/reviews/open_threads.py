"""List of open comment threads by record; records with the oldest review come first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session, aliased

from field178_server.database.models import EstablishmentProjection, FiledRecord, Record
from field178_server.office.reviews.answers import StoredAnswer, answers_to, roles_of
from field178_server.records.access import AccessFilter
from field178_server.records.counted_visits import IS_VISITED
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, establishment_names, names_of
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentThread, threads_of
from field178_shared.records.review import ReviewRecord, ReviewState

PAGE_SIZE = 25


class Turn(StrEnum):
    """Side that acts next on the records of a list: the team answers, then the office decides."""

    TEAM = "team"
    OFFICE = "office"


_DRAWERS = {Turn.TEAM: ReviewState.RETURNED, Turn.OFFICE: ReviewState.WAITING}
_ORDER = Order(FiledRecord.tenant_id, FiledRecord.reviewed_at, FiledRecord.record_id)


@dataclass(frozen=True, slots=True)
class OpenThreadsFilter:
    """Tenant, access and filters of the list; "" means no filter."""

    tenant_id: str
    access: AccessFilter
    turn: Turn
    type: str = ""
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class ThreadsOfRecord:
    """A record with its open threads."""

    filed: FiledRecord
    establishment_name: str | None
    data: Data
    threads: tuple[CommentThread, ...]


@dataclass(frozen=True, slots=True)
class OpenThreads:
    """A page of the list, thread counts by turn, teams to filter by, and authors of answers."""

    page: KeysetPage[Any]
    records: tuple[ThreadsOfRecord, ...]
    counts: Mapping[Turn, int]
    teams: tuple[str, ...]
    answers: Mapping[str, StoredAnswer]
    roles: Mapping[str, str]
    names: Names


def open_threads(session: Session, filters: OpenThreadsFilter, place: PageStart) -> OpenThreads:
    """Return a page of records with open threads."""
    query = _records().where(*_within(filters), FiledRecord.drawer == _DRAWERS[filters.turn])
    page = keyset_page(session, query, _ORDER, filters.tenant_id, place, PAGE_SIZE)
    ids = [row.record_id for row in page.rows]
    answers = answers_to(session, filters.tenant_id, ids) if ids else {}
    merged = {row.FiledRecord.establishment_id for row in page.rows if row.name is None} - {None}
    merged_names = establishment_names(session, filters.tenant_id, merged) if merged else {}
    records = tuple(
        ThreadsOfRecord(
            filed=row.FiledRecord,
            establishment_name=row.name or merged_names.get(row.FiledRecord.establishment_id),
            data=json.loads(row.body),
            threads=tuple(
                thread
                for thread in threads_of(
                    ReviewRecord.from_data(json.loads(row.review)),
                    (stored.answer for stored in answers.get(row.record_id, ())),
                )
                if thread.is_open
            ),
        )
        for row in page.rows
    )
    people = _people(records) | {
        stored.user_id for stored_answers in answers.values() for stored in stored_answers if stored.user_id
    }
    teams = _teams(session, filters)
    return OpenThreads(
        page=page,
        records=records,
        counts=_counts(session, filters),
        teams=teams,
        answers={
            stored.answer.id: stored for stored_answers in answers.values() for stored in stored_answers
        },
        roles=roles_of(session, filters.tenant_id, people) if people else {},
        names=names_of(session, filters.tenant_id, people | set(teams)),
    )


def _records() -> Select[Any]:
    review = aliased(Record)
    columns: list[Any] = [
        FiledRecord,
        FiledRecord.record_id,
        EstablishmentProjection.name,
        Record.body,
        review.body.label("review"),
    ]
    chosen: Select[Any] = select(*columns)
    return (
        chosen.join(
            Record, and_(Record.tenant_id == FiledRecord.tenant_id, Record.record_id == FiledRecord.record_id)
        )
        .join(
            review,
            and_(
                review.tenant_id == FiledRecord.tenant_id,
                review.subject_id == FiledRecord.record_id,
                review.type == RecordType.REVIEW,
                review.deleted.is_(False),
            ),
        )
        .outerjoin(
            EstablishmentProjection,
            IS_VISITED,
        )
    )


def _within(filters: OpenThreadsFilter) -> tuple[ColumnElement[bool], ...]:
    return (
        FiledRecord.tenant_id == filters.tenant_id,
        filters.access.covers(FiledRecord.scope),
        FiledRecord.open_threads > 0,
        FiledRecord.type == filters.type if filters.type else true(),
        FiledRecord.team_id == filters.team_id if filters.team_id else true(),
    )


def _counts(session: Session, filters: OpenThreadsFilter) -> Mapping[Turn, int]:
    query = (
        select(FiledRecord.drawer, func.sum(FiledRecord.open_threads))
        .where(*_within(filters))
        .group_by(FiledRecord.drawer)
    )
    counts = {drawer: int(count) for drawer, count in session.execute(query)}
    return {turn: counts.get(drawer, 0) for turn, drawer in _DRAWERS.items()}


def _teams(session: Session, filters: OpenThreadsFilter) -> tuple[str, ...]:
    everything = OpenThreadsFilter(filters.tenant_id, filters.access, filters.turn)
    query = select(FiledRecord.team_id).where(*_within(everything)).distinct()
    return tuple(sorted(team for team in session.scalars(query) if team))


def _people(records: tuple[ThreadsOfRecord, ...]) -> set[str]:
    return {
        comment.user
        for record in records
        for thread in record.threads
        for comment in thread.comments
        if comment.user
    }
