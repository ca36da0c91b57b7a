"""Uploads over HTTP: what goes out, what counts as our server's answer, where bytes may go."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator

import pytest
from tests.mobile.replication.scripted_http import Answer as Script
from tests.mobile.replication.scripted_http import ScriptedServer, reply, reply_json

from field178_mobile.replication.events import FailureKind
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.transport import HttpTransport
from field178_mobile.replication.uploads.events import (
    AskStored,
    Create,
    Locate,
    RenewSession,
    SendChunk,
    UploadAnswer,
)
from field178_mobile.replication.uploads.transport import HttpUploadLine
from field178_shared.errors import ErrorCode

DEVICE = "0197aaaa-0000-7000-8000-00000000de01"
SHA256 = hashlib.sha256(b"photo").hexdigest()
CREATE = Create(SHA256, "0197aaaa-0000-7000-8000-000000000001", 5, "image/jpeg")
PLACE = "/api/v1/uploads/abc"


@pytest.fixture
def talk() -> Iterator[Callable[..., tuple[ScriptedServer, HttpUploadLine]]]:
    opened: list[ScriptedServer | HttpTransport] = []

    def start(script: Script, prefix: str = "") -> tuple[ScriptedServer, HttpUploadLine]:
        server = ScriptedServer(script)
        transport = HttpTransport(server.url + prefix, "", DEVICE, bytes(32))
        opened.extend((transport, server))
        return server, HttpUploadLine(transport)

    yield start
    for resource in opened:
        resource.close()


def answers(status: int, **headers: str) -> Script:
    return lambda handler, _body: reply(handler, status, b"", F178_Protocol="1", **headers)


def test_a_file_is_announced_with_its_hash_kind_and_record(talk):
    server, line = talk(answers(201, Location=PLACE))
    assert line.perform(CREATE) == UploadAnswer(201, location=PLACE)
    path, headers, body = server.requests[0]
    assert (path, body) == ("/api/v1/uploads", b"")
    assert headers["Tus-Resumable"] == "1.0.0"
    assert headers["Upload-Length"] == "5"
    assert headers["F178-Protocol"] == "1"
    named = dict(pair.split(" ") for pair in headers["Upload-Metadata"].split(","))
    assert {name: base64.b64decode(value).decode() for name, value in named.items()} == {
        "sha256": SHA256,
        "content_type": "image/jpeg",
        "record_id": CREATE.record_id,
    }


def test_known_bytes_are_told_by_their_offset(talk):
    _server, line = talk(answers(201, Location=PLACE, Upload_Offset="5"))
    assert line.perform(CREATE).offset == 5


def test_a_chunk_goes_out_with_its_place(talk):
    server, line = talk(answers(204, Upload_Offset="5"))
    assert line.perform(SendChunk(PLACE, 2, b"oto")) == UploadAnswer(204, offset=5)
    path, headers, body = server.requests[0]
    assert (path, body) == (PLACE, b"oto")
    assert headers["Content-Type"] == "application/offset+octet-stream"
    assert headers["Content-Length"] == "3"
    assert headers["Upload-Offset"] == "2"
    # One would make the server throw away what came before a break.
    assert "Upload-Checksum" not in headers


def test_an_offset_and_a_backup_are_asked_for(talk):
    server, line = talk(answers(200, Upload_Offset="3", F178_Backed_Up="1"))
    assert line.perform(Locate(PLACE)).offset == 3
    assert line.perform(AskStored(SHA256)).is_backed_up
    assert [request[0] for request in server.requests] == [PLACE, f"/api/v1/blobs/{SHA256}"]


def test_a_refusal_brings_its_code_and_its_time(talk):
    def refuse(handler, _body):
        reply_json(handler, 409, {"code": "offset_mismatch"})

    _server, line = talk(refuse)
    assert line.perform(SendChunk(PLACE, 0, b"x")) == UploadAnswer(409, ErrorCode.OFFSET_MISMATCH)
    _server, line = talk(answers(429, Retry_After="7"))
    assert line.perform(SendChunk(PLACE, 0, b"x")).retry_after_s == 7


@pytest.mark.parametrize("status", [200, 201, 204, 302, 404, 410])
def test_an_answer_without_our_header_is_no_answer(talk, status):
    _server, line = talk(lambda handler, _body: reply(handler, status, b"", Upload_Offset="1"))
    with pytest.raises(TransportFailure) as failed:
        line.perform(SendChunk(PLACE, 0, b"x"))
    # Sent elsewhere: some network wants a sign-in first.
    expected = FailureKind.PORTAL if status == 302 else FailureKind.NOT_OUR_SERVER
    assert failed.value.failure.kind is expected


def test_a_proxy_without_its_server_is_waited_for(talk):
    _server, line = talk(lambda handler, _body: reply(handler, 502, b"", Retry_After="9"))
    with pytest.raises(TransportFailure) as failed:
        line.perform(CREATE)
    assert (failed.value.failure.kind, failed.value.failure.retry_after_s) == (FailureKind.BUSY, 9)


def test_nobody_there_is_no_missing_network(talk):
    server, line = talk(answers(204))
    server.close()
    server.close = lambda: None
    with pytest.raises(TransportFailure) as failed:
        line.perform(Locate(PLACE))
    assert failed.value.failure.kind is FailureKind.UNREACHABLE


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (PLACE, PLACE),
        ("https://elsewhere.invalid/api/v1/uploads/abc", PLACE),
        ("/api/v1/sync", None),
        ("/elsewhere", None),
        ("", None),
    ],
)
def test_bytes_are_sent_to_the_trusted_server_for_any_location(talk, location, path):
    _server, line = talk(answers(201, Location=location))
    assert line.perform(CREATE).location == path


def test_a_server_below_a_path_is_reached_there(talk):
    server, line = talk(answers(201, Location="/so178" + PLACE), prefix="/so178")
    assert line.perform(CREATE).location == PLACE
    line.perform(Locate(PLACE))
    assert [request[0] for request in server.requests] == ["/so178/api/v1/uploads", "/so178" + PLACE]


def test_one_connection_carries_everything(talk):
    doors = set()

    def script(handler, _body):
        doors.add(handler.client_address)
        if handler.command == "POST":
            reply(handler, 201, b"", F178_Protocol="1", Location=PLACE)
        elif handler.headers.get("Upload-Offset") == "1":
            reply_json(handler, 409, {"code": "offset_mismatch"})
        else:
            handler.send_response(204)
            handler.send_header("F178-Protocol", "1")
            handler.end_headers()

    _server, line = talk(script)
    for request in (
        CREATE,
        SendChunk(PLACE, 0, b"x"),
        SendChunk(PLACE, 1, b"x"),
        Locate(PLACE),
        AskStored(SHA256),
    ):
        line.perform(request)
    assert len(doors) == 1


def test_a_session_is_opened_on_the_same_line(talk):
    def script(handler, _body):
        if handler.path.endswith("challenge"):
            reply_json(handler, 200, {"nonce": "n"})
        elif handler.path.endswith("session"):
            reply_json(handler, 200, {"token": "t-1"})
        else:
            reply(handler, 200, b"", F178_Protocol="1")

    server, line = talk(script)
    assert line.perform(RenewSession()) == UploadAnswer(200)
    line.perform(Locate(PLACE))
    assert server.requests[-1][1]["Authorization"] == "Bearer t-1"
