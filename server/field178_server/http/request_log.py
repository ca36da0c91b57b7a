"""The request log: a line per request, with ids; no names, notes or values."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, request

from field178_shared.time.clock import duration_clock

log = structlog.get_logger()


def init_request_log(app: Flask) -> None:
    """Register the log of requests, a line each: with the URL rule, never the URL."""

    @app.before_request
    def _start() -> None:
        g.started_at_s = duration_clock()

    @app.after_request
    def _done(response: Response) -> Response:
        started = g.get("started_at_s")
        log.info(
            "request_done",
            method=request.method,
            rule=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            duration_ms=None if started is None else int((duration_clock() - started) * 1000),
            device_id=g.get("device_id"),
            **({"feed_token_id": token_id} if (token_id := g.get("feed_token_id")) else {}),
        )
        return response
