"""A TCP line between tablet and server that can be cut in the middle of an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_EXCHANGE = b"POST /api/v1/sync"
_CHUNK = 64 << 10


class CuttingLine:
    """Passes everything on, but where `cut_after` says so cuts an exchange after that many answered bytes."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.cut_after: int | None = None
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        # A blocked accept does not end by close alone.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                tablet, _ = self._listener.accept()
                server = socket.create_connection(self._to)
                line = _Connection(self, tablet, server)
                threading.Thread(target=line.pass_up, daemon=True).start()
                threading.Thread(target=line.pass_down, daemon=True).start()


class _Connection:
    """One connection of a tablet and the one behind it."""

    def __init__(self, line: CuttingLine, tablet: socket.socket, server: socket.socket) -> None:
        self._line, self._tablet, self._server = line, tablet, server
        self._left: int | None = None

    def pass_up(self) -> None:
        with suppress(OSError), self._server:
            while data := self._tablet.recv(_CHUNK):
                if _EXCHANGE in data:
                    self._left = self._line.cut_after
                self._server.sendall(data)

    def pass_down(self) -> None:
        with suppress(OSError), self._tablet:
            # The first byte of an answer leaves the server after its commit.
            while data := self._server.recv(_CHUNK):
                if self._left is None:
                    self._tablet.sendall(data)
                    continue
                self._tablet.sendall(data[: self._left])
                self._left -= len(data)
                if self._left <= 0:
                    self._cut()
                    return

    def _cut(self) -> None:
        self._line.cuts += 1
        self._line.cut_after = None
        for side in (self._tablet, self._server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_line(port: int) -> Iterator[CuttingLine]:
    """Give a line to a server on loopback."""
    line = CuttingLine(port)
    try:
        yield line
    finally:
        line.close()
