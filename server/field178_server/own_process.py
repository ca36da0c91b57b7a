"""Work of a server in a process of its own, at a low priority: requests keep the interpreter and its memory.

For what takes a core for seconds. The process is told its work by its input, where nobody sees a password,
and ends when that is closed: with the server, however that ends. It answers with one line of JSON; its errors
go to the server's stderr.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Any

from field178_server.security.error_frames import frames_of

LEFT_ALONE = 3
_NICENESS = 10


def command_of(module: str) -> tuple[str, ...]:
    """Return the command line of a module of the product that ends in `answer`."""
    # -P: a program of this name in the folder where the server was started is not the product's.
    return sys.executable, "-P", "-m", module


def answer_of(module: str, *asked: object) -> Any:
    """Run a module with these arguments and return its answer.

    Raises OSError or CalledProcessError where the process failed.
    """
    command = command_of(module)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # ourselves
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(asked)}\n")
        process.stdin.flush()
        answered = process.stdout.read()
        if code := process.wait():
            raise subprocess.CalledProcessError(code, command)
    return json.loads(answered)


def answer(work: Callable[..., object]) -> None:
    """Do the work that the input names, and write what it returns."""
    # Ctrl-C is meant for the server, whose end is the end of this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.excepthook = _log_error
    _lower_priority()
    asked = json.loads(sys.stdin.readline())
    Thread(target=_end_with_server, daemon=True).start()
    sys.stdout.write(json.dumps(work(*asked)))


def _log_error(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    """Write an error as a line of the log, without its message, which may quote the store."""
    line = {"exception": type(error).__name__, "frames": frames_of(error)}
    sys.stderr.write(json.dumps({**line, "event": "own_process_ended", "level": "error"}) + "\n")


def _lower_priority() -> None:
    """Take the time that the server leaves, where the system lets a process say so.

    On Linux that holds for this thread and for those that it starts from now on.
    """
    if sys.platform != "win32":
        with suppress(OSError):
            os.nice(_NICENESS)


def _end_with_server() -> None:
    # Not by the buffered stream: its lock would be held when this process ends by itself.
    while os.read(0, 1):
        pass
    os._exit(LEFT_ALONE)
