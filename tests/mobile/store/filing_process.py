"""A process that files until it is killed and says so after each save: `python filing_process.py FOLDER`."""

import sys
from pathlib import Path

from field178_mobile.store import Draft, Store
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

KEY = bytes(range(32))


def run(folder: Path) -> None:
    clock = SystemClock()
    ids = IdSource(clock)
    store = Store(folder, clock, ids)
    store.unlock(KEY)
    while True:
        record = ids.time_ordered()
        draft = Draft(
            record, "establishment", record, "unit:c1_v1", {"name": "x" * 900}, None, 0, "u", clock.now()
        )
        store.drafts.save(draft)
        print("draft", record, flush=True)
        print("filed", store.file(draft, "u"), flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
