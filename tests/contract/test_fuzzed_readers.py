"""Readers of what strangers send, with changed inputs: `python -m tests.prove fuzz` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contract.fuzzed_readers import READ, READERS, outcome_of

COUNTS = {"json": 400, "gzip": 300, "link": 400, "journal": 150, "export": 300, "workbook": 120}


@pytest.mark.parametrize("reader", READERS)
def test_changed_input_is_read_or_refused_as_declared(reader: str, tmp_path: Path) -> None:
    outcomes = {outcome_of(reader, number, tmp_path) for number in range(COUNTS[reader])}
    # Both ends are reached: what is read, and what is refused.
    assert outcomes - {READ}
