"""The codings that the tablet itself uses on a real server, both ways, from its first hello on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.e2e.foreign_office import server
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess

from field178_mobile.sync.events import SyncMessage

__all__ = ["server"]

PRESET = "x-f178-d1"


@pytest.fixture
def tablet(server: ServerProcess, tmp_path: Path) -> Iterator[RealTablet]:
    one = enrolled(server, "an", tmp_path / "tablet")
    yield one
    one.close()


def watched(tablet: RealTablet) -> list[tuple[str, str, int]]:
    """Note of every exchange which coding went up and came down, and the bytes that went up."""
    seen: list[tuple[str, str, int]] = []
    real = tablet.transport.request

    def request(method: str, path: str, body: bytes, headers: dict[str, str]) -> requests.Response:
        answer = real(method, path, body, headers)
        if path.endswith("/sync"):
            up, down = headers.get("Content-Encoding", ""), answer.headers.get("Content-Encoding", "")
            seen.append((up, down, len(body)))
        return answer

    tablet.transport.request = request  # type: ignore[method-assign, assignment]
    return seen


def test_after_the_first_hello_everything_short_takes_the_dictionary(tablet: RealTablet) -> None:
    seen = watched(tablet)
    record = tablet.ids.time_ordered()
    tablet.file(record, name="Nhà nghỉ (GL-931)")
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert seen[0][:2] == ("gzip", PRESET)
    seen.clear()
    tablet.file(record, rooms_total=7)
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert {one[:2] for one in seen} == {(PRESET, PRESET)}
    assert seen[-1][2] < 250


def test_a_server_that_stopped_reading_it_costs_one_more_request(tablet: RealTablet) -> None:
    tablet.sync()
    seen = watched(tablet)
    real = tablet.transport.request

    def mangled(method: str, path: str, body: bytes, headers: dict[str, str]) -> requests.Response:
        # As a server does whose release has no such coding.
        is_ours = headers.get("Content-Encoding") == PRESET
        return real(method, path, body, {**headers, "Content-Encoding": "x-f178-d9"} if is_ours else headers)

    tablet.transport.request = mangled  # type: ignore[method-assign, assignment]
    tablet.file(tablet.ids.time_ordered(), name="Nhà nghỉ (GL-932)")
    assert tablet.sync() is SyncMessage.IN_SYNC
    assert [one[0] for one in seen[:2]] == ["x-f178-d9", "gzip"]
    assert "x-f178-d9" not in [one[0] for one in seen[2:]]
