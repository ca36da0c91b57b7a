"""F: a million rows of the data service, read page by page as a dashboard does. `[rows]`: fewer of them."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import requests
from sqlalchemy.orm import Session
from tests.bench.figures import figure, percentile
from tests.bench.processes import forget_peak_memory, memory_mb, peak_memory_mb
from tests.e2e.server_process import ServerProcess
from tests.server.office_scene import PASSWORD, settings_of

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.engine import create_engine_for
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.odata.operations import MARK, TokenRequest, accept_token, make_token, token_hash
from field178_server.runtime import new_token
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.time.clock import clock_from_environment

ROWS, MOST_MB = 1_000_000, 150
# Columns of the register of filed records: no stored body is read for them.
_VISITS_READ = (
    "Visits?$select=Id,VisitedOn,EstablishmentId,EstablishmentTypeId,UnitId,TeamId,InspectionKindId,"
    "ResultId,State,ReceivedAt"
)
# By a scrambled number, as ids of records are spread.
_VISITS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last})
INSERT INTO filed_record (tenant_id, record_id, type, scope, unit_id, team_id, establishment_id,
  register_type_id, register_unit_id, occurred_on, kind, outcome, title, rev, received_at, changed_at,
  review_state, drawer, open_threads, folded)
SELECT 'main', printf('%08x-0000-4000-8000-%012x', (i * 2654435761) % 4294967296, i), 'inspection',
  'unit:c11629_v1', 'c11629_v1', NULL, printf('%08x-0000-4000-9000-%012x', i % 50000, i % 50000), 'karaoke',
  'c11629_v1', date('2020-01-01', '+' || (i % 2000) || ' days'), 'planned', 'compliant', i || '/QĐ', 1,
  '2026-01-01T00:00:00.000000+00:00', '2026-01-01T00:00:00.000000+00:00', 'approved', 'approved', 0, ''
FROM n
"""


def main(rows: int) -> None:
    """Fill a store, serve it, read all of it twice, and say what it took."""
    with tempfile.TemporaryDirectory(prefix="data_feeds") as folder:
        server = ServerProcess(Path(folder))
        server.command("init")
        for login, role in (("chi", "reviewer"), ("quan", "admin")):
            server.command("user", "add", login, "--role", role, stdin=f"{PASSWORD}\n")
        token = _fill(Path(folder), rows)
        # The daily check of every digest would begin beside the first pages.
        server.command("tidy")
        server.start()
        try:
            for name, order in (("as they lie", ""), ("by day", "&$orderby=VisitedOn")):
                _read(server, token, name, f"{_VISITS_READ}{order}", rows)
        finally:
            server.stop()


def _fill(folder: Path, rows: int) -> str:
    settings = settings_of(folder)
    engine, clock = create_engine_for(settings.effective_database_url), clock_from_environment({})
    with engine.connect() as connection:
        # Rows alone are read: the records behind them are left out.
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("BEGIN")
        raw.execute(_VISITS.format(last=rows - 1))
        raw.execute("COMMIT")
    with snapshot(engine) as session:
        admin, reader = (
            officers.by_login_or_id(session, "main", login).officer_id for login in ("quan", "chi")
        )
    context = OperationContext("main", clock, IdSource(clock), load(), Actor("officer", admin))
    token, request = MARK + new_token(), TokenRequest("bench", reader, 30)
    hashed = token_hash("main", token)

    def make(session: Session) -> None:
        token_id = make_token(session, context, request)
        accept_token(session, replace(context, actor=Actor("officer", reader)), token_id, hashed)

    run_write(engine, make)
    engine.dispose()
    return token


def _read(server: ServerProcess, token: str, name: str, query: str, rows: int) -> None:
    assert server.process is not None
    pid = int(server.process.pid or 0)
    forget_peak_memory(pid)
    before = memory_mb(pid)
    began, seconds, count, size = time.perf_counter(), list[float](), 0, 0
    for took, page_rows, length in _pages(f"{server.url}/odata/v4/{query}", token):
        seconds.append(took)
        count, size = count + page_rows, size + length
    whole, peak = time.perf_counter() - began, peak_memory_mb(pid)
    assert count == rows, (count, rows)
    figure("F", f"{name}: memory more than before", peak - before, "MB", MOST_MB, whole=peak)
    figure("F", f"{name}: all rows", whole, "s", rows=count, pages=len(seconds), mb=size / 1e6)
    beside = {"slowest": max(seconds), "last": seconds[-1]}
    figure("F", f"{name}: a page", percentile(seconds, 0.5), "s", **beside)


def _pages(address: str, token: str) -> Iterator[tuple[float, int, int]]:
    """Yield how long each page took, its rows, and its bytes."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        while address:
            began = time.perf_counter()
            answer = session.get(address, timeout=120)
            answer.raise_for_status()
            took, page = time.perf_counter() - began, answer.json()
            yield took, len(page["value"]), len(answer.content)
            address = page.get("@odata.nextLink", "")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
