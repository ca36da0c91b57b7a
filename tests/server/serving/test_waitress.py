"""The WSGI server refuses connections over the limit, closes idle ones, and waits at its end."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest

from field178_server.http.headers import headers_of_every_answer
from field178_server.serving import waitress
from field178_server.serving.waitress import StrictChannel, StrictServer, bound

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"


def well(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"well"]


@contextmanager
def serving(application: WSGIApplication, connections: int = 100) -> Iterator[StrictServer]:
    with bound(application, ("127.0.0.1", 0), threads=2, connections=connections, is_https=False) as server:
        server.accept_connections()
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server
        finally:
            server.leave(signal.SIGTERM, None)
            thread.join()


@pytest.fixture(autouse=True)
def no_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def connected(server: StrictServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=20)


def read_whole(connection: socket.socket) -> bytes:
    answer = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            answer += piece
    return answer


def test_connection_over_the_limit_gets_a_retry_time() -> None:
    with serving(well, connections=8) as server, ExitStack() as held:
        for _ in range(8):
            held.enter_context(connected(server)).sendall(POST)
        with connected(server) as surplus:
            surplus.sendall(REQUEST)
            head, body = read_whole(surplus).split(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert head.startswith(b"HTTP/1.1 503")
    assert json.loads(body)["code"] == "busy"
    assert 2 <= int(fields["Retry-After"]) <= 15
    assert headers_of_every_answer(is_api=True, is_https=False).items() <= fields.items()


def test_a_whole_answer_leaves_in_one_packet_and_keeps_the_connection() -> None:
    with serving(well) as server, connected(server) as connection:
        for _ in range(2):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            head, body = connection.recv(65536).split(b"\r\n\r\n")
            assert (head[:12], body) == (b"HTTP/1.1 200", b"well")
            assert b"Content-Length: 4" in head


def test_the_loop_pauses_while_a_thread_sends_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    is_wanted = []

    class Watched(StrictChannel):
        def send(self, data: bytes, do_close: bool = True) -> int:
            is_wanted.append(self.writable())
            return int(super().send(data, do_close))

    monkeypatch.setattr(StrictServer, "channel_class", Watched)
    with serving(well) as server, connected(server) as connection:
        connection.sendall(REQUEST)
        assert read_whole(connection).endswith(b"well")
    assert is_wanted == [False]


def test_a_large_answer_arrives_whole_at_a_slow_reader() -> None:
    def large(_: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield from (bytes([number]) * (1 << 20) for number in range(40))

    with serving(large) as server, connected(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        threading.Event().wait(0.2)
        body = read_whole(connection).split(b"\r\n\r\n", 1)[1]
    assert body == b"".join(bytes([number]) * (1 << 20) for number in range(40))


@pytest.mark.parametrize(
    ("limit", "begun"), [("HEAD_S", REQUEST[:-1]), ("REQUEST_S", POST), ("HEAD_S", b"G" * (17 << 10))]
)
def test_a_request_that_comes_too_slowly_is_closed(
    monkeypatch: pytest.MonkeyPatch, limit: str, begun: bytes
) -> None:
    monkeypatch.setattr(waitress, limit, 0)
    with serving(well) as server, connected(server) as slow:
        slow.sendall(begun)
        assert read_whole(slow) == b""


def test_bytes_that_came_earn_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waitress, "REQUEST_S", 0)
    with serving(well) as server, connected(server) as slow:
        slow.sendall(POST + b"x" * 99)
        while not server.active_channels:
            threading.Event().wait(0.01)
        (channel,) = server.active_channels.values()
        while channel.request is None:
            threading.Event().wait(0.01)
        began = channel.last_activity
        earned = (len(POST) + 99) / waitress.MIN_BYTES_S
        assert not channel.is_late(began + earned * 0.9)
        assert channel.is_late(began + earned * 1.1)


def test_connection_that_reads_no_response_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def large(_: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            while True:
                yield b"x" * (1 << 20)
        finally:
            ended.set()

    monkeypatch.setattr(waitress, "IDLE_S", 1)
    with serving(large) as server, connected(server) as deaf:
        deaf.sendall(REQUEST)
        assert ended.wait(30)


def test_shutdown_waits_for_running_requests() -> None:
    has_begun, may_answer = threading.Event(), threading.Event()

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        has_begun.set()
        may_answer.wait(20)
        return well(environ, start_response)

    with serving(slow) as server, connected(server) as connection:
        connection.sendall(REQUEST)
        assert has_begun.wait(20)
        server.leave(signal.SIGTERM, None)
        may_answer.set()
        assert read_whole(connection).endswith(b"well")


def test_a_connection_handed_over_at_the_end_is_closed() -> None:
    with (
        bound(well, ("127.0.0.1", 0), threads=2, connections=9, is_https=True) as server,
        ExitStack() as open_,
    ):
        askers = []
        for hand_over in (server.take, lambda *late: (server.run(), server.take(*late))):
            server.leave(signal.SIGTERM, None)
            asker, servers_end = socket.socketpair()
            askers.append(open_.enter_context(asker))
            hand_over(servers_end, ("127.0.0.1", 1))
        for asker in askers:
            asker.settimeout(5)
            assert asker.recv(1) == b""
