"""The floor as a process of its own, driven as the product is driven."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from tests.e2e.foreign_client import HTTP


@dataclass(frozen=True)
class Floor:
    """A running process of the floor."""

    url: str
    pid: int

    def push(self, body: bytes, line: requests.Session = HTTP) -> float:
        """Send a gzip body of the exchange, of which the floor reads `push`; return the seconds it took."""
        started = time.perf_counter()
        answer = line.post(f"{self.url}/records", data=body, timeout=60)
        spent = time.perf_counter() - started
        assert answer.ok, answer.text
        return spent

    def pull(self, above: int, limit: int = 2000) -> requests.Response:
        """Fetch the rows above a sequence; the header X-Top says how far it came."""
        answer = HTTP.get(f"{self.url}/records", params={"above": above, "limit": limit}, timeout=60)
        assert answer.ok, answer.text
        return answer


@dataclass(frozen=True)
class Spent:
    """What some work cost: seconds on the wall, CPU seconds of the server."""

    wall_s: float
    cpu_s: float


@contextmanager
def running_floor(url: str = "") -> Iterator[Floor]:
    """Give an empty floor on a store address (a SQLite file of its own when none is given)."""
    with tempfile.TemporaryDirectory() as folder:
        address = url or f"sqlite:///{Path(folder) / 'floor.sqlite'}"
        command = [sys.executable, "-m", "tests.bench.floor.server", address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield Floor(process.stdout.readline().strip(), process.pid)
            process.terminate()
