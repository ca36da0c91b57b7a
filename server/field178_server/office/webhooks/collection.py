"""Collection of webhook events from the change feeds of the scopes, in one order.

A push or an approval writes nothing for webhooks: the feed, written in the transaction of each change,
contains the changed records, and the history contains their revisions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.models import (
    ChangeHistory,
    Feed,
    Record,
    Scope,
    WebhookEvent,
    WebhookFeed,
    WebhookRecord,
)
from field178_server.office.webhooks.events import WEBHOOK_TYPES, EventKind
from field178_shared.ids import review_id
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.plan import UNANNOUNCED
from field178_shared.records.reading import count_of, text_of
from field178_shared.records.review import ReviewState, is_decision
from field178_shared.wire.protocol import Op

STEP = 200


@dataclass(slots=True)
class _Changes:
    """The next changed records in order, the cursors after them, and whether no more remain."""

    record_ids: list[str] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    is_all: bool = True


@dataclass(frozen=True, slots=True)
class _StoredRecord:
    """A stored record at its present revision."""

    record_id: str
    type: str
    scope: str
    rev: int
    is_deleted: bool
    subject_id: str | None
    body: str

    @property
    def data(self) -> Data:
        data = json.loads(self.body)
        assert isinstance(data, dict)
        return data

    @property
    def unit_id(self) -> str | None:
        return text_of(self.data, "unit_id") or text_of(self.data, "area_id") or None


@dataclass(frozen=True, slots=True)
class _Revision:
    """A revision in the history; the payload is read for reviews and reports only."""

    event_id: str
    record_id: str
    rev: int
    at: datetime
    payload: Data


@dataclass(frozen=True, slots=True)
class _Event:
    """An event without a number yet; `place`: sort key among the events of one record."""

    place: tuple[int, int, int]
    event_id: str
    kind: EventKind
    record: _StoredRecord
    subject: _StoredRecord | None
    rev: int
    state: str | None
    at: datetime


def begin(session: Session, tenant_id: str) -> None:
    """Start collecting events; earlier changes of records are no events."""
    forget(session, tenant_id)
    rows = session.execute(select(Scope.scope, Scope.seq).where(Scope.tenant_id == tenant_id))
    cursors = {scope: seq for scope, seq in rows}
    session.add(WebhookFeed(tenant_id=tenant_id, cursors=_written(cursors), last_no=0))
    # Read after the cursors: a change in between is included, and its revision is stored.
    there = select(literal(tenant_id), Record.record_id, Record.rev).where(
        Record.tenant_id == tenant_id, Record.type.in_(sorted({*WEBHOOK_TYPES, RecordType.REVIEW}))
    )
    session.execute(insert(WebhookRecord).from_select(["tenant_id", "record_id", "rev"], there))


def forget(session: Session, tenant_id: str) -> None:
    """Stop collecting events and delete all of them."""
    # The feed first: a running collection holds its row and ends before the rest is deleted.
    for table in (WebhookFeed, WebhookEvent, WebhookRecord):
        session.execute(delete(table).where(table.tenant_id == tenant_id))


def is_begun(session: Session, tenant_id: str) -> bool:
    """Return whether events are collected, that is, whether there are webhooks."""
    return session.get(WebhookFeed, tenant_id) is not None


def is_collected(session: Session, tenant_id: str) -> bool:
    """Return whether all changes of the feeds are collected."""
    feed = session.get(WebhookFeed, tenant_id)
    if feed is None:
        return True
    cursors = json.loads(feed.cursors)
    rows = session.execute(select(Scope.scope, Scope.seq).where(Scope.tenant_id == tenant_id))
    return all(cursors.get(scope, 0) >= seq for scope, seq in rows)


def collect_step(session: Session, tenant_id: str, most: int = STEP) -> bool:
    """Write the events of the next changed records; return whether more may remain.

    The row of the feed is locked, so that two processes never write the same event.
    """
    query = select(WebhookFeed).where(WebhookFeed.tenant_id == tenant_id).with_for_update()
    feed = session.scalar(query)
    if feed is None:
        return False
    cursors: dict[str, int] = json.loads(feed.cursors)
    changes = _next_changes(session, tenant_id, cursors, most)
    if not changes.cursors:
        return False
    records = _records_with_subjects(session, tenant_id, changes.record_ids)
    collected = _collected_revs(session, tenant_id, records)
    new = {
        record_id: record
        for record_id, record in records.items()
        if record.rev > collected.get(record_id, 0) and _is_public(record)
    }
    events = list(_events(session, tenant_id, records, new, collected))
    _write(session, tenant_id, feed.last_no, events)
    _write_revisions(session, tenant_id, new, collected)
    feed.last_no += len(events)
    feed.cursors = _written({**cursors, **changes.cursors})
    return not changes.is_all


def _next_changes(session: Session, tenant_id: str, cursors: Mapping[str, int], most: int) -> _Changes:
    changes = _Changes()
    scopes = session.execute(
        select(Scope.scope, Scope.seq, Scope.floor).where(Scope.tenant_id == tenant_id).order_by(Scope.scope)
    ).all()
    for scope, seq, floor in scopes:
        since, left = cursors.get(scope, 0), most - len(changes.record_ids)
        if seq <= since:
            continue
        if left <= 0:
            changes.is_all = False
            break
        if floor > since:
            # Rows have left the feed: compare the records with the collected revisions instead.
            changes.record_ids += _uncollected(session, tenant_id, scope)
            changes.cursors[scope] = seq
            continue
        query = select(Feed.record_id, Feed.seq).where(
            Feed.tenant_id == tenant_id, Feed.scope == scope, Feed.seq > since
        )
        rows = session.execute(query.order_by(Feed.seq).limit(left)).all()
        changes.record_ids += [record_id for record_id, _ in rows]
        last = rows[-1].seq if rows else since
        changes.is_all = changes.is_all and len(rows) < left
        changes.cursors[scope] = last if len(rows) == left else max(seq, last)
    return changes


def _uncollected(session: Session, tenant_id: str, scope: str) -> list[str]:
    there = (WebhookRecord.tenant_id == Record.tenant_id) & (WebhookRecord.record_id == Record.record_id)
    query = (
        select(Record.record_id)
        .outerjoin(WebhookRecord, there)
        .where(Record.tenant_id == tenant_id, Record.scope == scope)
        .where(WebhookRecord.rev.is_(None) | (WebhookRecord.rev < Record.rev))
    )
    return list(session.scalars(query.order_by(Record.seq)))


def _records_with_subjects(session: Session, tenant_id: str, ids: Sequence[str]) -> dict[str, _StoredRecord]:
    """Return records, their subjects, and the reviews of both, in the order of the ids.

    A subject precedes its review, and a visit precedes its entries.
    """
    query = select(Record.record_id, Record.subject_id).where(
        Record.tenant_id == tenant_id, database.among_ids(session, Record.record_id, ids)
    )
    subjects = {record_id: subject or record_id for record_id, subject in session.execute(query)}
    ordered: dict[str, None] = {}
    for record_id in ids:
        subject = subjects.get(record_id, record_id)
        ordered |= dict.fromkeys((subject, review_id(subject), record_id))
    row = Record
    record_query = select(
        row.record_id, row.type, row.scope, row.rev, row.deleted, row.subject_id, row.body
    ).where(row.tenant_id == tenant_id, database.among_ids(session, row.record_id, list(ordered)))
    by_id = {fields.record_id: _StoredRecord(*fields) for fields in session.execute(record_query)}
    return {record_id: by_id[record_id] for record_id in ordered if record_id in by_id}


def _collected_revs(session: Session, tenant_id: str, ids: Collection[str]) -> dict[str, int]:
    query = select(WebhookRecord.record_id, WebhookRecord.rev).where(
        WebhookRecord.tenant_id == tenant_id,
        database.among_ids(session, WebhookRecord.record_id, list(ids)),
    )
    return {record_id: rev for record_id, rev in session.execute(query)}


def _is_public(record: _StoredRecord) -> bool:
    # Not on its day either: a receiver would know that its commune is about to be inspected. The visit that
    # is made has events of its own.
    is_secret = record.type == RecordType.PLAN_ITEM and record.data.get("inspection_kind") == UNANNOUNCED
    return (record.type in WEBHOOK_TYPES or record.type == RecordType.REVIEW) and not is_secret


def _events(
    session: Session,
    tenant_id: str,
    records: Mapping[str, _StoredRecord],
    new: Mapping[str, _StoredRecord],
    collected: Mapping[str, int],
) -> Iterator[_Event]:
    revisions = _revisions(session, tenant_id, new, collected)
    groups: dict[str, list[_Event]] = {}
    for record_id, record in new.items():
        subject = records.get(record.subject_id) if record.subject_id else None
        group = groups.setdefault(record.subject_id or record_id, [])
        if record.type != RecordType.REVIEW:
            group += (_record_event(record, subject, made) for made in revisions.get(record_id, ()))
        elif subject is not None and _is_public(subject):
            group += _review_events(subject, revisions.get(record_id, ()))
    for group in groups.values():
        yield from sorted(group, key=lambda event: event.place)


def _record_event(record: _StoredRecord, subject: _StoredRecord | None, made: _Revision) -> _Event:
    is_frozen = record.type == RecordType.REPORT and any(
        _is_of(path, "frozen") for path in _set_of(made.payload)
    )
    kind = EventKind.FROZEN if is_frozen else EventKind.EDITED if made.rev > 1 else EventKind.CREATED
    # Records about a subject follow the subject; revisions of a record are in order of their numbers.
    place = (made.rev, 0, 0) if subject is None else (_LAST, 0, made.rev)
    return _Event(place, made.event_id, kind, record, subject, made.rev, None, made.at)


def _review_events(subject: _StoredRecord, revisions: Sequence[_Revision]) -> Iterator[_Event]:
    seen_rev = 1
    for made in revisions:
        decided = _decided(made.payload)
        if decided is None:
            continue
        state, rev = decided
        seen_rev = max(seen_rev, rev)
        kind = EventKind.RETURNED if state == ReviewState.RETURNED else EventKind.REVIEWED
        place = (seen_rev, 1, made.rev)
        yield _Event(place, made.event_id, kind, subject, None, max(rev, 1), state, made.at)


def _decided(payload: Data) -> tuple[str, int] | None:
    """Return review state and record revision decided by a review's payload; None if it is no decision.

    A decision whose record was erased before it was collected is no decision any more.
    """
    set_, before = _set_of(payload), _object(payload.get("before"))
    if payload.get("op") == Op.DELETE.value:
        return ReviewState.WAITING.value, count_of(before, "record_rev") or 1
    stands = {**before, **set_}
    state = text_of(stands, "state")
    return (state, count_of(stands, "record_rev") or 1) if is_decision(set_) and state else None


def _revisions(
    session: Session, tenant_id: str, new: Mapping[str, _StoredRecord], collected: Mapping[str, int]
) -> dict[str, list[_Revision]]:
    row = ChangeHistory
    query = (
        select(row.change_id, row.record_id, row.rev, row.received_at)
        .where(
            row.tenant_id == tenant_id,
            row.rev.is_not(None),
            database.among_ids(session, row.record_id, list(new)),
        )
        .order_by(row.rev)
    )
    payloads = _payloads(
        session,
        tenant_id,
        [record_id for record_id, record in new.items() if record.type in _TYPES_WITH_PAYLOAD],
    )
    revisions: dict[str, list[_Revision]] = {}
    for event_id, record_id, rev, at in session.execute(query):
        # A revision written after the records were read is collected with the next change in the feed.
        if rev is not None and collected.get(record_id, 0) < rev <= new[record_id].rev:
            payload = payloads.get(event_id, {})
            if "set" in payload and payload["set"] is None:
                # The first content is stored in the record only, until there is a second revision.
                payload = {**payload, "set": new[record_id].data}
            made = _Revision(event_id, record_id, rev, at, payload)
            revisions.setdefault(record_id, []).append(made)
    return revisions


def _payloads(session: Session, tenant_id: str, ids: Sequence[str]) -> dict[str, Data]:
    if not ids:
        return {}
    query = select(ChangeHistory.change_id, ChangeHistory.payload).where(
        ChangeHistory.tenant_id == tenant_id,
        database.among_ids(session, ChangeHistory.record_id, ids),
    )
    return {
        change_id: _object(json.loads(payload)) for change_id, payload in session.execute(query) if payload
    }


def _write(session: Session, tenant_id: str, last_no: int, events: Sequence[_Event]) -> None:
    rows = [
        {
            "tenant_id": tenant_id,
            "event_no": last_no + number,
            "event_id": event.event_id,
            "kind": event.kind.value,
            "record_id": event.record.record_id,
            "record_type": event.record.type,
            "subject_id": event.subject.record_id if event.subject else None,
            "unit_id": (event.subject or event.record).unit_id,
            "rev": event.rev,
            "state": event.state,
            "is_deleted": event.record.is_deleted,
            "happened_at": event.at,
        }
        for number, event in enumerate(events, 1)
    ]
    if rows:
        session.execute(insert(table_of(WebhookEvent)), rows)


def _write_revisions(
    session: Session, tenant_id: str, new: Mapping[str, _StoredRecord], collected: Mapping[str, int]
) -> None:
    """Store the collected revision of each new record; `collected`: revisions stored before."""
    rows = [
        {"tenant_id": tenant_id, "record_id": record_id, "rev": record.rev}
        for record_id, record in sorted(new.items())
    ]
    if added := [row for row in rows if row["record_id"] not in collected]:
        session.execute(insert(WebhookRecord), added)
    if moved := [row for row in rows if row["record_id"] in collected]:
        session.execute(update(WebhookRecord), moved)


def _set_of(payload: Data) -> Data:
    return _object(payload.get("set"))


def _object(value: object) -> Data:
    return dict(value) if isinstance(value, dict) else {}


def _is_of(path: str, name: str) -> bool:
    return path == name or path.startswith(f"{name}.")


def _written(cursors: Mapping[str, int]) -> str:
    return json.dumps(cursors, sort_keys=True)


_TYPES_WITH_PAYLOAD = (RecordType.REVIEW, RecordType.REPORT)
_LAST = 1 << 62
