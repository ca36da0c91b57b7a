"""One exchange as bytes: what went up, what came down, how long it took; the least a client must do."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from dataclasses import dataclass

import requests
from tests.e2e.foreign_client import ForeignClient, Json

from field178_shared.wire.canonical import canonical

JSON = "application/json"


class BusyError(Exception):
    """The server refused an exchange because it is busy."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"busy; again after {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Answer:
    """One answered exchange; bytes are those of the bodies as they crossed the line."""

    up: int
    down: int
    wall_s: float
    text: str

    @property
    def more(self) -> bool:
        """Whether the server has more to say."""
        return '"more":true' in self.text.rstrip().rsplit("\n", 1)[-1]

    @property
    def acknowledged(self) -> int:
        """How many pushed changes were applied as sent."""
        return self.text.count('"status":"applied"')


def pushed_when_free(session: requests.Session, client: ForeignClient, body: bytes) -> tuple[Answer, int]:
    """Send one body until the server takes it, as a tablet does; return how often it was busy as well."""
    refusals = 0
    while True:
        try:
            return exchange(session, client, body), refusals
        except BusyError as busy:
            refusals += 1
            time.sleep(busy.retry_after_s)


def line() -> requests.Session:
    """Return a kept-alive line of its own."""
    session = requests.Session()
    session.trust_env = False
    return session


def packed(client: ForeignClient, **members: object) -> bytes:
    """Return the body of a request as a tablet writes it."""
    return compressed(canonical(client.request(**members)))


def compressed(request: bytes) -> bytes:
    """Return a request as a tablet compresses it."""
    return gzip.compress(request, 6)


def headers(client: ForeignClient) -> dict[str, str]:
    """Return what every exchange of this client says about itself."""
    return {
        "F178-Protocol": "1",
        "Content-Type": JSON,
        "Content-Encoding": "gzip",
        "Accept-Encoding": "gzip",
        "Authorization": f"Bearer {client.token}",
    }


def exchange(session: requests.Session, client: ForeignClient, body: bytes, url: str = "") -> Answer:
    """Send one body; the clock stops when the last byte is here. Raise BusyError for a refusal."""
    started = time.perf_counter()
    address = f"{url or client.url}/api/v1/sync"
    answer = session.post(address, data=body, headers=headers(client), timeout=120, stream=True)
    raw = answer.raw.read(decode_content=False)
    wall = time.perf_counter() - started
    is_gzip = answer.headers.get("Content-Encoding") == "gzip"
    text = (zlib.decompress(raw, 31) if is_gzip else raw).decode()
    if answer.status_code == 503:
        raise BusyError(json.loads(text)["retry_after_s"])
    assert answer.status_code == 200, text
    return Answer(len(body), len(raw), wall, text)


def follow(client: ForeignClient, text: str) -> None:
    """Take over what the next request needs, and no more: benches measure the server."""
    for line in text.splitlines():
        if '"frame":"hello"' in line[:20] or '"frame":"ck"' in line[:20]:
            frame: Json = json.loads(line)
            client.epoch = frame.get("epoch", client.epoch)
            if frame["frame"] == "ck":
                client.cursors[frame["scope"]] = frame["seq"]


def applied(answer: Answer, count: int) -> None:
    """Assert that all pushed changes were applied as sent; a bench of refusals measures nothing."""
    assert answer.acknowledged == count, f"{answer.acknowledged} of {count} applied"
