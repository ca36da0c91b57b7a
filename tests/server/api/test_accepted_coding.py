"""Which coding an answer takes (protocol §5)."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from field178_server.api.accepted_coding import wanted_coding
from field178_shared import zstd

SHORT, LONG = 400, 1 << 20


def accepted(header: str) -> Accept:
    return parse_accept_header(header)


@pytest.mark.parametrize(
    ("header", "short", "long"),
    [
        ("", None, None),
        ("identity, br", None, None),
        ("gzip", "gzip", "gzip"),
        ("gzip, zstd", "zstd", "zstd"),
        ("gzip, zstd, x-f178-d1", "x-f178-d1", "zstd"),
        ("gzip, X-F178-D1", "x-f178-d1", "gzip"),
        ("gzip;q=1, zstd;q=0.5, x-f178-d1;q=0.2", "gzip", "gzip"),
        ("gzip;q=0, zstd;q=0, x-f178-d1;q=0", None, None),
        ("*", "gzip", "gzip"),
        ("*, gzip;q=0", None, None),
    ],
)
def test_the_client_chooses_and_among_equals_the_size(
    header: str, short: str | None, long: str | None
) -> None:
    assert [wanted_coding(accepted(header), size) for size in (SHORT, LONG)] == [short, long]


def test_a_machine_without_zstandard_sends_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zstd, "is_here", lambda: False)
    assert wanted_coding(accepted("gzip, zstd"), LONG) == "gzip"
