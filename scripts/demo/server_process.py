"""Server of the demo as a process of its own, with the time of the demo."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from scripts.demo.held_port import HeldPort

from field178_server.demo import DEMO_START
from field178_shared.time.clock import duration_clock

STOP_WITHIN_S = 15.0
LOG_LINES = 20


@dataclass
class DemoClock:
    """Time in the demo, the same in every process whenever it is started."""

    _since: float
    _start: datetime = DEMO_START

    @classmethod
    def started(cls, at: datetime = DEMO_START) -> DemoClock:
        """Start the demo's day, or another one."""
        return cls(duration_clock(), at)

    def day(self) -> str:
        """Return the day of the demo as people write it."""
        return f"{self._start:%d/%m/%Y}"

    def setting(self) -> str:
        """Return FIELD178_CLOCK_START for a process that is started now."""
        return (self._start + timedelta(seconds=duration_clock() - self._since)).isoformat()


@dataclass
class ServerProcess:
    """Server in the background; it outlives the demo until it is stopped by its pid file.

    The running server holds a lock on that file, so that a pid reused by another process is not mistaken for
    the server's.
    """

    folder: Path
    clock: DemoClock
    port: int
    # Kept from other programs until the server listens, and again while it is stopped.
    held: HeldPort | None = None

    @property
    def url(self) -> str:
        """URL of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid_file(self) -> Path:
        """Names the process that serves this folder."""
        return self.folder / "server.pid"

    def start(self) -> None:
        """Serve, and return when connections are taken; raises ChildProcessError with the reason."""
        self._release()
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("ab") as log, self.pid_file.open("w") as holder:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                pass_fds=[holder.fileno()],  # the process inherits the lock
            )
            holder.write(str(process.pid))
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready:
            raise ChildProcessError(last_lines(self.folder / "server.log"))

    def stop(self) -> bool:
        """End the process of the pid file; return whether there was one."""
        self._release()
        if not self.pid_file.is_file():
            return False
        with self.pid_file.open() as file:
            was_serving = _is_locked(file) and _end(int(file.read()))
        self.pid_file.unlink()
        return was_serving

    def pause(self) -> None:
        """Stop the server and keep its port: who calls meets a closed line, not another program."""
        self.stop()
        self.held = HeldPort(self.port)

    def _release(self) -> None:
        if self.held is not None:
            self.held.release()
            self.held = None

    def command(self) -> list[str]:
        """Return the program and its arguments."""
        return [sys.executable, "-m", "field178_server.cli", "serve", "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        """Return the settings of the demo's server and of commands on its store."""
        return {
            **os.environ,
            "FIELD178_DATA_DIR": str(self.folder),
            "FIELD178_URL": self.url,
            "FIELD178_CLOCK_START": self.clock.setting(),
            "FIELD178_SECOND_FACTOR": "optional",
        }


def last_lines(log: Path) -> str:
    """Return the end of a log."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:])


def _is_locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _end(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    for _look in range(int(STOP_WITHIN_S * 10)):
        if not _is_alive(pid):
            return True
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return True


def _is_alive(pid: int) -> bool:
    try:
        # A child process stays as a zombie until it is waited for; other processes are tested by signal 0.
        done, _status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        done = 0
    if done == pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
