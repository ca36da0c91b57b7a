"""Functions in a separate process with low priority, so that they do not block the server's interpreter.

For functions that use a core for seconds. The arguments are passed by stdin, where no other user can see a
password. The process ends when stdin is closed, which also happens if the server dies. It returns a line of
JSON; its errors go to the server's stderr.
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
    """Return the command line of a module of the product whose main part calls `answer`."""
    # -P: do not import modules from the working directory.
    return sys.executable, "-P", "-m", module


def answer_of(module: str, *arguments: object) -> Any:
    """Run a module with arguments in a process and return its result.

    Raises OSError or CalledProcessError if the process failed.
    """
    command = command_of(module)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # ourselves
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(arguments)}\n")
        process.stdin.flush()
        answered = process.stdout.read()
        if code := process.wait():
            raise subprocess.CalledProcessError(code, command)
    return json.loads(answered)


def answer(work: Callable[..., object]) -> None:
    """Call a function with the arguments from stdin, and write its result to stdout."""
    # Ctrl-C is for the server; this process ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.excepthook = _log_error
    _lower_priority()
    arguments = json.loads(sys.stdin.readline())
    Thread(target=_end_with_server, daemon=True).start()
    sys.stdout.write(json.dumps(work(*arguments)))


def _log_error(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    """Write an error as a line of the log, without its message, which may quote data."""
    line = {"exception": type(error).__name__, "frames": frames_of(error)}
    sys.stderr.write(json.dumps({**line, "event": "own_process_ended", "level": "error"}) + "\n")


def _lower_priority() -> None:
    """Lower the priority of this process, if the system supports it.

    On Linux this applies to the current thread and to threads started later.
    """
    if sys.platform != "win32":
        with suppress(OSError):
            os.nice(_NICENESS)


def _end_with_server() -> None:
    # os.read instead of the buffered stream, whose lock would block the normal end of the process.
    while os.read(0, 1):
        pass
    os._exit(LEFT_ALONE)
