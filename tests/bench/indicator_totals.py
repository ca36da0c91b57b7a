"""F: figures of a district-year over 100,000 visits, what keeping their totals costs, and the full count."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from tests import postgres
from tests.bench import office_store
from tests.bench.figures import figure, percentile
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.bench.records import IDS
from tests.engine_events import listen
from tests.server.office_scene import Office, settings_of
from tests.shared import builders

from field178_server.database.models import EstablishmentProjection, FiledRecord
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators.counted_facts import FigureQuestion, parts_of_area
from field178_server.office.indicators.queries import figures, recount
from field178_server.office.indicators.stored_facts import available_facts
from field178_server.office.indicators.stored_numbers import StoredNumber, rows_from_totals, with_records
from field178_server.office.indicators.totals import operations as totals
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record, next_revision
from field178_shared.codelists import load
from field178_shared.ids import review_id
from field178_shared.indicators.periods import Period

TURNS, APPROVALS, PUSHED = 25, 60, 1_000
READ_MS, APPROVAL_MS = 300, 20
TODAY = office_store.TODAY
YEAR = Period.of_year(TODAY.year)
SHARE = "workers_reached_pct"
UNITS = [key for key in load().units if key.startswith("c116")][:20]

Result = TypeVar("Result")


def main(folder: str = "") -> None:
    """Measure on both engines; with the folder of a filled store on SQLite, on that one alone."""
    if folder:
        measure(Path(folder), "", "SQLite")
        return
    with tempfile.TemporaryDirectory() as made:
        office_store.stock(Path(made))
        measure(Path(made), "", "SQLite")
    if (reason := postgres.why_not()) is not None:
        print(f"F PostgreSQL: {reason}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as made, postgres.running_cluster(postgres.DURABLE) as cluster:
        url = cluster.new_database()
        office_store.stock(Path(made), url)
        measure(Path(made), url, "PostgreSQL")


def measure(folder: Path, url: str, engine: str) -> None:
    """Count a store for the first time, then read, approve and push."""
    office = Office(settings_of(folder, **({"database_url": url} if url else {})))
    bench = _Bench(office, engine)
    bench.push("push of 1,000 visits, before the first count")
    bench.first_count()
    bench.read("figures of a district-year, settled", YEAR, READ_MS)
    bench.open_pages()
    bench.approve()
    bench.push("push of 1,000 visits, once counted")
    bench.read("figures while 1,000 visits are not settled", YEAR, None, turns=3)
    bench.timed("settling of 1,000 pushed visits", bench.settle)
    bench.timed("full count of a district-year", lambda: bench.figures(YEAR, recount))
    office.close()


class _Bench:
    def __init__(self, office: Office, engine: str) -> None:
        self.office = office
        self.name = engine
        self.tenant = office.settings.tenant

    def settle(self) -> int:
        return totals.settle(self.office.engine, self.tenant, load(), TODAY)

    def figures(self, period: Period, read: Callable[..., object] = figures) -> object:
        with snapshot(self.office.engine) as session:
            return read(session, self.tenant, load(), period, UNITS, TODAY)

    def timed(self, name: str, work: Callable[[], Result]) -> Result:
        pid = os.getpid()
        forget_peak_memory(pid)
        before, cpu, began = peak_memory_mb(pid), time.process_time(), time.perf_counter()
        result = work()
        wall, spent = time.perf_counter() - began, time.process_time() - cpu
        figure("F", f"{self.name}: {name}", wall, "s", cpu=spent, mb=peak_memory_mb(pid) - before)
        return result

    def first_count(self) -> None:
        held, began = [0.0], [0.0]

        def begin(_: object) -> None:
            began[0] = time.perf_counter()

        def commit(connection: Connection) -> None:
            options = connection.get_execution_options()
            # A snapshot ends with a commit as well, and holds nobody up.
            if not options.get("readonly") and not options.get("postgresql_readonly"):
                held.append(time.perf_counter() - began[0])

        listen(self.office.engine, "begin", begin)
        listen(self.office.engine, "commit", commit)
        self.timed("first count, with two years of entities", self.settle)
        figure("F", f"{self.name}: the longest that it held the writers up", max(held) * 1000, "ms")

    def read(self, name: str, period: Period, target: float | None, turns: int = TURNS) -> None:
        walls, cpu = [], time.process_time()
        for _ in range(turns):
            began = time.perf_counter()
            self.figures(period)
            walls.append((time.perf_counter() - began) * 1000)
        spent = (time.process_time() - cpu) * 1000 / turns
        half, slow = percentile(walls, 0.5), percentile(walls, 0.95)
        figure("F", f"{self.name}: {name}", slow, "ms", target, half=half, cpu=spent)

    def open_pages(self) -> None:
        """Read what the page of an indicator shows, and one page of what stands behind its denominator."""
        question, indicator = FigureQuestion(load(), YEAR, tuple(UNITS), TODAY), load().indicators[SHARE]
        formula = load().figures[SHARE].denominator
        assert formula is not None

        def figures_of_one() -> None:
            with snapshot(self.office.engine) as session:
                facts = available_facts(session, self.tenant, question, [SHARE])
            for area in (facts.area, *parts_of_area(facts.area).values()):
                facts.figure(indicator, YEAR, area)

        def records() -> None:
            with snapshot(self.office.engine) as session:
                number = StoredNumber(question, indicator, formula, YEAR, question.area)
                rows = rows_from_totals(session, self.tenant, number)
                with_records(session, self.tenant, number, rows[:50])

        self.timed("one indicator and its communes", figures_of_one)
        self.timed("fifty of the places behind its denominator", records)

    def approve(self) -> None:
        """Approve visits one by one, and settle each."""
        with snapshot(self.office.engine) as session:
            waiting = session.scalars(
                select(FiledRecord.record_id).where(
                    FiledRecord.tenant_id == self.tenant,
                    FiledRecord.review_state == "waiting",
                    FiledRecord.type == "inspection",
                )
            ).all()
        walls, cpu = [], time.process_time()
        for record_id in random.Random(178).sample(list(waiting), APPROVALS):
            run_write(self.office.engine, lambda session, key=record_id: self._approve(session, key))
            began = time.perf_counter()
            self.settle()
            walls.append((time.perf_counter() - began) * 1000)
        spent = (time.process_time() - cpu) * 1000 / APPROVALS
        half, slow = percentile(walls, 0.5), percentile(walls, 0.95)
        name = f"{self.name}: settling of an approval"
        figure("F", name, slow, "ms", APPROVAL_MS, half=half, cpu_with_approval=spent)

    def push(self, name: str) -> None:
        with snapshot(self.office.engine) as session:
            row = EstablishmentProjection
            query = select(row.record_id, row.unit_id).where(row.tenant_id == self.tenant)
            places = session.execute(query.limit(PUSHED)).all()

        def write(session: Session) -> None:
            batch = Batch(session, self.tenant, self.office.clock, self.office.runtime.ids)
            for record_id, unit_id in places:
                data = builders.inspection(
                    establishment_id=record_id, unit_id=unit_id, started_at=f"{TODAY}T02:00:00.000Z"
                )
                batch.put(new_record(IDS.time_ordered(), "inspection", office_store.TEAM_SCOPE, data))
            batch.flush()

        self.timed(name, lambda: run_write(self.office.engine, write))

    def _approve(self, session: Session, record_id: str) -> None:
        batch = Batch(session, self.tenant, self.office.clock, self.office.runtime.ids)
        batch.load([record_id])
        record, review = batch.get(record_id), batch.review_of(record_id)
        assert record is not None
        data = builders.review(
            record=record_id, record_rev=record.rev, state="approved", reason=None, comments=None
        )
        key = review_id(record_id)
        batch.put(
            new_record(key, "review", record.scope, data, record_id)
            if review is None
            else next_revision(review, data=data)
        )
        batch.flush()


if __name__ == "__main__":
    main(*sys.argv[1:2])
