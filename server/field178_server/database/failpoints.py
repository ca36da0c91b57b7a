"""Failpoints: named steps of a write transaction where a test may end the process.

`FIELD178_CRASH_AT` is a hook of the tests alone: it is read here and nowhere else, and no setting names it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

CRASH_AT = "FIELD178_CRASH_AT"

CrashPoint = Callable[[str], None]


def failpoint(name: str) -> None:
    """Pass a boundary; where FIELD178_CRASH_AT names it, the process ends here and tidies nothing up."""
    if os.environ.get(CRASH_AT) == name:
        os.kill(os.getpid(), signal.SIGKILL)
