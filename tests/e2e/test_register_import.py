"""An import of the register on a real server that is killed at its worst moments."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.bench.import_register import PASSWORD, Desk, write_register
from tests.e2e.server_process import ServerProcess, running_server
from tests.server.console.register_import.import_forms import proposed, seen_in

from field178_server.database.failpoints import CRASH_AT

ROWS = 40


def live(server: ServerProcess) -> int:
    """Return how many establishments the store has."""
    with closing(sqlite3.connect(server.folder / "field178.sqlite")) as store:
        counted = store.execute("SELECT count(*) FROM record WHERE type = 'establishment' AND NOT deleted")
        return int(counted.fetchone()[0])


def job_states(server: ServerProcess) -> list[str]:
    with closing(sqlite3.connect(server.folder / "field178.sqlite")) as store:
        return [state for (state,) in store.execute("SELECT state FROM job ORDER BY job_id")]


def restarted(server: ServerProcess, **environment: str) -> Desk:
    server.start(**environment)
    desk = Desk(server)
    desk.post("/sign-in", {"login": "chi", "password": PASSWORD})
    return desk


def wait_for_death(server: ServerProcess) -> None:
    assert server.wait() == -9
    server.process = None


def test_a_kill_in_the_middle_of_an_import_leaves_nothing_half_and_the_next_start_ends_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "so.xlsx"
    write_register(file, ROWS)
    folder = tmp_path / "store"
    folder.mkdir()
    with running_server(folder) as server:
        server.command("user", "add", "chi", "--role", "reviewer", stdin=f"{PASSWORD}\n")
        server.stop()

        # At the end of the transaction, and right after it: the same end both times.
        for point in ("register_import.written", "register_import.applied"):
            desk = restarted(server, **{CRASH_AT: point})
            address, page = desk.post("/establishments/import", {}, file)
            at = address.removesuffix("/columns")
            _, page = desk.post(f"{at}/columns", proposed(page))
            _, page = desk.post(f"{at}/words", proposed(page))
            desk.start(f"{at}/run", {"seen": seen_in(page)})
            wait_for_death(server)
            assert live(server) == (ROWS if point.endswith("applied") else 0)

            desk = restarted(server)
            end = time.monotonic() + 30
            while live(server) < ROWS or set(job_states(server)) != {"done"}:
                assert time.monotonic() < end, job_states(server)
                time.sleep(0.05)
            assert "Đã nhập" in desk.get(at)
            desk.finish(desk.post(f"{at}/undo", {})[0])
            assert live(server) == 0
            server.stop()
