"""Server of a recorded day: it compares requests of a client with it and returns the recorded answers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from field178_server.conformance.hashes import Json
from field178_server.conformance.patterns import Mismatch, match

# Members that each client chooses by itself.
_FREE = {"label", "at", "clock_offset_ms", "app", "now", "about", "root", "max_records", "below"}
_NO_MORE = {
    "type": "about:blank",
    "status": 404,
    "code": "not_found",
    "title": "The day has no further request.",
}


@dataclass
class RecordedDay:
    """Exchanges of a day that are still to come, and the number of requests that differed."""

    exchanges: list[Json]
    report: Callable[[str], None]
    differing: int = 0

    def answer(self, request: str, body: Any) -> tuple[int, Any]:
        """Compare a request with the next recorded one and return the recorded status and answer."""
        if not self.exchanges:
            self.differing += 1
            return 404, _NO_MORE
        exchange = self.exchanges.pop(0)
        try:
            match([request, _reduced(body)], [exchange["request"], _reduced(exchange["body"])], {})
            self.report(f"{request} as recorded")
        except Mismatch as difference:
            self.differing += 1
            self.report(f"{request} differs at {difference}")
        return exchange["status"], exchange["answer"]


def serve(day: RecordedDay, port: int, ready: Callable[[str], None]) -> None:
    """Serve a day on a port of this machine until its last request; `ready` gets the address."""

    class Handler(BaseHTTPRequestHandler):
        """Handler of one request."""

        def do_POST(self) -> None:
            """Answer a request of the client."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            status, answer = day.answer(f"POST {self.path}", json.loads(body))
            self._send(status, answer)

        def log_message(self, *_: object) -> None:
            """Write no log; the day reports its requests."""

        def _send(self, status: int, answer: Any) -> None:
            is_stream = isinstance(answer, list)
            lines = [json.dumps(line, ensure_ascii=False) for line in (answer if is_stream else [answer])]
            content = "".join(f"{line}\n" for line in lines).encode()
            self.send_response(status)
            self.send_header("F178-Protocol", "1")
            self.send_header("Content-Type", "application/x-ndjson" if is_stream else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with HTTPServer(("127.0.0.1", port), Handler) as server:
        ready(f"http://127.0.0.1:{server.server_port}")
        while day.exchanges:
            server.handle_request()


def _reduced(value: Any) -> Any:
    """Return a body without members that are free, or that have the value of a member left out."""
    if isinstance(value, list):
        return [_reduced(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: _reduced(item) for name, item in value.items() if name not in _FREE}
    return {name: item for name, item in members.items() if item not in (None, False, "", 0, [], {})}
