"""Serving plain http with waitress: refusals that a client can read, and limits on everything it buffers."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import (
    BadRequest,
    Error,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    ServerNotImplemented,
)

from field178_server.errors import PROBLEM_JSON, problem_body
from field178_shared.errors import ERRORS, ErrorCode
from field178_shared.protocol import HEADER, VERSION

MAX_HEADER_BYTES = 16 << 10
MAX_BUFFERED_BODY_BYTES = 8 << 20
# A larger body is read and thrown away up to here, so that its sender finds a readable answer, not a reset.
MAX_DRAINED_BYTES = 64 << 20
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
    """Refuses a length told twice; drains a body that is over the limit before it answers."""

    body_rcv: Any
    expect_continue: bool
    completed: bool
    _left_to_drain = 0

    def received(self, data: bytes) -> int:
        """Take bytes from the connection; returns how many were used."""
        if self._left_to_drain:
            return self._drain(data)
        used: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self._refuse_body()
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


class StrictChannel(HTTPChannel):
    """A connection that speaks problem+json even when the head of a request is refused."""

    parser_class = StrictParser
    error_task_class = ProblemTask


def serve(app: Flask, host: str, port: int, threads: int, ready: Callable[[int], None]) -> None:
    """Serve until SIGTERM or SIGINT; calls `ready` with the port once connections are taken."""
    server: Any = waitress.create_server(
        app,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=MAX_BUFFERED_BODY_BYTES,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=10,
        clear_untrusted_proxy_headers=False,
    )
    server.channel_class = StrictChannel
    signal.signal(signal.SIGTERM, _leave)
    ready(int(server.effective_port))
    server.run()
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
