"""The same store served inside this process: what one request costs in statements and CPU, exactly."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from tests.bench import wire
from tests.bench.rows import store_url
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess
from tests.engine_events import listen

from field178_server.app import create_app
from field178_server.http.process_log import configure_log
from field178_server.runtime import EXTENSION
from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock


@dataclass(frozen=True)
class Cost:
    """What one request cost; the text of its answer is kept."""

    cpu_s: float
    statements: int
    text: str


@dataclass
class InProcess:
    """The product's application without sockets, and a count of what it asks its store."""

    app: Flask
    statements: int = 0

    def exchange(self, client: ForeignClient, body: bytes) -> Cost:
        """Answer one exchange."""
        before, started = self.statements, time.process_time()
        answer = self.app.test_client().post("/api/v1/sync", data=body, headers=wire.headers(client) | PLAIN)
        text = answer.get_data(as_text=True)
        spent = time.process_time() - started
        assert answer.status_code == 200, text
        return Cost(spent, self.statements - before, text)

    def count(self, *_: object) -> None:
        """Note one statement."""
        self.statements += 1


PLAIN = {"Accept-Encoding": "identity"}


@contextmanager
def in_process(server: ServerProcess) -> Iterator[InProcess]:
    """Open a server's store in this process too."""
    settings = Settings(data_dir=server.folder, database_url=store_url(server))
    configure_log(sys.stderr, SystemClock(), "error")
    served = InProcess(create_app(settings))
    engine = served.app.extensions[EXTENSION].engine
    listen(engine, "before_cursor_execute", served.count)
    yield served
    engine.dispose()
