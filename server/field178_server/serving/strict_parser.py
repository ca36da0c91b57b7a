"""Strict parsing of requests: ambiguous heads are refused, and the rest of a refused body is drained."""

from __future__ import annotations

import re
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, RequestEntityTooLarge, RequestHeaderFieldsTooLarge

from field178_server.http.problem_details import MAX_DRAINED_BYTES

MAX_HEADER_BYTES = 16 << 10
MAX_DRAINED_HEAD_BYTES = 256 << 10
_VERSION = re.compile(rb" HTTP/1\.([01])$")
# A folded header line (obs-fold), a single CR or LF, a NUL.
_AMBIGUOUS = re.compile(rb"\r\n[ \t]|(?<!\r)\n|\r(?!\n)|\x00")


class _DiscardingBuffer:
    """A body buffer that discards its bytes."""

    def append(self, data: bytes) -> None:
        """Drop the bytes."""

    def __len__(self) -> int:
        return 0

    def close(self) -> None:
        """Do nothing: the buffer has no file to close."""


class StrictParser(HTTPRequestParser):
    """Parser that refuses ambiguous heads, and drains a refused request so that the response arrives."""

    body_rcv: Any
    expect_continue: bool
    completed: bool
    _left_to_drain = 0
    _head_tail: bytes | None = None

    def received(self, data: bytes) -> int:
        """Process received bytes; return the number of used bytes."""
        if self._head_tail is not None:
            return self._drain_head(data)
        if self._left_to_drain:
            return self._drain(data)
        used: int = super().received(data)
        if self._has_endless_line():
            self.error, self.completed = BadRequest("line of a chunk too long"), True
        elif isinstance(self.error, RequestEntityTooLarge):
            self._refuse_body()
        elif isinstance(self.error, RequestHeaderFieldsTooLarge):
            self._head_tail, self.completed = b"", False
            self._left_to_drain = MAX_DRAINED_HEAD_BYTES
            return self._drain_head(data)
        return used

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head; raise ParsingError for a head that two servers may read differently (RFC 9112)."""
        _refuse_ambiguous(header_plus)
        super().parse_header(header_plus)

    def _refuse_body(self) -> None:
        if self.expect_continue:
            # The client waits for "100 Continue" before it sends the body: refuse it at once.
            self.expect_continue = False
            return
        self.completed = False
        self._left_to_drain = MAX_DRAINED_BYTES
        if self.chunked:
            self.body_rcv.buf = _DiscardingBuffer()
        else:
            self._left_to_drain = min(self.content_length, MAX_DRAINED_BYTES)

    def _has_endless_line(self) -> bool:
        # waitress joins an unfinished line again for every chunk: quadratic in the length of the line.
        body = self.body_rcv
        return self.chunked and max(len(body.control_line), len(body.trailer)) > MAX_HEADER_BYTES

    def _drain_head(self, data: bytes) -> int:
        seen = (self._head_tail or b"") + data
        self._left_to_drain = max(0, self._left_to_drain - len(data))
        self.completed = b"\r\n\r\n" in seen or not self._left_to_drain
        self._head_tail = seen[-3:]
        return len(data)

    def _drain(self, data: bytes) -> int:
        used = min(len(data), self._left_to_drain)
        ended = False
        if self.chunked:
            used = self.body_rcv.received(data)
            ended = bool(self.body_rcv.completed or self.body_rcv.error or self._has_endless_line())
        self._left_to_drain = max(0, self._left_to_drain - used)
        self.completed = ended or not self._left_to_drain
        return used


def _refuse_ambiguous(head: bytes) -> None:
    first_line, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    version = _VERSION.search(first_line)
    if version is None or _AMBIGUOUS.search(head):
        raise ParsingError("version or line ends")
    fields = [
        (name.lower(), value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in lines)
    ]
    names = [name for name, _ in fields]
    codings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
    hosts = names.count(b"host")
    if hosts > 1 or (hosts == 0 and version[1] == b"1"):
        raise ParsingError("Host missing or told twice")
    if codings and (codings != [b"chunked"] or b"content-length" in names or version[1] == b"0"):
        raise ParsingError("length told twice, or in a coding unknown here")
