"""Serving https with gunicorn: one process, so that SQLite keeps its one writer; a thread a request."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from field178_server.waitress_serving import IDLE_S, MAX_HEADER_BYTES

GRACE_S = 10


class HttpsServer(BaseApplication):
    """Gunicorn with the options of this product; it reads no file, environment or command line of its own."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, object]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Apply the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, in the process that serves it."""
        return self._make_app()


def serve(
    make_app: Callable[[], Flask],
    address: tuple[str, int],
    chain: tuple[Path, Path],
    threads: int,
    ready: Callable[[int], None],
) -> None:
    """Serve https with (certificate chain, key) until SIGTERM; calls `ready` with the port."""

    def announce(worker: Any) -> None:
        ready(int(worker.sockets[0].getsockname()[1]))

    host, port = address
    options: dict[str, object] = {
        "bind": f"{host}:{port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": threads,
        "certfile": str(chain[0]),
        "keyfile": str(chain[1]),
        "ssl_context": _tls_context,
        "limit_request_line": MAX_HEADER_BYTES // 2 - 2,
        "limit_request_fields": 64,
        "limit_request_field_size": MAX_HEADER_BYTES // 2,
        "keepalive": IDLE_S,
        "timeout": 120,
        "graceful_timeout": GRACE_S,
        "loglevel": "warning",
        "control_socket_disable": True,
        "post_worker_init": announce,
    }
    HttpsServer(make_app, options).run()


def _tls_context(_: object, default_factory: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default_factory()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
