"""Client of the conformance checks on one pool of connections."""

from __future__ import annotations

import requests

from field178_server.conformance import client as conformance
from field178_server.conformance.client import enrolment_code
from field178_server.conformance.hashes import Json, canonical, content_hash, padded

__all__ = ["HTTP", "ForeignClient", "Json", "canonical", "content_hash", "enrolment_code", "padded"]

# One pool for all clients of a test process: a client is only data.
HTTP = requests.Session()
HTTP.trust_env = False


class ForeignClient(conformance.ForeignClient):
    """Foreign client whose requests share the pool."""

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> requests.Response:
        return HTTP.request(
            method,
            self.url + path,
            data=body,
            headers=headers,
            timeout=self.timeout_s,
            allow_redirects=False,
        )
