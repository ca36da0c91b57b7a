"""Storage without room: from some byte on the kernel refuses every write of this or another process.

It is done by the limit on the size of a file, which needs no rights and no file system of its own. A write
ends with EFBIG where a full disk gives ENOSPC, after as many bytes as still went in; and it ends as late.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

if os.name != "nt":
    import resource


@contextmanager
def no_room_beyond(size_bytes: int, process: int = 0) -> Iterator[None]:
    """Refuse every byte beyond this offset of any file, until the block ends; 0 is this process."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)
