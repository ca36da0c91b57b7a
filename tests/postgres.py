"""A private, throw-away PostgreSQL cluster for tests; it listens on loopback only and dies with the run."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

OWNER = "postgres"
# Durability is not what these tests look at; locks, isolation and types are.
OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"
# What a bench measures: a commit waits for the disk.
DURABLE = "-c max_connections=60"
_numbers = count()


@dataclass(frozen=True)
class Cluster:
    """A running cluster; every database in it is the test's own."""

    port: int
    data: Path
    options: str

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the cluster at once in the block, as a power cut of its machine does; start it at the end."""
        _run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
        try:
            yield
        finally:
            self.start()

    def start(self) -> None:
        log = str(self.data.parent / "log")
        _run("pg_ctl", "-D", str(self.data), "-l", log, "-o", self.options, "-w", "start")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"own_{next(_numbers)}"
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user={OWNER}", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        return self.url(name)


def binaries() -> Path | None:
    """The newest installed server binaries, or None."""
    initdbs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return initdbs[-1].parent if initdbs else None


def why_not() -> str | None:
    """Return the reason why PostgreSQL cannot be started here, or None when it can."""
    if binaries() is None:
        return "no PostgreSQL server under /usr/lib/postgresql"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "PostgreSQL refuses to run as root and there is no runuser"
    return None


@contextmanager
def running_cluster(settings: str = OPTIONS) -> Iterator[Cluster]:
    """Make a cluster, start it, and remove it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="field178-postgres-"))
    data, port = folder / "data", _free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        _run("initdb", "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {settings}"
        cluster = Cluster(port, data, options)
        cluster.start()
        try:
            yield cluster
        finally:
            _run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str) -> None:
    folder = binaries()
    assert folder is not None
    as_owner = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    # pg_ctl's server keeps the output open: a pipe would never end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [*as_owner, str(folder / program), *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd="/",
            timeout=120,
            check=False,
        )
        output.seek(0)
        assert done.returncode == 0, re.sub(r"\n+", "\n", output.read())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
