"""TLS in front: client addresses, slow or broken senders, and refused old TLS versions."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import urllib.request
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest

from field178_server.security import certificates
from field178_server.serving import tls_proxy, waitress
from field178_server.serving.connection_limits import ConnectionCount
from field178_server.serving.tls_proxy import TlsFront
from field178_server.serving.tls_stream import tls_context
from field178_server.serving.waitress import StrictServer
from field178_shared.time.clock import SystemClock

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    request = {name: environ[name] for name in ("REMOTE_ADDR", "wsgi.url_scheme")}
    return [json.dumps(request).encode()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("tls")
    certificates.create(made, "127.0.0.1", SystemClock().now())
    return made


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with serving(folder, echo) as taken:
        yield taken


@contextmanager
def serving(
    folder: Path, application: WSGIApplication, count: ConnectionCount | None = None
) -> Iterator[int]:
    with fronted(folder, application, count) as (_, taken):
        yield taken


@contextmanager
def fronted(
    folder: Path, application: WSGIApplication, count: ConnectionCount | None = None, limit: int = 900
) -> Iterator[tuple[StrictServer, int]]:
    server = StrictServer(
        application,
        _start=False,
        host="127.0.0.1",
        port=0,
        threads=2,
        url_scheme="https",
        connection_limit=limit,
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    front = TlsFront(
        (folder / certificates.CERTIFICATE, folder / certificates.KEY),
        count or ConnectionCount(800, 0),
        server.take,
    )
    with front.listening("127.0.0.1", 0) as taken:
        try:
            yield server, taken
        finally:
            server.leave(0, None)
            thread.join()
    server.close()


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / certificates.CA_CERTIFICATE))


def ask(port: int, folder: Path) -> dict[str, str]:
    with urllib.request.urlopen(f"https://127.0.0.1:{port}/", context=trusting(folder), timeout=20) as answer:
        body = json.loads(answer.read())
    assert isinstance(body, dict)
    return body


def test_the_application_sees_who_asks_and_that_it_was_https(port: int, folder: Path) -> None:
    assert ask(port, folder) == {"REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "https"}


def connected(port: int, folder: Path, source: str = "127.0.0.1") -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
    return trusting(folder).wrap_socket(plain, server_hostname="127.0.0.1")


def is_closed(connection: socket.socket) -> bool:
    with suppress(ConnectionResetError):
        return connection.recv(1) == b""
    return True


def test_the_application_sees_the_address_of_the_outer_connection(port: int, folder: Path) -> None:
    with connected(port, folder, "127.0.0.3") as other:
        other.sendall(REQUEST)
        answer = b""
        # Head and body may come one after the other.
        while not answer.endswith(b"}") and (piece := other.recv(4096)):
            answer += piece
        assert b'"REMOTE_ADDR": "127.0.0.3"' in answer


def test_three_hundred_idle_senders_delay_no_request(port: int, folder: Path) -> None:
    with ExitStack() as idle:
        for number in range(300):
            opened = idle.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            if number % 2:
                opened.sendall(b"\x16\x03\x01")
        assert ask(port, folder)["REMOTE_ADDR"] == "127.0.0.1"


def served(port: int, folder: Path, source: str = "127.0.0.1") -> ssl.SSLSocket:
    """Return a connection that was answered, and stays open."""
    connection = connected(port, folder, source)
    connection.sendall(REQUEST)
    assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    return connection


def silent(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))


def test_an_address_has_so_many_connections_and_no_more(folder: Path) -> None:
    with serving(folder, echo, ConnectionCount(800, 3)) as port, ExitStack() as held:
        for _ in range(3):
            held.enter_context(served(port, folder))
        with silent(port) as fourth:
            assert is_closed(fourth)
        held.enter_context(served(port, folder, "127.0.0.2"))


def test_slow_heads_of_an_address_give_way_to_who_comes_the_oldest_first(folder: Path) -> None:
    with serving(folder, echo, ConnectionCount(800, 3)) as port, ExitStack() as held:
        first, second = held.enter_context(silent(port)), held.enter_context(connected(port, folder))
        second.sendall(REQUEST[:-1])
        third = held.enter_context(connected(port, folder))
        held.enter_context(served(port, folder))
        assert is_closed(first)
        held.enter_context(served(port, folder))
        assert is_closed(second)
        third.sendall(REQUEST)
        assert third.recv(4096).startswith(b"HTTP/1.1 200")
        with silent(port) as late:
            assert is_closed(late)


def test_when_all_places_are_taken_the_address_of_most_slow_heads_gives_way(folder: Path) -> None:
    with serving(folder, echo, ConnectionCount(4, 0)) as port, ExitStack() as held:
        honest = held.enter_context(connected(port, folder, "127.0.0.2"))
        slow = [held.enter_context(silent(port)) for _ in range(3)]
        held.enter_context(served(port, folder, "127.0.0.3"))
        assert is_closed(slow[0])
        honest.sendall(REQUEST)
        assert honest.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_connection_that_has_ended_counts_no_more(folder: Path) -> None:
    with serving(folder, echo, ConnectionCount(2, 2)) as port:
        for _ in range(5):
            assert ask(port, folder)


def test_all_addresses_together_have_so_many_connections_and_no_more(folder: Path) -> None:
    with serving(folder, echo, ConnectionCount(3, 0)) as port, ExitStack() as held:
        for _ in range(3):
            held.enter_context(served(port, folder))
        with silent(port, "127.0.0.2") as refused:
            assert is_closed(refused)


def test_a_slow_head_takes_no_place_of_the_server(folder: Path) -> None:
    with fronted(folder, echo) as (server, port), ExitStack() as slow:
        for _ in range(8):
            slow.enter_context(connected(port, folder)).sendall(REQUEST[:-1])
        assert ask(port, folder)
        last = slow.enter_context(connected(port, folder))
        last.sendall(REQUEST)
        assert last.recv(4096)
        assert len(server.active_channels) == 1


@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01"], ids=["silent", "half a handshake"])
def test_a_handshake_that_does_not_end_is_closed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(tls_proxy, "HEAD_S", 0.1)
    with serving(folder, echo) as port, socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(begun)
        assert is_closed(plain)


def test_a_head_that_does_not_end_is_closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_proxy, "HEAD_S", 1)
    with serving(folder, echo) as port, connected(port, folder) as slow:
        slow.sendall(REQUEST[:-1])
        assert is_closed(slow)


def test_when_the_asker_leaves_the_servers_side_ends_too(folder: Path) -> None:
    has_begun, may_answer = threading.Event(), threading.Event()

    def slow(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        has_begun.set()
        may_answer.wait(20)
        start_response("200 OK", [])
        return [b"late"]

    count = ConnectionCount(1, 0)
    with fronted(folder, slow, count) as (server, port), ExitStack() as at_last:
        at_last.callback(may_answer.set)
        with connected(port, folder) as leaving:
            leaving.sendall(REQUEST)
            assert has_begun.wait(20)
        while True:  # its place is free again though its answer is not made yet
            with suppress(OSError), connected(port, folder):
                break
        may_answer.set()
        while server.active_channels:
            threading.Event().wait(0.01)


def test_requests_whose_askers_left_are_counted_until_they_are_served(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waitress, "_SURPLUS", 0)
    may_answer = threading.Event()

    def held_up(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        may_answer.wait(20)
        return echo(environ, start_response)

    with fronted(folder, held_up, limit=3) as (server, port), ExitStack() as at_last:
        at_last.callback(may_answer.set)
        for number in range(3):
            with connected(port, folder) as leaving:
                leaving.sendall(REQUEST)
                while (
                    sum(bool(channel.requests) for channel in list(server.active_channels.values())) <= number
                ):
                    threading.Event().wait(0.01)
        with connected(port, folder) as fourth:
            fourth.sendall(REQUEST)
            assert is_closed(fourth)
        assert len(server.active_channels) == 3


def test_a_body_that_is_cut_off_leaves_nothing_open(folder: Path) -> None:
    with fronted(folder, echo) as (server, port):
        with connected(port, folder) as leaving:
            leaving.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
            while not server.active_channels:
                threading.Event().wait(0.01)
        while server.active_channels:
            threading.Event().wait(0.01)


def test_a_large_answer_arrives_whole_before_the_end_of_tls(folder: Path) -> None:
    def large(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"x" * 100_000] * 50

    with serving(folder, large) as port, connected(port, folder) as reading:
        reading.sendall(REQUEST.replace(b"1.1", b"1.0"))
        answer = b""
        while piece := reading.recv(65536):
            answer += piece
    assert answer.endswith(b"x" * 5_000_000)


def test_half_a_request_holds_no_thread(port: int, folder: Path) -> None:
    context = trusting(folder)
    with ExitStack() as slow:
        for _ in range(8):
            plain = slow.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            wrapped = slow.enter_context(context.wrap_socket(plain, server_hostname="127.0.0.1"))
            wrapped.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        assert ask(port, folder)["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 64])
def test_connection_without_tls_gets_no_response_and_breaks_nothing(
    port: int, folder: Path, sent: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(sent)
        answer = plain.recv(4096)
    assert b"HTTP" not in answer
    assert ask(port, folder)


def test_tls_older_than_1_2_is_refused(port: int, folder: Path) -> None:
    context = trusting(folder)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        pytest.raises(ssl.SSLError),
        context.wrap_socket(plain, server_hostname="127.0.0.1"),
    ):
        pass


def test_every_cipher_is_authenticated_and_has_forward_secrecy(folder: Path) -> None:
    ciphers = tls_context((folder / "server.crt", folder / "server.key")).get_ciphers()
    assert {cipher["kea"] for cipher in ciphers} <= {"kx-any", "kx-ecdhe", "kx-dhe"}
    assert min(cipher["strength_bits"] for cipher in ciphers) >= 128
    assert [cipher["name"] for cipher in ciphers if not cipher["aead"]] == []
    assert ciphers[0]["protocol"] == "TLSv1.3"
