"""C: CPU of small commands of the operator, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import figure
from tests.e2e.server_process import ServerProcess

TURNS = 5
CPU_S = 0.4
COMMANDS = (("--help",), ("user", "list"), ("team", "list"), ("devices",), ("notice", "list"))


def main() -> None:
    """Print the CPU seconds of each command, the least of some runs: Python reads its files from memory."""
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder))
        server.command("init")
        for arguments in COMMANDS:
            seconds = min(_cpu_seconds(server, arguments) for _ in range(TURNS))
            figure("C", f"field178 {' '.join(arguments)}", seconds, "CPU-s", CPU_S)


def _cpu_seconds(server: ServerProcess, arguments: tuple[str, ...]) -> float:
    environment = {**os.environ, "FIELD178_DATA_DIR": str(server.folder)}
    command = [sys.executable, "-m", "field178_server.cli", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
