"""The server as a process: ready line, end, refusals that reach the sender, with and without TLS."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.server_process import ServerProcess

from field178_server.cli.context import Operator
from field178_server.http.headers import headers_of_every_answer
from field178_server.security import certificates
from field178_server.serving.installation import install
from field178_server.serving.server import serve
from field178_server.serving.waitress import MAX_BUFFERED_BODY_BYTES
from field178_server.settings import SettingError, Settings
from field178_shared.errors import message
from field178_shared.time.clock import SystemClock

CHALLENGE = "/api/v1/auth/challenge"
JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1 << 20
READY = re.compile(r"field178 sẵn sàng: https?://127\.0\.0\.1:\d+\n")


def start(folder: Path, *arguments: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    own = {"FIELD178_DATA_DIR": str(folder), "FIELD178_LANGUAGE": "vi", **environment}
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "field178_server.cli", "serve", "--port", "0", *arguments],
            env={**os.environ, **own},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert READY.fullmatch(line), (folder / "server.log").read_text()
    return process, line.split(": ")[1].strip()


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    code = process.wait(timeout=20)
    assert process.stdout is not None
    process.stdout.close()
    return code


def set_up(folder: Path, url: str) -> Settings:
    settings = Settings(data_dir=folder, url=url)
    at = Operator(settings, SystemClock())
    install(settings, at.engine_of_any_version, at.clock, at.ids)
    at.engine.dispose()
    if settings.is_https:
        certificates.create(settings.tls_dir, "127.0.0.1", SystemClock().now())
    return settings


@dataclass(frozen=True)
class Server:
    """A running server, and the authority its sender trusts."""

    url: str
    folder: Path

    @contextmanager
    def connection(self) -> Iterator[http.client.HTTPConnection]:
        host = self.url.split("//")[1]
        if self.url.startswith("http:"):
            opened = http.client.HTTPConnection(host, timeout=20)
        else:
            context = ssl.create_default_context(
                cafile=str(self.folder / "tls" / certificates.CA_CERTIFICATE)
            )
            opened = http.client.HTTPSConnection(host, timeout=20, context=context)
        with closing(opened):
            yield opened

    def ask(self, method: str, path: str, **more: Any) -> tuple[int, http.client.HTTPMessage, bytes]:
        with self.connection() as opened:
            opened.request(method, path, **more)
            answer = opened.getresponse()
            return answer.status, answer.headers, answer.read()

    def raw(self, head: str) -> bytes:
        """Send a head word for word and return the whole answer."""
        with self.connection() as opened:
            opened.connect()
            opened.sock.sendall(head.encode())
            answer = b""
            while chunk := opened.sock.recv(65536):
                answer += chunk
            return answer


@pytest.fixture(scope="module", params=["http", "https"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    set_up(folder, f"{request.param}://127.0.0.1:8178")
    process, url = start(folder, FIELD178_URL=f"{request.param}://127.0.0.1:8178")
    assert url.startswith(request.param + ":")
    yield Server(url, folder)
    assert end(process) == 0


def problem(answer: tuple[int, http.client.HTTPMessage, bytes]) -> tuple[int, str]:
    status, headers, body = answer
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["F178-Protocol"] == "1"
    return status, json.loads(body)["code"]


def test_a_served_application_answers(server: Server) -> None:
    status, _, body = server.ask("GET", "/healthz")
    assert (status, json.loads(body)["status"]) == (200, "ok")


@pytest.mark.parametrize("size", [MEBIBYTE + 1, MAX_BUFFERED_BODY_BYTES + 1, 24 * MEBIBYTE])
def test_a_body_over_the_limit_meets_a_readable_answer(server: Server, size: int) -> None:
    answer = server.ask("POST", CHALLENGE, body=b" " * size, headers=JSON)
    assert problem(answer) == (413, "too_large")


def test_a_browser_whose_file_is_too_large_reads_a_sentence(server: Server) -> None:
    body = b" " * (24 * MEBIBYTE)
    status, headers, page = server.ask(
        "POST", "/establishments/import", body=body, headers={"Accept": "text/html"}
    )
    assert status == 413
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert message("too_large", "vi") in page.decode()


def test_a_chunked_body_over_the_limit_meets_a_readable_answer(server: Server) -> None:
    chunks = (b" " * MEBIBYTE for _ in range(12))
    answer = server.ask("POST", CHALLENGE, body=chunks, headers=JSON, encode_chunked=True)
    assert problem(answer) == (413, "too_large")


def test_a_chunked_body_within_the_limit_is_read(server: Server) -> None:
    body = json.dumps({"device": "0197a000-0000-7000-8000-000000000009"}).encode()
    pieces = iter([body[:5], body[5:]])
    status, _, answer = server.ask("POST", CHALLENGE, body=pieces, headers=JSON, encode_chunked=True)
    assert status == 200
    assert "nonce" in json.loads(answer)


def test_sender_with_expect_continue_is_refused_before_its_body(server: Server) -> None:
    answer = server.raw(
        f"POST {CHALLENGE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"Expect: 100-continue\r\nContent-Length: {100 * MEBIBYTE}\r\n\r\n"
    )
    assert b"413" in answer.split(b"\r\n\r\n")[-2].splitlines()[0]


@pytest.mark.parametrize(
    "head",
    [
        "GET /healthz\r\n",
        "GET /healthz HTTP/0.9\r\nHost: x\r\n",
        "GET /healthz HTTP/2.0\r\nHost: x\r\n",
        "GET /healthz HTTP/1.1\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n",
        "GET /healthz HTTP/1.0\r\nHost: x\r\nHost: y\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Folded: a\r\n b\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\tb: c\r\n",
        "GET /healthz HTTP/1.1\r\nHost : x\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Bare: a\rb\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Bare: a\nb: c\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Nul: a\x00b\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \r\n",
        "POST /healthz HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n",
    ],
)
def test_a_head_that_two_servers_could_read_in_two_ways_is_refused(server: Server, head: str) -> None:
    head_of_answer, body = server.raw(f"{head}\r\n").split(b"\r\n\r\n")
    first_line, *lines = head_of_answer.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    assert first_line.split(" ")[1] == "400"
    assert (fields["Content-Type"], json.loads(body)["code"]) == ("application/problem+json", "bad_request")
    is_https = server.url.startswith("https")
    assert headers_of_every_answer(is_api=True, is_https=is_https).items() <= fields.items()


def test_the_application_and_the_server_under_it_mark_their_answers_alike(server: Server) -> None:
    _, headers, _ = server.ask("GET", "/api/v1/unknown")
    _, refused, _ = server.ask("GET", "/api/v1/unknown", headers={"X-Long": "x" * (17 << 10)})
    different = {"Content-Length", "Date", "WWW-Authenticate", "Vary", "Connection"}
    assert set(headers) - different == set(refused) - different


@pytest.mark.parametrize("body", [b"1" * (20 << 10), b"0\r\nX: " + b"y" * (20 << 10)])
def test_a_chunk_with_an_endless_line_is_refused(server: Server, body: bytes) -> None:
    head = f"POST {CHALLENGE} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert server.raw(head + body.decode()).startswith(b"HTTP/1.1 400")


def test_conflicting_body_lengths_are_refused_and_the_connection_closed(server: Server) -> None:
    smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = server.raw(
        f"POST {CHALLENGE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(smuggled) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}",
    )
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


def test_a_head_over_the_limit_is_refused(server: Server) -> None:
    answer = server.raw(f"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {'x' * (17 << 10)}\r\n\r\n")
    assert 400 <= int(answer.split(b" ")[1]) < 500


def test_one_connection_serves_many_requests(server: Server) -> None:
    with server.connection() as opened:
        for _ in range(3):
            opened.request("GET", "/api/v1/schemas")
            answer = opened.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)


def test_an_answer_without_a_body_keeps_the_connection(server: Server) -> None:
    with server.connection() as connection:
        connection.request("OPTIONS", "/api/v1/uploads")
        emptied = connection.getresponse()
        emptied.read()
        kept = connection.sock
        connection.request("OPTIONS", "/api/v1/uploads", headers={"Connection": "close"})
        last = connection.getresponse()
        last.read()

    assert (emptied.status, emptied.getheader("Connection")) == (204, None)
    assert kept is not None
    assert (last.status, last.getheader("Connection")) == (204, "close")


@pytest.mark.parametrize("server", ["https"], indirect=True)
def test_client_without_the_authority_refuses_the_server(server: Server) -> None:
    context = ssl.create_default_context()
    strange = http.client.HTTPSConnection(server.url.split("//")[1], timeout=20, context=context)
    with closing(strange), pytest.raises(ssl.SSLCertVerificationError):
        strange.request("GET", "/healthz")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_server_ends_on_a_signal(tmp_path: Path, how: signal.Signals) -> None:
    set_up(tmp_path, "http://127.0.0.1:8178")
    server = ServerProcess(tmp_path)
    server.start()
    assert server.end(how) == 0
    assert "Traceback" not in (tmp_path / "server.log").read_text()


@pytest.mark.usefixtures("hang_up_ends")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGHUP, 128 + signal.SIGHUP)])
def test_command_serve_ends_on_a_signal_without_a_traceback(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    set_up(tmp_path, "http://127.0.0.1:8178")
    process, _ = start(tmp_path)
    assert end(process, how) == code
    assert "Traceback" not in (tmp_path / "server.log").read_text()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_used_address_is_reported_in_one_line(tmp_path: Path, scheme: str) -> None:
    url = f"{scheme}://127.0.0.1:8178"
    set_up(tmp_path, url)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        own = {"FIELD178_DATA_DIR": str(tmp_path), "FIELD178_LANGUAGE": "vi", "FIELD178_URL": url}
        process = subprocess.run(
            [sys.executable, "-m", "field178_server.cli", "serve", "--port", port],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    assert f"Không nghe được tại 127.0.0.1:{port}" in process.stderr
    assert "Traceback" not in process.stderr


def test_plain_http_is_never_served_to_a_network(tmp_path: Path) -> None:
    settings = set_up(tmp_path, "http://127.0.0.1:8178")
    with pytest.raises(SettingError, match=r"127\.0\.0\.1"):
        serve(settings, "0.0.0.0", 0, lambda _: None)


def test_behind_a_proxy_plain_http_is_served_on_loopback(tmp_path: Path) -> None:
    set_up(tmp_path, "https://so178.example")
    behind = {"FIELD178_URL": "https://so178.example", "FIELD178_TRUSTED_PROXIES": "1"}
    server = ServerProcess(tmp_path, behind)
    server.start()
    assert server.url.startswith("http://127.0.0.1:")
    assert server.end() == 0
