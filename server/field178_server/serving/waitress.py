"""waitress server with problem+json errors and with limits on buffers and times."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from wsgiref.types import WSGIApplication

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import (
    BadRequest,
    Error,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
)

from field178_server.http.headers import headers_of_every_answer, is_api_path
from field178_server.http.load_shedding import return_time_s
from field178_server.http.problem_details import PROBLEM_JSON, problem_body
from field178_server.serving.connection_limits import HEAD_S, IDLE_S, MIN_BYTES_S, REQUEST_S
from field178_server.serving.strict_parser import MAX_HEADER_BYTES, StrictParser
from field178_shared.errors import ErrorCode, answer_message

MAX_BUFFERED_BODY_BYTES = 8 << 20
# Connections over the limit that still get an error response; further ones wait.
_SURPLUS = 50
_READ_BYTES = 64 << 10


class Busy(Error):
    """The limit of connections is exceeded."""


class ProblemTask(ErrorTask):
    """Response to a request refused by the server: problem+json for tablets, a short page for browsers."""

    def execute(self) -> None:
        """Send the error response and close the connection."""
        code, details = _reading_of(self.request.error)
        status = code.status or 400
        is_page = self._is_of_a_browser()
        body = _page(code) if is_page else json.dumps(problem_body(status, code, details, "en")).encode()
        self.status, self.version = f"{status} {code}", "1.1"
        is_https = self.channel.adj.url_scheme == "https"
        headers = {
            "Content-Type": "text/html; charset=utf-8" if is_page else PROBLEM_JSON,
            **headers_of_every_answer(is_api=not is_page, is_https=is_https),
        }
        if (wait := details.get("retry_after_s")) is not None:
            headers["Retry-After"] = str(wait)
        self.response_headers.extend(headers.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def _is_of_a_browser(self) -> bool:
        """Return whether a browser's request for a page was refused; False if the head was not read."""
        path = getattr(self.request, "path", "")
        return bool(path) and not is_api_path(path) and "text/html" in self.request.headers.get("ACCEPT", "")


class KeepingTask(WSGITask):
    """Response that keeps the connection after an empty body, and sends a complete body in one packet."""

    wrote_header: bool

    def write(self, data: bytes) -> None:
        """Send a part of the body; a body of one part is sent together with the head."""
        if self.wrote_header or not self.has_body or self.content_length != len(data):
            super().write(data)
            return
        self.channel.write_soon(self.build_response_header() + data)
        self.wrote_header, self.content_bytes_written = True, len(data)

    def set_close_on_finish(self) -> None:
        """Close after this response only if its end is not delimited, or the client requested it."""
        is_asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        # 204 and 304 end with their head; waitress would close because of the missing length.
        if self.has_body or is_asked or self.version != "1.1":
            super().set_close_on_finish()


class StrictChannel(HTTPChannel):
    """A connection with problem+json for refused heads, closed if the client is too slow."""

    parser_class = StrictParser
    task_class = KeepingTask
    error_task_class = ProblemTask

    def __init__(self, server: StrictServer, *arguments: object, **options: object) -> None:
        super().__init__(server, *arguments, **options)
        self._is_surplus = len(server.active_channels) > server.adj.connection_limit - _SURPLUS
        self._request_began = 0.0
        self._request_bytes = 0
        self._is_sending = False

    def writable(self) -> bool:
        """Return whether the loop has bytes to send; not while a thread sends them itself.

        That thread wakes the loop if it cannot send all; until then the loop would turn without a pause.
        """
        return bool(super().writable()) and not self._is_sending

    def _flush_some(self, do_close: bool = True) -> bool:
        self._is_sending = True
        try:
            return bool(super()._flush_some(do_close))
        finally:
            self._is_sending = False

    def received(self, data: bytes) -> bool:
        """Process received bytes; the time limit of a request starts with its first bytes."""
        before = self.request
        is_taken: bool = super().received(data)
        if self.request is not before:
            self._request_began, self._request_bytes = self.last_activity, 0
        self._request_bytes += len(data)
        return is_taken

    def service(self) -> None:
        """Process a request in a thread; a surplus connection gets an error with a retry time."""
        if self._is_surplus and not self.requests[0].error:
            self.requests[0].error = Busy("too many connections")
        super().service()

    def is_late(self, now: float) -> bool:
        """Return whether the client exceeds a time limit: to send a request or to read the response."""
        if self.total_outbufs_len and now > self.last_activity + IDLE_S:
            return True
        if self.request is None or self.requests:
            return False
        if not self.request.headers_finished:
            return now > self._request_began + HEAD_S
        return now > self._request_began + REQUEST_S + self._request_bytes / MIN_BYTES_S


class StrictServer(TcpWSGIServer):
    """Server that closes late connections, accepts connections from another thread, and stops on a signal."""

    channel_class = StrictChannel

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._is_leaving = False
        self._has_left = False
        self._hand_over = threading.Lock()

    def take(self, connection: socket.socket, asker: tuple[str, int]) -> None:
        """Serve a connection accepted by another thread; close it at the limit or if the server stops."""
        with self._hand_over:
            if not self._has_left:
                self.trigger.pull_trigger(lambda: self._admit(connection, asker))
                return
        connection.close()

    def _admit(self, connection: socket.socket, asker: tuple[str, int]) -> None:
        # Requests of disconnected clients still wait for a thread and keep their handles.
        if len(self.active_channels) >= self.adj.connection_limit:
            connection.close()
        else:
            self.channel_class(self, connection, asker, self.adj, map=self._map)

    def maintenance(self, now: float) -> None:
        """Close late and idle connections; called once a second."""
        for channel in list(self.active_channels.values()):
            if channel.is_late(now):
                # At once, unlike waitress: a client that reads nothing never makes the socket writable.
                channel.handle_close()
        super().maintenance(now)

    def run(self) -> None:
        """Serve requests until a signal, then finish the ones in progress."""
        while not self._is_leaving:
            self.asyncore.loop(timeout=1, map=self._map, use_poll=True, count=1)
        with self._hand_over:
            self._has_left = True
            # Connections handed over since the last round would stay open.
            self.trigger.handle_read()
        self.task_dispatcher.shutdown()
        for channel in list(self.active_channels.values()):
            channel.handle_close()

    def leave(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal: stop the server."""
        self._is_leaving = True
        self.pull_trigger()


@contextmanager
def bound(
    application: WSGIApplication, address: tuple[str, int], *, threads: int, connections: int, is_https: bool
) -> Iterator[StrictServer]:
    """Yield a bound server that does not listen yet; its `run` ends with SIGTERM or SIGINT."""
    server = StrictServer(
        application,
        _start=False,
        host=address[0],
        port=address[1],
        threads=threads,
        url_scheme="https" if is_https else "http",
        ident=None,
        max_request_header_size=MAX_HEADER_BYTES,
        # waitress refuses a body of exactly its limit.
        max_request_body_size=MAX_BUFFERED_BODY_BYTES + 1,
        connection_limit=connections + _SURPLUS,
        # Larger than the default of 8 KiB, which needs thirty rounds of the loop for a chunk of 256 KiB.
        recv_bytes=_READ_BYTES,
        channel_timeout=IDLE_S,
        cleanup_interval=1,
        clear_untrusted_proxy_headers=False,
    )
    # Before readiness is reported: a signal right after it MUST end the process cleanly.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.leave)
    try:
        yield server
    finally:
        server.close()


def _page(code: ErrorCode) -> bytes:
    vi, en = answer_message(code, "vi"), answer_message(code, "en")
    return f'<!doctype html><html lang="vi"><title>{vi}</title><p>{vi}</p><p lang="en">{en}</p>\n'.encode()


def _reading_of(error: Error) -> tuple[ErrorCode, dict[str, object]]:
    if isinstance(error, Busy):
        return ErrorCode.BUSY, {"retry_after_s": return_time_s()}
    if isinstance(error, RequestHeaderFieldsTooLarge):
        return ErrorCode.TOO_LARGE, {"limit": MAX_HEADER_BYTES, "unit": "header_bytes"}
    if isinstance(error, RequestEntityTooLarge):
        return ErrorCode.TOO_LARGE, {"limit": MAX_BUFFERED_BODY_BYTES, "unit": "bytes"}
    return (ErrorCode.BAD_REQUEST if isinstance(error, BadRequest) else ErrorCode.INTERNAL), {}
