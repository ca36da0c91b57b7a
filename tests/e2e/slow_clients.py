"""Clients that hold connections: half handshakes, heads and bodies that arrive byte by byte.

A process of its own (python -m tests.e2e.slow_clients PORT NUMBER AUTHORITY), so that they slow nobody but
the server, and all hang up at once when it is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.office import pid_of
from tests.e2e.server_process import ServerProcess, running_server

HOST, HONEST_SOURCE = "127.0.0.1", "127.0.0.2"
HANDLES = 4096
_BYTE_EVERY_S = 2.0
_BACK_AFTER_S = 5.0
_POST = b"POST /api/v1/auth/challenge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@contextmanager
def server_of_4096_handles(folder: Path) -> Iterator[ServerProcess]:
    """Give an https server that may have so many handles, as a service usually does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (HANDLES, hard))
    try:
        with running_server(folder, FIELD178_URL=f"https://{HOST}:8178") as server:
            yield server
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def slow_clients(server: ServerProcess, number: int) -> Iterator[None]:
    """Keep a number of slow clients of one address connected; a refused one connects again."""
    arguments = [str(server.port), str(number), str(_authority(server))]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.slow_clients", *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "all have come\n"
        yield
    finally:
        process.kill()
        process.communicate()


def handles_of(server: ServerProcess) -> int:
    """Return how many handles the server's process has open."""
    return len(os.listdir(f"/proc/{pid_of(server)}/fd"))


async def ask(server: ServerProcess) -> float:
    """Ask on a connection of its own from another address; returns the seconds until the answer."""
    context = ssl.create_default_context(cafile=_authority(server))
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(
        HOST, server.port, ssl=context, server_hostname=HOST, local_addr=(HONEST_SOURCE, 0)
    )
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.transport.abort()
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return time.perf_counter() - began


def _authority(server: ServerProcess) -> Path:
    return server.folder / "tls" / "ca.crt"


async def _half_handshake(port: int, _: ssl.SSLContext) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    with contextlib.closing(writer):
        writer.write(b"\x16\x03\x01")
        await reader.read(1)


async def _slow_head(port: int, context: ssl.SSLContext) -> None:
    await _trickle(port, context, b"", _POST * 100)


async def _slow_body(port: int, context: ssl.SSLContext) -> None:
    await _trickle(port, context, _POST + b"Content-Length: 100000\r\n\r\n", b" " * 100_000)


async def _trickle(port: int, context: ssl.SSLContext, at_once: bytes, slowly: bytes) -> None:
    reader, writer = await asyncio.open_connection(HOST, port, ssl=context, server_hostname=HOST)
    with contextlib.closing(writer):
        writer.write(at_once)
        for byte in slowly:
            if reader.at_eof():
                return
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(_BYTE_EVERY_S)


Kind = Callable[[int, ssl.SSLContext], Coroutine[Any, Any, None]]
_KINDS: tuple[Kind, ...] = (_half_handshake, _slow_head, _slow_body)


async def _again_and_again(kind: Kind, port: int, context: ssl.SSLContext) -> None:
    while True:
        with contextlib.suppress(OSError):
            await kind(port, context)
        await asyncio.sleep(_BACK_AFTER_S)


async def _come(port: int, number: int, context: ssl.SSLContext) -> None:
    tasks = []
    for n in range(number):
        tasks.append(asyncio.create_task(_again_and_again(_KINDS[n % len(_KINDS)], port, context)))
        await asyncio.sleep(0.005)
    print("all have come", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(_come(int(sys.argv[1]), int(sys.argv[2]), ssl.create_default_context(cafile=sys.argv[3])))
