"""A line over loopback that counts bytes: so many a second each way, each half a round trip late."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_CHUNK = 1400


@dataclass
class Line:
    """The line's port, and what has crossed it: bytes, those of TCP and IP left out, and connections."""

    port: int
    up: int = 0
    down: int = 0
    connections: int = 0

    @property
    def url(self) -> str:
        """The address of a server that speaks plain http."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bytes(self) -> int:
        """Return the number of bytes sent in both directions."""
        return self.up + self.down


@contextmanager
def shaped_line(port: int, round_trip_s: float = 0.0, bytes_a_second: float = float("inf")) -> Iterator[Line]:
    """Give a line to a local port; a new connection takes a round trip. Open ones die with the line."""
    listener = socket.create_server(("127.0.0.1", 0))
    line = Line(listener.getsockname()[1])

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                line.connections += 1
                server = socket.create_connection(("127.0.0.1", port))
                # The client believes itself connected at once: its first bytes wait for the handshake.
                open_at = time.perf_counter() + round_trip_s
                _Way(line, "up", client, server).open(round_trip_s / 2, bytes_a_second, open_at)
                _Way(line, "down", server, client).open(round_trip_s / 2, bytes_a_second, open_at)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield line
    finally:
        # A blocked accept does not end by close alone.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


class _Way:
    """One direction of one connection."""

    def __init__(self, line: Line, way: str, come: socket.socket, go: socket.socket) -> None:
        self._line, self._way, self._come, self._go = line, way, come, go
        # Each byte is late by design; Nagle's algorithm would add 40 ms to the last one.
        go.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._flying: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def open(self, late_s: float, rate: float, open_at: float) -> None:
        threading.Thread(target=self._take, args=(late_s, rate, open_at), daemon=True).start()
        threading.Thread(target=self._give, daemon=True).start()

    def _take(self, late_s: float, rate: float, free: float) -> None:
        with suppress(OSError):
            while data := self._come.recv(_CHUNK):
                setattr(self._line, self._way, getattr(self._line, self._way) + len(data))
                free = max(free, time.perf_counter()) + len(data) / rate
                self._flying.put((free + late_s, data))
        self._flying.put((free + late_s, b""))

    def _give(self) -> None:
        with suppress(OSError), self._go:
            while True:
                due, data = self._flying.get()
                time.sleep(max(0.0, due - time.perf_counter()))
                if not data:
                    return
                self._go.sendall(data)
