"""The two programs of the demo as processes of their own: the server, and the tablet played by script."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from scripts.demo.held_port import HeldPort
from scripts.demo.words import _
from scripts.tablet_player import file_keyring

from field178_server.demo import DEMO_START
from field178_shared.time.clock import duration_clock

STOP_WITHIN_S = 15.0
# Ending a program with a window takes time on a busy machine.
TABLET_STOP_WITHIN_S = 60.0
LOG_LINES = 20
ROOT = Path(__file__).resolve().parents[2]
PLAYER = "scripts.tablet_player"


@dataclass
class DemoClock:
    """Time in the demo, the same in every process whenever it is started."""

    _since: float
    _start: datetime = DEMO_START

    @classmethod
    def started(cls, at: datetime = DEMO_START) -> DemoClock:
        """Start the demo's day, or another one."""
        return cls(duration_clock(), at)

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


class Tablet:
    """The real tablet application, controlled through its screens by the player script."""

    def __init__(self, folder: Path, clock: DemoClock, screen: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        own = {
            "FIELD178_TABLET_DIR": str(folder),
            "FIELD178_CLOCK_START": clock.setting(),
            # The demo must not ask to unlock the key store of the machine.
            "PYTHON_KEYRING_BACKEND": file_keyring.NAME,
        }
        self._log_file = folder / "tablet.log"
        self._log = self._log_file.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", PLAYER],
            cwd=ROOT,
            env={**os.environ, **own, **screen},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, do: str, **given: object) -> dict[str, object]:
        """Run one command of the player; return what the screens show afterwards.

        Raises ChildProcessError with the last lines of the tablet's log.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # A tablet that has ended does not read; its log contains the reason.
        with suppress(BrokenPipeError):
            print(json.dumps({"do": do, **given}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            text = _("the tablet ended at “{do}”. The last lines of {log}:")
            raise ChildProcessError(self._failure(text, do))
        answer: dict[str, object] = json.loads(line)
        if "error" in answer:
            text = _("the tablet could not do “{do}”. The last lines of {log}:")
            raise ChildProcessError(self._failure(text, do))
        return answer

    def close(self) -> None:
        """Close the application."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait(TABLET_STOP_WITHIN_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def _failure(self, text: str, do: str) -> str:
        return f"{text.format(do=do, log=self._log_file)}\n{last_lines(self._log_file)}"


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
