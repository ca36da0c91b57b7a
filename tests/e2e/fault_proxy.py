"""A TCP line between tablet and server that fails in one chosen way, at one chosen byte."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

_CHUNK = 64 << 10
# 30 kbit/s in steps small enough that a line of an answer takes several.
_THROTTLED_BYTES = 188
_THROTTLED_STEP_S = 0.05
_RESET = struct.pack("ii", 1, 0)
_PAGE = b"<html><body>Dang nhap de dung Wi-Fi</body></html>"
_PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(_PAGE) + _PAGE,
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\n\r\n",
)


class Kind(StrEnum):
    """How a line may fail."""

    DROP = "drop"
    DELAY = "delay"
    RESET = "reset"
    HALF_CLOSE = "half_close"
    BLACK_HOLE = "black_hole"
    PAGE = "page"
    REDIRECT = "redirect"
    THROTTLE = "throttle"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one connection once so many bytes of a direction have passed it."""

    kind: Kind
    is_up: bool = True
    after: int = 0
    delay_s: float = 0.0


class FaultProxy:
    """Passes everything on; each fault in `faults` befalls the next connection that has something to say."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._ends = asyncio.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.faults: deque[Fault] = deque()
        self.struck: Counter[Kind] = Counter()
        self._lines: list[_Line] = []
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._serve()])
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def heal(self) -> None:
        """Let everything pass again, on the connections that stand as well."""
        self.faults.clear()
        for line in list(self._lines):
            line.fault = None

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ends.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listener)
        await self._ends.wait()
        server.close()
        mine = asyncio.current_task()
        waiting = [task for task in asyncio.all_tasks() if task is not mine]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        # What was dropped is closed in the loop's next rounds.
        for _ in range(3):
            await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tablet = _End(reader, writer)
        if self.faults and self.faults[0].kind is Kind.DROP:
            self.faults.popleft()
            self.struck[Kind.DROP] += 1
            tablet.drop()
            return
        ends = [tablet]
        try:
            # Gone, in whatever way it was to go.
            with suppress(OSError, _Cut):
                ends.append(_End(*await asyncio.open_connection("127.0.0.1", self._to)))
                line = _Line(self, *ends)
                self._lines.append(line)
                await asyncio.gather(line.pass_on(is_up=True), line.pass_on(is_up=False))
        finally:
            # A tablet keeps its connection open: it may stand when the proxy ends.
            for end in ends:
                end.drop()


class _Cut(Exception):
    """The fault has ended this connection."""


@dataclass(slots=True)
class _End:
    """One end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def drop(self) -> None:
        self.writer.transport.abort()

    def reset(self) -> None:
        """Close the connection with RST, not FIN: the other side loses the bytes it has not read."""
        connection = self.writer.get_extra_info("socket")
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.drop()

    def finish(self) -> None:
        with suppress(OSError):
            self.writer.write_eof()


class _Line:
    """One connection of a tablet and the one behind it."""

    def __init__(self, proxy: FaultProxy, tablet: _End, server: _End) -> None:
        self._proxy, self._tablet, self._server = proxy, tablet, server
        self.fault: Fault | None = None
        self._left = 0

    async def pass_on(self, *, is_up: bool) -> None:
        source, target = (self._tablet, self._server) if is_up else (self._server, self._tablet)
        while data := await source.reader.read(_CHUNK):
            if is_up and self.fault is None and self._proxy.faults:
                self.fault = self._proxy.faults.popleft()
                self._left = self.fault.after
            if self.fault is None or self.fault.is_up is not is_up:
                await target.send(data)
            elif len(data) <= self._left:
                self._left -= len(data)
                await target.send(data)
            else:
                passed, self._left = self._left, 0
                await target.send(data[:passed])
                await self._suffer(self.fault, data[passed:], source, target)
        target.finish()

    async def _suffer(self, fault: Fault, data: bytes, source: _End, target: _End) -> None:
        self._proxy.struck[fault.kind] += 1
        if fault.kind is Kind.DELAY:
            await asyncio.sleep(fault.delay_s)
            await target.send(data)
        elif fault.kind is Kind.THROTTLE:
            for start in range(0, len(data), _THROTTLED_BYTES):
                await asyncio.sleep(_THROTTLED_STEP_S)
                await target.send(data[start : start + _THROTTLED_BYTES])
        elif fault.kind is Kind.RESET:
            target.reset()
            source.reset()
            raise _Cut
        elif fault.kind in (Kind.PAGE, Kind.REDIRECT):
            await self._tablet.send(_PORTAL[fault.kind is Kind.REDIRECT])
            raise _Cut
        elif fault.kind is Kind.DROP:
            raise _Cut
        else:
            await self._swallow(fault, source, target)

    async def _swallow(self, fault: Fault, source: _End, target: _End) -> None:
        if fault.kind is Kind.HALF_CLOSE:
            target.finish()
        while await source.reader.read(_CHUNK):
            pass
        raise _Cut


@contextmanager
def fault_proxy(port: int) -> Iterator[FaultProxy]:
    """Give a line to a server on loopback."""
    proxy = FaultProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
