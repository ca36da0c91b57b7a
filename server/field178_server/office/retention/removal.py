"""Removal of due values from one step of records: contents, histories, refused changes, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from field178_server.attachments.upload_rows import GONE, OPEN
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import (
    Attachment,
    Blob,
    ChangeHistory,
    DivergentRecord,
    Quarantine,
    Upload,
)
from field178_server.office.retention.due_records import (
    STEP,
    DueRecord,
    count_due,
    due_among,
    ids_after,
    reduction_of,
)
from field178_server.office.retention.extent import DueCountsByRow
from field178_server.office.retention.periods import RetentionPeriod
from field178_server.office.retention.reduction import Reduction, Removed
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, next_revision
from field178_server.replication.quarantine.store import IS_OPEN
from field178_shared.codelists.privacy_rules import RetentionAct
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import entry_of, text_of
from field178_shared.time.clock import local_date, to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import ERASED_AT, REDUCED, Op

_CAUSE = "retention"


@dataclass(slots=True)
class Step:
    """One step of a run: where the next begins ("": it was the last), and what it removed."""

    after: str = ""
    read: int = 0
    extents: DueCountsByRow = field(default_factory=dict)
    removed: Removed = field(default_factory=Removed)
    files: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)


def remove_step(
    session: Session, context: OperationContext, periods: Sequence[RetentionPeriod], by: str, after: str
) -> Step:
    """Remove due values from the next records behind an id; records on hold keep everything."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    record_ids = ids_after(session, context.tenant_id, after)
    batch.load(record_ids)
    records = [
        (record, tuple(batch.companions(record_id)))
        for record_id in record_ids
        if (record := batch.get(record_id)) is not None
    ]
    step = Step(record_ids[-1] if len(record_ids) == STEP else "", len(record_ids))
    reductions: dict[str, Reduction] = {}
    for due in due_among(session, context.tenant_id, periods, records):
        count_due(step.extents, due)
        if not due.holds:
            reductions |= _reduce(batch, due, by, step.removed)
    batch.flush()
    _reduce_history(session, context.tenant_id, reductions)
    _forget_refused(session, context.tenant_id, reductions)
    step.files, step.uploads = _take_files(session, context.tenant_id, step.removed.photos)
    return step


def _reduce(batch: Batch, due: DueRecord, by: str, removed: Removed) -> dict[str, Reduction]:
    """Write a record and its companions without what is due; return how their histories are reduced."""
    record, day = due.record, local_date(batch.now).isoformat()
    reduction = reduction_of(record.type, due.periods)
    rows = {name: day for name in _removing(record, due.periods)}
    after: Data = reduction.of_record(record.data)
    reductions, following = {record.record_id: reduction}, record
    if rows:
        earlier = entry_of(record.data, REDUCED)
        marks = {"rev": record.rev + 1, "rows": {**entry_of(earlier, "rows"), **rows}}
        following = next_revision(record, data={**after, REDUCED: marks})
        batch.put(following, _source(batch, by, earlier, marks))
    for companion in due.companions:
        reductions |= _reduce_companion(batch, companion, (record, following), due.periods, reduction)
    for each in reductions.values():
        removed.add(each.removed)
    return reductions


def _removing(record: Stored, periods: Sequence[RetentionPeriod]) -> list[str]:
    """Return the rows of the list that change the content of a record, each after those before it."""
    data, names = record.data, []
    for period in periods:
        after = reduction_of(record.type, (period,)).of_record(data)
        if after != data:
            names.append(period.row.id)
        data = after
    return names


def _reduce_companion(
    batch: Batch,
    companion: Stored,
    records: tuple[Stored, Stored],
    periods: Sequence[RetentionPeriod],
    of_record: Reduction,
) -> dict[str, Reduction]:
    if companion.is_erased:
        return {}
    if companion.type == RecordType.CONFLICT:
        if of_record.touches(text_of(companion.data, "path")):
            gone: Data = {ERASED_AT: to_wire(batch.now)}
            batch.put(next_revision(companion, data=gone, deleted=True))
        return {}
    # Files beside a visit are papers of its decisions.
    texts = [period for period in periods if period.act is RetentionAct.CLEAR_TEXTS]
    reduction = reduction_of(companion.type, texts)
    data = reduction.of_record(companion.data)
    before, following = records
    if companion.type == RecordType.REVIEW and data.get("record_rev") == before.rev:
        # What was decided on is the reduced content: the decision is one on the new revision.
        data = {**data, "record_rev": following.rev}
    if data != companion.data:
        batch.put(next_revision(companion, data=data))
    return {companion.record_id: reduction}


def _source(batch: Batch, by: str, earlier: Mapping[str, object], marks: Data) -> SourceChange:
    change = {"set": {REDUCED: marks}, "was": {REDUCED: earlier} if earlier else {}}
    payload = canonical({"op": Op.PUT.value, "cause": _CAUSE, **change}).decode()
    return SourceChange(batch.ids.time_ordered(), by, None, to_wire(batch.now), payload)


def _reduce_history(session: Session, tenant_id: str, reductions: Mapping[str, Reduction]) -> None:
    rows = session.scalars(
        select(ChangeHistory).where(
            ChangeHistory.tenant_id == tenant_id,
            ChangeHistory.record_id.in_(sorted(reductions)),
            ChangeHistory.payload.is_not(None),
        )
    )
    for row in rows:
        if row.payload and (reduced := reductions[row.record_id].of_payload(row.payload)) != row.payload:
            row.payload = reduced


def _forget_refused(session: Session, tenant_id: str, reductions: Mapping[str, Reduction]) -> None:
    """Delete the content of settled quarantined changes and of decided copies: nobody reads them again."""
    record_ids = sorted(reductions)
    of_records = (Quarantine.tenant_id == tenant_id, Quarantine.record_id.in_(record_ids), ~IS_OPEN)
    session.execute(update(Quarantine).where(*of_records).values(payload=None, settled_reason=None))
    of_copies = (DivergentRecord.tenant_id == tenant_id, DivergentRecord.record_id.in_(record_ids))
    session.execute(delete(DivergentRecord).where(*of_copies, DivergentRecord.state != "waiting"))


def _take_files(session: Session, tenant_id: str, hashes: Iterable[str]) -> tuple[list[str], list[str]]:
    """Delete the rows of files that no record names any more; return their hashes and open uploads."""
    session.flush()
    removed = sorted(hashes)
    if not removed:
        return [], []
    of_files = (Attachment.tenant_id == tenant_id, Attachment.sha256.in_(removed))
    named = set(session.scalars(select(Attachment.sha256).where(*of_files)))
    gone = [sha256 for sha256 in removed if sha256 not in named]
    session.execute(delete(Blob).where(Blob.tenant_id == tenant_id, Blob.sha256.in_(gone)))
    of_gone = (Upload.tenant_id == tenant_id, Upload.sha256.in_(gone))
    uploads = list(session.scalars(select(Upload.upload_id).where(*of_gone, Upload.state == OPEN)))
    session.execute(update(Upload).where(*of_gone, Upload.state == OPEN).values(state=GONE))
    session.execute(delete(Upload).where(*of_gone, Upload.state != GONE))
    return gone, sorted(uploads)
