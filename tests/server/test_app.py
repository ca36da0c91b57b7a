"""What holds for every answer of the application, whoever asks."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.office_scene import MovedClock, Office, furnish, settings_of

import field178_server
from field178_server.app import create_app
from field178_server.http.headers import CONTENT_SECURITY_POLICY, is_api_path
from field178_shared.text.privacy import matches_forbidden

PACKAGE = Path(field178_server.__file__).parent
# What brings a store up, makes files in the office's formats and pictures, draws codes and parses filters:
# 48 MB few processes need.
LATE = (
    "alembic",
    "fpdf",
    "fontTools",
    "docx",
    "docxtpl",
    "lxml",
    "openpyxl",
    "xlsxwriter",
    "PIL",
    "segno",
    "lark",
)
START = f"""
import sys
import field178_server.app, field178_server.serving.server
print(*(name for name in {LATE} if name in sys.modules), end="")
"""
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = settings_of(tmp_path_factory.mktemp("data"))
    furnish(settings, MovedClock())
    office = Office(settings)
    yield office
    office.close()


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/schemas", "/api/v1/none", "/none", "/sign-in"])
def test_no_answer_is_guessed_at_or_names_its_server(office: Office, path: str) -> None:
    headers = office.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/none", "/sign-in", "/static/none", "/api/v1/none", "/api/v1/sync", "/odata/v4/"],
)
def test_no_cache_keeps_an_answer_of_the_moment(office: Office, path: str) -> None:
    assert office.client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/healthz", "/none", "/sign-in"])
def test_every_page_carries_the_strict_headers(office: Office, path: str) -> None:
    headers = office.client.get(path).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_an_answer_to_a_tablet_has_only_the_headers_it_needs(office: Office) -> None:
    headers = set(office.client.get("/api/v1/none").headers.keys())
    needed = {"Content-Type", "Content-Length", "Cache-Control", "X-Content-Type-Options", "F178-Protocol"}
    assert headers == needed


def test_no_script_or_style_of_the_page_itself_is_allowed() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/schemas", "GET"),
        ("/api/v1/none", "GET"),
        ("/api/v1", "GET"),
        ("/api/v1/sync", "POST"),
        ("/api/v1/sync", "GET"),
        ("/api/v1/sync", "OPTIONS"),
    ],
)
def test_the_protocol_is_named_in_every_answer_of_the_interface(
    office: Office, path: str, method: str
) -> None:
    assert office.client.open(path, method=method).headers["F178-Protocol"] == "1"


def test_only_the_interface_speaks_the_protocol(office: Office) -> None:
    assert "F178-Protocol" not in office.client.get("/healthz").headers
    assert not is_api_path("/api/v10/sync")


def test_answers_of_the_interface_are_not_kept_by_caches(office: Office) -> None:
    assert office.client.post("/api/v1/auth/challenge").headers["Cache-Control"] == "no-store"


def test_importing_the_application_builds_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        create_app(settings_of(tmp_path / "never-set-up"))
    assert not (tmp_path / "never-set-up" / "field178.sqlite").exists()


def test_body_is_limited_in_every_view(office: Office) -> None:
    assert office.app.config["MAX_CONTENT_LENGTH"] == 1 << 20
    assert not office.app.debug
    assert office.app.secret_key is None


def test_behind_a_trusted_proxy_the_askers_own_address_counts(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data", trusted_proxies=1)
    furnish(settings, MovedClock())
    office = Office(settings)
    seen: list[str | None] = []

    @office.app.before_request
    def look() -> None:
        from flask import request

        seen.append(request.remote_addr)

    office.client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert seen == ["198.51.100.7"]
    office.close()


def test_without_a_trusted_proxy_its_header_is_not_believed(office: Office) -> None:
    with office.app.test_request_context("/", headers={"X-Forwarded-For": "203.0.113.9"}):
        from field178_server.http.sign_in import client_address

        assert client_address() == ""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unknown", "unknown"),
    ],
)
def test_attempts_are_counted_by_address_and_of_ipv6_by_network(
    office: Office, address: str, network: str
) -> None:
    with office.app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        from field178_server.http.sign_in import client_address

        assert client_address() == network


def log_keys() -> dict[str, str]:
    """Every keyword that some module gives to its log, with its place."""
    places = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "log" and node.func.attr in LEVELS:
                for keyword in node.keywords:
                    places[str(keyword.arg)] = f"{path.name}:{node.lineno}"
    return places


def test_keys_of_the_log_cannot_hold_forbidden_values() -> None:
    keys = log_keys()
    assert "rule" in keys
    assert {key: place for key, place in keys.items() if matches_forbidden(key)} == {}


def test_log_has_the_url_rule_and_never_the_requested_url(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.client.get("/healthz?name=canary", headers={"User-Agent": "canary"})
    logged = capsys.readouterr().out
    assert "rule=/healthz" in logged
    assert "canary" not in logged


def test_a_server_begins_without_the_libraries_of_files() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", START], capture_output=True, text=True, check=True, timeout=120
    )
    assert ran.stdout == ""


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/sync", "/odata/v4/"])
def test_trace_is_answered_nowhere(office: Office, path: str) -> None:
    answer = office.client.open(path, method="TRACE", headers={"X-Probe": "probe-178"})
    assert answer.status_code in (404, 405)
    assert "probe-178" not in answer.text


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/api/v1/uploads", "/api/v1/sync", "/odata/v4/"])
def test_no_other_origin_may_read_an_answer(office: Office, path: str, method: str) -> None:
    origin = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    headers = office.client.open(path, method=method, headers=origin).headers
    assert not [name for name, _ in headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "path", ["/static/", "/static/css/", "/.git/config", "/static/../app.py", "/settings.env"]
)
def test_no_folder_and_no_file_beside_the_pages_is_served(office: Office, path: str) -> None:
    assert office.client.get(path).status_code == 404
