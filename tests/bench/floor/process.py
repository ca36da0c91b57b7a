"""The floor as a process of its own, driven as the product is driven."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from tests.e2e.foreign_client import HTTP


@dataclass(frozen=True)
class FloorAnswer:
    """An answer of the floor: the highest sequence in it, and the seconds until its last byte was here."""

    top: int
    wall_s: float


@dataclass(frozen=True)
class Floor:
    """A running process of the floor."""

    url: str
    pid: int

    def push(self, body: bytes, line: requests.Session = HTTP) -> FloorAnswer:
        """Send a gzip body of the exchange, of which the floor reads `push`."""
        return _answer(lambda: line.post(f"{self.url}/records", data=body, timeout=60, stream=True))

    def pull(self, above: int, line: requests.Session = HTTP, limit: int = 2000) -> FloorAnswer:
        """Fetch the rows above a sequence."""
        query = {"above": above, "limit": limit}
        return _answer(lambda: line.get(f"{self.url}/records", params=query, timeout=60, stream=True))

    def keep_photo(self, photo: bytes, line: requests.Session = HTTP) -> float:
        """Let the floor store a photo as a file; return the seconds it took."""
        return _answer(lambda: line.post(f"{self.url}/photos", data=photo, timeout=60, stream=True)).wall_s


def _answer(send: Callable[[], requests.Response]) -> FloorAnswer:
    started = time.perf_counter()
    answer = send()
    answer.raw.read(decode_content=False)
    spent = time.perf_counter() - started
    assert answer.ok, answer.status_code
    return FloorAnswer(int(answer.headers["X-Top"]), spent)


@contextmanager
def running_floor(url: str = "") -> Iterator[Floor]:
    """Give an empty floor on a store address (a SQLite file of its own when none is given)."""
    with tempfile.TemporaryDirectory() as folder:
        address = url or f"sqlite:///{Path(folder) / 'floor.sqlite'}"
        command = [sys.executable, "-m", "tests.bench.floor.server", address, folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield Floor(process.stdout.readline().strip(), process.pid)
            finally:
                process.terminate()
