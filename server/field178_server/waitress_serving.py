"""Serving http with waitress: refusals that a client can read, and limits on everything it buffers."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import (
    BadRequest,
    Error,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    ServerNotImplemented,
)

from field178_server.errors import MAX_DRAINED_BYTES, PROBLEM_JSON, problem_body
from field178_shared.errors import ERRORS, ErrorCode
from field178_shared.protocol import HEADER, VERSION

MAX_HEADER_BYTES = 16 << 10
MAX_DRAINED_HEAD_BYTES = 256 << 10
MAX_BUFFERED_BODY_BYTES = 8 << 20
IDLE_S = 30
CONNECTIONS = 500


class _Nowhere:
    """A body buffer that forgets."""

    def append(self, data: bytes) -> None:
        """Drop the bytes."""

    def __len__(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""


class StrictParser(HTTPRequestParser):
    """Refuses a length told twice; reads on past a limit before it answers, so that the answer arrives."""

    body_rcv: Any
    expect_continue: bool
    completed: bool
    _left_to_drain = 0
    _head_tail: bytes | None = None

    def received(self, data: bytes) -> int:
        """Take bytes from the connection; returns how many were used."""
        if self._head_tail is not None:
            return self._drain_head(data)
        if self._left_to_drain:
            return self._drain(data)
        used: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self._refuse_body()
        elif isinstance(self.error, RequestHeaderFieldsTooLarge):
            self._head_tail, self.completed = b"", False
            self._left_to_drain = MAX_DRAINED_HEAD_BYTES
            return self._drain_head(data)
        return used

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head; Content-Length beside Transfer-Encoding would let two servers read two requests."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            self.body_rcv = None
            self.connection_close = True
            self.error = BadRequest("length told twice")
            self.completed = True

    def _refuse_body(self) -> None:
        if self.expect_continue:
            # The sender waits for a word before it sends: this is the word.
            self.expect_continue = False
            return
        self.completed = False
        self._left_to_drain = MAX_DRAINED_BYTES
        if self.chunked:
            self.body_rcv.buf = _Nowhere()
        else:
            self._left_to_drain = min(self.content_length, MAX_DRAINED_BYTES)

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
            ended = bool(self.body_rcv.completed or self.body_rcv.error)
        self._left_to_drain = max(0, self._left_to_drain - used)
        self.completed = ended or not self._left_to_drain
        return used


class ProblemTask(ErrorTask):
    """Answers what never reached the application as problem+json, like the application itself."""

    def execute(self) -> None:
        """Send the answer and close the connection."""
        code, details = _reading_of(self.request.error)
        status = ERRORS[code].status or 400
        body = json.dumps(problem_body(status, code, details, "en")).encode()
        self.status = f"{status} {code}"
        self.response_headers.extend([("Content-Type", PROBLEM_JSON), (HEADER, str(VERSION))])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class KeepingTask(WSGITask):
    """Keeps the connection after an answer without a body: the pieces of a photo share one."""

    def set_close_on_finish(self) -> None:
        """Close after this answer where its end could not be told otherwise, or the client asked for it."""
        is_asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        # 204 and 304 end with their head; waitress takes the missing length for an end that nobody can see.
        if self.has_body or is_asked or self.version != "1.1":
            super().set_close_on_finish()


class StrictChannel(HTTPChannel):
    """A connection that speaks problem+json even when the head of a request is refused."""

    parser_class = StrictParser
    task_class = KeepingTask
    error_task_class = ProblemTask


@contextmanager
def bound(application: WSGIApplication, host: str, port: int, options: Mapping[str, object]) -> Iterator[Any]:
    """Give a bound waitress server; its `run` ends with SIGTERM or SIGINT, after what is being answered."""
    server = waitress.create_server(
        application,
        host=host,
        port=port,
        ident=None,
        max_request_header_size=MAX_HEADER_BYTES,
        # Waitress refuses what reaches its limit, not only what is over it.
        max_request_body_size=MAX_BUFFERED_BODY_BYTES + 1,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=10,
        clear_untrusted_proxy_headers=False,
        **options,
    )
    server.channel_class = StrictChannel
    # Before anybody hears that the server is ready: who is told to end at once MUST end well, too.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        yield server
    finally:
        server.close()


def _reading_of(error: Error) -> tuple[ErrorCode, dict[str, object]]:
    if isinstance(error, RequestHeaderFieldsTooLarge):
        return ErrorCode.TOO_LARGE, {"limit": MAX_HEADER_BYTES, "unit": "header_bytes"}
    if isinstance(error, RequestEntityTooLarge):
        return ErrorCode.TOO_LARGE, {"limit": MAX_BUFFERED_BODY_BYTES, "unit": "bytes"}
    if isinstance(error, ServerNotImplemented):
        return ErrorCode.BAD_ENCODING, {}
    return (ErrorCode.BAD_REQUEST if isinstance(error, BadRequest) else ErrorCode.INTERNAL), {}


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
