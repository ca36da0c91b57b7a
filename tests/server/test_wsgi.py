"""The entry for WSGI servers sets the process up before the first request."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Allocates in eight threads that wait for each other, then lets glibc say how many arenas there are.
_PROGRAM = """
import ctypes, os, sys, threading
if sys.argv[1] == "limited":
    from field178_server.wsgi import limit_malloc_arenas
    limit_malloc_arenas()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)
def allocate():
    together.wait()
    for _ in range(1000):
        library.malloc(1000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
library.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, stream)
library.fflush(stream)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc_info and its arenas are of glibc")
def test_the_threads_of_a_server_share_two_arenas() -> None:
    """A thread's own arena keeps what its largest request took: eight of them doubled the resident memory."""
    assert _arenas("unlimited") > 2
    assert _arenas("limited") <= 2


def _arenas(how: str) -> int:
    process = subprocess.run(
        [sys.executable, "-c", _PROGRAM, how], capture_output=True, text=True, check=True
    )
    return process.stdout.count("<heap nr=")
