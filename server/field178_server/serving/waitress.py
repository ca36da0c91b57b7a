"""waitress with readable refusals, and limits on everything it buffers and waits for."""

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
from field178_shared.errors import ERRORS, ErrorCode, answer_message

MAX_BUFFERED_BODY_BYTES = 8 << 20
# Connections over the limit that get an answer; more than these wait until one is free.
_SURPLUS = 50
_READ_BYTES = 64 << 10


class Busy(Error):
    """More connections than the server takes."""


class ProblemTask(ErrorTask):
    """Answers what never reached the application: a problem for tablets, a sentence for a browser's form."""

    def execute(self) -> None:
        """Send the answer and close the connection."""
        code, details = _reading_of(self.request.error)
        status = ERRORS[code].status or 400
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
        """Tell whether a form of a page was refused; where the head was not read, which path is not known."""
        path = getattr(self.request, "path", "")
        return bool(path) and not is_api_path(path) and "text/html" in self.request.headers.get("ACCEPT", "")


class KeepingTask(WSGITask):
    """Keeps the connection after an answer without a body; sends one that is whole in one packet."""

    wrote_header: bool

    def write(self, data: bytes) -> None:
        """Send a part of the body; a body of one part is sent with the head, in one packet."""
        if self.wrote_header or not self.has_body or self.content_length != len(data):
            super().write(data)
            return
        self.channel.write_soon(self.build_response_header() + data)
        self.wrote_header, self.content_bytes_written = True, len(data)

    def set_close_on_finish(self) -> None:
        """Close after this answer where its end is not delimited otherwise, or the client asked for it."""
        is_asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        # 204 and 304 end with their head; waitress takes the missing length for an end that nobody can see.
        if self.has_body or is_asked or self.version != "1.1":
            super().set_close_on_finish()


class StrictChannel(HTTPChannel):
    """A connection that answers problem+json even to a refused head, and is closed when too slow."""

    parser_class = StrictParser
    task_class = KeepingTask
    error_task_class = ProblemTask

    def __init__(self, server: StrictServer, *arguments: object, **options: object) -> None:
        super().__init__(server, *arguments, **options)
        self._is_surplus = len(server.active_channels) > server.adj.connection_limit - _SURPLUS
        self._request_began = 0.0
        self._request_bytes = 0

    def received(self, data: bytes) -> bool:
        """Take bytes; the time of a request counts from its first ones."""
        before = self.request
        is_taken: bool = super().received(data)
        if self.request is not before:
            self._request_began, self._request_bytes = self.last_activity, 0
        self._request_bytes += len(data)
        return is_taken

    def service(self) -> None:
        """Answer one request, in a thread; a surplus connection gets a time to return."""
        if self._is_surplus and not self.requests[0].error:
            self.requests[0].error = Busy("too many connections")
        super().service()

    def is_late(self, now: float) -> bool:
        """Tell whether the other end takes too long: to send a request, or to take its answer."""
        if self.total_outbufs_len and now > self.last_activity + IDLE_S:
            return True
        if self.request is None or self.requests:
            return False
        if not self.request.headers_finished:
            return now > self._request_began + HEAD_S
        return now > self._request_began + REQUEST_S + self._request_bytes / MIN_BYTES_S


class StrictServer(TcpWSGIServer):
    """A server that closes late connections, takes some from another thread, and stops on a signal."""

    channel_class = StrictChannel

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._is_leaving = False
        self._has_left = False
        self._hand_over = threading.Lock()

    def take(self, connection: socket.socket, asker: tuple[str, int]) -> None:
        """Serve a connection that another thread has accepted; close one beyond the limit, or at the end."""
        with self._hand_over:
            if not self._has_left:
                self.trigger.pull_trigger(lambda: self._admit(connection, asker))
                return
        connection.close()

    def _admit(self, connection: socket.socket, asker: tuple[str, int]) -> None:
        # Requests whose askers have left still wait for a thread: they must not use all handles up.
        if len(self.active_channels) >= self.adj.connection_limit:
            connection.close()
        else:
            self.channel_class(self, connection, asker, self.adj, map=self._map)

    def maintenance(self, now: float) -> None:
        """Close what is late or idle; called once a second."""
        for channel in list(self.active_channels.values()):
            if channel.is_late(now):
                # Not at the next chance to write, as waitress would: who reads nothing never gives one.
                channel.handle_close()
        super().maintenance(now)

    def run(self) -> None:
        """Serve until a signal, then finish the requests in progress."""
        while not self._is_leaving:
            self.asyncore.loop(timeout=1, map=self._map, use_poll=True, count=1)
        with self._hand_over:
            self._has_left = True
            # What was handed over since the last round would stay open, and its asker wait.
            self.trigger.handle_read()
        self.task_dispatcher.shutdown()
        for channel in list(self.active_channels.values()):
            channel.handle_close()

    def leave(self, number: int, frame: FrameType | None) -> None:
        """End the serving; a handler of signals."""
        self._is_leaving = True
        self.pull_trigger()


@contextmanager
def bound(
    application: WSGIApplication, address: tuple[str, int], *, threads: int, connections: int, is_https: bool
) -> Iterator[StrictServer]:
    """Give a bound server that does not listen yet; its `run` ends with SIGTERM or SIGINT."""
    server = StrictServer(
        application,
        _start=False,
        host=address[0],
        port=address[1],
        threads=threads,
        url_scheme="https" if is_https else "http",
        ident=None,
        max_request_header_size=MAX_HEADER_BYTES,
        # Waitress refuses what reaches its limit, not only what is over it.
        max_request_body_size=MAX_BUFFERED_BODY_BYTES + 1,
        connection_limit=connections + _SURPLUS,
        # A piece of a file is 256 KiB: read in eight kilobytes it would cost thirty rounds of the loop.
        recv_bytes=_READ_BYTES,
        channel_timeout=IDLE_S,
        cleanup_interval=1,
        clear_untrusted_proxy_headers=False,
    )
    # Before readiness is reported: a stop signal right after it MUST end the process cleanly, too.
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
