"""A real server process on a store of its own, started and spoken to as an operator and a network would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from field178_server.cli import main

READY = re.compile(r"https?://127\.0\.0\.1:\d+")


@dataclass
class ServerProcess:
    """One store folder and, while it runs, the process that serves it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    url: str = ""

    def command(self, *arguments: str, stdin: str | None = None) -> str:
        """Run one `field178` command and return what it prints; a failure shows its output.

        In this process: starting Python anew for every command would be most of the time of a test run.
        """
        done = CliRunner().invoke(main, list(arguments), input=stdin, env=self._environment())
        assert done.exit_code == 0, f"field178 {' '.join(arguments)}: {done.output} {done.exception!r}"
        return done.stdout

    def start(self, port: int = 0, **extra: str) -> None:
        """Serve until `stop` or `kill`; returns when the ready line is printed."""
        with (self.folder / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "field178_server.cli",
                    "serve",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                ],
                env=self._environment() | extra,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := READY.search(line):
                self.url = found.group()
                return
        raise AssertionError(f"no ready line: {(self.folder / 'server.log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End the process as an operator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process as a power cut of its machine's process table does."""
        self._end(signal.SIGKILL)

    @property
    def port(self) -> int:
        """The port it listens on, so that a restart can take the same."""
        return int(self.url.rsplit(":", 1)[1])

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=20)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def _environment(self) -> dict[str, str]:
        own = {
            "FIELD178_DATA_DIR": str(self.folder),
            "FIELD178_PASSWORD_COST": "test",
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **own, **self.environment}


@contextmanager
def running_server(folder: Path, **environment: str) -> Iterator[ServerProcess]:
    """Give a fresh store with one team of two communes and one officer, served on a free port."""
    server = ServerProcess(folder, environment)
    server.command("init")
    server.command("team", "add", "Đội 178", "--unit", "c11629_v1", "--unit", "c11632_v1")
    server.start()
    try:
        yield server
    finally:
        server.stop()
