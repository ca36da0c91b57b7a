"""Server with stale totals of a large store: little memory, and responses meanwhile."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from tests.bench import office_store
from tests.bench.office import pid_of
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.e2e.server_process import ServerProcess
from tests.server.office_scene import MovedClock, Office, settings_of

from field178_server.database.models import Record
from field178_server.database.unit_of_work import snapshot
from field178_server.office.indicators.report_facts import ReportFacts, ReportQuestion
from field178_server.office.indicators.source import store_size
from field178_server.office.indicators.team_figures import publish_figures
from field178_server.office.indicators.totals import store_slices
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_shared.codelists import load
from field178_shared.indicators.periods import Period
from field178_shared.record_type import RecordType
from field178_shared.time.clock import SystemClock, local_date

SMALL = office_store.Sizes(300, 900, 100, 50, people=1, tablets=1, quarantined=0, conflicts=0)
PASSWORD = "con-trau-rat-dai-12"
LEADER = "lanh-dao"


def published(office: Office) -> list[str]:
    with snapshot(office.engine) as session:
        return list(
            session.scalars(select(Record.record_id).where(Record.type == RecordType.INDICATOR_FIGURES))
        )


def test_stale_totals_of_a_large_store_take_the_server_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_size, "MOST_COUNTED_AT_ONCE", 1_000)
    office_store.stock(tmp_path / "store", sizes=SMALL)
    office = Office(settings_of(tmp_path / "store"), MovedClock(SystemClock().now()))
    tracemalloc.start()
    try:
        assert publish_figures(office.runtime, load()) is None
        assert settle_if_needed(office.runtime) > 0
        assert publish_figures(office.runtime, load())
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert peak_mb < 5
    assert published(office)
    office.close()


def test_counting_a_report_holds_the_records_of_a_slice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_slices, "_SUBJECTS", 50)
    monkeypatch.setattr(store_slices, "_RECORDS", 100)
    office_store.stock(tmp_path / "store", sizes=SMALL)
    office = Office(settings_of(tmp_path / "store"), MovedClock(SystemClock().now()))
    today = local_date(office.clock.now())
    question = ReportQuestion(load(), Period.of_year(today.year), ("c11629_v1",), today)
    tracemalloc.start()
    try:
        with snapshot(office.engine) as session:
            ReportFacts(session, office.settings.tenant, question)
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    # All at once they are 32.
    assert peak_mb < 12
    office.close()


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_a_server_answers_from_little_memory_until_100_000_visits_are_counted(tmp_path: Path) -> None:
    office_store.stock(tmp_path / "store")
    server = ServerProcess(tmp_path / "store")
    server.command("user", "add", LEADER, "--role", "leader_viewer", stdin=f"{PASSWORD}\n")
    server.start()
    try:
        forget_peak_memory(pid_of(server))
        leader = requests.Session()
        assert leader.post(f"{server.url}/sign-in", data={"login": LEADER, "password": PASSWORD}).ok
        office = Office(settings_of(server.folder))
        pages = 0
        # Published last of all, a minute after the totals are there.
        while not published(office):
            answer = leader.get(server.url, timeout=60)
            assert answer.ok
            pages += "đang được tính" in answer.text
            # The process that counts has a low priority: pages without a pause would keep it waiting.
            time.sleep(1)
        assert pages
        assert peak_memory_mb(pid_of(server)) < 200
        office.close()
    finally:
        server.stop()
