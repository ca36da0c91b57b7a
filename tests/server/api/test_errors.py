"""Bad input on every POST of the interface: a stable code, 4xx, bounded cost, nothing stored."""

from __future__ import annotations

import functools
import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from tests.server.office_scene import MovedClock, Office, Tablet, furnish, problem_of, settings_of
from tests.stores import POSTGRES, SQLITE

from field178_server.api.openapi import operations_of
from field178_server.api.operations import OPERATIONS
from field178_server.database.models import Base
from field178_server.database.unit_of_work import snapshot
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import duration_clock
from field178_shared.wire.protocol import MAX_BODY_BYTES, MAX_EXPANDED_BYTES

POSTS = (
    "/api/v1/auth/challenge",
    "/api/v1/auth/session",
    "/api/v1/devices",
    "/api/v1/devices/officers",
    "/api/v1/devices/orders",
    "/api/v1/devices/recovery",
    "/api/v1/sync",
)
# Without a session and with one: every POST decodes its body by the same code.
DECODED = ("/api/v1/devices", "/api/v1/sync")
COUNTERS = {"attempt"}
MANY = 10**6
MAX_SECONDS = 2.0
MAX_PEAK_BYTES = 48 << 20


@functools.cache
def bomb() -> bytes:
    """Return a gzip stream without an end: half a gibibyte of spaces in half a mebibyte."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, further = (
        deflater.compress(b" " * (1 << 20)) + deflater.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    return first + further * 511


# What else is no JSON of the protocol: tests/shared/wire/test_strict_json.py.
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "malformed"),
    "float": (b'{"n": 1.5}', "malformed"),
    "5000 digits": (b'{"n": ' + b"9" * 5000 + b"}", "malformed"),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "malformed"),
    "lone surrogate": (b'{"device": "\\ud800"}', "malformed"),
    "list": (b"[]", "bad_request"),
    "nothing in it": (b"{}", "bad_request"),
    "wrong types": (
        b'{"device": 7, "code": 7, "login": 7, "incarnation": [], "nonce": {}, "public_key": true}',
        "bad_request",
    ),
    "long text": (
        json.dumps({name: "x" * 100_000 for name in ("device", "code", "login", "label")}).encode(),
        "bad_request",
    ),
}


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all tests of this module: none of them may leave anything behind."""
    settings = settings_of(
        tmp_path_factory.mktemp("data"),
        database_url=request.getfixturevalue("postgres_cluster").new_database()
        if request.param == "postgres"
        else "",
        enrol_attempts_per_address=MANY,
        enrol_attempts_per_prefix=MANY,
        sign_in_attempts_per_address=MANY,
        sign_in_attempts_per_login=MANY,
    )
    furnish(settings, MovedClock())
    office = Office(settings)
    yield office
    office.close()


@pytest.fixture(scope="module")
def tablet(office: Office) -> Tablet:
    return Tablet(office).ready()


def stored_rows(office: Office) -> dict[str, int]:
    with snapshot(office.engine) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in COUNTERS
        }


def send(tablet: Tablet, path: str, body: bytes, **headers: str) -> tuple[int, str]:
    head = {"Authorization": f"Bearer {tablet.token}"} | headers
    return problem_of(tablet.office.post(path, body, **head))


def test_every_post_of_the_interface_is_tortured(office: Office) -> None:
    paths = {path for method, path in operations_of(list(office.app.url_map.iter_rules())) if method != "GET"}
    # Uploads take no JSON: test_uploads.py has their bad input.
    assert {path for path in paths if not path.startswith("/api/v1/uploads")} == set(POSTS)


@pytest.mark.parametrize("path", POSTS)
def test_a_bad_body_is_refused_with_its_code_and_stores_nothing(tablet: Tablet, path: str) -> None:
    before = stored_rows(tablet.office)
    for name, (body, code) in BODIES.items():
        started = duration_clock()
        assert send(tablet, path, body) == (400, code), name
        assert duration_clock() - started < MAX_SECONDS, name
    assert stored_rows(tablet.office) == before


@pytest.mark.parametrize("path", DECODED)
def test_a_bomb_costs_neither_memory_nor_time(tablet: Tablet, path: str) -> None:
    packed = bomb()
    assert len(packed) < MAX_BODY_BYTES
    tracemalloc.start()
    started = duration_clock()
    try:
        answer = send(tablet, path, packed, Content_Encoding="gzip")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer == (413, "too_large")
    assert duration_clock() - started < MAX_SECONDS
    assert peak < MAX_PEAK_BYTES


@pytest.mark.parametrize("path", DECODED)
@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content_Type": "text/plain"}, 415, "unsupported_media_type"),
        ({"Content_Type": "application/json; charset=utf-16"}, 415, "unsupported_media_type"),
        ({"Content_Type": ""}, 415, "unsupported_media_type"),
        ({"Content_Encoding": "br"}, 415, "unsupported_encoding"),
        ({"Content_Encoding": "gzip"}, 400, "bad_encoding"),
        ({"F178-Protocol": "2"}, 426, "protocol_unsupported"),
        ({"F178-Protocol": "one"}, 426, "protocol_unsupported"),
        ({"Transfer_Encoding": "chunked", "Content_Length": "2"}, 400, "bad_request"),
    ],
)
def test_a_wrong_header_is_refused_with_its_code(
    tablet: Tablet, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    assert send(tablet, path, b"{}", **headers) == (status, code)


@pytest.mark.parametrize("path", DECODED)
def test_a_damaged_or_doubled_gzip_body_is_refused(tablet: Tablet, path: str) -> None:
    whole = gzip.compress(b"{}")
    assert send(tablet, path, whole[:-4], Content_Encoding="gzip") == (400, "bad_encoding")
    assert send(tablet, path, whole + whole, Content_Encoding="gzip") == (400, "bad_encoding")


@pytest.mark.parametrize("path", DECODED)
def test_a_body_over_a_limit_is_refused_with_the_limit(tablet: Tablet, path: str) -> None:
    head = {"Authorization": f"Bearer {tablet.token}"}
    as_sent = tablet.office.post(path, b" " * (MAX_BODY_BYTES + 1), **head)
    assert problem_of(as_sent) == (413, "too_large")
    assert (as_sent.get_json()["limit"], as_sent.get_json()["unit"]) == (MAX_BODY_BYTES, "bytes")
    expanded = tablet.office.post(
        path, gzip.compress(b" " * (MAX_EXPANDED_BYTES + 1)), **head, Content_Encoding="gzip"
    )
    assert problem_of(expanded) == (413, "too_large")
    assert expanded.get_json()["limit"] == MAX_EXPANDED_BYTES


def test_a_pointer_leads_to_the_fault(tablet: Tablet) -> None:
    answer = tablet.office.post("/api/v1/auth/challenge", {"device": "no uuid"})
    assert answer.get_json()["pointer"] == "/device"
    nested_fault = tablet.office.post("/api/v1/auth/challenge", b'{"a": [{"b": 1.5}]}')
    assert nested_fault.get_json()["pointer"] == "/a/0/b"


@pytest.mark.parametrize(
    "operation", [key for key, operation in OPERATIONS.items() if operation.needs_session]
)
@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer unknown", "Bearer é", "Basic YTpi"])
def test_missing_session_is_refused_before_the_body_is_read(
    office: Office, operation: tuple[str, str], token: str
) -> None:
    method, path = operation
    for body, _ in BODIES.values():
        answer = office.client.open(path, method=method, data=body, headers={"Authorization": token})
        assert problem_of(answer) == (401, "session_unknown")


def test_busy_store_is_refused_with_a_retry_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise AppError(ErrorCode.BUSY, retry_after_s=2)

    monkeypatch.setattr("field178_server.devices.sessions.DeviceSessions.nonce", busy)
    answer = office.post("/api/v1/auth/challenge", {"device": "0197a000-0000-7000-8000-000000000009"})
    assert problem_of(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "2"


def test_unknown_paths_and_methods_are_problems_too(office: Office) -> None:
    missing = office.client.get("/api/v1/no-such-thing")
    assert problem_of(missing) == (404, "not_found")
    wrong = office.client.get("/api/v1/sync")
    assert problem_of(wrong) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["Allow"]


def test_members_that_a_later_client_adds_are_left_aside(tablet: Tablet) -> None:
    answer = tablet.office.post("/api/v1/auth/challenge", {"device": tablet.device, "later": {"x": 1}})
    assert answer.status_code == 200


def test_server_error_is_logged_and_returns_no_details(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("canary: Nguyễn Văn A")

    monkeypatch.setattr("field178_server.devices.sessions.DeviceSessions.nonce", fails)
    answer = office.post("/api/v1/auth/challenge", {"device": "0197a000-0000-7000-8000-000000000009"})
    assert problem_of(answer) == (500, "internal")
    logged = capsys.readouterr().out
    assert "request_failed" in logged
    assert "RuntimeError" in logged
    assert "test_errors.py" in logged
    assert "canary" not in logged + answer.get_data(as_text=True)
