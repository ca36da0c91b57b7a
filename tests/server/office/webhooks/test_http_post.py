"""HTTP POST to a receiver: accepted, refused, limited in time, and never to a private address."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.mobile.replication.scripted_http import Answer, ScriptedServer, reply

from field178_server.office.webhooks.http_post import (
    PostFailed,
    PostLimits,
    PostReason,
    address_problem,
    post,
)
from field178_server.security import certificates
from field178_shared.time.clock import SystemClock

HOSTS = frozenset({"127.0.0.1", "localhost"})
QUICK = PostLimits(HOSTS, step_s=0.5, whole_s=1.0)
PRIVATE_IPV4 = (
    "127.0.0.1",
    "10.1.2.3",
    "192.168.1.1",
    "172.16.0.9",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
)
PRIVATE_IPV6 = ("::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1")
Handler = http.server.BaseHTTPRequestHandler


@pytest.fixture
def serving() -> Iterator[Callable[..., ScriptedServer]]:
    opened: list[ScriptedServer] = []

    def serve(answer: Answer, tls: tuple[Path, Path] | None = None) -> ScriptedServer:
        opened.append(ScriptedServer(answer, tls))
        return opened[-1]

    yield serve
    for server in opened:
        server.close()


def taken(handler: Handler, body: bytes) -> None:
    reply(handler, 204, b"")


def refusal(url: str, limits: PostLimits = QUICK) -> tuple[PostReason, int]:
    with pytest.raises(PostFailed) as failed:
        post(url, b"{}", {}, limits)
    return failed.value.reason, failed.value.status


def test_message_arrives_whole_at_its_path(serving: Callable[..., ScriptedServer]) -> None:
    server = serving(taken)
    assert post(f"{server.url}/in?x=1", b'{"a":1}', {"webhook-id": "e1"}, QUICK) == 204
    ((path, headers, body),) = server.requests
    assert (path, body) == ("/in?x=1", b'{"a":1}')
    assert headers["webhook-id"] == "e1"
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == urlsplit(server.url).netloc


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (500, PostReason.REFUSED),
        (410, PostReason.REFUSED),
        (404, PostReason.REFUSED),
        (302, PostReason.REDIRECT),
        (304, PostReason.REDIRECT),
    ],
)
def test_refusals_and_redirects_are_reported_and_no_redirect_is_followed(
    serving: Callable[..., ScriptedServer], status: int, reason: PostReason
) -> None:
    other = serving(taken)
    server = serving(lambda handler, _: reply(handler, status, Location=other.url))
    assert refusal(server.url) == (reason, status)
    assert other.requests == []


def test_body_of_the_answer_is_not_waited_for(serving: Callable[..., ScriptedServer]) -> None:
    def endless(handler: Handler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(1 << 40))
        handler.end_headers()
        handler.wfile.write(b"x" * 1000)
        time.sleep(1)

    begun = time.monotonic()
    assert post(serving(endless).url, b"{}", {}, QUICK) == 200
    assert time.monotonic() - begun < 0.9


def test_receiver_that_hangs_is_left(serving: Callable[..., ScriptedServer]) -> None:
    assert refusal(serving(lambda *_: time.sleep(1.5)).url) == (PostReason.TOO_SLOW, 0)


def test_receiver_that_drips_is_cut(serving: Callable[..., ScriptedServer]) -> None:
    def drip(handler: Handler, _: bytes) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        for _ in range(20):
            with suppress(OSError):
                handler.wfile.write(b"x")
            time.sleep(0.2)

    begun = time.monotonic()
    assert refusal(serving(drip).url) == (PostReason.TOO_SLOW, 0)
    assert time.monotonic() - begun < 2.5


def test_response_that_is_no_http_is_reported_as_bad() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def answer() -> None:
            taken_, _ = listening.accept()
            with taken_:
                taken_.recv(4096)
                taken_.sendall(b"220 mail.example ESMTP\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert refusal(f"http://127.0.0.1:{port}/") == (PostReason.BAD_ANSWER, 0)
        thread.join()


def test_nobody_there_and_no_such_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken_:
        port = taken_.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}/") == (PostReason.NO_ANSWER, 0)
    assert refusal("https://nobody.invalid/") == (PostReason.UNKNOWN_HOST, 0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    certificates.create(folder, "localhost", SystemClock().now())
    return folder


def test_tls_is_checked_by_name_and_authority(
    serving: Callable[..., ScriptedServer], authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving(taken, (authority / certificates.CERTIFICATE, authority / certificates.KEY))
    port = urlsplit(server.url).port
    there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: there)
    own = PostLimits(HOSTS | {"hook.example"}, authority / certificates.CA_CERTIFICATE)
    assert post(f"https://localhost:{port}/", b"{}", {}, own) == 204
    assert refusal(f"https://hook.example:{port}/", own) == (PostReason.CERTIFICATE, 0), "another name"
    assert refusal(f"https://localhost:{port}/") == (PostReason.CERTIFICATE, 0), "another authority"
    missing = PostLimits(HOSTS, authority / "nothing.pem")
    assert refusal(f"https://localhost:{port}/", missing) == (PostReason.CERTIFICATE, 0)
    assert len(server.requests) == 1


@pytest.mark.parametrize("address", [*PRIVATE_IPV4, *PRIVATE_IPV6])
def test_name_of_a_private_address_is_refused_at_the_time_of_sending(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.114.9", 443)),
        (family, socket.SOCK_STREAM, 6, "", (address, 443)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was connected to"))
    assert refusal("https://hook.example/", PostLimits()) == (PostReason.PRIVATE_ADDRESS, 0)
    literal = f"[{address}]" if ":" in address else address
    assert address_problem(f"https://{literal}/", ()) == "private"


def test_address_that_was_checked_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look at the name could lead into the network of the office."""
    looks, connected = [], []

    def look(*_: object, **__: object) -> list[object]:
        looks.append(1)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.114.9", 443))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert refusal("https://hook.example/", PostLimits()) == (PostReason.NO_ANSWER, 0)
    assert (len(looks), connected) == (1, [("203.0.114.9", 443)])


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://hook.example/in?key=1", ""),
        ("https://hook.example:8443", ""),
        ("https://93.184.216.34/", ""),
        ("http://hook.example/", "https"),
        ("http://127.0.0.1/", ""),
        ("http://localhost:8000/", ""),
        ("ftp://hook.example/", "format"),
        ("https://an:mat-khau@hook.example/", "format"),
        ("https://hook.example/#a", "format"),
        ("https:///in", "format"),
        ("https://hook.example:99999/", "format"),
        ("https://hook.example/a b", "format"),
        ("https://hook.example/\r\nX: 1", "format"),
        ("https://hook.example/" + "x" * 500, "format"),
        ("hook", "format"),
        ("https://[::1/", "format"),
        ("https://" + "a" * 64 + ".example/", "format"),
    ],
)
def test_addresses_that_an_administrator_may_write(url: str, problem: str) -> None:
    assert address_problem(url, HOSTS) == problem
