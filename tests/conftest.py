"""What holds for every test: loopback only, repeatable properties, proof that the real parts ran."""

from __future__ import annotations

import gc
import os
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from tests import selection

from field178_shared.codelists import load, put_in_force, read_lists
from field178_shared.codelists.loading import released_files

settings.register_profile("suite", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("suite")

# No test touches the key store of the machine it runs on.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# Stores that wait for a disk would be half of a run; the tests of lost power bring a disk of their own.
_IN_MEMORY, _ROOM_BYTES = Path("/dev/shm"), 4 << 30
if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free >= _ROOM_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))

REAL_PARTS = ("tablet", "browser", "postgres")
_ran: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def _lists_of_the_release() -> Iterator[None]:
    """Give the lists of the release back where a test put others in force: they belong to the process."""
    yield
    if "+" in load().version:
        put_in_force(read_lists(released_files()))


def pytest_addoption(parser: pytest.Parser) -> None:
    selection.add_options(parser)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Pause garbage collection while tests are collected; afterwards exclude them and collect less often."""
    gc.disable()
    result = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return result


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    selection.select(config, items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    summary = getattr(node, "workeroutput", {}).get("left_out")
    if summary:
        node.config.stash[selection.LEFT_OUT] = summary


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if summary := config.stash.get(selection.LEFT_OUT, ""):
        terminalreporter.write_line(summary)


def pytest_configure(config: pytest.Config) -> None:
    config.option.allow_hosts = config.option.allow_hosts or "127.0.0.1,::1"
    config.option.allow_unix_socket = True


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and not report.skipped:
        _ran.update(part for part in REAL_PARTS if part in report.keywords)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run in CI that drove no real tablet, browser or PostgreSQL proves nothing: it fails."""
    worker = hasattr(session.config, "workerinput")
    if worker:
        session.config.workeroutput["left_out"] = session.config.stash.get(selection.LEFT_OUT, "")
    if worker or not os.environ.get("CI") or session.config.args != session.config.getini("testpaths"):
        return
    absent = [part for part in REAL_PARTS if not _ran[part]]
    if absent:
        print(f"\nno test ran with: {', '.join(absent)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
