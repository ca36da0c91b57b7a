"""A real server process and a client for the benches of the exchange."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import processes
from tests.e2e.foreign_client import ForeignClient, enrolment_code
from tests.e2e.server_process import ServerProcess, running_server


@contextmanager
def office(units: int = 2) -> Iterator[tuple[ServerProcess, ForeignClient]]:
    """Give a fresh server and an enrolled client whose team has `units` communes."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        communes = [f"c{code}_v1" for code in range(11629, 11678, 3)][:units]
        asked = [part for commune in communes for part in ("--unit", commune)]
        server.command("team", "add", "Đội đo", *asked)
        server.command(
            "user", "add", "do", "--role", "team_lead", "--team", "Đội đo", stdin="mat-khau-de-do-1\n"
        )
        client = ForeignClient(server.url)
        client.enrol(enrolment_code(server.command("enrol-code", "--user", "do")))
        client.pull_all()
        yield server, client


def cpu_seconds(server: ServerProcess) -> float:
    """Return the CPU seconds the server's process and its children have used."""
    assert server.process is not None
    return processes.cpu_seconds(server.process.pid)
