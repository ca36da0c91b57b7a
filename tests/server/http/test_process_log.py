"""Lines of the log: one JSON object each, in UTC, whatever a value contains."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog
from tests.server.office_scene import MovedClock

from field178_server.http.process_log import configure_log


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    before, stream = structlog.get_config(), io.StringIO()
    configure_log(stream, MovedClock(), "info")
    yield stream
    structlog.configure(**before)


def test_value_with_line_breaks_stays_within_its_line(stream: io.StringIO) -> None:
    forged = 'x\n{"event": "sign_in_accepted"}\r\x1b[2J\u2028'
    structlog.get_logger().info("probe", device_id=forged)
    (line,) = stream.getvalue().splitlines()
    assert line.isascii()
    assert json.loads(line)["device_id"] == forged


def test_time_of_a_line_is_utc(stream: io.StringIO) -> None:
    structlog.get_logger().info("probe")
    at = json.loads(stream.getvalue())["at"]
    assert at.endswith("Z")
    assert datetime.fromisoformat(at).tzinfo == UTC
