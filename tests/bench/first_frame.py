"""T: CPU seconds from the start of the process to the first frame of the PIN screen."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from tests.bench.figures import figure

STARTS = 3
PROGRAM = """
import os, time
from field178_mobile.app import build_app
app = build_app(os.environ)
from kivy.base import EventLoop, runTouchApp
app._run_prepare()
runTouchApp(embedded=True)
EventLoop.idle()
print("cpu", time.process_time())
"""


def main() -> None:
    """Print the CPU seconds of the fastest of a few starts: other work of the machine only adds to them."""
    spent = []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as folder:
            own = {"FIELD178_TABLET_DIR": folder, "FIELD178_OFFSCREEN": "1"}
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM],
                env={**os.environ, **own},
                capture_output=True,
                text=True,
                check=True,
            )
            spent.append(float(done.stdout.rsplit("cpu", 1)[1]))
    figure("T", "first frame", min(spent), "CPU-s", 0.9)


if __name__ == "__main__":
    main()
