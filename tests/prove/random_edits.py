"""Random edits of a store by SQL, each named by the check."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests.prove.evidence import Facts, prove
from tests.server.district import fill
from tests.server.maintenance.random_edits import EditedStore, checked_columns

CLAIM = "The check names every random edit of the store by SQL"


def run(folder: Path, count: int) -> Facts:
    """Make edits, each undone again, and check the store after each."""
    fill(folder / "data", waiting=5)
    store, rng = EditedStore.of(folder / "data"), random.Random(178)
    edits, refused = Counter[str](), 0
    while edits.total() < count:
        edit, faults = store.random_edit(rng)
        if faults is None:
            refused += 1
            continue
        assert faults, edit
        edits[edit.table] += 1
    columns = sum(len(checked_columns(table)) for table, _ in store.choices)
    return {"edits": edits, "columns": columns, "refused_by_a_key": refused, "unnamed": 0}


if __name__ == "__main__":
    prove("random_edits", CLAIM, 10_000, run)
