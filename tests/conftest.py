"""What holds for every test: loopback only, repeatable properties, proof that the real parts ran."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import settings

settings.register_profile("suite", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("suite")

# No test touches the key store of the machine it runs on.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

REAL_PARTS = ("tablet", "browser", "postgres")
_ran: Counter[str] = Counter()


def pytest_configure(config: pytest.Config) -> None:
    config.option.allow_hosts = config.option.allow_hosts or "127.0.0.1,::1"
    config.option.allow_unix_socket = True


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and not report.skipped:
        _ran.update(part for part in REAL_PARTS if part in report.keywords)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run in CI that drove no real tablet, browser or PostgreSQL proves nothing: it fails."""
    worker = hasattr(session.config, "workerinput")
    if worker or not os.environ.get("CI") or session.config.args != session.config.getini("testpaths"):
        return
    absent = [part for part in REAL_PARTS if not _ran[part]]
    if absent:
        print(f"\nno test ran with: {', '.join(absent)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
