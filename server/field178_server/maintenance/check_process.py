"""The integrity check in a process of its own, for a server: requests keep the interpreter.

Only this check, which takes a core for seconds once a day: a process for the whole maintenance would import
for longer each hour than its work takes, and write to SQLite from outside, where writers do not wait in line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from threading import Thread
from types import TracebackType

from sqlalchemy import Engine

from field178_server.database.engine import create_engine_for
from field178_server.maintenance.integrity import faults_of_database
from field178_server.security.error_frames import frames_of

# -P: a program of this name in the folder where the server was started is not the product's.
COMMAND = (sys.executable, "-P", "-m", "field178_server.maintenance.check_process")
LEFT_ALONE = 3
_NICENESS = 10


def faults_in_own_process(engine: Engine, tenant_id: str, receipt_key: str | None) -> list[str]:
    """Return `faults_of_database`. Raises OSError or CalledProcessError where the process failed.

    The process is told the store by its input, where nobody sees a password, and ends when that is closed:
    with the server, however that ends. What it has to say of itself goes to the server's stderr.
    """
    asked = json.dumps([engine.url.render_as_string(hide_password=False), tenant_id, receipt_key])
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # ourselves
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{asked}\n")
        process.stdin.flush()
        answer = process.stdout.read()
        if code := process.wait():
            raise subprocess.CalledProcessError(code, COMMAND)
    found: list[str] = json.loads(answer)
    return found


def main() -> None:
    """Check the store that the input names and write what was found, as one JSON list."""
    # Ctrl-C is meant for the server, whose end is the end of this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.excepthook = _tell
    _give_way()
    database_url, tenant_id, receipt_key = json.loads(sys.stdin.readline())
    Thread(target=_end_with_server, daemon=True).start()
    found = faults_of_database(create_engine_for(database_url), tenant_id, receipt_key)
    sys.stdout.write(json.dumps(found))


def _tell(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    """Write an error as a line of the log, without its message, which may quote the store."""
    told = {"exception": type(error).__name__, "frames": frames_of(error)}
    sys.stderr.write(json.dumps({**told, "event": "store_check_ended", "level": "error"}) + "\n")


def _give_way() -> None:
    """Take the time that the server leaves, where the system lets a process say so."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.nice(_NICENESS)


def _end_with_server() -> None:
    # Not by the buffered stream: its lock would be held when this process ends by itself.
    while os.read(0, 1):
        pass
    os._exit(LEFT_ALONE)


if __name__ == "__main__":
    main()
