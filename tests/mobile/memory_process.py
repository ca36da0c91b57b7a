"""Opens the real screens on canaries, locks them, and prints what is left of key and texts in its memory.

`python memory_process.py FOLDER`, on Linux, with PYTHONMALLOC=malloc and MALLOC_PERTURB_: freed memory is
overwritten then, so that what is left is held by something.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from field178_mobile.app import build_app

_SEGMENT = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw\S+ \S+ \S+ \S+\s*(.*)")
_MASK = bytes(byte ^ 0x55 for byte in range(256))
COUNT = 40


def masked(pattern: bytes) -> bytes:
    """Return the form to look for: as itself, the pattern would be found in the memory of the search."""
    return pattern.translate(_MASK)


def found(pattern: bytes) -> int:
    """Count a masked pattern in all writable memory of this process."""
    hits = 0
    with Path("/proc/self/mem").open("rb", 0) as memory:
        for line in Path("/proc/self/maps").read_text("ascii").splitlines():
            segment = _SEGMENT.fullmatch(line)
            if segment is None:
                continue
            start, end = int(segment[1], 16), int(segment[2], 16)
            try:
                memory.seek(start)
                hits += memory.read(end - start).translate(_MASK).count(pattern)
            except (OSError, ValueError, OverflowError):  # a segment of a device
                continue
    return hits


def run(folder: Path) -> None:
    from tests.mobile.screens.fakes import CHEAP, HUNG, PIN, StillRunner, enrolment
    from tests.mobile.support import SystemKeyStore, base_row, server_commits

    from field178_mobile.features.access.officer_notice import OfficerNotice
    from field178_mobile.platform.fake import FakePlatform
    from field178_mobile.shell.gc_scheduler import QUIET_S
    from field178_shared.time.clock import duration_clock

    runner = StillRunner()
    app = build_app(os.environ, FakePlatform(folder), lambda *_parts: runner, CHEAP)
    from kivy.base import EventLoop, runTouchApp
    from tests.mobile.inspection_world import KARAOKE, settle

    tablet = app._shared.tablet
    tablet.key_store = SystemKeyStore
    key = tablet.vault.create(HUNG, PIN, enrolment(), tablet.vault.pending_device_key())
    patterns = {"key": masked(key), "device": masked(tablet.vault.device_key(key))}
    opened = tablet.open(key)
    settle(opened.store)
    text = "-".join(("Zq", "canary", "77"))
    patterns["text"] = masked(text.encode())
    rows = [
        base_row(f"0197aaaa-0000-7000-8000-{number:012d}", 1, name=f"{text} {number}")
        for number in range(COUNT)
    ]
    server_commits(opened.store, *rows)
    OfficerNotice(opened.store.settings, tablet.clock, HUNG.id).read()
    opened.close()
    del opened, key, rows, text
    app._run_prepare()
    runTouchApp(embedded=True)

    def frames(count: int) -> None:
        for _frame in range(count):
            EventLoop.idle()

    frames(8)
    door = app.navigator
    data_key = tablet.vault.unlock(HUNG.id, PIN)
    door.opened(HUNG, tablet.open(data_key))
    del data_key
    frames(10)
    door.session_view.shell._screen("inspection").workspace.open(KARAOKE)
    frames(10)
    before = {name: found(pattern) for name, pattern in patterns.items()}
    door.lock()
    runner.listeners.clear()
    # As the application does it: caches after a second, garbage in the next quiet moment.
    until = duration_clock() + QUIET_S + 2
    while duration_clock() < until:
        frames(1)
    print(json.dumps(before))
    print(json.dumps({name: found(pattern) for name, pattern in patterns.items()}))
    app.dispatch("on_stop")


if __name__ == "__main__":
    run(Path(sys.argv[1]))
