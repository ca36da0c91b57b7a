"""C: what loading the code lists, folding the names of a register and marking a note cost in CPU."""

from __future__ import annotations

import time
from collections.abc import Callable

from scripts.lint_figures import read_notes
from tests.bench.figures import figure

from field178_shared.codelists import load
from field178_shared.text.normalisation import fold
from field178_shared.text.privacy import lint

NAMES = [f"Nhà nghỉ Thuỷ Nguyên Đường Trường Thọ (GL-{number})" for number in range(50_000)]


def main() -> None:
    """Print the least of several runs of each."""
    figure("C", "code lists loaded", 1000 * min(_seconds_of(_load_anew) for _ in range(10)), "CPU-ms", 20)
    figure("C", "50,000 names folded", min(_seconds_of(_fold_names) for _ in range(3)), "CPU-s", 1)
    notes = [note.text for note in read_notes("tuning")]
    spent = min(_seconds_of(lambda: _mark(notes)) for _ in range(5))
    figure("C", "a note checked for personal data", 1000 * spent / len(notes), "CPU-ms", 5)


def _load_anew() -> None:
    load.cache_clear()
    load()


def _fold_names() -> None:
    for name in NAMES:
        fold(name)


def _mark(notes: list[str]) -> None:
    for note in notes:
        lint(note)


def _seconds_of(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
