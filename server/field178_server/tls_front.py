"""Ending TLS in front of waitress, which speaks none: same process, and slow senders cost no thread."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog

HANDSHAKE_S = 10
_PIECE_BYTES = 64 << 10
_LOOPBACK = "127.0.0.1"

log = structlog.get_logger()


class TlsFront:
    """Takes TLS connections and passes what they say to a plain server on loopback, and its answers back."""

    def __init__(self, chain: tuple[Path, Path]) -> None:
        self._context = tls_context(chain)
        self._askers: dict[str, str] = {}
        self._relays: set[asyncio.Task[None]] = set()
        self._target_port = 0

    def with_askers(self, application: WSGIApplication) -> WSGIApplication:
        """Return the application told who really asks: on loopback it would see this front only."""

        def told(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            environ["REMOTE_ADDR"] = self._askers.get(environ["REMOTE_PORT"], environ["REMOTE_ADDR"])
            return application(environ, start_response)

        return told

    @contextmanager
    def listening(self, host: str, port: int, target_port: int) -> Iterator[int]:
        """Take connections for the server at the target port; gives the port that was taken."""
        self._target_port = target_port
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            loop.set_exception_handler(lambda _, __: log.info("connection_failed"))
            server = loop.run_until_complete(self._listen(host, port))
            thread = threading.Thread(target=loop.run_forever, name="tls-front", daemon=True)
            thread.start()
            try:
                yield int(server.sockets[0].getsockname()[1])
            finally:
                loop.call_soon_threadsafe(loop.stop)
                thread.join()
                loop.run_until_complete(_end(server))

    async def _listen(self, host: str, port: int) -> asyncio.Server:
        return await asyncio.start_server(
            self._accept,
            host,
            port,
            limit=_PIECE_BYTES,
            ssl=self._context,
            ssl_handshake_timeout=HANDSHAKE_S,
        )

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The loop holds its tasks weakly: once the asker has left, a collection would destroy a relay
        # that waits for the answer, its connection to the server still open.
        relay = asyncio.create_task(self._relay(reader, writer))
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on in both directions until either side ends it."""
        with contextlib.closing(writer):
            try:
                inner_reader, inner_writer = await asyncio.open_connection(_LOOPBACK, self._target_port)
            except OSError:
                log.warning("server_not_listening", port=self._target_port)
                return
            with contextlib.closing(inner_writer), self._asked_by(writer, inner_writer):
                sending = asyncio.create_task(_pass_on(reader, inner_writer))
                try:
                    # The answer decides the end: its last bytes must leave before the connection is closed.
                    await _pass_on(inner_reader, writer)
                finally:
                    sending.cancel()

    @contextmanager
    def _asked_by(self, writer: asyncio.StreamWriter, inner: asyncio.StreamWriter) -> Iterator[None]:
        inner_port = str(inner.get_extra_info("sockname")[1])
        self._askers[inner_port] = str(writer.get_extra_info("peername")[0])
        try:
            yield
        finally:
            del self._askers[inner_port]


def tls_context(chain: tuple[Path, Path]) -> ssl.SSLContext:
    """Return a server's TLS of version 1.2 or later with this (certificate chain, key)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*chain)
    return context


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # OSError is every way a connection breaks, TLS errors included; either end may do so at any time.
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _end(server: asyncio.Server) -> None:
    server.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
