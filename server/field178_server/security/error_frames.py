"""Stack of an error without its message."""

from __future__ import annotations

import traceback


def frames_of(error: BaseException) -> list[str]:
    """Return the stack of an error without its message, which may quote input."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
