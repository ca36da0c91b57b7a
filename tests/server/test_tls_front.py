"""TLS in front: who asks is known, slow or broken senders hold nobody up, old TLS is refused."""

from __future__ import annotations

import gc
import json
import socket
import ssl
import threading
import time
import urllib.request
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from waitress import create_server

from field178_server import tls
from field178_server.tls_front import TlsFront
from field178_shared.clock import SystemClock


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    told = {name: environ[name] for name in ("REMOTE_ADDR", "wsgi.url_scheme")}
    return [json.dumps(told).encode()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("tls")
    tls.create(made, "127.0.0.1", SystemClock().now())
    return made


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with serving(folder, echo) as taken:
        yield taken


@contextmanager
def serving(folder: Path, application: WSGIApplication, front: TlsFront | None = None) -> Iterator[int]:
    front = front or TlsFront((folder / tls.CERTIFICATE, folder / tls.KEY))
    told = front.with_askers(application)
    server = create_server(told, host="127.0.0.1", port=0, threads=2, url_scheme="https")
    thread = threading.Thread(target=server.run)
    thread.start()
    with front.listening("127.0.0.1", 0, server.effective_port) as taken:
        yield taken
    server.close()
    thread.join()


@contextmanager
def only_new_objects_collected() -> Iterator[None]:
    """Keep a collection short, however much the tests before have left behind."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / tls.CA_CERTIFICATE))


def ask(port: int, folder: Path) -> dict[str, str]:
    with urllib.request.urlopen(f"https://127.0.0.1:{port}/", context=trusting(folder), timeout=20) as answer:
        told = json.loads(answer.read())
    assert isinstance(told, dict)
    return told


def test_the_application_sees_who_asks_and_that_it_was_https(port: int, folder: Path) -> None:
    assert ask(port, folder) == {"REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "https"}


def test_the_asker_is_the_other_end_of_the_outer_connection() -> None:
    front = TlsFront.__new__(TlsFront)
    front._askers = {"4711": "203.0.113.9"}
    seen: list[str] = []

    def application(environ: WSGIEnvironment, _: StartResponse) -> Iterable[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        return []

    for inner in ("4711", "4712"):
        front.with_askers(application)(
            {"REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": inner}, lambda *_: lambda _: None
        )
    assert seen == ["203.0.113.9", "127.0.0.1"]


def test_three_hundred_idle_senders_hold_nobody_up(port: int, folder: Path) -> None:
    with ExitStack() as idle:
        for number in range(300):
            opened = idle.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            if number % 2:
                opened.sendall(b"\x16\x03\x01")
        assert ask(port, folder)["REMOTE_ADDR"] == "127.0.0.1"


def test_a_connection_whose_asker_left_is_ended_not_forgotten(folder: Path) -> None:
    asked, may_answer, answered = threading.Event(), threading.Event(), threading.Event()

    def slow(_: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked.set()
        may_answer.wait(20)
        start_response("200 OK", [])
        answered.set()
        return [b"late"]

    front = TlsFront((folder / tls.CERTIFICATE, folder / tls.KEY))
    with only_new_objects_collected(), serving(folder, slow, front) as port, ExitStack() as at_last:
        at_last.callback(may_answer.set)
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        with trusting(folder).wrap_socket(plain, server_hostname="127.0.0.1") as left:
            left.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert asked.wait(20)
        for _ in range(20):
            time.sleep(0.02)
            gc.collect()
        assert len(front._askers) == 1  # the relay waits for the answer still
        may_answer.set()
        assert answered.wait(20)


def test_an_asker_is_let_go_when_nothing_listens_behind_the_front(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = gone.getsockname()[1]
    front = TlsFront((folder / tls.CERTIFICATE, folder / tls.KEY))
    with front.listening("127.0.0.1", 0, nobody) as port:
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        with trusting(folder).wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
            assert wrapped.recv(1) == b""


def test_half_a_request_holds_no_thread(port: int, folder: Path) -> None:
    context = trusting(folder)
    with ExitStack() as slow:
        for _ in range(8):
            plain = slow.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            wrapped = slow.enter_context(context.wrap_socket(plain, server_hostname="127.0.0.1"))
            wrapped.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        assert ask(port, folder)["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 64])
def test_what_is_no_tls_gets_no_answer_and_breaks_nothing(port: int, folder: Path, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(said)
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
