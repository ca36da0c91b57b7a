"""S8: slow clients of one address are at the server; what another address waits, and what stays behind."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.bench.figures import figure, percentile
from tests.e2e.server_process import ServerProcess
from tests.e2e.slow_clients import ask, handles_of, server_of_4096_handles, slow_clients

NUMBERS = (0, 300, 1000)
REQUESTS = 200
SETTLED_S = 5


def main() -> None:
    """Print the honest client's times without slow clients, with 300 and 1,000, and the handles left."""
    with tempfile.TemporaryDirectory() as folder, server_of_4096_handles(Path(folder)) as server:
        asyncio.run(_times(server))
        before = handles_of(server)
        for number in NUMBERS:
            with slow_clients(server, number):
                times, held = asyncio.run(_times(server)), handles_of(server)
            time.sleep(SETTLED_S)
            name = f"one new TLS connection and answer, {number} slow clients"
            target = 1.0 if number else None
            median, longest = percentile(times, 0.5), max(times)
            figure("S8", f"{name}: p99", percentile(times, 0.99), "s", target, median=median, max=longest)
            left = handles_of(server) - before
            figure(
                "S8", f"{name}: handles 5 s after the hang-up", left, "handles", None, during=held - before
            )


async def _times(server: ServerProcess) -> list[float]:
    return [await ask(server) for _ in range(REQUESTS)]


if __name__ == "__main__":
    main()
