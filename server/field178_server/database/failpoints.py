"""Failpoints: named steps of a write transaction where a test can kill the process.

`FIELD178_CRASH_AT` is only for tests: it is read only here, and is no setting.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

CRASH_AT = "FIELD178_CRASH_AT"

CrashPoint = Callable[[str], None]


def failpoint(name: str) -> None:
    """Send this process a signal if FIELD178_CRASH_AT is this step; else do nothing.

    The value is the step, or step:SIGNAL; without a signal SIGKILL, which leaves no time for any clean-up.
    """
    step, _, number = os.environ.get(CRASH_AT, "").partition(":")
    if step == name:
        os.kill(os.getpid(), signal.Signals[number or "SIGKILL"])
