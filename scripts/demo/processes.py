"""The two programs of the demo as processes of their own: the server, and the tablet played by script."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from field178_shared.clock import duration_clock

DEMO_START = datetime.fromisoformat("2025-03-11T08:00:00+07:00")
STOP_WITHIN_S = 15.0
# A busy machine takes its time to end a program with a window.
TABLET_STOP_WITHIN_S = 60.0
ROOT = Path(__file__).resolve().parents[2]
PLAYER = "scripts.tablet_player"


@dataclass
class DemoClock:
    """Time in the demo, the same in every process whenever it is started."""

    _since: float

    @classmethod
    def started(cls) -> DemoClock:
        """Start the demo's day."""
        return cls(duration_clock())

    def setting(self) -> str:
        """Return FIELD178_CLOCK_START for a process that is started now."""
        return (DEMO_START + timedelta(seconds=duration_clock() - self._since)).isoformat()


@dataclass
class ServerProcess:
    """The server in the background; it outlives the demo until it is stopped by its pid file."""

    folder: Path
    clock: DemoClock
    port: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid_file(self) -> Path:
        """Names the process that serves this folder."""
        return self.folder / "server.pid"

    def start(self) -> None:
        """Serve, and return when connections are taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "field178_server.cli", "serve", "--port", str(self.port)],
                env=self.environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready:
            raise ChildProcessError((self.folder / "server.log").read_text("utf-8")[-2000:])
        self.pid_file.write_text(str(process.pid), "ascii")

    def stop(self) -> bool:
        """End the process that the pid file names; tell whether there was one."""
        if not self.pid_file.is_file():
            return False
        pid = int(self.pid_file.read_text("ascii"))
        self.pid_file.unlink()
        return _end(pid)

    def environment(self) -> dict[str, str]:
        """Return the settings of the demo's server and of commands on its store."""
        return {
            **os.environ,
            "FIELD178_DATA_DIR": str(self.folder),
            "FIELD178_URL": self.url,
            "FIELD178_CLOCK_START": self.clock.setting(),
        }


class Tablet:
    """The real tablet application, played through its screens by a script that is told what to do."""

    def __init__(self, folder: Path, clock: DemoClock, screen: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        own = {
            "FIELD178_TABLET_DIR": str(folder),
            "FIELD178_CLOCK_START": clock.setting(),
            # The demo asks nobody to unlock the key store of the machine it runs on.
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        self._log = (folder / "tablet.log").open("ab")
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
        """Have one thing done; returns what the player saw on the screens afterwards."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"do": do, **given}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise ChildProcessError(f"the tablet ended while doing {do!r}; see tablet.log")
        answer: dict[str, object] = json.loads(line)
        if "error" in answer:
            raise ChildProcessError(f"{do}: {answer['error']}")
        return answer

    def close(self) -> None:
        """Close the application."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(TABLET_STOP_WITHIN_S)
        self._log.close()


def _end(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    for _ in range(int(STOP_WITHIN_S * 10)):
        if not _is_alive(pid):
            return True
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return True


def _is_alive(pid: int) -> bool:
    try:
        # A child of ours stays as a zombie until it is waited for; a stranger is asked by signal 0.
        done, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        done = 0
    if done == pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
