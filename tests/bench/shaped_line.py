"""A slow line over loopback: each direction so many bytes a second, each byte half a round trip late."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK = 1400


@contextmanager
def shaped_line(port: int, round_trip_s: float, bytes_a_second: float) -> Iterator[str]:
    """Give the address of a line to a local port; open connections die with it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port))
                for one, other in ((client, server), (server, client)):
                    _Way(one, other, round_trip_s / 2, bytes_a_second).open()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # A blocked accept does not end by close alone.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


class _Way:
    """One direction of one connection."""

    def __init__(self, come: socket.socket, go: socket.socket, late_s: float, rate: float) -> None:
        self._come, self._go, self._late, self._rate = come, go, late_s, rate
        # Each byte is late by design; Nagle's algorithm would add 40 ms to the last one.
        go.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._flying: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def open(self) -> None:
        for work in (self._take, self._give):
            threading.Thread(target=work, daemon=True).start()

    def _take(self) -> None:
        free = time.perf_counter()
        with suppress(OSError):
            while data := self._come.recv(_CHUNK):
                free = max(free, time.perf_counter()) + len(data) / self._rate
                self._flying.put((free + self._late, data))
        self._flying.put((free + self._late, b""))

    def _give(self) -> None:
        with suppress(OSError), self._go:
            while True:
                due, data = self._flying.get()
                time.sleep(max(0.0, due - time.perf_counter()))
                if not data:
                    return
                self._go.sendall(data)
