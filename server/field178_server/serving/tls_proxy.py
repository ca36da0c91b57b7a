"""TLS termination in front of waitress: slow senders occupy no thread and no connection of it."""

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
    """Takes TLS connections; one with a complete first head is passed to the server as a plain one."""

    def __init__(self, chain: tuple[Path, Path], count: ConnectionCount, hand_over: HandOver) -> None:
        self._context = tls_context(chain)
        self._count = count
        self._hand_over = hand_over
        self._refused = 0
        # The loop holds its tasks weakly: a collection would destroy one that waits for an answer.
        self._tasks: set[asyncio.Task[None]] = set()

    @contextmanager
    def listening(self, host: str, port: int) -> Iterator[int]:
        """Take connections in a thread of its own; gives the port that was taken. Raises OSError."""
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
            self._tell_of_refusals()
            return
        task = asyncio.create_task(self._serve(TlsStream(reader, writer, self._context), asker, place))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._count.leave(place))

    def _tell_of_refusals(self) -> None:
        """Log refused connections once a minute: a line for each could fill the disk."""
        self._refused += 1
        if self._refused == 1:
            asyncio.get_running_loop().call_later(_REFUSALS_LOGGED_S, self._log_refusals)

    def _log_refusals(self) -> None:
        log.warning("connections_refused", count=self._refused)
        self._refused = 0

    async def _serve(self, tls: TlsStream, asker: Asker, place: ConnectionPlace) -> None:
        """Serve one connection from its first byte to its end."""
        try:
            # OSError is every way a connection breaks, TLS errors and lateness included.
            with contextlib.suppress(OSError):
                async with asyncio.timeout(HEAD_S):
                    await tls.shake_hands()
                    head = await _first_head(tls)
                self._count.head_came(place)
                await self._relay(head, tls, asker)
        finally:
            place.close()

    async def _relay(self, head: bytes, tls: TlsStream, asker: Asker) -> None:
        """Hand the connection over and relay bytes in both directions until either side ends it."""
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
    """Wait for work in the loop of another thread and return its result."""
    return asyncio.run_coroutine_threadsafe(work, loop).result()


async def _first_head(tls: TlsStream) -> bytes:
    """Return what came up to the end of the first head, or of the limit: the server then refuses it."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MAX_HEADER_BYTES:
        if not (piece := await tls.read()):
            raise ConnectionResetError("the asker left")
        head += piece
    return head


async def _pass_requests_on(tls: TlsStream, inner: asyncio.StreamWriter) -> None:
    """Relay bytes of the client; when it disconnects, the server's side ends as well."""
    try:
        with contextlib.suppress(OSError):
            while piece := await tls.read():
                inner.write(piece)
                await inner.drain()
    finally:
        inner.transport.abort()
