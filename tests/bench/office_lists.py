"""R: the office's lists over 50,000 establishments and 100,000 visits: search, pages, files."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from tests import postgres
from tests.bench.figures import figure, percentile
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.bench.records import IDS
from tests.server.office_scene import PASSWORD, MovedClock, Office, furnish, settings_of
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.establishments.duplicates import duplicate_pairs
from field178_server.records import scopes
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record
from field178_shared.codelists import load
from field178_shared.merge import Data

PLACES, VISITS, STEP, TURNS = 50_000, 100_000, 1_000, 20
SEARCH_MS, LIST_MS, MAP_MS, FILE_S, FILE_MB = 100, 150, 3_000, 30, 120
_KINDS = ("Karaoke", "Nhà nghỉ", "Khách sạn", "Massage", "Bar", "Quán ăn", "Cà phê")
_WORDS = (
    *("Mộc", "Diệp", "Thu", "Phong", "Hoa", "Ban", "Hương", "Sen", "Ngọc", "Lan", "Bình", "Minh", "Sao"),
    *("Mai", "Kim", "Cương", "Đại", "Dương", "Phượng", "Hoàng", "Thanh", "Xuân", "Hải", "Yến", "Cát"),
)
SEARCHES = {
    "everything": "q=",
    "a common word": "q=hoa",
    "two words": "q=karaoke+ban",
    "a rare one": "q=bar+321",
    "none": "q=xyzzy",
    "a number": "q=0200012345",
    "one letter": "q=a",
    "name and commune": "q=ngoc+lan+an+lao",
}
LISTS = {
    "newest": "",
    "last page": "end=1",
    "one outcome": "outcome=violation_recorded",
    "one violation, last page": "violation=kd_door_latch&end=1",
    "one week": "since=2025-03-03&until=2025-03-09",
    "a word": "q=hoa",
    "a number": "q=00012345",
}
MAPS = {
    "the whole register": "/establishments/points",
    "a word": "/establishments/points?q=ngoc+lan",
    "the newest visits": "/visits/points",
    "visits of a week": "/visits/points?since=2025-03-03&until=2025-03-09",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), "", "SQLite")
    if (reason := postgres.why_not()) is not None:
        print(f"R PostgreSQL: {reason}", file=sys.stderr)
        return
    with postgres.running_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), cluster.new_database(), "PostgreSQL")


def _measure(folder: Path, url: str, engine: str) -> None:
    settings = settings_of(folder, **({"database_url": url} if url else {}))
    clock = MovedClock()
    furnish(settings, clock)
    office = Office(settings, clock)
    _fill(office)
    with office.app.test_client() as browser:
        browser.post("/sign-in", data={"login": "chi", "password": PASSWORD})
        for name, query in SEARCHES.items():
            _pages(browser, f"{engine}: search, {name}", f"/establishments?{query}", SEARCH_MS)
            _pages(browser, f"{engine}: last page, {name}", f"/establishments?{query}&end=1", SEARCH_MS)
        _pages(browser, f"{engine}: one search, a name", "/search?q=hoa+ban", SEARCH_MS)
        _pages(browser, f"{engine}: one search, a number", "/search?q=00012345", SEARCH_MS)
        for name, query in LISTS.items():
            _pages(browser, f"{engine}: visits, {name}", f"/visits?{query}", LIST_MS)
        for name, query in MAPS.items():
            _pages(browser, f"{engine}: map, {name}", query, MAP_MS)
        for kind in ("csv", "xlsx"):
            _file(browser, f"{engine}: {VISITS} visits as {kind}", f"/visits.{kind}")
    with snapshot(office.engine) as session, _spent() as spent:
        duplicate_pairs(session, settings.tenant, AccessFilter(None))
    figure("R", f"{engine}: possible duplicates of {PLACES}, CPU", spent[0], "s")
    office.close()


def _fill(office: Office) -> None:
    rnd = random.Random(178)
    # The communes of the test's office, so that their scopes are few as in a district.
    units = [key for key in load().units if key.startswith("c116")][:20]
    run_write(
        office.engine,
        lambda session: scopes.ensure(
            session, office.settings.tenant, [f"unit:{unit}" for unit in units], load()
        ),
    )
    places = [(IDS.time_ordered(), rnd.choice(units)) for _ in range(PLACES)]
    team = f"team:{builders.TEAM}"
    run_write(office.engine, lambda session: scopes.ensure(session, office.settings.tenant, [team], load()))
    _store(office, "establishment", (_place(rnd, *one, n) for n, one in enumerate(places)))
    visited = (_visit(rnd, *rnd.choice(places), n, team) for n in range(VISITS))
    _store(office, "inspection", visited)
    with office.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def _place(rnd: random.Random, record_id: str, unit: str, n: int) -> tuple[str, str, Data]:
    name = f"{rnd.choice(_KINDS)} {rnd.choice(_WORDS)} {rnd.choice(_WORDS)} {n % 977}"
    address = f"Số {rnd.randrange(400)}, thôn {rnd.choice(_WORDS)}, đường {rnd.choice(_WORDS)}"
    more: Data = {"name": name, "address_line": address, "unit_id": unit, "registration_number": f"02{n:08d}"}
    more |= {"lat": 205_000_000 + rnd.randrange(5_000_000), "lon": 1_065_000_000 + rnd.randrange(5_000_000)}
    return record_id, f"unit:{unit}", builders.establishment(**more)


def _visit(rnd: random.Random, place: str, unit: str, n: int, team: str) -> tuple[str, str, Data]:
    day = date(2024, 1, 1) + timedelta(days=n % 1000)
    more: Data = {
        "establishment_id": place,
        "unit_id": unit,
        "started_at": f"{day}T02:00:00.000Z",
        "record_code": f"BB{n:08d}",
    }
    if n % 9 == 0:
        found = {"f1": {"violation_id": "kd_door_latch", "occurred_on": str(day)}}
        more |= {"overall_result": "violation_recorded", "findings": found}
    return IDS.time_ordered(), team, builders.inspection(**more)


def _store(office: Office, record_type: str, rows: Iterator[tuple[str, str, Data]]) -> None:
    while step := [row for row, _ in zip(rows, range(STEP), strict=False)]:
        run_write(office.engine, lambda session, step=step: _put(office, session, record_type, step))  # type: ignore[misc]


def _put(office: Office, session, record_type: str, step: list[tuple[str, str, Data]]) -> None:  # type: ignore[no-untyped-def]
    batch = Batch(session, office.settings.tenant, office.clock, office.runtime.ids)
    batch.load([record_id for record_id, _, _ in step])
    for record_id, scope, data in step:
        batch.put(new_record(record_id, record_type, scope, data))
    batch.flush()


def _pages(browser: FlaskClient, name: str, path: str, target: float) -> None:
    walls, spent = [], []
    for _ in range(TURNS):
        began, cpu = time.perf_counter(), time.process_time()
        answer: TestResponse = browser.get(path)
        assert answer.status_code == 200, (path, answer.status)
        walls.append((time.perf_counter() - began) * 1000)
        spent.append((time.process_time() - cpu) * 1000)
    half = percentile(walls, 0.5)
    figure("R", name, percentile(walls, 0.95), "ms", target, half=half, cpu=percentile(spent, 0.5))


def _file(browser: FlaskClient, name: str, path: str) -> None:
    forget_peak_memory(os.getpid())
    before = peak_memory_mb(os.getpid())
    with _spent() as spent, browser.get(path) as answer:
        size = sum(len(part) for part in answer.iter_encoded())
    figure("R", name, spent[1], "s", FILE_S, cpu=spent[0], mb=size / 1e6)
    whole = peak_memory_mb(os.getpid())
    figure("R", f"{name}: memory more than before", whole - before, "MB", FILE_MB, whole=whole)


@contextmanager
def _spent() -> Iterator[list[float]]:
    found: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    yield found
    found += [time.process_time() - cpu, time.perf_counter() - began]


if __name__ == "__main__":
    main()
