"""The preset dictionaries of the coding `x-f178-d1`, as packaged: a released one never changes."""

from __future__ import annotations

import functools
import importlib.resources

NUMBERS = (1,)


@functools.cache
def dictionary(number: int) -> bytes:
    """Return a dictionary; the number MUST be one of `NUMBERS`."""
    return (importlib.resources.files(__package__) / f"{number}.bin").read_bytes()
