"""C: what loading the code lists and folding the names of a register cost in CPU."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.bench.figures import figure

from field178_shared.codelists import load
from field178_shared.text.normalisation import fold

NAMES = [f"Nhà nghỉ Thuỷ Nguyên Đường Trường Thọ (GL-{number})" for number in range(50_000)]


def main() -> None:
    """Print the least of several runs of each."""
    figure("C", "code lists loaded", 1000 * min(_seconds_of(_load_anew) for _ in range(10)), "CPU-ms", 20)
    figure("C", "50,000 names folded", min(_seconds_of(_fold_names) for _ in range(3)), "CPU-s", 1)


def _load_anew() -> None:
    load.cache_clear()
    load()


def _fold_names() -> None:
    for name in NAMES:
        fold(name)


def _seconds_of(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
