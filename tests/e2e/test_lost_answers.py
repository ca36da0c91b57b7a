"""Whatever happens to an answer, a change is stored exactly once: real tablets, a real server, real faults.

The server ends by SIGKILL at the boundaries of its transaction (field178_server.database.failpoints), the
line is cut in the middle of an answer, many tablets write at once.
`python -m tests.prove writers` kills the server in the middle of that.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests import postgres
from tests.e2e.fault_proxy import Fault, Kind, fault_proxy
from tests.e2e.race import Race, an_office, history, rows, run_race
from tests.e2e.real_tablet import RealTablet, Receipts, enrolled
from tests.e2e.server_process import ServerProcess
from tests.stores import POSTGRES, SQLITE, postgres_cluster

from field178_mobile.replication.events import SyncMessage
from field178_server.database.failpoints import CRASH_AT

__all__ = ["postgres_cluster"]

CHANGES = 30
# {writers: turns of each}: about as many changes whoever writes them.
TURNS = {2: 10, 5: 8, 20: 2}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with an_office(tmp_path_factory.mktemp("office")) as server:
        yield server


@pytest.mark.parametrize("answered_bytes", [0, 120, 300, 450])
def test_an_answer_cut_on_the_wire_loses_and_doubles_nothing(
    office: ServerProcess, tmp_path: Path, answered_bytes: int
) -> None:
    with (
        fault_proxy(office.port) as line,
        closing(enrolled(office, "an", tmp_path / "t", line.url)) as device,
    ):
        assert device.sync() is SyncMessage.IN_SYNC
        filed = {
            device.file(device.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(CHANGES)
        }
        line.faults.append(Fault(Kind.HALF_CLOSE, is_up=False, after=answered_bytes))
        # A truncated header lacks the mark of our server, which distinguishes it from a captive portal.
        assert device.sync() in (SyncMessage.UNREACHABLE, SyncMessage.NOT_OUR_SERVER)
        assert line.struck == {Kind.HALF_CLOSE: 1}
        assert set(receipts_of(office, device)) == filed
        assert device.sync() is SyncMessage.IN_SYNC
        assert device.receipts() == receipts_of(office, device)
    assert_each_change_was_applied_once(office, filed)


@pytest.mark.parametrize(
    ("boundary", "is_stored"),
    [("push.begin", False), ("push.commit", False), ("push.done", True), ("answer", True)],
)
def test_a_server_killed_around_its_commit_loses_and_doubles_nothing(
    office: ServerProcess, tmp_path: Path, boundary: str, is_stored: bool
) -> None:
    with closing(enrolled(office, "an", tmp_path / "t")) as device:
        assert device.sync() is SyncMessage.IN_SYNC
        filed = {
            device.file(device.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(CHANGES)
        }
        restart(office, **{CRASH_AT: boundary})
        assert device.sync() is SyncMessage.UNREACHABLE
        assert killed(office) == -signal.SIGKILL
        assert set(receipts_of(office, device)) == (filed if is_stored else set())
        restart(office)
        assert device.sync() is SyncMessage.IN_SYNC
        assert device.receipts() == receipts_of(office, device)
    assert_each_change_was_applied_once(office, filed)


@pytest.mark.parametrize("writers", [2, 5, pytest.param(20, marks=pytest.mark.long)])
@pytest.mark.parametrize("store", [SQLITE, POSTGRES])
def test_acknowledged_changes_are_the_stored_ones(
    store: str, writers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = {}
    if store == "postgres":
        cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        environment["FIELD178_DATABASE_URL"] = cluster.new_database()
    with an_office(tmp_path, **environment) as server:
        run_race(server, tmp_path, Race(writers, turns=TURNS[writers]))


def assert_each_change_was_applied_once(server: ServerProcess, filed: set[str]) -> None:
    made = [row for row in history(server) if row[0] in filed]
    assert sorted(change_id for change_id, _, _ in made) == sorted(filed)
    assert {rev for _, _, rev in made} == {1}


def receipts_of(server: ServerProcess, tablet: RealTablet) -> Receipts:
    stored = rows(server, "SELECT change_id, status, reason, rev, device_id FROM receipt")
    own = [row for row in stored if row[4] == tablet.enrolment.device]
    return {change_id: (status, reason, rev) for change_id, status, reason, rev, _ in own}


def restart(server: ServerProcess, **environment: str) -> None:
    """Start again on the same port: tablets know no other."""
    port = server.port
    server.stop()
    server.start(port, **environment)


def killed(server: ServerProcess) -> int:
    """The exit status of a server that ended by itself."""
    return server.wait()
