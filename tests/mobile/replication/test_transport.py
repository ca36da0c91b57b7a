"""The HTTP line: what counts as our server, what a failure means, what a cut answer still gives."""

from __future__ import annotations

import errno
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509 import load_pem_x509_certificates
from tests.mobile.replication.scripted_http import (
    Answer,
    ScriptedServer,
    authority,
    intermediate,
    reply,
    reply_json,
    server_files,
)

from field178_mobile.replication.enrolment import bind_officer, enrol, read_link
from field178_mobile.replication.events import FailureKind
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.transport import HttpTransport
from field178_mobile.vault import base64url
from field178_shared.crypto.key_chain import KeyAnnouncement, KeyKind, OfficeKeys
from field178_shared.crypto.pinning import pin_of, pins_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.content_coding import GZIP, GzipStream

DEVICE = "0197aaaa-0000-7000-8000-00000000de01"
DEVICE_KEY = bytes(range(32))
NDJSON = "application/x-ndjson"


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    servers: list[ScriptedServer] = []

    def start(answer: Answer, tls: tuple[Path, Path] | None = None) -> ScriptedServer:
        servers.append(ScriptedServer(answer, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def failure_of(transport: HttpTransport):
    with pytest.raises(TransportFailure) as failed:
        list(transport.exchange(b"{}"))
    transport.close()
    return failed.value.failure


def test_a_session_is_opened_by_signing_the_nonce(serve) -> None:
    def answer(handler, body):
        if handler.path.endswith("challenge"):
            reply_json(handler, 200, {"nonce": "n-1"})
        else:
            reply_json(handler, 200, {"token": "t-1", "expires_in_s": 900})

    server = serve(answer)
    transport = HttpTransport(server.url, "", DEVICE, DEVICE_KEY)
    transport.open_session()
    transport.close()
    sent = json.loads(server.requests[1][2])
    public_key = HttpKeys.public(DEVICE_KEY)
    public_key.verify(base64url.decode(sent["signature"]), f"field178-session-v1|n-1|{DEVICE}".encode())
    assert (sent["device"], sent["nonce"]) == (DEVICE, "n-1")


class Sessions:
    """A server whose sessions last `lifetime_s`; it takes the nonces it gave and has not forgotten."""

    def __init__(self, lifetime_s: int = 900) -> None:
        self.lifetime_s, self.known, self.paths = lifetime_s, set[str](), list[str]()

    def answer(self, handler, body):
        self.paths.append(handler.path.rpartition("/")[2])
        if handler.path.endswith("sync"):
            return reply(handler, 200, b'{"a":1}\n', Content_Type=NDJSON, F178_Protocol="1")
        nonce = f"n-{len(self.paths)}"
        if handler.path.endswith("challenge"):
            self.known.add(nonce)
            return reply_json(handler, 200, {"nonce": nonce})
        if json.loads(body)["nonce"] not in self.known:
            return reply_json(handler, 403, {"code": "signature_refused"})
        self.known.add(nonce)
        session = {"token": f"t-{nonce}", "expires_in_s": self.lifetime_s, "nonce": nonce}
        return reply_json(handler, 200, session)


def test_a_session_that_has_ended_is_renewed_with_its_own_nonce_in_one_request(serve) -> None:
    sessions = Sessions(lifetime_s=0)
    transport = HttpTransport(serve(sessions.answer).url, "", DEVICE, DEVICE_KEY)
    transport.open_session()
    assert list(transport.exchange(b"{}")) == [b'{"a":1}']
    transport.close()
    assert sessions.paths == ["challenge", "session", "session", "sync"]


def test_an_ended_session_is_renewed_before_a_call_of_the_screens(serve) -> None:
    sessions = Sessions(lifetime_s=0)
    transport = HttpTransport(serve(sessions.answer).url, "", DEVICE, DEVICE_KEY)
    transport.open_session()
    transport.call("/api/v1/auth/challenge", {}, with_session=True)
    transport.close()
    assert sessions.paths == ["challenge", "session", "session", "challenge"]


def test_a_living_session_is_used_as_it_is(serve) -> None:
    sessions = Sessions()
    transport = HttpTransport(serve(sessions.answer).url, "", DEVICE, DEVICE_KEY)
    transport.open_session()
    list(transport.exchange(b"{}"))
    list(transport.exchange(b"{}"))
    transport.close()
    assert sessions.paths == ["challenge", "session", "sync", "sync"]


def test_a_nonce_that_is_too_old_is_replaced(serve) -> None:
    sessions = Sessions()
    transport = HttpTransport(serve(sessions.answer).url, "", DEVICE, DEVICE_KEY)
    transport.open_session()
    sessions.known.clear()
    transport.open_session()
    transport.close()
    assert sessions.paths == ["challenge", "session", "session", "challenge", "session"]


def test_an_exchange_goes_out_compressed_and_comes_back_line_by_line(serve) -> None:
    server = serve(
        lambda handler, body: reply(
            handler, 200, b'{"a":1}\n{"b":2}\n', Content_Type=NDJSON, F178_Protocol="1"
        )
    )
    transport = HttpTransport(server.url)
    body = json.dumps({"push": ["x" * 40] * 100}).encode()
    assert list(transport.exchange(body)) == [b'{"a":1}', b'{"b":2}']
    transport.close()
    path, headers, received = server.requests[0]
    assert (path, received, headers["F178-Protocol"]) == ("/api/v1/sync", body, "1")
    assert (headers["Content-Encoding"], headers["Accept-Encoding"]) == (GZIP, GZIP)
    assert int(headers["Content-Length"]) < len(body) / 5


def test_one_connection_carries_every_exchange(serve) -> None:
    callers = set()

    def answer(handler, body):
        callers.add(handler.client_address)
        if "auth" in handler.path:
            return reply_json(handler, 200, {"nonce": "n", "token": "t"})
        return reply(handler, 200, b'{"a":1}\n', Content_Type=NDJSON, F178_Protocol="1")

    transport = HttpTransport(serve(answer).url, "", DEVICE, DEVICE_KEY)
    transport.open_session()
    for _ in range(3):
        assert list(transport.exchange(b"{}")) == [b'{"a":1}']
    transport.close()
    assert len(callers) == 1


def test_cut_answer_yields_frames_before_the_cut(serve) -> None:
    def answer(handler, body):
        stream = GzipStream()
        flushed = stream.add(b'{"a":1}\n{"b":2}\n') + stream.flush()
        rest = stream.add(b'{"c":3}\n') + stream.finish()
        handler.send_response(200)
        coded = {"Content-Type": NDJSON, "F178-Protocol": "1", "Content-Encoding": GZIP}
        for header, value in {**coded, "Content-Length": str(len(flushed + rest))}.items():
            handler.send_header(header, value)
        handler.end_headers()
        handler.wfile.write(flushed + rest[:3])
        handler.close_connection = True

    transport = HttpTransport(serve(answer).url)
    lines = list(transport.exchange(b"{}"))
    transport.close()
    assert lines == [b'{"a":1}', b'{"b":2}']


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (200, {"Content_Type": "text/html; charset=utf-8"}, FailureKind.PORTAL),
        (511, {"Content_Type": "text/html"}, FailureKind.PORTAL),
        (200, {"Content_Type": NDJSON}, FailureKind.NOT_OUR_SERVER),
        (200, {"Content_Type": "text/html", "F178_Protocol": "1"}, FailureKind.NOT_OUR_SERVER),
        (302, {"Location": "http://portal.example/"}, FailureKind.PORTAL),
        (404, {"Content_Type": "text/html"}, FailureKind.NOT_OUR_SERVER),
        (204, {"F178_Protocol": "1"}, FailureKind.UNEXPECTED),
        (302, {"F178_Protocol": "1"}, FailureKind.UNEXPECTED),
        (400, {"F178_Protocol": "1"}, FailureKind.UNEXPECTED),
        (408, {"F178_Protocol": "1"}, FailureKind.UNEXPECTED),
        (415, {"F178_Protocol": "1"}, FailureKind.UNEXPECTED),
        (401, {"F178_Protocol": "1"}, FailureKind.SESSION),
        (403, {"F178_Protocol": "1"}, FailureKind.FORBIDDEN),
        (413, {"F178_Protocol": "1"}, FailureKind.TOO_LARGE),
        (426, {"F178_Protocol": "1"}, FailureKind.UPGRADE),
        (500, {"F178_Protocol": "1"}, FailureKind.SERVER_ERROR),
        (502, {}, FailureKind.BUSY),
        (503, {"F178_Protocol": "1"}, FailureKind.BUSY),
    ],
)
def test_an_answer_is_classed_by_status_and_header(
    serve, status: int, headers: dict[str, str], kind: FailureKind
) -> None:
    server = serve(lambda handler, body: reply(handler, status, b"<html>", **headers))
    assert failure_of(HttpTransport(server.url)).kind is kind


def test_a_body_damaged_on_its_way_is_no_refusal_of_a_change(serve) -> None:
    problem = json.dumps({"code": "bad_encoding"}).encode()
    server = serve(lambda handler, body: reply(handler, 400, problem, F178_Protocol="1"))
    assert failure_of(HttpTransport(server.url)).kind is FailureKind.UNEXPECTED


def test_a_full_server_is_told_from_a_busy_one(serve) -> None:
    problem = json.dumps({"code": "storage_full"}).encode()
    full = serve(lambda handler, body: reply(handler, 503, problem, F178_Protocol="1"))
    proxy = serve(lambda handler, body: reply(handler, 503, problem))
    assert failure_of(HttpTransport(full.url)).kind is FailureKind.SERVER_FULL
    assert failure_of(HttpTransport(proxy.url)).kind is FailureKind.BUSY


def test_the_servers_wish_to_wait_and_the_bad_change_are_read(serve) -> None:
    problem = json.dumps({"code": "malformed", "change_id": "c-1"}).encode()
    statuses = iter([(503, b"{}"), (400, problem)])

    def answer(handler, body):
        status, content = next(statuses)
        reply(handler, status, content, Retry_After="17", F178_Protocol="1")

    server = serve(answer)
    assert failure_of(HttpTransport(server.url)).retry_after_s == 17
    failure = failure_of(HttpTransport(server.url))
    assert (failure.kind, failure.code, failure.change_id) == (
        FailureKind.REFUSED,
        ErrorCode.MALFORMED,
        "c-1",
    )


def test_a_machine_that_refuses_or_is_silent_is_not_a_missing_network(serve) -> None:
    def hang_up(handler, body):
        handler.close_connection = True

    assert failure_of(HttpTransport("http://127.0.0.1:9")).kind is FailureKind.UNREACHABLE
    assert failure_of(HttpTransport(serve(hang_up).url)).kind is FailureKind.UNREACHABLE


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENETUNREACH, "no way out"), FailureKind.NO_NETWORK),
        (TimeoutError("nobody answers"), FailureKind.UNREACHABLE),
        (OSError(errno.EHOSTUNREACH, "nobody there"), FailureKind.UNREACHABLE),
    ],
)
@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:9"])
def test_the_system_tells_whether_there_is_a_network(
    url: str, error: OSError, kind: FailureKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(_socket: socket.socket, _address: object) -> None:
        raise error

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert failure_of(HttpTransport(url, "pin" if url.startswith("https") else "")).kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [(socket.EAI_AGAIN, FailureKind.NO_NETWORK), (socket.EAI_NONAME, FailureKind.UNREACHABLE)],
)
def test_a_name_that_nobody_can_look_up_is_no_network(
    code: int, kind: FailureKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(*_names: object, **_options: object) -> object:
        raise socket.gaierror(code, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert failure_of(HttpTransport("https://sync.example", "pin")).kind is kind


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, ErrorCode.SESSION_UNKNOWN),
        (403, ErrorCode.FORBIDDEN),
        (500, ErrorCode.INTERNAL),
        (503, ErrorCode.BUSY),
        (405, ErrorCode.BAD_REQUEST),
    ],
)
def test_status_of_an_answer_gives_the_error_at_the_sign_in(serve, status: int, code: ErrorCode) -> None:
    transport = HttpTransport(serve(lambda handler, body: reply(handler, status, F178_Protocol="1")).url)
    with pytest.raises(AppError) as refused:
        transport.call("/api/v1/devices", {})
    transport.close()
    assert refused.value.code is code


def test_an_open_line_to_another_machine_is_refused() -> None:
    assert failure_of(HttpTransport("http://192.0.2.1")).kind is FailureKind.NOT_OUR_SERVER


def test_only_the_pinned_authority_is_trusted(serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, evil = authority(tmp_path, "district"), authority(tmp_path, "evil")
    pin = pin_of(ours[0])
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    good = lambda handler, body: reply(handler, 200, b'{"a":1}\n', Content_Type=NDJSON, F178_Protocol="1")  # noqa: E731
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "absent"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    honest = serve(good, server_files(tmp_path / "a", ours, ours[0]))
    transport = HttpTransport(honest.url, pin)
    assert list(transport.exchange(b"{}")) == [b'{"a":1}']
    transport.close()

    # It shows our authority's certificate, but is certified by another.
    liar = serve(good, server_files(tmp_path / "b", evil, ours[0]))
    assert failure_of(HttpTransport(liar.url, pin)).kind is FailureKind.CERTIFICATE
    assert failure_of(HttpTransport(liar.url, pin_of(evil[0]))).kind is FailureKind.CERTIFICATE
    assert failure_of(HttpTransport(honest.url)).kind is FailureKind.CERTIFICATE
    assert liar.requests == []


def announced(key: Ed25519PrivateKey, pin: str) -> dict[str, object]:
    """Return the first announcement: of the pins of another authority."""
    item = KeyAnnouncement(1, KeyKind.TLS, pin, "2026-12-02T08:00:00Z")
    return replace(item, sig=base64url.encode(key.sign(item.signed_text.encode()))).to_wire()


@pytest.mark.parametrize("is_office", [True, False])
def test_another_authority_is_trusted_if_the_office_announced_it(
    serve, tmp_path: Path, is_office: bool
) -> None:
    ours, fresh = authority(tmp_path, "district"), authority(tmp_path, "fresh")
    office = Ed25519PrivateKey.generate()
    signer = office if is_office else Ed25519PrivateKey.generate()

    def answer(handler, body):
        if handler.path == "/api/v1/keys":
            reply_json(handler, 200, {"keys": [announced(signer, pin_of(fresh[0]))]})
        else:
            answer_of_ours(handler, body)

    server = serve(answer, server_files(tmp_path, fresh, fresh[0]))
    public = base64url.encode(office.public_key().public_bytes_raw())
    keys = OfficeKeys(public, "", pin_of(ours[0]))
    transport = HttpTransport(server.url, keys.pin, follow=lambda items: keys.following(items).pin)
    if is_office:
        assert list(transport.exchange(b"{}")) == [b'{"a":1}']
        assert transport.pin == pin_of(fresh[0])
    else:
        assert failure_of(transport).kind is FailureKind.CERTIFICATE
        assert transport.pin == keys.pin
    transport.close()
    # Over the unverified connection goes one question, without anything of the tablet.
    path, headers, body = server.requests[0]
    assert (path, body) == ("/api/v1/keys", b"")
    assert set(headers) <= {"Host", "Accept-Encoding"}
    assert len(server.requests) == 1 + is_office


def answer_of_ours(handler, body):
    reply(handler, 200, b'{"a":1}\n', Content_Type=NDJSON, F178_Protocol="1")


def test_chain_of_a_public_authority_is_trusted_by_its_pins(serve, tmp_path: Path) -> None:
    issuer = intermediate("public issuer", authority(tmp_path, "public root"))
    files = server_files(tmp_path, issuer, issuer[0])
    chain = load_pem_x509_certificates(files[0].read_bytes())
    server = serve(answer_of_ours, files)
    for pins in (" ".join(pins_of(chain)), pin_of(chain[0]), pin_of(chain[1])):
        transport = HttpTransport(server.url, pins)
        assert list(transport.exchange(b"{}")) == [b'{"a":1}']
        transport.close()
    assert failure_of(HttpTransport(server.url)).kind is FailureKind.CERTIFICATE


def test_pinned_certificate_for_another_name_is_refused(serve, tmp_path: Path) -> None:
    issuer = intermediate("public issuer", authority(tmp_path, "public root"))
    files = server_files(tmp_path, issuer, issuer[0])
    pins = " ".join(pins_of(load_pem_x509_certificates(files[0].read_bytes())))
    server = serve(answer_of_ours, files)
    other_name = HttpTransport(server.url.replace("127.0.0.1", "localhost"), pins)
    assert failure_of(other_name).kind is FailureKind.CERTIFICATE
    assert server.requests == []


def test_typed_address_without_a_pin_says_that_the_certificate_is_not_trusted(serve, tmp_path: Path) -> None:
    ours = authority(tmp_path, "district")
    server = serve(answer_of_ours, server_files(tmp_path, ours, ours[0]))
    transport = HttpTransport(server.url)
    with pytest.raises(AppError) as refused:
        enrol(transport, "ABCDEFGHJKMNPQRS", "máy của Hoà", DEVICE_KEY)
    transport.close()
    assert refused.value.code is ErrorCode.CERTIFICATE_UNKNOWN


def test_a_code_makes_the_tablet_a_device(serve) -> None:
    def answer(handler, body):
        user = {"id": "u1", "name": "Hoà"}
        device = {
            "device": DEVICE,
            "tenant": "main",
            "user": user,
            "receipt_key": "r",
            "sealing_key": "s",
        }
        reply_json(handler, 201, device)

    server = serve(answer)
    transport = HttpTransport(server.url)
    enrolment = enrol(transport, "ABCD", "máy của Hoà" * 20, DEVICE_KEY, "r")
    assert (enrolment.device, enrolment.user.name, enrolment.url) == (DEVICE, "Hoà", server.url)
    sent = json.loads(server.requests[0][2])
    signed = f"field178-enrol-v1|ABCD|{sent['public_key']}".encode()
    HttpKeys.public(DEVICE_KEY).verify(base64url.decode(sent["signature"]), signed)
    assert len(sent["label"]) == 64
    with pytest.raises(AppError) as refused:
        enrol(transport, "ABCD", "x", DEVICE_KEY, "another receipt key")
    transport.close()
    assert refused.value.code is ErrorCode.NOT_OUR_SERVER


def test_a_refusal_reaches_the_screen_as_its_code(serve) -> None:
    def answer(handler, body):
        if "auth" in handler.path:
            return reply_json(handler, 200, {"nonce": "n", "token": "t"})
        return reply_json(handler, 403, {"code": "sign_in_refused"})

    transport = HttpTransport(serve(answer).url, "", DEVICE, DEVICE_KEY)
    with pytest.raises(AppError) as refused:
        bind_officer(transport, "hoa", "wrong")
    transport.close()
    assert refused.value.code is ErrorCode.SIGN_IN_REFUSED


def test_the_link_of_a_code_is_read_from_the_qr() -> None:
    link = read_link("field178:enrol?u=https://sync.example:8443&c=ABCD&p=pin-1&k=key-1\n")
    assert link is not None
    assert (link.url, link.code, link.pin, link.receipt_key) == (
        "https://sync.example:8443",
        "ABCD",
        "pin-1",
        "key-1",
    )
    assert read_link("https://example/enrol?u=a&c=b") is None
    assert read_link("field178:enrol?u=https://a") is None
    assert read_link("field178:enrol?u=https://[::&c=ABCD") is None
    assert read_link("//[") is None


def test_closing_wakes_the_reader_of_a_silent_answer(serve) -> None:
    released = threading.Event()

    def answer(handler, body):
        handler.send_response(200)
        for name, value in (("Content-Type", NDJSON), ("F178-Protocol", "1"), ("Content-Length", "100")):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b'{"a":1}\n')
        released.wait(10)

    transport = HttpTransport(serve(answer).url)
    lines = transport.exchange(b"{}")
    assert next(lines) == b'{"a":1}'
    rest: list[bytes] = []
    reader = threading.Thread(target=lambda: rest.extend(lines))
    reader.start()
    transport.close()
    reader.join(5)
    released.set()
    assert not reader.is_alive()
    assert rest == []


class HttpKeys:
    """The public half of the test device's key."""

    @staticmethod
    def public(private: bytes) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(private).public_key()


def lines(handler, body: bytes) -> None:
    reply(handler, 200, body + b"\n", Content_Type=NDJSON, F178_Protocol="1")


def lines_of(transport: HttpTransport, body: bytes) -> list[bytes]:
    return list(transport.exchange(body))


@pytest.fixture
def echo(serve) -> ScriptedServer:
    """A server whose answer repeats the body of the request."""
    return serve(lambda handler, body: lines(handler, body))


def test_answer_to_a_request_posted_ahead_is_that_of_the_same_bytes(echo: ScriptedServer) -> None:
    transport = HttpTransport(echo.url)
    transport.post_ahead(b'{"page":2}')
    assert lines_of(transport, b'{"page":2}') == [b'{"page":2}']
    assert lines_of(transport, b'{"page":3}') == [b'{"page":3}']
    assert [body for _, _, body in echo.requests] == [b'{"page":2}', b'{"page":3}']
    transport.close()


def test_request_posted_ahead_goes_over_the_same_connection(serve) -> None:
    ports: list[int] = []

    def answer(handler, body):
        ports.append(handler.client_address[1])
        lines(handler, b"{}")

    transport = HttpTransport(serve(answer).url)
    lines_of(transport, b"1")
    transport.post_ahead(b"2")
    lines_of(transport, b"2")
    assert len(set(ports)) == 1
    transport.close()


def test_answer_to_another_request_is_dropped(echo: ScriptedServer) -> None:
    transport = HttpTransport(echo.url)
    transport.post_ahead(b'{"page":2}')
    assert lines_of(transport, b'{"push":[]}') == [b'{"push":[]}']
    assert lines_of(transport, b'{"page":2}') == [b'{"page":2}']
    assert len(echo.requests) == 3
    transport.close()


def test_failure_of_a_request_posted_ahead_is_that_of_its_exchange(serve) -> None:
    server = serve(lambda handler, body: reply_json(handler, 503, {"code": "busy"}))
    transport = HttpTransport(server.url)
    transport.post_ahead(b"{}")
    assert failure_of(transport).kind is FailureKind.BUSY
    assert len(server.requests) == 1


def test_a_line_that_closes_does_not_wait_for_a_request_posted_ahead(serve) -> None:
    arrived, released = threading.Event(), threading.Event()

    def answer(handler, body):
        arrived.set()
        released.wait(10)
        lines(handler, b"{}")

    transport = HttpTransport(serve(answer).url)
    transport.post_ahead(b"{}")
    assert arrived.wait(10)
    transport.close()
    released.set()
