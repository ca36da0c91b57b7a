"""A real server process on a store of its own, started and spoken to as an operator and a network would."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

from click.testing import CliRunner
from tests.office_keys import give_office_key

from field178_server.cli import main

READY = re.compile(r"https?://127\.0\.0\.1:\d+")
START_S = 60
# A server is forked from a process that has imported it once: importing takes most of a start. A start from
# nothing is tested in tests/server/serving and by `make demo`.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["field178_server.cli.setup", "field178_server.serving.server", __name__])


@dataclass
class ServerProcess:
    """One store folder and, while it runs, the process that serves it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: multiprocessing.process.BaseProcess | None = None
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
        output = self.folder / "server.out"
        output.write_text("")
        arguments = ["serve", "--host", "127.0.0.1", "--port", str(port)]
        self.process = _FORKS.Process(
            daemon=True,
            target=_run,
            args=(arguments, self._environment() | extra, output, self.folder / "server.log"),
        )
        with _no_main():
            self.process.start()
        end = time.monotonic() + START_S
        while (address := READY.search(output.read_text())) is None:
            if time.monotonic() > end or not self.process.is_alive():
                raise AssertionError(f"no ready line: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.01)
        self.url = address.group()

    def stop(self) -> None:
        """End the process as an operator does."""
        self.end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process as a power cut of its machine's process table does."""
        self.end(signal.SIGKILL)

    @property
    def port(self) -> int:
        """The port it listens on, so that a restart can take the same."""
        return int(self.url.rsplit(":", 1)[1])

    def wait(self) -> int:
        """Wait until the process has ended; return its exit code, negative for a signal."""
        assert self.process is not None
        self.process.join(timeout=20)
        assert self.process.exitcode is not None
        return self.process.exitcode

    def end(self, how: signal.Signals = signal.SIGTERM) -> int | None:
        """End the process by a signal; return its exit code, None where none runs."""
        if self.process is None or self.process.pid is None:
            return None
        # A process that dies by itself may be gone between the question and the signal.
        with suppress(ProcessLookupError):
            if self.process.is_alive():
                os.kill(self.process.pid, how)
        code = self.wait()
        self.process.close()
        self.process = None
        return code

    def _environment(self) -> dict[str, str]:
        own = {
            "FIELD178_DATA_DIR": str(self.folder),
            "FIELD178_PASSWORD_COST": "test",
            "FIELD178_SECOND_FACTOR": "optional",
        }
        return {**os.environ, **own, **self.environment}


@contextmanager
def _no_main() -> Iterator[None]:
    """Let a forked process import nothing of the program that starts it."""
    main_module = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main_module


def _furnish(server: ServerProcess) -> None:
    server.command("init")
    give_office_key(server.folder / "keys/main")
    server.command("team", "add", "Đội 178", "--unit", "c11629_v1", "--unit", "c11632_v1")


@cache
def _furnished() -> Path:
    """Return the store of a server without settings of its own: made once in a run, never opened, copied."""
    folder = Path(tempfile.mkdtemp(prefix="field178-server-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _furnish(ServerProcess(folder))
    return folder


def _run(arguments: list[str], environment: Mapping[str, str], output: Path, log: Path) -> None:
    """Run one `field178` command in this process."""
    os.environ.clear()
    os.environ.update(environment)
    for file, number in ((output, 1), (log, 2)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    main(arguments, prog_name="field178")


@contextmanager
def running_server(folder: Path, **environment: str) -> Iterator[ServerProcess]:
    """Give a fresh store with one team of two communes, served on a free port."""
    server = ServerProcess(folder, environment)
    if environment:
        _furnish(server)
    else:
        shutil.copytree(_furnished(), folder, dirs_exist_ok=True)
    server.start()
    try:
        yield server
    finally:
        server.stop()
