"""SP: pushes a second of tablets that send without a break, by engine and number of server processes.

python -m tests.bench.server_processes [SECONDS]: twenty for each by default. The tablets of the bench and the
database share the cores of the machine with the server.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.bench import wire
from tests.bench.engines import engines
from tests.bench.figures import figure, percentile
from tests.bench.office import add_teams, office
from tests.bench.records import new_changes
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess

TABLETS = 16
RECORDS = 20
SECONDS = 20
PROCESSES = (1, 2, 4)
START_S = 60


def main(seconds: int = SECONDS) -> None:
    """Print pushes a second and their waits: `field178 serve`, then gunicorn with some processes."""
    for engine in engines():
        with office(**engine.environment(), FIELD178_PASSWORD_COST="test") as (server, _):
            clients, numbers = add_teams(server, TABLETS), itertools.count()
            _measure(f"{engine.name}, serve", clients, numbers, seconds)
            server.stop()
            for processes in PROCESSES if engine.cluster else ():
                with _gunicorn(server, processes) as url:
                    for client in clients:
                        client.url = url
                    name = f"{engine.name}, gunicorn -w {processes}"
                    _measure(name, clients, numbers, seconds)


def _measure(name: str, clients: Sequence[ForeignClient], numbers: Iterator[int], seconds: int) -> None:
    for client in clients:
        client.sign_in()
    waits: list[float] = []
    end = time.perf_counter() + seconds

    def work(client: ForeignClient) -> None:
        line = wire.line()
        while time.perf_counter() < end:
            first = next(numbers) * RECORDS
            body = wire.packed(client, push=new_changes(client, range(first, first + RECORDS)))
            started = time.perf_counter()
            answer, _ = wire.pushed_when_free(line, client, body)
            waits.append(time.perf_counter() - started)
            wire.follow(client, answer.text)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p99_ms = percentile(waits, 0.99) * 1000
    figure("SP", f"{name}: pushes a second", len(waits) / seconds, "pushes", p99_ms=p99_ms)


@contextmanager
def _gunicorn(server: ServerProcess, processes: int) -> Iterator[str]:
    """Serve the store of a stopped server by gunicorn; yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "FIELD178_DATA_DIR": str(server.folder), **server.environment}
    options = [
        "-w",
        str(processes),
        "--threads",
        str(TABLETS),
        "-b",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    command = [sys.executable, "-m", "gunicorn", *options, "field178_server.wsgi:application()"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as started:
        try:
            _wait_until_served(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            started.terminate()


def _wait_until_served(port: int) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port)):
                return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
