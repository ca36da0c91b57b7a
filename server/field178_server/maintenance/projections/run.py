"""Runs over all stored records in batches: `project` writes differing rows, `check` only counts them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, Engine, func, select, true
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import FiledCount, ProjectionRun, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.projections.rebuild import DifferingRows, rebuild
from field178_server.records.batch import Batch
from field178_server.records.projections import filed, filed_count
from field178_shared.record_type import RecordType

BATCH_SIZE = 200
# Pause of a caller between batches, so that the server can write.
PAUSE_S = 0.05
# Establishments first: rows of visits contain their type and commune.
_STAGES: Sequence[ColumnElement[bool]] = (
    Record.type == RecordType.ESTABLISHMENT,
    Record.type != RecordType.ESTABLISHMENT,
)


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """Progress of a run: records that are done, all records of the run, and differing rows by table."""

    done: int
    total: int
    differing: Mapping[str, int]

    @property
    def differing_rows(self) -> int:
        """Number of differing rows."""
        return sum(self.differing.values())


@dataclass(frozen=True, slots=True)
class _Position:
    stage: int = 0
    after_id: str = ""

    @property
    def is_end(self) -> bool:
        return self.stage > len(_STAGES)


@dataclass(frozen=True, slots=True)
class _BatchResult:
    """One transaction: the position after it, the number of records in it, and the differing rows."""

    position: _Position
    records: int
    differing: DifferingRows


def project(
    engine: Engine, context: OperationContext, record_types: Collection[str] = (), *, size: int = BATCH_SIZE
) -> Iterator[RebuildProgress]:
    """Write the rows of stored records again, of some types or all; yield the progress after each batch.

    A batch is a write transaction that also stores the position, so that an interrupted run continues there.
    """
    total = _total(engine, context.tenant_id, record_types)
    run_write(engine, partial(_begin, context=context, record_types=record_types))
    while True:
        advance = partial(_advance, context=context, record_types=record_types, size=size)
        counts = run_write(engine, advance)
        if counts is None:
            return
        done, differing = counts
        yield RebuildProgress(done, total, differing)


def check(
    engine: Engine, context: OperationContext, record_types: Collection[str] = (), *, size: int = BATCH_SIZE
) -> Iterator[RebuildProgress]:
    """Compare the rows with the stored records and yield the progress after each batch; writes nothing."""
    total = _total(engine, context.tenant_id, record_types)
    position, done, differing = _Position(), 0, frozenset[tuple[str, object]]()
    while not position.is_end:
        compare = partial(
            _next_batch, context=context, record_types=record_types, position=position, size=size
        )
        result = run_write(engine, compare)
        position, done, differing = result.position, done + result.records, differing | result.differing
        yield RebuildProgress(done, total, Counter(table for table, _ in differing))


def forget_run(engine: Engine, tenant_id: str) -> None:
    """Forget the position of an interrupted run."""

    def work(session: Session) -> None:
        run = session.get(ProjectionRun, tenant_id, with_for_update=True)
        if run is not None:
            session.delete(run)

    run_write(engine, work)


def _total(engine: Engine, tenant_id: str, record_types: Collection[str]) -> int:
    with snapshot(engine) as session:
        records = select(func.count()).where(Record.tenant_id == tenant_id, _is_of(record_types))
        return session.scalar(records) or 0


def _is_of(record_types: Collection[str]) -> ColumnElement[bool]:
    return Record.type.in_(sorted(record_types)) if record_types else true()


def _begin(session: Session, context: OperationContext, record_types: Collection[str]) -> None:
    """Store a position at the first record, unless a run over the same types was interrupted."""
    names = ",".join(sorted(record_types))
    run = session.get(ProjectionRun, context.tenant_id, with_for_update=True)
    if run is not None and run.record_types == names:
        return
    if run is not None:
        session.delete(run)
        session.flush()
    session.add(ProjectionRun(tenant_id=context.tenant_id, record_types=names, started_at=context.now()))


def _advance(
    session: Session, context: OperationContext, record_types: Collection[str], size: int
) -> tuple[int, Mapping[str, int]] | None:
    """Write a batch and store the position; return (records done, differing rows), None after the end."""
    run = session.get(ProjectionRun, context.tenant_id, with_for_update=True)
    if run is None:
        return None
    position = _Position(run.stage, run.after_id)
    result = _next_batch(session, context, record_types, position, size, is_check=False)
    differing = Counter(json.loads(run.differing)) + Counter(table for table, _ in result.differing)
    run.stage, run.after_id = result.position.stage, result.position.after_id
    run.done_count += result.records
    run.differing = json.dumps(differing, sort_keys=True)
    done = run.done_count
    if result.position.is_end:
        session.delete(run)
    return done, differing


def _next_batch(
    session: Session,
    context: OperationContext,
    record_types: Collection[str],
    position: _Position,
    size: int,
    *,
    is_check: bool = True,
) -> _BatchResult:
    """Rebuild the rows of the next records; a check, and a batch without differences, are rolled back."""
    ids = _next_ids(session, context.tenant_id, record_types, position, size)
    with session.begin_nested() as savepoint:
        if position.stage < len(_STAGES):
            differing = rebuild(Batch(session, context.tenant_id, context.clock, context.ids), ids)
        else:
            differing = _recount(session, context.tenant_id, record_types)
        if is_check or not differing:
            savepoint.rollback()
    is_last = len(ids) < size
    following = _Position(position.stage + 1) if is_last else _Position(position.stage, ids[-1])
    return _BatchResult(following, len(ids), differing)


def _next_ids(
    session: Session, tenant_id: str, record_types: Collection[str], position: _Position, size: int
) -> Sequence[str]:
    if position.stage >= len(_STAGES):
        return ()
    query = (
        select(Record.record_id)
        .where(Record.tenant_id == tenant_id, Record.record_id > position.after_id)
        .where(_STAGES[position.stage], _is_of(record_types))
        .order_by(Record.record_id)
        .limit(size)
    )
    return session.scalars(query).all()


def _recount(session: Session, tenant_id: str, record_types: Collection[str]) -> DifferingRows:
    if record_types and not set(filed.TYPES) & set(record_types):
        return frozenset()
    wrong = filed_count.recount(session.connection(), tenant_id)
    return frozenset((FiledCount.__tablename__, drawer) for drawer in wrong)
