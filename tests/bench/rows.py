"""Rows by the hundred thousand: written by the server's own services, without a request for each batch."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.bench.records import StoredVisit, record, team_of
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

from field178_server.database.engine import PAGE_SIZE, create_engine_for
from field178_server.database.models import Device, IndicatorBasis, IndicatorPeriod, Scope
from field178_server.database.unit_of_work import run_write
from field178_server.office.indicators.totals import stored as totals
from field178_server.office.indicators.totals.basis import current_basis
from field178_server.office.indicators.totals.operations import settle
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, new_record
from field178_server.replication.receipts import receipts
from field178_server.replication.receipts.receipts import ReceiptState
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock, local_date
from field178_shared.wire.canonical import Digest, digest_of
from field178_shared.wire.protocol import Status, receipt_scope

TENANT = "main"
_BATCH = 2000
_LIFE = "0197a000-0000-4000-8000-0000000000f1"


def store_url(server: ServerProcess) -> str:
    """Return the address of a server's store."""
    return server.environment.get("FIELD178_DATABASE_URL") or f"sqlite:///{server.folder / 'field178.sqlite'}"


def stored_bytes(server: ServerProcess) -> int:
    """Return the size of a server's database; of SQLite without its log, so after the server has stopped."""
    engine = create_engine_for(store_url(server))
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        size = "PRAGMA page_count" if is_sqlite else "SELECT pg_database_size(current_database())"
        count = int(connection.exec_driver_sql(size).scalar_one())
    engine.dispose()
    return count * PAGE_SIZE if is_sqlite else count


def settle_totals(server: ServerProcess) -> float:
    """Count what is stale in the totals of indicators, as a server does later; return the CPU seconds."""
    engine, clock = create_engine_for(store_url(server)), SystemClock()
    started = time.process_time()
    settle(engine, TENANT, load(), local_date(clock.now()))
    spent = time.process_time() - started
    engine.dispose()
    return spent


def fill(server: ServerProcess, client: ForeignClient, count: int, start: int = 0) -> list[StoredVisit]:
    """Store `count` records as if this client had sent them in another life; return the visits."""
    engine = create_engine_for(store_url(server))
    clock = SystemClock()
    ids = IdSource(clock, random.Random(start))
    visits: list[StoredVisit] = []
    for first in range(start, start + count, _BATCH):
        numbers = range(first, min(first + _BATCH, start + count))
        rows = [new_record(ids.time_ordered(), *record(number, team_of(client))) for number in numbers]

        def write(session: Session, rows: list[Stored] = rows) -> None:
            _write(Batch(session, TENANT, clock, ids), client, rows)

        run_write(engine, write)
        visits += [
            StoredVisit(row.record_id, str(row.data["minutes_number"]))
            for row in rows
            if row.type == "inspection"
        ]
    run_write(engine, lambda session: say_counted(session, TENANT))
    engine.dispose()
    # A minute after its start a server would chain the receipts and check the digests of all of them.
    port = server.port
    server.stop()
    server.command("tidy")
    server.start(port)
    return visits


def say_counted(session: Session, tenant_id: str) -> None:
    """Say that the totals of indicators are settled: counting them takes minutes of a core."""
    scopes = session.scalars(select(Scope).where(Scope.tenant_id == tenant_id))
    totals.move_cursors(session, tenant_id, {scope.scope: (scope.seq, scope.floor) for scope in scopes})
    state = session.merge(IndicatorBasis(tenant_id=tenant_id, basis=current_basis(load())))
    # A server that counts at this moment throws its step away, and finds nothing left.
    state.steps = (state.steps or 0) + 1
    today = local_date(SystemClock().now())
    for year in totals.years_kept(today):
        key = {"tenant_id": tenant_id, "first_day": year.first, "end_day": year.end}
        done = {"state": totals.COUNTED, "reached": "", "months_ended": year.months_ended(today)}
        session.merge(IndicatorPeriod(**key, **done, asked_on=today))


def skip_ahead(server: ServerProcess, *clients: ForeignClient) -> None:
    """Put clients where their scopes stand, as if they had fetched every row."""
    engine = create_engine_for(store_url(server))
    with engine.connect() as connection:
        at = dict(connection.execute(select(Scope.scope, Scope.seq)).tuples().all())
        stamps = connection.execute(select(Device.device_id, Device.verdicts)).tuples()
        at |= {receipt_scope(device): stamp for device, stamp in stamps}
    engine.dispose()
    for client in clients:
        client.cursors = {scope: at[scope] for scope in client.cursors}


def _write(batch: Batch, client: ForeignClient, rows: list[Stored]) -> None:
    entries = []
    for number, row in enumerate(rows, 1):
        act = SourceChange(batch.ids.time_ordered(), client.user, client.device, None, row.body)
        batch.put(row, act)
        entries.append(_entry(client, row, act.change_id, number))
    seqs = batch.flush()
    tablet = batch.session.get_one(Device, (TENANT, client.device))
    for entry in entries:
        tablet.verdicts += 1
        entry.seq, entry.v = seqs[entry.record_id], tablet.verdicts
    receipts.write_receipts(batch.session, TENANT, entries)
    before = Digest(tablet.receipt_count, int(tablet.receipt_sum, 16))
    digest = before.union(digest_of(entry.hash for entry in entries))
    tablet.receipt_count, tablet.receipt_sum = digest.count, f"{digest.total:032x}"


def _entry(client: ForeignClient, row: Stored, change_id: str, number: int) -> ReceiptState:
    return ReceiptState(
        change_id,
        client.device,
        _LIFE,
        number,
        row.record_id,
        "0" * 64,
        datetime.now(UTC),
        Status.APPLIED,
        scope=row.scope,
        rev=1,
        h=row.h,
    )
