"""Runs the jobs that wait in a store: python -m tests.bench.export_worker FOLDER.

Prints the memory before and at most, in MB: nothing but the server is imported here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.bench.processes import memory_mb, peak_memory_mb

from field178_server.app import create_app
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.runtime import EXTENSION
from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock

if __name__ == "__main__":
    app = create_app(Settings(data_dir=Path(sys.argv[1]), password_cost="test"), SystemClock())
    idle = memory_mb(os.getpid())
    JobWorker(app.extensions[EXTENSION], JOB_KINDS).run_waiting()
    print(idle, peak_memory_mb(os.getpid()))
