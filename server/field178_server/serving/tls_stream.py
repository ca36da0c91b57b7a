"""TLS over an asyncio stream: handshake, reading, writing, close without waiting for the peer."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

PIECE_BYTES = 64 << 10
_Result = TypeVar("_Result")


def tls_context(chain: tuple[Path, Path]) -> ssl.SSLContext:
    """Return a server's TLS context (version 1.2 or later) with the files (certificate chain, key)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Of TLS 1.2; those of TLS 1.3 are all authenticated.
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.load_cert_chain(*chain)
    # The default of two tickets adds half a kilobyte to each handshake, and tablets do not resume sessions.
    context.num_tickets = 0
    return context


class TlsStream:
    """The server's side of a TLS connection.

    asyncio's own TLS reports a connection only after its handshake, and closes it only after the peer's
    answer or 30 seconds; here the caller counts and closes the underlying connection.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> None:
        self._reader, self._writer = reader, writer
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._to_send, server_side=True)

    async def shake_hands(self) -> None:
        """Complete the TLS handshake; raise OSError if the peer aborts the connection."""
        try:
            await self._fed(self._tls.do_handshake)
        finally:
            self._send_records()  # the TLS alert, if the handshake failed

    async def read(self) -> bytes:
        """Return the next bytes, at most PIECE_BYTES; none at the end. Raises OSError."""
        return await self._fed(lambda: self._tls.read(PIECE_BYTES))

    async def write(self, data: bytes) -> None:
        """Send bytes; return when the connection accepts more. Raises OSError."""
        self._tls.write(data)
        self._send_records()
        await self._writer.drain()

    async def close(self) -> None:
        """Send the written bytes and the TLS close alert, then close the connection without waiting."""
        # `unwrap` writes the alert first; the missing answer of the peer raises SSLError.
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        self._send_records()
        self._writer.close()
        await self._writer.wait_closed()

    async def _fed(self, step: Callable[[], _Result]) -> _Result:
        """Repeat a step until the received bytes suffice, and return its result."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._send_records()
            if not (data := await self._reader.read(PIECE_BYTES)):
                raise ConnectionResetError("the other end left")
            self._received.write(data)

    def _send_records(self) -> None:
        if self._to_send.pending:
            self._writer.write(self._to_send.read())
