"""P: the page of the indicators over the year of a district, asked of the application in this process."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import figure, percentile
from tests.server.district import fill
from tests.server.office_scene import PASSWORD, MovedClock, Office, settings_of

from field178_server.demo import DEMO_START
from field178_server.http.process_log import configure_log
from field178_server.records.lists_in_force import ListsInForce
from field178_shared.time.clock import SystemClock

TURNS, WARM_MS, WAITING = 25, 30, 12
# The reviewer of the district, and an external reader who sees no number of a few.
READERS = {"reviewer": "gl07", "external reader": "gl13"}
PAGES = {"this year": "/indicators", "last year": "/indicators?year=2024"}


def main() -> None:
    """Measure the first request of each reader and page, and the next ones."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "district"
        fill(folder, WAITING)
        for reader, login in READERS.items():
            # Anew for each reader: results are kept for all readers of a store.
            office = Office(settings_of(folder), MovedClock(DEMO_START))
            configure_log(sys.stderr, SystemClock(), "error")
            ListsInForce(office.engine, office.settings.tenant).follow()
            for name, path in PAGES.items():
                _measure(office, login, path, f"{reader}, {name}")
            office.close()


def _measure(office: Office, login: str, path: str, name: str) -> None:
    browser = office.app.test_client()
    browser.post("/sign-in", data={"login": login, "password": PASSWORD})
    spent = []
    for _ in range(TURNS + 1):
        began = time.process_time()
        assert browser.get(path).status_code == 200
        spent.append((time.process_time() - began) * 1000)
    warm = spent[1:]
    figure("P", name, percentile(warm, 0.5), "ms CPU", WARM_MS, first=spent[0], least=min(warm))


if __name__ == "__main__":
    main()
