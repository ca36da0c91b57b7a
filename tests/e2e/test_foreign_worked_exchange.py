"""The recorded days of the conformance package, among them §3 and §12.6, played against real servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.e2e.recorded_days import differences, play

from field178_server.conformance import files


@pytest.mark.parametrize("day", list(files.days()), ids=lambda day: day["file"])
def test_a_server_answers_a_recorded_day_as_before(day: dict[str, Any], tmp_path: Path) -> None:
    stored = files.recording(day["file"])["exchanges"]
    assert differences(play(day, tmp_path), stored, {}) == []
