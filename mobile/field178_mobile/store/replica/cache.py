"""Decrypted values that screens read often: lists, reviews, conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from field178_mobile.ports import Json
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.model import (
    EstablishmentListing,
    RefusedValue,
    VisitListing,
)
from field178_mobile.store.outbox.changes import OwnChange, by_record, changes_of_all, shown_changes
from field178_mobile.store.replica.listings import (
    Listing,
    by_establishment,
    by_name,
    listing_of,
    lists_as_json,
    lists_of_json,
    newest_first,
    with_merged,
)
from field178_mobile.store.replica.merged_view import compose
from field178_mobile.store.replica.server_records import (
    ServerRecord,
    ids_of_other_types,
    server_records,
    server_records_of,
)
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentAnswer
from field178_shared.records.follow_ups import FollowUpRef, closed_by_closure
from field178_shared.records.reading import text_of
from field178_shared.records.review import ReviewRecord, ReviewState
from field178_shared.time.clock import from_wire
from field178_shared.wire.protocol import MERGED_INTO

_INDEXED = (
    RecordType.ESTABLISHMENT,
    RecordType.INSPECTION,
    RecordType.REVIEW,
    RecordType.CONFLICT,
    RecordType.FOLLOW_UP_CLOSURE,
    RecordType.COMMENT_ANSWER,
)


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """An open conflict record: own or foreign values that the server did not apply."""

    id: str
    rev: int
    record_id: str
    path: str
    device: str
    refused_values: tuple[RefusedValue, ...]
    at: datetime | None


class ReplicaCache:
    """Keeps the indexes; `touch` brings them up to date after a transaction. Database thread only."""

    def __init__(self, context: DatabaseContext, lists: Json) -> None:
        self._context = context
        self._establishments: dict[str, EstablishmentListing] = {}
        self._visits: dict[str, VisitListing] = {}
        self._visits_to: dict[str, tuple[VisitListing, ...]] = {}
        self._reviews: dict[str, ReviewRecord] = {}
        self._reviewed: dict[str, ReviewRecord] = {}
        self._conflicts: dict[str, OpenConflict] = {}
        self._disputed: dict[str, dict[str, OpenConflict]] = {}
        self._answers: dict[str, CommentAnswer] = {}
        self._answered: dict[str, dict[str, CommentAnswer]] = {}
        # Closed follow-up by closure id; merge target by merged establishment.
        self._closed: dict[str, FollowUpRef] = {}
        self._merged: dict[str, str] = {}
        self._sorted: tuple[EstablishmentListing, ...] | None = None
        self._load(lists)

    def lists(self) -> Json:
        """Return the list rows as JSON, which another cache of the same records can load."""
        return lists_as_json(self.establishments(), self._visits_to, self._merged)

    def _load(self, lists: Json) -> None:
        self.is_as_loaded = bool(lists)
        if lists:
            self._sorted, self._visits_to, self._merged = lists_of_json(lists)
        else:
            lines = list(self._lines())
            self._sorted = by_name(line for line in lines if isinstance(line, EstablishmentListing))
            self._visits_to = by_establishment(line for line in lines if isinstance(line, VisitListing))
        self._establishments = {listing.id: listing for listing in self._sorted}
        self._visits = {visit.id: visit for visits in self._visits_to.values() for visit in visits}
        for row in server_records(self._context, RecordType.REVIEW):
            self._put_review(row.id, row)
        for row in server_records(self._context, RecordType.CONFLICT):
            self._put_conflict(row.id, row)
        for row in server_records(self._context, RecordType.FOLLOW_UP_CLOSURE):
            self._put_closure(row.id, row)
        own = by_record(shown_changes(self._context, RecordType.COMMENT_ANSWER))
        for row in server_records(self._context, RecordType.COMMENT_ANSWER):
            self._put_answer(row.id, row, own.pop(row.id, []))
        for record_id, changes in own.items():
            self._put_answer(record_id, None, changes)

    def touch(self, record_ids: Iterable[str], new: Sequence[ServerRecord] = ()) -> None:
        """Read these records again; the new ones among them are indexed as they were committed."""
        new_rows = {row.id: row for row in new if row.type in _INDEXED}
        requested_ids = set(record_ids).difference([row.id for row in new])
        kept = (
            self._establishments,
            self._visits,
            self._reviews,
            self._conflicts,
            self._closed,
            self._merged,
            self._answers,
        )
        # The opposite order would visit every list row for each changed record.
        others = ids_of_other_types(self._context, requested_ids, _INDEXED)
        requested_ids -= {record_id for record_id in others if not any(record_id in lines for lines in kept)}
        changes = changes_of_all(self._context, requested_ids)
        rows = server_records_of(self._context, requested_ids)
        # Sorted: the order of a set differs in every process, and lists would change their order.
        for record_id in sorted(requested_ids.union(new_rows)):
            if record_id in new_rows:
                self._put_new(new_rows[record_id])
            else:
                self._put(record_id, rows.get(record_id), changes.get(record_id, []))

    def _put_new(self, row: ServerRecord) -> None:
        """Index a record of which this tablet holds no other row and no own change."""
        match row.type:
            case RecordType.ESTABLISHMENT | RecordType.INSPECTION:
                self._add_line(row.listing)
                self._put_merged(row.id, row)
            case RecordType.REVIEW:
                self._put_review(row.id, row)
            case RecordType.CONFLICT:
                self._put_conflict(row.id, row)
            case RecordType.FOLLOW_UP_CLOSURE:
                self._put_closure(row.id, row)
            case RecordType.COMMENT_ANSWER:
                self._put_answer(row.id, row, [])

    def _put(self, record_id: str, row: ServerRecord | None, own: list[OwnChange]) -> None:
        self._put_line(record_id, _line(row, own))
        self._put_conflict(record_id, row)
        self._put_review(record_id, row)
        self._put_closure(record_id, row)
        self._put_merged(record_id, row)
        self._put_answer(record_id, row, own)

    def establishments(self) -> tuple[EstablishmentListing, ...]:
        """Return the establishments by folded name."""
        if self._sorted is None:
            self._sorted = by_name(self._establishments.values())
        return self._sorted

    def visits(self) -> dict[str, tuple[VisitListing, ...]]:
        """Return the visits to each establishment, the newest first, as the office has them.

        Those to a merged establishment are at its merge target.
        """
        visits, void, closed = dict(self._visits_to), self.void_visits(), self.closed_by_office()
        touched = void | {visit_id for visit_id, _ in closed}
        for place in {
            visit.establishment_id for visit_id in touched if (visit := self._visits.get(visit_id))
        }:
            visits[place] = tuple(_of_office(visit, void, closed) for visit in visits[place])
        return with_merged(visits, self._merged)

    def void_visits(self) -> frozenset[str]:
        """Return the records that the office voided."""
        return frozenset(
            review.record for review in self._reviews.values() if review.state == ReviewState.VOID
        )

    def closed_by_office(self) -> frozenset[FollowUpRef]:
        """Return the corrections that the office has closed."""
        return frozenset(self._closed.values())

    def review(self, record_id: str) -> ReviewRecord | None:
        """Return the review of a record, None while it waits."""
        return self._reviewed.get(record_id)

    def reviews(self) -> tuple[ReviewRecord, ...]:
        """Return every stored review."""
        return tuple(self._reviews.values())

    def answers_to(self, record_id: str) -> tuple[CommentAnswer, ...]:
        """Return the answers to the comments on a record, those only filed here among them."""
        return tuple(self._answered.get(record_id, {}).values())

    def conflicts(self, record_id: str | None = None) -> tuple[OpenConflict, ...]:
        """Return the open conflicts, of one record or all."""
        conflicts = self._conflicts if record_id is None else self._disputed.get(record_id, {})
        return tuple(conflicts.values())

    def _put_line(self, record_id: str, line: Listing | None) -> None:
        place, visit = self._establishments.pop(record_id, None), self._visits.pop(record_id, None)
        if place is not None:
            self._sorted = None
        if visit is not None:
            before = self._visits_to.pop(visit.establishment_id)
            if others := tuple(other for other in before if other is not visit):
                self._visits_to[visit.establishment_id] = others
        self.is_as_loaded &= place is None and visit is None
        self._add_line(line)

    def _add_line(self, line: Listing | None) -> None:
        if line is None:
            return
        self.is_as_loaded = False
        if isinstance(line, EstablishmentListing):
            self._sorted = None
            self._establishments[line.id] = line
        else:
            self._visits[line.id] = line
            others = self._visits_to.get(line.establishment_id)
            visits = (line,) if others is None else tuple(sorted((*others, line), key=newest_first))
            self._visits_to[line.establishment_id] = visits

    def _lines(self) -> Iterator[Listing]:
        for record_type in (RecordType.ESTABLISHMENT, RecordType.INSPECTION):
            own = by_record(shown_changes(self._context, record_type))
            for row in server_records(self._context, record_type):
                self._put_merged(row.id, row)
                yield from _some(_line(row, own.pop(row.id, [])))
            for changes in own.values():
                yield from _some(_line(None, changes))

    def _put_review(self, review: str, row: ServerRecord | None) -> None:
        old = self._reviews.pop(review, None)
        if old is not None:
            self._reviewed.pop(old.record, None)
        if row is not None and row.type == RecordType.REVIEW and not row.deleted:
            self._reviews[review] = ReviewRecord.from_data(row.data)
            self._reviewed[self._reviews[review].record] = self._reviews[review]

    def _put_closure(self, closure: str, row: ServerRecord | None) -> None:
        self._closed.pop(closure, None)
        is_read = (
            row is not None
            and row.type == RecordType.FOLLOW_UP_CLOSURE
            and not (row.deleted or row.is_erased)
        )
        if row is not None and is_read and (ref := closed_by_closure(row.data)) is not None:
            self._closed[closure] = ref

    def _put_answer(self, answer: str, row: ServerRecord | None, own: list[OwnChange]) -> None:
        old = self._answers.pop(answer, None)
        if old is not None:
            self._answered[old.record].pop(answer, None)
        if (row is not None and row.type == RecordType.COMMENT_ANSWER) or any(
            change.type == RecordType.COMMENT_ANSWER for change in own
        ):
            view = compose(row, own)
            if view is not None and not view.deleted:
                comment_answer = self._answers[answer] = CommentAnswer.from_data(answer, view.data)
                self._answered.setdefault(comment_answer.record, {})[answer] = comment_answer

    def _put_merged(self, record_id: str, row: ServerRecord | None) -> None:
        before, into = self._merged.pop(record_id, ""), _merged_into(row)
        if into:
            self._merged[record_id] = into
        self.is_as_loaded &= before == into

    def _put_conflict(self, conflict: str, row: ServerRecord | None) -> None:
        old = self._conflicts.pop(conflict, None)
        if old is not None:
            self._disputed[old.record_id].pop(conflict, None)
        if row is not None and row.type == RecordType.CONFLICT and _is_open(row):
            added = self._conflicts[conflict] = _conflict(row)
            self._disputed.setdefault(added.record_id, {})[conflict] = added


def _of_office(visit: VisitListing, void: frozenset[str], closed: frozenset[FollowUpRef]) -> VisitListing:
    """Return a visit as the office has it."""
    if visit.id in void:
        return visit._replace(follow_up_keys=(), closes=(), is_void=True)
    return visit._replace(
        follow_up_keys=tuple(key for key in visit.follow_up_keys if (visit.id, key) not in closed)
    )


def _merged_into(row: ServerRecord | None) -> str:
    if row is None or row.type != RecordType.ESTABLISHMENT or not row.deleted:
        return ""
    return text_of(row.data, MERGED_INTO)


def _line(row: ServerRecord | None, own: list[OwnChange]) -> Listing | None:
    """Return the list row of a record, None if deleted or erased."""
    if not own:
        return None if row is None else row.listing
    view = compose(row, own)
    return None if view is None or view.deleted else listing_of(view.type, view.id, view.data)


def _some(line: Listing | None) -> Iterator[Listing]:
    if line is not None:
        yield line


def _is_open(row: ServerRecord) -> bool:
    return not row.deleted and row.data.get("state") != "resolved"


def _conflict(row: ServerRecord) -> OpenConflict:
    path, entries = str(row.data.get("path", "")), row.data.get("entries")
    raw_entries = entries.values() if isinstance(entries, Mapping) else ()
    items = [item for item in raw_entries if isinstance(item, Mapping)]
    values = tuple(
        RefusedValue(
            row.id,
            path,
            item.get("was"),
            item.get("mine"),
            item.get("current"),
            str(item.get("reason", "")),
        )
        for item in items
    )
    times = [at for item in items if (at := from_wire(str(item.get("at", "")))) is not None]
    record_id, device = str(row.data.get("record", "")), str(row.data.get("device", ""))
    return OpenConflict(row.id, row.rev, record_id, path, device, values, max(times, default=None))
