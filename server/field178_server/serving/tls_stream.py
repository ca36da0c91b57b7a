"""TLS over a plain asyncio stream: handshake, records in and out, close without waiting for the peer."""

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
    """Return a server's TLS of version 1.2 or later with this (certificate chain, key)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*chain)
    # Two are half a kilobyte of each handshake, and no tablet resumes.
    context.num_tickets = 0
    return context


class TlsStream:
    """The server's end of a TLS connection.

    asyncio's own TLS tells nobody of a connection before its handshake, and closes one only after the other
    end has answered or half a minute has passed; here the caller counts and closes the plain connection.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> None:
        self._reader, self._writer = reader, writer
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._to_send, server_side=True)

    async def shake_hands(self) -> None:
        """Complete the handshake. Raises OSError when the other end breaks it or leaves."""
        try:
            await self._fed(self._tls.do_handshake)
        finally:
            self._send_records()  # the alert, where the handshake failed

    async def read(self) -> bytes:
        """Return the next bytes, at most PIECE_BYTES; none at the end. Raises OSError."""
        return await self._fed(lambda: self._tls.read(PIECE_BYTES))

    async def write(self, data: bytes) -> None:
        """Send bytes; returns when the connection takes more. Raises OSError."""
        self._tls.write(data)
        self._send_records()
        await self._writer.drain()

    async def close(self) -> None:
        """Send what was written and the end of TLS, then close the connection without an answer to it."""
        # The end is written first; what the other end has sent or still has to say is no matter.
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        self._send_records()
        self._writer.close()
        await self._writer.wait_closed()

    async def _fed(self, step: Callable[[], _Result]) -> _Result:
        """Repeat a step with what the connection brings until it needs no more."""
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
