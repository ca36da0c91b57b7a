"""Whatever happens to an answer, a change is stored exactly once: real tablets, a real server, real faults.

The server ends by SIGKILL at the boundaries of its transaction (field178_server.crash_points), the line is
cut in the middle of an answer, five tablets write at once.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests import postgres
from tests.e2e.cutting_line import cutting_line
from tests.e2e.real_tablet import RealTablet, Receipts, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.stores import POSTGRES, SQLITE, postgres_cluster

from field178_mobile.sync.events import SyncMessage
from field178_server.crash_points import CRASH_AT
from field178_server.database import create_engine_for

__all__ = ["postgres_cluster"]

CHANGES = 30
TABLETS = 5
ROUNDS = 8
PASSWORD = "mat-khau-cua-an-1\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with an_office(tmp_path_factory.mktemp("office")) as server:
        yield server


@contextmanager
def an_office(folder: Path, **environment: str) -> Iterator[ServerProcess]:
    """A server with one officer."""
    with running_server(folder, **environment) as server:
        server.command("user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin=PASSWORD)
        yield server


@pytest.mark.parametrize("answered_bytes", [0, 120, 700, 1500])
def test_an_answer_cut_on_the_wire_loses_and_doubles_nothing(
    office: ServerProcess, tmp_path: Path, answered_bytes: int
) -> None:
    with cutting_line(office.port) as line, closing(enrolled(office, "an", tmp_path / "t", line.url)) as one:
        assert one.sync() is SyncMessage.IN_SYNC
        filed = {one.file(one.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(CHANGES)}
        line.cut_after = answered_bytes
        # A head cut short lacks the mark of our server, which is what tells it from a captive portal.
        assert one.sync() in (SyncMessage.NO_NETWORK, SyncMessage.NOT_OUR_SERVER)
        assert line.cuts == 1
        assert set(receipts_of(office, one)) == filed
        assert one.sync() is SyncMessage.IN_SYNC
        assert one.receipts() == receipts_of(office, one)
    assert_each_change_was_applied_once(office, filed)


@pytest.mark.parametrize(
    ("boundary", "is_stored"),
    [("push.begin", False), ("push.commit", False), ("push.done", True), ("answer", True)],
)
def test_a_server_killed_around_its_commit_loses_and_doubles_nothing(
    office: ServerProcess, tmp_path: Path, boundary: str, is_stored: bool
) -> None:
    with closing(enrolled(office, "an", tmp_path / "t")) as one:
        assert one.sync() is SyncMessage.IN_SYNC
        filed = {one.file(one.ids.time_ordered(), name=f"Nhà nghỉ {number}") for number in range(CHANGES)}
        restart(office, **{CRASH_AT: boundary})
        assert one.sync() is SyncMessage.NO_NETWORK
        assert killed(office) == -signal.SIGKILL
        assert set(receipts_of(office, one)) == (filed if is_stored else set())
        restart(office)
        assert one.sync() is SyncMessage.IN_SYNC
        assert one.receipts() == receipts_of(office, one)
    assert_each_change_was_applied_once(office, filed)


@pytest.mark.parametrize("store", [SQLITE, POSTGRES])
def test_what_five_tablets_take_for_received_is_what_is_stored(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = {}
    if store == "postgres":
        cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        environment["FIELD178_DATABASE_URL"] = cluster.new_database()
    folder = tmp_path / "office"
    folder.mkdir()
    with an_office(folder, **environment) as server:
        race(server, [enrolled(server, "an", tmp_path / f"t{number}") for number in range(TABLETS)])


def race(server: ServerProcess, tablets: list[RealTablet]) -> None:
    """Let all tablets write and exchange at once, then hold what they believe beside what is stored."""
    shared = tablets[0].ids.time_ordered()
    filed = {tablets[0].file(shared, name="Nhà nghỉ chung")}
    for tablet in tablets:
        assert tablet.sync() is SyncMessage.IN_SYNC

    with ThreadPoolExecutor(TABLETS) as pool:
        for done in pool.map(lambda pair: work(*pair, shared), enumerate(tablets)):
            filed |= done
    for tablet in [*tablets, *tablets]:
        assert tablet.sync() is SyncMessage.IN_SYNC

    assert {one for tablet in tablets for one in tablet.receipts()} == filed
    receipts, live = stored_receipts(server), stored_live(server)
    assert set(receipts) == filed
    assert {status for status, _, _ in receipts.values()} == {"applied", "conflict"}
    for tablet in tablets:
        assert tablet.receipts().items() <= receipts.items()
        assert tablet.live() == live
        tablet.close()
    applied = [rev for _, record_id, rev in history(server) if record_id == shared]
    assert sorted(applied) == list(range(1, len(applied) + 1))


def work(number: int, tablet: RealTablet, shared: str) -> set[str]:
    """Be a busy team: new records, edits of a record everybody edits, exchanges in between."""
    filed = set()
    for turn in range(ROUNDS):
        filed.add(tablet.file(tablet.ids.time_ordered(), name=f"Nhà nghỉ {number}-{turn}"))
        filed.add(tablet.file(shared, name=f"Máy {number}, lần {turn}", rooms_total=100 * number + turn))
        tablet.sync()
    return filed


def assert_each_change_was_applied_once(server: ServerProcess, filed: set[str]) -> None:
    made = [row for row in history(server) if row[0] in filed]
    assert sorted(change_id for change_id, _, _ in made) == sorted(filed)
    assert {rev for _, _, rev in made} == {1}


def receipts_of(server: ServerProcess, tablet: RealTablet) -> Receipts:
    found = rows(server, "SELECT change_id, status, reason, rev, device_id FROM receipt")
    own = [row for row in found if row[4] == tablet.enrolment.device]
    return {change_id: (status, reason, rev) for change_id, status, reason, rev, _ in own}


def stored_receipts(server: ServerProcess) -> Receipts:
    found = rows(server, "SELECT change_id, status, reason, rev FROM receipt")
    return {change_id: (status, reason, rev) for change_id, status, reason, rev in found}


def stored_live(server: ServerProcess) -> dict[str, tuple[str, int]]:
    found = rows(server, "SELECT record_id, scope, rev FROM record WHERE NOT deleted AND scope <> 'office'")
    return {record_id: (scope, rev) for record_id, scope, rev in found}


def history(server: ServerProcess) -> list[tuple[str, str, int]]:
    """(change, record, rev) of everything a tablet's change has made."""
    query = "SELECT change_id, record_id, rev FROM change WHERE device_id IS NOT NULL AND rev IS NOT NULL"
    return [(change_id, record_id, rev) for change_id, record_id, rev in rows(server, query)]


def rows(server: ServerProcess, query: str) -> list[tuple]:
    url = server.environment.get("FIELD178_DATABASE_URL", f"sqlite:///{server.folder / 'field178.sqlite'}")
    engine = create_engine_for(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]
    finally:
        engine.dispose()


def restart(server: ServerProcess, **environment: str) -> None:
    """Start again on the same port: tablets know no other."""
    port = server.port
    server.stop()
    server.start(port, **environment)


def killed(server: ServerProcess) -> int:
    """The exit status of a server that ended by itself."""
    assert server.process is not None
    return server.process.wait(timeout=20)
