"""TLS termination in front of waitress, so that slow clients occupy no thread and no connection of it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import structlog

from field178_server.serving.connection_limits import HEAD_S, MIN_BYTES_S, ConnectionCount, ConnectionPlace
from field178_server.serving.strict_parser import MAX_HEADER_BYTES
from field178_server.serving.tls_stream import PIECE_BYTES, TlsStream, tls_context

Asker = tuple[str, int]
Result = TypeVar("Result")
HandOver = Callable[[socket.socket, Asker], None]
_TAKEN_S = PIECE_BYTES / MIN_BYTES_S
_LAST_ANSWERS_S = 2
_REFUSALS_LOGGED_S = 60
_BACKLOG = 256

log = structlog.get_logger()


class TlsFront:
    """TLS front: accepts TLS connections and hands them to the server after their first complete head."""

    def __init__(self, chain: tuple[Path, Path], count: ConnectionCount, hand_over: HandOver) -> None:
        self._context = tls_context(chain)
        self._count = count
        self._hand_over = hand_over
        self._refused = 0
        # The event loop has only weak references to tasks: a garbage collection could destroy them.
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def listening(self, host: str, port: int) -> Iterator[int]:
        """Accept connections in a thread during the block; yield the port. Raises OSError."""
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            loop.set_exception_handler(lambda _, __: log.info("connection_failed"))
            thread = threading.Thread(target=loop.run_forever, name="tls-front", daemon=True)
            thread.start()
            try:
                server = _done_in(
                    loop, asyncio.start_server(self._accept, host, port, limit=PIECE_BYTES, backlog=_BACKLOG)
                )
                try:
                    yield int(server.sockets[0].getsockname()[1])
                finally:
                    _done_in(loop, self._end(server))
            finally:
                loop.call_soon_threadsafe(loop.stop)
                thread.join()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asker: Asker | None = writer.get_extra_info("peername")
        place = None if asker is None else self._count.enter(asker[0], writer.transport.abort)
        if asker is None or place is None:
            writer.transport.abort()
            self._count_refusal()
            return
        task = asyncio.create_task(self._serve(TlsStream(reader, writer, self._context), asker, place))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._count.leave(place))

    def _count_refusal(self) -> None:
        """Count a refused connection; the count is logged once a minute, so that the log stays small."""
        self._refused += 1
        if self._refused == 1:
            asyncio.get_running_loop().call_later(_REFUSALS_LOGGED_S, self._log_refusals)

    def _log_refusals(self) -> None:
        log.warning("connections_refused", count=self._refused)
        self._refused = 0

    async def _serve(self, tls: TlsStream, asker: Asker, place: ConnectionPlace) -> None:
        """Serve a connection from its first byte to its end."""
        try:
            # OSError includes all connection errors, TLS errors and timeouts.
            with contextlib.suppress(OSError):
                async with asyncio.timeout(HEAD_S):
                    await tls.shake_hands()
                    head = await _first_head(tls)
                self._count.head_came(place)
                await self._relay(head, tls, asker)
        finally:
            place.close()

    async def _relay(self, head: bytes, tls: TlsStream, asker: Asker) -> None:
        """Hand the connection to the server and relay bytes in both directions until a side closes it."""
        inner, servers_end = socket.socketpair()
        self._hand_over(servers_end, asker)
        inner_reader, inner_writer = await asyncio.open_connection(sock=inner, limit=PIECE_BYTES)
        inner_writer.write(head)
        asking = asyncio.create_task(_pass_requests_on(tls, inner_writer))
        try:
            while piece := await inner_reader.read(PIECE_BYTES):
                async with asyncio.timeout(_TAKEN_S):
                    await tls.write(piece)
            async with asyncio.timeout(_TAKEN_S):
                await tls.close()
        finally:
            asking.cancel()
            inner_writer.transport.abort()

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_ANSWERS_S)
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _done_in(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in the event loop of another thread and return its result."""
    return asyncio.run_coroutine_threadsafe(work, loop).result()


async def _first_head(tls: TlsStream) -> bytes:
    """Return the bytes up to the end of the first head, or up to the limit; the server refuses the latter."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MAX_HEADER_BYTES:
        if not (piece := await tls.read()):
            raise ConnectionResetError("the asker left")
        head += piece
    return head


async def _pass_requests_on(tls: TlsStream, inner: asyncio.StreamWriter) -> None:
    """Relay bytes from the client to the server; close the server's side when the client disconnects."""
    try:
        with contextlib.suppress(OSError):
            while piece := await tls.read():
                inner.write(piece)
                await inner.drain()
    finally:
        inner.transport.abort()
