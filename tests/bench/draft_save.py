"""T: how long one tap waits until its draft is durable (sealed, synchronous = EXTRA)."""

from __future__ import annotations

import os
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.bench.figures import figure, percentile
from tests.shared import builders

from field178_mobile.store import Draft, Store
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

SAVES = 500


def main() -> None:
    """Print the seconds of a save: median and 99th percentile."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store", clock, IdSource(clock, random.Random(1)))
        store.unlock(os.urandom(32))
        data = builders.inspection()
        draft = Draft("d1", "inspection", builders.record_id("r"), "", data, None, 0, "u", clock.now())
        spent = []
        for number in range(SAVES):
            changed = replace(draft, data={**data, "recommendation": f"Lần chạm {number}"})
            started = time.perf_counter()
            store.drafts.save(changed)
            spent.append((time.perf_counter() - started) * 1000)
        store.close()
    figure("T", "durable draft save p50", percentile(spent, 0.5), "ms")
    figure("T", "durable draft save p99", percentile(spent, 0.99), "ms", 20)


if __name__ == "__main__":
    main()
