"""Changed inputs of the readers of what strangers send or carry, each with bounded memory and time."""

from __future__ import annotations

import resource
import time
from collections import Counter
from pathlib import Path

from tests.contract.fuzzed_readers import READERS, outcome_of
from tests.prove.evidence import Facts, prove

CLAIM = "Changed input of every reader is read or refused as declared, in bounded memory and time"
# Beyond what the process has before the first case. A reading of a workbook may take 40 s.
_MOST_MEMORY, _MOST_SECONDS = 700 << 20, 41


def run(folder: Path, count: int) -> Facts:
    """Run so many cases of each reader."""
    for reader in READERS:
        outcome_of(reader, 0, folder)
    _limit_memory()
    outcomes: dict[str, Counter[str]] = {reader: Counter() for reader in READERS}
    slowest = dict.fromkeys(READERS, 0.0)
    for reader, tally in outcomes.items():
        for number in range(count):
            began = time.process_time()
            try:
                tally[outcome_of(reader, number, folder)] += 1
            except Exception as error:
                raise AssertionError(f"{reader} {number}") from error
            slowest[reader] = max(slowest[reader], time.process_time() - began)
    assert max(slowest.values()) < _MOST_SECONDS, slowest
    return {
        "cases_of_each_reader": count,
        "seeds": f"0 to {count - 1}",
        **{f"{reader}: outcomes": dict(tally.most_common(8)) for reader, tally in outcomes.items()},
        "CPU_seconds_of_the_slowest_case": {reader: round(spent, 2) for reader, spent in slowest.items()},
        "memory_limit_bytes": _MOST_MEMORY,
    }


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + _MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    prove("fuzz", CLAIM, 50_000, run)
