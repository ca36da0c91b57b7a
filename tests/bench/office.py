"""A real server process and a client for the benches of the exchange."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import processes
from tests.e2e.foreign_client import ForeignClient, enrolment_code
from tests.e2e.server_process import ServerProcess, running_server

OFFICER = "do"
PASSWORD = "con-trau-rat-dai-12"
COMMUNES = (*(f"c{code}_v1" for code in range(11629, 11678, 3)), "c11629_v2")


@contextmanager
def office(units: int = 2, **environment: str) -> Iterator[tuple[ServerProcess, ForeignClient]]:
    """Give a fresh server and an enrolled client whose team has `units` communes."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), **environment) as server:
        add_team(server, OFFICER, COMMUNES[:units])
        client = another(server)
        client.pull_all()
        yield server, client


def add_team(server: ServerProcess, login: str, communes: Sequence[str]) -> None:
    """Make a team of these communes, and its leader."""
    team = f"Đội {login}"
    server.command("team", "add", team, *[part for commune in communes for part in ("--unit", commune)])
    options = ("--role", "team_lead", "--team", team)
    server.command("user", "add", login, *options, stdin=f"{PASSWORD}\n")


def add_teams(server: ServerProcess, count: int) -> list[ForeignClient]:
    """Make teams of one commune each; return a tablet of each."""
    for number in range(count):
        add_team(server, team_login(number), [COMMUNES[number % len(COMMUNES)]])
    return [another(server, user=team_login(number)) for number in range(count)]


def team_login(number: int) -> str:
    """Return the user name of a leader whose team `add_teams` made."""
    return f"to{number}"


def another(server: ServerProcess, *scopes: str, user: str = OFFICER) -> ForeignClient:
    """Enrol one more tablet, with the scopes of its team unless some are named; it holds nothing yet."""
    options = [part for scope in scopes for part in ("--scope", scope)]
    client = ForeignClient(server.url)
    code = enrolment_code(server.command("enrol-code", "--user", user, *options))
    client.enrol(code, login=user, password=PASSWORD)
    client.cursors = dict.fromkeys(client.granted(), 0)
    return client


def pid_of(server: ServerProcess) -> int:
    """Return the process that serves."""
    assert server.process is not None
    return server.process.pid


def cpu_seconds(server: ServerProcess) -> float:
    """Return the CPU seconds the server's process and its children have used."""
    return processes.cpu_seconds(pid_of(server))
