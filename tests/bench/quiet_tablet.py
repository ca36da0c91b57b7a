"""S4: a real tablet with nothing to sync, by plain http and by TLS, over a fast line and over a slow one."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import figure, percentile
from tests.bench.office import COMMUNES, OFFICER, PASSWORD, add_team
from tests.bench.shaped_line import Line, shaped_line
from tests.bench.slow_link import BYTES_A_SECOND, ROUND_TRIP_S
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server

from field178_mobile.replication.events import SyncMessage
from field178_mobile.replication.transport import HttpTransport
from field178_server.security.certificates import pins_for
from field178_server.settings import Settings

ROUNDS = 20
SLOW_ROUNDS = 3
# An engine that agreed with its server waits for half an hour, after the first five minutes.
EXCHANGES_OF_A_DAY = 16


@dataclass(frozen=True)
class Quiet:
    """What one exchange with nothing to sync cost; the bytes are all of both ways, heads and TLS included."""

    seconds: float
    whole_bytes: int


def main() -> None:
    """Print seconds and bytes of an exchange on a kept line, 15 minutes later, and on a line of its own."""
    for scheme in ("http", "https"):
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder)
            with running_server(store, FIELD178_URL=f"{scheme}://127.0.0.1:8178") as server:
                add_team(server, OFFICER, COMMUNES[:2])
                _measure(server, scheme, "", ROUNDS, shaped_line(server.port))
                slow = shaped_line(server.port, ROUND_TRIP_S, BYTES_A_SECOND)
                _measure(server, scheme, "slow ", SLOW_ROUNDS, slow)


def _measure(
    server: ServerProcess, scheme: str, how: str, rounds: int, shaped: AbstractContextManager[Line]
) -> None:
    with shaped as line, tempfile.TemporaryDirectory() as folder:
        tablet = _tablet(server, Path(folder), f"{scheme}://127.0.0.1:{line.port}")
        while tablet.sync() is not SyncMessage.IN_SYNC:
            continue
        kept = [_quiet(tablet, line) for _ in range(rounds)]
        renewed = [_quiet(tablet, line, _end_session) for _ in range(rounds)]
        alone = [_quiet(tablet, line, _close) for _ in range(rounds)]
        tablet.close()
    targets = (0.4, 0.8, None) if how else (0.006, None, None)
    for name, exchanges, target in zip(
        ("kept", "signed out", "new line"), (kept, renewed, alone), targets, strict=True
    ):
        seconds = percentile([exchange.seconds for exchange in exchanges], 0.5)
        figure("S4", f"tablet, {how}{scheme}, {name}", seconds, "s", target)
        if not how:
            bytes_ = percentile([exchange.whole_bytes for exchange in exchanges], 0.5)
            figure(
                "S4", f"tablet, {scheme}, {name}: bytes", bytes_ / 1000, "kB", 0.7 if name == "kept" else None
            )
    if not how:
        # The server closes an idle line after minutes: each exchange of a quiet day has a line of its own.
        day = percentile([exchange.whole_bytes for exchange in alone], 0.5) * EXCHANGES_OF_A_DAY
        figure("T", f"quiet day of 8 h, {scheme}: bytes", day / 1000, "kB", 60)


def _tablet(server: ServerProcess, folder: Path, url: str) -> RealTablet:
    environment = {**os.environ, "FIELD178_DATA_DIR": str(server.folder), **server.environment}
    pin = " ".join(pins_for(Settings.from_environment(environment)))
    return enrolled(server, OFFICER, folder, url, PASSWORD, pin)


def _quiet(tablet: RealTablet, line: Line, before: Callable[[HttpTransport], None] | None = None) -> Quiet:
    if before is not None:
        before(tablet.transport)
    crossed, began = line.bytes, time.perf_counter()
    assert tablet.sync() is SyncMessage.IN_SYNC
    return Quiet(time.perf_counter() - began, line.bytes - crossed)


def _end_session(transport: HttpTransport) -> None:
    transport._token_ends_at = 0.0


def _close(transport: HttpTransport) -> None:
    # As when the server closes an idle line: the pinned authority is known, the connection is not.
    assert transport._session is not None
    transport._session.get_adapter(transport.url).poolmanager.clear()
    _end_session(transport)


if __name__ == "__main__":
    main()
