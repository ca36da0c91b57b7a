"""Client of the sync protocol for checks: it verifies answers and keeps rows, receipts and cursors."""

from __future__ import annotations

import gzip
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from field178_server.conformance.hashes import (
    Json,
    changed,
    content_hash,
    digest,
    receipt_hash,
    unpadded,
)
from field178_server.conformance.sender import Answer, HttpSender, RequestSender

UNAUTHORIZED = 401
# Password of the accounts that checks add to a test server.
TEST_PASSWORD = "con-trau-gam-co-an-1"  # noqa: S105


class RuleViolation(AssertionError):
    """Answer that breaks a rule of the protocol."""

    def __init__(self, rule: str, expected: str, received: object) -> None:
        super().__init__(f"{rule}: expected {expected}, received {received!r}")
        self.rule = rule


def require(is_kept: bool, rule: str, expected: str, received: object) -> None:
    """Raise a RuleViolation unless the rule is kept."""
    if not is_kept:
        raise RuleViolation(rule, expected, received)


@dataclass
class ForeignClient:
    """Tablet of another maker: key, incarnation, base rows, receipts, cursors; no outbox."""

    url: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    incarnation: str = field(default_factory=lambda: str(uuid.uuid4()))
    timeout_s: float = 30
    device: str = ""
    user: str = ""
    token: str = ""
    epoch: str | None = None
    hello: Json = field(default_factory=dict)
    n: int = 0
    cursors: dict[str, int] = field(default_factory=dict)
    base: dict[str, Json] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    pushed: list[Json] = field(default_factory=list)
    sender: RequestSender | None = None

    def enrol(
        self, code: str, label: str = "máy thử", login: str = "an", password: str = TEST_PASSWORD
    ) -> Json:
        """Enrol this client as a device, and sign in the officer of the code on it."""
        enrolled = self.register(code, label)
        self.sign_in()
        self.sign_in_officer(login, password)
        return enrolled

    def register(self, code: str, label: str = "máy thử") -> Json:
        """Send an enrolment code and return the answer."""
        public = self.public_key()
        signature = self.sign(f"field178-enrol-v1|{code}|{public}")
        body = {"code": code, "public_key": public, "label": label, "signature": signature}
        answer = self.post("/api/v1/devices", body)
        require(answer.status_code == 201, "R10.2", "201", answer.text)
        enrolled: Json = answer.json()
        self.device, self.user = enrolled["device"], enrolled["user"]["id"]
        return enrolled

    def sign_in_officer(self, login: str, password: str) -> None:
        """Bind an officer to the device."""
        answer = self.post("/api/v1/devices/officers", {"login": login, "password": password})
        require(answer.status_code == 200, "R10.4", "200", answer.text)

    def sign_in(self) -> None:
        """Open a session by a challenge."""
        nonce = self.post("/api/v1/auth/challenge", {"device": self.device}).json()["nonce"]
        answer = self.post("/api/v1/auth/session", self.proof(nonce))
        require(answer.status_code == 200, "R10.11", "200", answer.text)
        self.token = answer.json()["token"]

    def proof(self, nonce: str) -> Json:
        """Return the request that opens a session with a nonce."""
        signature = self.sign(f"field178-session-v1|{nonce}|{self.device}")
        return {"device": self.device, "nonce": nonce, "signature": signature}

    def public_key(self) -> str:
        """Return the public key of the device."""
        return unpadded(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, text: str) -> str:
        """Return the signature of a text by the device key."""
        return unpadded(self.key.sign(text.encode()))

    def granted(self) -> list[str]:
        """Return the scopes that this client may read."""
        scopes: list[str] = self.sync()[0]["scopes"]
        return scopes

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """Send JSON or bytes with the headers of the protocol."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.send("POST", path, data, self.headers(**headers))

    def headers(self, **more: str) -> dict[str, str]:
        """Return the headers of a request; `more` replaces and adds."""
        sent = {"F178-Protocol": "1", "Content-Type": "application/json", "Accept-Encoding": "gzip", **more}
        if self.token and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.token}"
        return sent

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send a request to the server of this client."""
        sender = self.sender or HttpSender(self.url, self.timeout_s)
        return sender.send(method, path, headers, body)

    def change(self, record_id: str, type_: str, scope: str, set_: Json, **more: Any) -> Json:
        """Build a change with the next `n`; `more` replaces and adds members."""
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
        """Build the request of an exchange."""
        return {
            "device": self.device,
            "incarnation": self.incarnation,
            "epoch": self.epoch,
            "cursors": self.cursors,
            **members,
        }

    def sync(self, push: list[Json] | None = None, **members: object) -> list[Json]:
        """Run one exchange: send changes, check the answer and commit it."""
        request = self.request(push=push or [], **members)
        body = gzip.compress(json.dumps(request).encode())
        answer = self.post("/api/v1/sync", body, **{"Content-Encoding": "gzip"})
        if answer.status_code == UNAUTHORIZED:
            self.sign_in()
            answer = self.post("/api/v1/sync", body, **{"Content-Encoding": "gzip"})
        require(answer.status_code == 200, "R6.6", "200", answer.text)
        self.pushed = push or []
        frames = read_frames(answer)
        self.take(frames, request.get("repair"))
        return frames

    def pull_all(self) -> list[Json]:
        """Run exchanges until the server has no more rows; return the last answer."""
        frames = self.sync()
        while frames[-1].get("more"):
            before = dict(self.cursors)
            frames = self.sync()
            require(self.cursors != before, "R6.7", "rows above the cursors", frames[-1])
        return frames

    def take(self, frames: list[Json], repair: object = None) -> None:
        """Check and commit the frames of an answer."""
        hello, staged = frames[0], dict[str, Json | None]()
        self.hello = hello if "scopes" in hello else self.hello
        for frame in frames[1:]:
            kind = frame["frame"]
            if kind in ("res", "rec"):
                staged |= {record["id"]: record for record in self._records(frame)}
            elif kind == "leave" and self.base.get(frame["id"], {}).get("scope") == frame["scope"]:
                staged[frame["id"]] = None
            elif kind == "repair":
                require(bool(repair), "R6.21", "no repair", frame)
                self._drop(frame)
            elif kind == "ck":
                self._commit(hello, frame, staged)
                staged = {
                    record_id: record
                    for record_id, record in staged.items()
                    if record and record["scope"] != frame["scope"]
                }
            elif kind == "resync":
                self.cursors.pop(frame["scope"], None)
                self.epoch = hello["epoch"]
        require(not staged or frames[-1]["more"], "R6.9", "a ck after the rows", list(staged))

    def digest(self, scope: str) -> list[object]:
        """Return the digest of a scope."""
        return digest(self.hashes(scope).values())

    def hashes(self, scope: str) -> dict[str, str]:
        """Return {id: h} of the rows of a scope that count in its digest."""
        if scope == f"device:{self.device}":
            return {change_id: receipt_hash(receipt) for change_id, receipt in self.receipts.items()}
        return {
            record_id: record["h"]
            for record_id, record in self.base.items()
            if record["scope"] == scope and not record["deleted"]
        }

    def _records(self, frame: Json) -> list[Json]:
        if frame["frame"] == "rec":
            require(content_hash(frame) == frame["h"], "R2.15", content_hash(frame), frame["h"])
            return [frame]
        # `stub` is part of this answer, not of the receipt.
        if frame["reason"] != "id_reuse":
            self.receipts[frame["change_id"]] = {name: frame[name] for name in frame if name != "stub"}
        return [self._own(frame)] if frame.get("stub") else []

    def _own(self, result: Json) -> Json:
        """Return the record that is not sent: base row and own change."""
        changes = {change["change_id"]: change for change in self.pushed}
        require(result["change_id"] in changes, "R6.12", "a change of this request", result)
        change = changes[result["change_id"]]
        before = self.base.get(change["record_id"], {"data": {}})
        record = {
            "id": change["record_id"],
            "type": change["type"],
            "scope": result["scope"],
            "rev": result["rev"],
            "deleted": change["op"] == "delete",
            "data": changed(before["data"], change),
        }
        return {**record, "h": content_hash(record)}

    def _drop(self, repair: Json) -> None:
        """Drop the rows of repaired buckets that the server does not have."""
        own = repair["scope"] == f"device:{self.device}"
        rows: dict[str, Json] = self.receipts if own else self.base
        for row_id in self.hashes(repair["scope"]):
            if row_id[-2:] in repair["buckets"] and row_id not in repair["ids"]:
                rows.pop(row_id)

    def _commit(self, hello: Json, checkpoint: Json, staged: dict[str, Json | None]) -> None:
        scope = checkpoint["scope"]
        for record_id, record in staged.items():
            if record is None:
                self.base.pop(record_id, None)
            elif record["scope"] == scope:
                self.base[record_id] = record
        cursor = self.cursors.get(scope, 0) if self.epoch == hello["epoch"] else 0
        require(checkpoint["seq"] >= cursor, "R6.24", f"seq ≥ {cursor}", checkpoint)
        self.cursors[scope] = checkpoint["seq"]
        self.epoch = hello["epoch"]
        if "digest" in checkpoint:
            own = self.digest(scope)
            require(own == checkpoint["digest"], "R2.19", f"digest {own}", checkpoint)


def read_frames(answer: Answer) -> list[Json]:
    """Return the frames of a whole answer to an exchange."""
    require(answer.headers.get("f178-protocol") == "1", "R6.1", "F178-Protocol: 1", dict(answer.headers))
    kind = answer.headers.get("content-type", "")
    require(kind.startswith("application/x-ndjson"), "R6.6", "application/x-ndjson", kind)
    frames: list[Json] = [json.loads(line) for line in answer.text.splitlines()]
    require(frames[0].get("frame") == "hello", "R6.9", "hello", frames[0])
    is_whole = frames[-1].get("frame") == "end" and frames[-1]["frames"] == len(frames)
    require(is_whole, "R6.23", f"end with {len(frames)} frames", frames[-1])
    return frames


def enrolment_code(printed: str) -> str:
    """Return the code in the output of the operator's command: 16 Crockford characters."""
    code = re.search(r"\b[0-9A-HJKMNP-TV-Z]{16}\b", printed)
    if code is None:
        raise ValueError(printed)
    return code.group()
