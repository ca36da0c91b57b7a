"""Client of the sync protocol, written from docs/sync-protocol.md alone without code of the product."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]
# One pool for all clients of a test process: a client is only data.
HTTP = requests.Session()
HTTP.trust_env = False


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash(record: Json) -> str:
    members = [record["id"], record["type"], record["rev"], record["deleted"], record["data"]]
    return hashlib.sha256(canonical(members)).hexdigest()[:32]


def digest(hashes: list[str]) -> list[object]:
    return [len(hashes), f"{sum(int(h, 16) for h in hashes) % 2**128:032x}"]


def receipt_hash(receipt: Json) -> str:
    verdict = [receipt["change_id"], receipt["status"], receipt["reason"]]
    return hashlib.sha256(canonical(verdict)).hexdigest()[:32]


def written(data: Json, change: Json) -> Json:
    """What a change makes of the data it was made on (§2.2: null removes, missing objects are created)."""
    result: Json = json.loads(json.dumps(data))
    for path, value in change["set"].items():
        *way, last = path.split(".")
        inner = result
        for key in way:
            inner = inner.setdefault(key, {})
        inner.pop(last, None)
        if value is not None:
            inner[last] = value
    return result


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class ForeignClient:
    """A tablet of somebody else: keys, one incarnation, base rows, cursors; no outbox cleverness."""

    url: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    incarnation: str = field(default_factory=lambda: str(uuid.uuid4()))
    timeout_s: float = 30
    device: str = ""
    user: str = ""
    token: str = ""
    epoch: str | None = None
    n: int = 0
    cursors: dict[str, int] = field(default_factory=dict)
    base: dict[str, Json] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    pushed: list[Json] = field(default_factory=list)

    def enrol(
        self, code: str, label: str = "máy thử", login: str = "an", password: str = "con-trau-gam-co-an-1"
    ) -> Json:
        """Make this client a device, and let the officer whose code it is sign in on it."""
        public = unpadded(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        signature = unpadded(self.key.sign(f"field178-enrol-v1|{code}|{public}".encode()))
        body = {"code": code, "public_key": public, "label": label, "signature": signature}
        answer = self.post("/api/v1/devices", body)
        assert answer.status_code == 201, answer.text
        enrolled: Json = answer.json()
        self.device, self.user = enrolled["device"], enrolled["user"]["id"]
        self.sign_in()
        answer = self.post("/api/v1/devices/officers", {"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        return enrolled

    def granted(self) -> list[str]:
        """Return the scopes this client may read."""
        scopes: list[str] = self.sync()[0]["scopes"]
        return scopes

    def sign_in(self) -> None:
        nonce = self.post("/api/v1/auth/challenge", {"device": self.device}).json()["nonce"]
        signature = unpadded(self.key.sign(f"field178-session-v1|{nonce}|{self.device}".encode()))
        answer = self.post(
            "/api/v1/auth/session", {"device": self.device, "nonce": nonce, "signature": signature}
        )
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]

    def post(self, path: str, body: object, *, stream: bool = False, **headers: str) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        head = {"F178-Protocol": "1", "Content-Type": "application/json", **headers}
        if self.token and "Authorization" not in head:
            head["Authorization"] = f"Bearer {self.token}"
        url = self.url + path
        return HTTP.post(
            url, data=data, headers=head, timeout=self.timeout_s, allow_redirects=False, stream=stream
        )

    def change(self, record_id: str, type_: str, scope: str, set_: Json, **more: Any) -> Json:
        self.n += 1
        return {
            "change_id": str(uuid.uuid4()),
            "n": self.n,
            "record_id": record_id,
            "type": type_,
            "scope": scope,
            "op": "put",
            "create": False,
            "base_rev": self.base.get(record_id, {}).get("rev", 0),
            "schema": 1,
            "at": "2025-03-11T02:00:00Z",
            "clock_offset_ms": 0,
            "user": self.user,
            "set": set_,
            "was": {},
            "replaces": [],
            **more,
        }

    def request(self, **members: object) -> Json:
        return {
            "device": self.device,
            "incarnation": self.incarnation,
            "epoch": self.epoch,
            "cursors": self.cursors,
            **members,
        }

    def sync(self, push: list[Json] | None = None, **members: object) -> list[Json]:
        """One exchange: checks what every client must check and takes the answer over."""
        self.pushed = push or []
        body = gzip.compress(json.dumps(self.request(push=self.pushed, **members)).encode())
        answer = self.post("/api/v1/sync", body, **{"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["F178-Protocol"] == "1"
        assert answer.headers["Content-Type"].startswith("application/x-ndjson")
        frames: list[Json] = [json.loads(line) for line in answer.text.splitlines()]
        assert frames[0]["frame"] == "hello"
        assert frames[-1]["frame"] == "end"
        assert frames[-1]["frames"] == len(frames)
        self.take(frames)
        return frames

    def take(self, frames: list[Json]) -> None:
        hello, staged = frames[0], dict[str, Json | None]()
        for frame in frames[1:]:
            kind = frame["frame"]
            if kind in ("res", "rec"):
                staged |= {record["id"]: record for record in self._records(frame)}
            elif kind == "leave":
                if self.base.get(frame["id"], {}).get("scope") == frame["scope"]:
                    staged[frame["id"]] = None
            elif kind == "ck":
                self._commit(hello, frame, staged)
                staged = {
                    record_id: rec
                    for record_id, rec in staged.items()
                    if rec and rec["scope"] != frame["scope"]
                }
            elif kind == "resync":
                self.cursors.pop(frame["scope"], None)
        assert not staged, "rows after the last checkpoint"

    def digest(self, scope: str) -> list[object]:
        if scope == f"device:{self.device}":
            return digest([receipt_hash(receipt) for receipt in self.receipts.values()])
        return digest([r["h"] for r in self.base.values() if r["scope"] == scope and not r["deleted"]])

    def pull_all(self) -> list[Json]:
        frames = self.sync()
        while frames[-1].get("more"):
            frames = self.sync()
        return frames

    def _records(self, frame: Json) -> list[Json]:
        if frame["frame"] == "rec":
            assert content_hash(frame) == frame["h"]
            return [frame]
        # Whether the row comes too belongs to this answer, not to the receipt.
        if frame["reason"] != "id_reuse":
            self.receipts[frame["change_id"]] = {name: frame[name] for name in frame if name != "stub"}
        return [self._own(frame)] if frame.get("stub") else []

    def _own(self, result: Json) -> Json:
        """The record that is not sent: what the tablet had, and its own change."""
        change = next(change for change in self.pushed if change["change_id"] == result["change_id"])
        before = self.base.get(change["record_id"], {"data": {}})
        record = {
            "id": change["record_id"],
            "type": change["type"],
            "scope": result["scope"],
            "rev": result["rev"],
            "deleted": change["op"] == "delete",
            "data": written(before["data"], change),
        }
        return {**record, "h": content_hash(record)}

    def _commit(self, hello: Json, checkpoint: Json, staged: dict[str, Json | None]) -> None:
        scope = checkpoint["scope"]
        for record_id, record in staged.items():
            if record is None:
                self.base.pop(record_id, None)
            elif record["scope"] == scope:
                self.base[record_id] = record
        assert checkpoint["seq"] >= self.cursors.get(scope, 0)
        self.cursors[scope] = checkpoint["seq"]
        self.epoch = hello["epoch"]
        if "digest" in checkpoint:
            assert self.digest(scope) == checkpoint["digest"], f"digest of {scope}"


def enrolment_code(printed: str) -> str:
    """The 16 Crockford characters in what the operator's command prints."""
    code = re.search(r"\b[0-9A-HJKMNP-TV-Z]{16}\b", printed)
    assert code is not None, printed
    return code.group()
