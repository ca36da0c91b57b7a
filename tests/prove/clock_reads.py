"""Plugin of pytest for tests that read the system clock: finds them and skips the others.

--note-clock-reads=FILE writes the ids of tests that read no clock; --leave-out=FILE does not run those.
A test reads the clock if the test, a fixture of it or the import of its module calls `SystemClock`, starts a
process or connects to a server, which has a clock of its own. No other way to read it is allowed
(tests/architecture/test_clock_reads.py).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from field178_shared.time.clock import SystemClock

_PROCESS_EVENTS = frozenset({"subprocess.Popen", "os.fork", "os.posix_spawn", "os.system", "socket.connect"})
_BETWEEN = "between tests"
# What runs now: the id of a test or of a collected module, or the name of a fixture of several tests.
_runs_now = [_BETWEEN]
_readers: set[str] = set()
_helpers: set[str] = set()
_tests: dict[str, list[str]] = {}
_of_workers: list[dict[str, Any]] = []
_lost: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-clock-reads", type=Path, help="write the ids of tests that read no clock")
    parser.addoption("--leave-out", type=Path, help="ids of tests that are not run")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--note-clock-reads"):
        return
    read = SystemClock.now

    def noted(clock: SystemClock) -> datetime:
        _readers.add(_runs_now[0])
        if (name := _imported_helper(sys._getframe(1))) is not None:
            _helpers.add(name)
        return read(clock)

    SystemClock.now = noted  # type: ignore[method-assign]
    sys.addaudithook(_note_process)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    path: Path | None = config.getoption("--leave-out")
    if path is not None:
        left_out = frozenset(json.loads(path.read_text("utf-8")))
        items[:] = [item for item in items if item.nodeid not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    return (yield from _running(collector.nodeid))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    return (yield from _running(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    return (yield from _running(_runs_now[0] if fixturedef.scope == "function" else _name_of(fixturedef)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Keep what the test depends on; its request knows fixtures that were asked for by name, too."""
    fixtures = item._request._fixture_defs.values()  # type: ignore[attr-defined]
    module = item.nodeid.partition("::")[0]
    _tests[item.nodeid] = [item.nodeid, module, *map(_name_of, fixtures)]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    if error or "clock_reads" not in node.workeroutput:
        _lost.append(str(node))
    else:
        _of_workers.append(node.workeroutput["clock_reads"])


def pytest_sessionfinish(session: pytest.Session) -> None:
    path: Path | None = session.config.getoption("--note-clock-reads")
    if path is None:
        return
    own = {"readers": sorted(_readers), "helpers": sorted(_helpers), "tests": _tests}
    if hasattr(session.config, "workerinput"):
        session.config.workeroutput["clock_reads"] = own
        return
    notes = [own, *_of_workers]
    helpers = sorted({helper for note in notes for helper in note["helpers"]})
    if _lost or helpers:
        print(f"\nno list of tests without a clock: lost {_lost}, read while imported: {helpers}")
    else:
        path.write_text(json.dumps(sorted(_without_clock(notes))), "utf-8")


def _without_clock(notes: list[dict[str, Any]]) -> Iterator[str]:
    readers = {reader for note in notes for reader in note["readers"]}
    for note in notes:
        for test, parts in note["tests"].items():
            if readers.isdisjoint(parts):
                yield test


def _running(name: str) -> Generator[None, Any, Any]:
    before, _runs_now[0] = _runs_now[0], name
    try:
        return (yield)
    finally:
        _runs_now[0] = before


def _note_process(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _PROCESS_EVENTS:
        _readers.add(_runs_now[0])


def _imported_helper(frame: FrameType | None) -> str | None:
    """Return the helper whose import called this frame: only its first importer is noted as a reader.

    Helpers of tests/bench may read the clock: tests that fill a store with them read it again.
    """
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    name: str = frame.f_globals["__name__"] if frame else ""
    is_helper = name.startswith("tests.") and not name.rpartition(".")[2].startswith("test_")
    return name if is_helper and not name.startswith("tests.bench.") else None


def _name_of(fixture: pytest.FixtureDef[Any]) -> str:
    return f"{fixture.baseid}:{fixture.argname}"
