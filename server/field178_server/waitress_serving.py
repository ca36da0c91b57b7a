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
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge, RequestHeaderFieldsTooLarge

from field178_server.errors import PROBLEM_JSON, problem_body
from field178_server.headers import headers_of_every_answer
from field178_server.strict_parser import MAX_HEADER_BYTES, StrictParser
from field178_shared.errors import ERRORS, ErrorCode

MAX_BUFFERED_BODY_BYTES = 8 << 20
IDLE_S = 30
CONNECTIONS = 500


class ProblemTask(ErrorTask):
    """Answers what never reached the application as problem+json, like the application itself."""

    def execute(self) -> None:
        """Send the answer and close the connection."""
        code, details = _reading_of(self.request.error)
        status = ERRORS[code].status or 400
        body = json.dumps(problem_body(status, code, details, "en")).encode()
        self.status, self.version = f"{status} {code}", "1.1"
        # Which path was meant is not known for sure: the headers of the tablets' interface hurt nobody.
        is_https = self.channel.adj.url_scheme == "https"
        headers = {"Content-Type": PROBLEM_JSON, **headers_of_every_answer(is_api=True, is_https=is_https)}
        self.response_headers.extend(headers.items())
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
    return (ErrorCode.BAD_REQUEST if isinstance(error, BadRequest) else ErrorCode.INTERNAL), {}


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
