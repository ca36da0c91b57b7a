"""The batch of one write transaction: records are loaded, changed in memory and written in bulk.

A refused change leaves the batch unchanged, so that no savepoint (two statements per change) is needed.
Tablets, console, imports and operator commands all write through a Batch.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session, aliased

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import ChangeHistory, Record
from field178_server.records import change_feed, file_references, history, projections
from field178_server.records.change_feed import RecordStep
from field178_server.records.stored_record import Stored
from field178_shared.ids import IdSource, review_id
from field178_shared.immutable import immutable
from field178_shared.rules.review import is_locked
from field178_shared.time.clock import Clock

_FILES = "attachments"
_COLUMNS = ("type", "scope", "rev", "seq", "deleted", "h", "body", "subject_id")
_HISTORY = (
    "tenant_id",
    "change_id",
    "record_id",
    "device_id",
    "user_id",
    "rev",
    "at",
    "received_at",
    "payload",
)


RecordQuery = Prepared[str, str, str, int, int, bool, str, str, str | None]
_LOCKED = (
    select(
        Record.record_id,
        Record.type,
        Record.scope,
        Record.rev,
        Record.seq,
        Record.deleted,
        Record.h,
        Record.body,
        Record.subject_id,
    )
    .where(Record.tenant_id == bindparam("tenant_id"))
    .order_by(Record.record_id)
    .with_for_update(key_share=True)
)
_BY_ID = Prepared(_LOCKED.where(database.among(Record.record_id, bindparam("ids"))))
# A subquery for the ids: with the condition beside ORDER BY, SQLite would scan the primary key of the whole
# tenant to get the order.
_COMPANION = aliased(Record)
_BY_SUBJECT = Prepared(
    _LOCKED.where(
        Record.record_id.in_(
            select(_COMPANION.record_id).where(
                _COMPANION.tenant_id == bindparam("tenant_id"),
                database.among(_COMPANION.subject_id, bindparam("ids")),
            )
        )
    )
)


@immutable(slots=True)
class SourceChange:
    """The change that caused a write, for the history. `device_id` None: the office; `at`: as sent."""

    change_id: str
    user_id: str | None
    device_id: str | None
    at: str | None
    payload: str


class Batch:
    """The records that a transaction reads and changes; `flush` MUST be called once, at its end."""

    def __init__(self, session: Session, tenant_id: str, clock: Clock, ids: IdSource) -> None:
        self.session = session
        self.tenant_id = tenant_id
        self.ids = ids
        self.now = clock.now()
        self._loaded: dict[str, Stored] = {}
        self._current: dict[str, Stored] = {}
        self._touched: dict[str, SourceChange | None] = {}
        self._subjects: dict[str, set[str]] = {}
        self._requested: set[str] = set()
        self._history: list[tuple[str, SourceChange, int | None]] = []

    def load(self, record_ids: Iterable[str]) -> None:
        """Read records and their companions; the rows stay locked until the transaction ends."""
        fresh_ids = sorted(set(record_ids) - self._requested)
        if not fresh_ids:
            return
        self._requested.update(fresh_ids)
        loaded_ids = self._take(_BY_ID, fresh_ids)
        # Lock order of all writers, against deadlocks: a record before its companions.
        # A missing record has no companions.
        if loaded_ids:
            self._take(_BY_SUBJECT, loaded_ids)

    def get(self, record_id: str) -> Stored | None:
        """Return the current state of a loaded record in this transaction, or None."""
        return self._current.get(record_id)

    def before(self, record_id: str) -> Stored | None:
        """Return the state of a record before this transaction, or None."""
        return self._loaded.get(record_id)

    def review_of(self, record_id: str) -> Stored | None:
        """Return the review of a loaded record, or None if it has no review."""
        review = self._current.get(review_id(record_id)) if record_id in self._subjects else None
        return None if review is None or review.deleted else review

    def is_locked(self, record_id: str) -> bool:
        """Return whether a record is locked by its review (approved or void)."""
        review = self.review_of(record_id)
        return review is not None and is_locked(review.data)

    def companions(self, record_id: str) -> list[Stored]:
        """Return the companions of a loaded record by id: conflicts, its review, entries of the office."""
        return [self._current[companion_id] for companion_id in sorted(self._subjects.get(record_id, ()))]

    def put(self, record: Stored, source: SourceChange | None = None) -> None:
        """Set the next state of a record; with a source the revision is added to the history."""
        self._keep(record)
        # The first write of a record determines its order of stamps and its author.
        self._touched.setdefault(record.record_id, source)
        if source is not None:
            self._history.append((record.record_id, source, record.rev))

    def note(self, record_id: str, source: SourceChange) -> None:
        """Add a change without a new revision to the history."""
        self._history.append((record_id, source, None))

    def flush(self) -> dict[str, int]:
        """Write all records, projections and history; return the stamp of each written record."""
        seqs: dict[str, int] = {}
        if self._touched:
            steps = [
                RecordStep(self._loaded.get(record_id), self._current[record_id])
                for record_id in self._touched
            ]
            replaced = [step.before for step in steps if step.before is not None and not step.after.is_erased]
            history.fill_first_payloads(self.session.connection(), self.tenant_id, replaced)
            seqs = change_feed.stamp(self.session, self.tenant_id, steps)
            self._write_records(steps, seqs)
            self._write_projections(steps)
        self._write_history()
        return seqs

    def _take(self, query: RecordQuery, ids: list[str]) -> list[str]:
        keys = {"tenant_id": self.tenant_id, "ids": ids}
        records = [Stored(*row) for row in query.rows(self.session, keys)]
        for record in records:
            if record.record_id not in self._loaded:
                self._loaded[record.record_id] = record
                self._keep(record)
        return [record.record_id for record in records]

    def _keep(self, record: Stored) -> None:
        self._current[record.record_id] = record
        if record.subject_id is not None:
            self._subjects.setdefault(record.subject_id, set()).add(record.record_id)

    def _write_records(self, steps: list[RecordStep], seqs: dict[str, int]) -> None:
        named = {sha256 for step in steps for sha256 in _added_files(step)}
        file_references.claim_hashes(self.session, self.tenant_id, named)
        connection, table = self.session.connection(), table_of(Record)
        # A plain insert: if another transaction created the record meanwhile, this transaction is retried
        # and then reads that record.
        bulk.insert(
            connection,
            table,
            (*_COLUMNS, "tenant_id", "record_id"),
            [self._row(connection, step.after, seqs) for step in steps if step.before is None],
        )
        bulk.update(
            connection,
            table,
            _COLUMNS,
            ("tenant_id", "record_id"),
            [self._row(connection, step.after, seqs) for step in steps if step.before is not None],
        )

    def _row(self, connection: Connection, record: Stored, seqs: dict[str, int]) -> bulk.Row:
        return (
            record.type,
            record.scope,
            record.rev,
            seqs[record.record_id],
            record.deleted,
            record.h,
            bulk.stored_packed(connection, record.body),
            record.subject_id,
            self.tenant_id,
            record.record_id,
        )

    def _write_projections(self, steps: list[RecordStep]) -> None:
        changed = {step.after.record_id: step.after for step in steps}
        for record in list(changed.values()):
            if record.subject_id is not None and (subject := self.get(record.subject_id)) is not None:
                changed.setdefault(subject.record_id, subject)
        projected = [self._projected(record) for record in changed.values()]
        projections.write(self.session.connection(), self.tenant_id, projected, self.now)

    def _projected(self, record: Stored) -> projections.ProjectedRecord:
        source = self._touched.get(record.record_id)
        review = self.review_of(record.record_id)
        return projections.ProjectedRecord(
            record,
            review,
            reviewed_now=review is not None and review.record_id in self._touched,
            user_id=source.user_id if source is not None else None,
            device_id=source.device_id if source is not None else None,
            before=self._projected_before(record.record_id),
            names_same_files=self._names_same_files(record),
            companions=tuple(self.companions(record.record_id)),
        )

    def _projected_before(self, record_id: str) -> projections.ProjectedRecord | None:
        before = self._loaded.get(record_id)
        if before is None:
            return None
        review = self._loaded.get(review_id(record_id)) if record_id in self._subjects else None
        alive = None if review is None or review.deleted else review
        companions = (
            self._loaded.get(companion_id) for companion_id in sorted(self._subjects.get(record_id, ()))
        )
        return projections.ProjectedRecord(
            before,
            alive,
            reviewed_now=False,
            user_id=None,
            device_id=None,
            companions=tuple(companion for companion in companions if companion is not None),
        )

    def _names_same_files(self, record: Stored) -> bool:
        before = self._loaded.get(record.record_id)
        if before is None or (before.scope, before.deleted) != (record.scope, record.deleted):
            return False
        return before.body is record.body or before.data.get(_FILES) == record.data.get(_FILES)

    def _write_history(self) -> None:
        connection = self.session.connection()
        now = bulk.stored_instant(connection, self.now)
        bulk.insert(
            connection,
            table_of(ChangeHistory),
            _HISTORY,
            [
                (
                    self.tenant_id,
                    source.change_id,
                    record_id,
                    source.device_id,
                    source.user_id,
                    rev,
                    source.at,
                    now,
                    bulk.stored_packed(connection, self._payload(record_id, source, rev)),
                )
                for record_id, source, rev in self._history
            ],
        )

    def _payload(self, record_id: str, source: SourceChange, rev: int | None) -> str:
        record = self._current.get(record_id)
        if rev != 1 or record is None or record.rev != 1:
            return source.payload
        return history.payload_without_content(record, source.payload)


def _added_files(step: RecordStep) -> set[str]:
    """Return the hashes of files that a record did not reference before; the others are claimed already."""
    before = step.before
    named_before = set() if before is None or before.deleted else file_references.hashes_in(before.body)
    return file_references.hashes_in(step.after.body) - named_before
