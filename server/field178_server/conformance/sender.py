"""Sender of requests to a server over HTTP or HTTPS."""

from __future__ import annotations

import gzip
import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case) and body of an answer."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode()

    def json(self) -> Any:
        """Return the body as one JSON value, None for an empty body."""
        return json.loads(self.content) if self.content else None


class RequestSender(Protocol):
    """Sender of requests that returns the answers."""

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send a request and return the answer."""


@dataclass(frozen=True)
class HttpSender:
    """Sender over HTTP or HTTPS, with a connection for each request."""

    url: str
    timeout_s: float = 30
    ca_file: str | None = None

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send a request; redirects are not followed."""
        connection = self._connection()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            received = {name.lower(): value for name, value in response.getheaders()}
        finally:
            connection.close()
        if received.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(response.status, received, content)

    def _connection(self) -> http.client.HTTPConnection:
        address = urlsplit(self.url)
        host = address.hostname or ""
        if address.scheme != "https":
            return http.client.HTTPConnection(host, address.port, timeout=self.timeout_s)
        context = ssl.create_default_context(cafile=self.ca_file)
        return http.client.HTTPSConnection(host, address.port, timeout=self.timeout_s, context=context)
