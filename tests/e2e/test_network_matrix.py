"""No way in which a network fails loses or doubles a change, or makes a tablet say what is not so.

`python -m tests.prove network` is the long form.
"""

from __future__ import annotations

from pathlib import Path

from tests.e2e.fault_proxy import Kind
from tests.e2e.network_matrix import run_cells

CELLS = 30


def test_no_fault_of_the_line_loses_or_doubles_a_change(tmp_path: Path) -> None:
    matrix = run_cells(tmp_path, range(CELLS))
    print(f"struck {dict(matrix.struck)}, rounds {dict(matrix.rounds)}, {matrix.changes} changes")
    assert matrix.cells == CELLS
    assert set(matrix.struck) == set(Kind)
