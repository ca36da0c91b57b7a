"""Player of the cases: it runs their steps with foreign clients and an office, and compares the answers."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field178_server.conformance import files
from field178_server.conformance.client import ForeignClient, read_frames, require
from field178_server.conformance.hashes import Json, buckets, short_hash, state_hash
from field178_server.conformance.office import UNITS, Office
from field178_server.conformance.patterns import Mismatch, Variables, fill, match, match_some
from field178_server.conformance.picture import new_picture
from field178_server.conformance.sender import Answer

# Variables that outlive a case; the others are of one case.
_KEPT = ("unit", "unit 2", "team")
GZIP = b"\x1f\x8b"
CHANGE: Json = {
    "type": "establishment",
    "scope": "unit:<unit>",
    "op": "put",
    "create": False,
    "schema": 1,
    "at": "2026-11-24T15:00:00Z",
    "clock_offset_ms": -740,
    "set": {},
    "was": {},
    "replaces": [],
}


class NotPlayedError(Exception):
    """Step that needs the operator's commands, or a restore that the player cannot do."""


@dataclass
class Player:
    """Clients by name, and the values that the steps share."""

    connect: Callable[[], ForeignClient]
    office: Office | None
    variables: Variables = field(default_factory=dict)
    clients: dict[str, ForeignClient] = field(default_factory=dict)
    restore: Callable[[str], None] | None = None
    recording: list[Json] | None = None
    _changes: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.variables |= files.records()
        if self.office is not None:
            self.variables |= {
                "unit": UNITS[0],
                "unit 2": UNITS[1],
                "team": self.office.team,
                "login": self.office.login,
                "password": self.office.password,
            }

    def play(self, case: Json) -> None:
        """Run the steps of a case; raise Mismatch or RuleViolation at the first difference."""
        shared = dict(self.variables)
        self.variables |= new_picture()
        self._changes = {}
        try:
            for number, step in enumerate(case["steps"]):
                try:
                    self._step(step)
                except AssertionError as error:
                    error.add_note(f"at step {number}")
                    raise
        finally:
            kept = {name: self.variables[name] for name in _KEPT if name in self.variables}
            self.variables = shared | kept

    def client(self, name: str) -> ForeignClient:
        """Return a client; a new name is enrolled as a tablet, which reads everything."""
        if name not in self.clients:
            self._enrol(name, ())
            self.clients[name].pull_all()
            self._read_scopes(self.clients[name].hello["scopes"])
        client = self.clients[name]
        self.variables |= {
            "device": client.device,
            "incarnation": client.incarnation,
            "officer": client.user,
            "epoch": client.epoch,
        }
        self.variables[f"{name} device"] = client.device
        return client

    def _read_scopes(self, scopes: list[str]) -> None:
        """Set units and team by the scopes of a client that has a code of its own."""
        units = [scope.removeprefix("unit:") for scope in scopes if scope.startswith("unit:")]
        teams = [scope.removeprefix("team:") for scope in scopes if scope.startswith("team:")]
        for name, values in (("unit", units), ("unit 2", units[1:]), ("team", teams)):
            if values and self.office is None:
                self.variables[name] = values[0]

    def _step(self, step: Json) -> None:
        for kind, run in self._kinds().items():
            if kind in step:
                run(step)
                return
        raise ValueError(f"unknown step: {step}")

    def _kinds(self) -> dict[str, Callable[[Json], None]]:
        return {
            "push": self._push,
            "exchange": self._exchange,
            "pull": self._pull,
            "http": self._http,
            "enrol": self._enrol_step,
            "register": self._register,
            "session": self._session,
            "copy": self._copy,
            "office": self._office,
            "base": self._base,
            "let": self._let,
            "store": self._store,
        }

    def _push(self, step: Json) -> None:
        """Send changes and compare their receipts."""
        client = self.client(step.get("client", "first"))
        changes = [self._change(client, template) for template in step["push"]]
        frames = client.sync(changes, **self._members(client, step))
        results = [frame for frame in frames if frame["frame"] == "res"][: len(changes)]
        for number, pattern in enumerate(step.get("results", [])):
            match(results[number], {**pattern, "…": "…"}, self.variables, f"res {number}")
        self._compare(frames, step)

    def _exchange(self, step: Json) -> None:
        """Send a request as it is written and compare the whole answer."""
        client = self.client(step.get("client", "first"))
        request = fill(step["exchange"], self.variables)
        answer = client.post("/api/v1/sync", request)
        require(answer.status_code == 200, "R6.6", "200", answer.text)
        client.pushed = request.get("push", [])
        frames = read_frames(answer)
        client.take(frames, request.get("repair"))
        self._compare(frames, step)

    def _pull(self, step: Json) -> None:
        """Ask until there are no more rows, and compare the rows of all answers."""
        client = self.client(step.get("client", "first"))
        frames: list[Json] = []
        members = self._members(client, step)
        is_whole = False
        while not is_whole:
            before = dict(client.cursors)
            answer = client.sync(**members)
            is_whole = not answer[-1]["more"] and all(frame["frame"] != "resync" for frame in answer)
            require(is_whole or client.cursors != before, "R6.7", "rows above the cursors", answer[-1])
            frames += answer
            members = {name: value for name, value in members.items() if name == "max_records"}
        self._compare(frames, step)

    def _compare(self, frames: list[Json], step: Json) -> None:
        if "answer" in step:
            match(frames, step["answer"], self.variables, "answer")
        match_some(frames, step.get("frames", []), self.variables, "frames")
        for pattern in step.get("none", []):
            try:
                match_some(frames, [pattern], dict(self.variables), "none")
            except Mismatch:
                continue
            raise Mismatch(f"expected no {pattern!r}")

    def _members(self, client: ForeignClient, step: Json) -> Json:
        """Return further members of the request; `$` values are computed from the client."""
        members = fill(step.get("with", {}), self.variables)
        return {name: self._computed(client, value) for name, value in members.items()}

    def _computed(self, client: ForeignClient, value: Any) -> Any:
        computed: dict[str, Callable[[Any], object]] = {
            "$buckets": lambda scope: buckets(client.hashes(scope)),
            "$state": lambda _: _state(client),
            "$signature": client.sign,
            "$cursors": lambda more: {**client.cursors, **more},
        }
        return _computed(value, computed)

    def _change(self, client: ForeignClient, template: Json) -> Json:
        """Return a change: a new one, or an earlier one again with other members."""
        if "again" in template:
            change = copy.deepcopy(self._changes[template["again"]])
            others = {name: value for name, value in template.items() if name != "again"}
            change.update(fill(others, self.variables))
            return change
        own = {name: value for name, value in template.items() if name not in ("as", "without")}
        client.n += 1
        change = {"change_id": f"<{template.get('as', f'change {client.n}')}>", "n": client.n, **CHANGE}
        record_id = fill(own.get("record_id", "<record>"), self.variables)
        change |= {"record_id": record_id, "base_rev": client.base.get(record_id, {}).get("rev", 0)}
        change |= {"user": client.user, **own}
        change = fill(change, self.variables)
        if template.get("op") == "delete" and "was" not in template:
            change["was"] = {"_h": short_hash(client.base[record_id]["data"])}
        if "as" in template:
            self._changes[template["as"]] = change
        return {name: value for name, value in change.items() if name not in template.get("without", [])}

    def _http(self, step: Json) -> None:
        """Send one request as it is written and compare status, headers and body."""
        method, path = fill(step["http"], self.variables).split(" ")
        name = step.get("client", "first")
        client = self.client(name) if name else self.connect()
        headers = client.headers(**fill(step.get("headers", {}), self.variables))
        if "metadata" in step:
            headers["Upload-Metadata"] = _metadata(fill(step["metadata"], self.variables))
        headers = {name: str(value) for name, value in headers.items() if value != ""}
        self.variables["public key"] = client.public_key()
        answer = client.send(method, path, self._body(client, step), headers)
        if answer.status_code != step["status"]:
            raise Mismatch(f"{step['http']}: expected {step['status']}, received {_shown(answer)}")
        for header, value in step.get("answer_headers", {}).items():
            received = answer.headers.get(header.lower())
            if received is None:
                raise Mismatch(f"{header}: expected {value!r}, received no such header")
            match(received, value, self.variables, header)
        if "answer" in step:
            match(answer.json(), step["answer"], self.variables, "answer")
        if "frames" in step:
            match_some(read_frames(answer), step["frames"], self.variables, "frames")

    def _body(self, client: ForeignClient, step: Json) -> bytes:
        if "text" in step:
            text: str = fill(step["text"], self.variables)
            return text.encode()
        if "bytes" in step:
            return bytes.fromhex(fill(step["bytes"], self.variables))
        if "json" not in step:
            return b""
        filled = self._computed(client, fill(step["json"], self.variables))
        body = json.dumps(filled, ensure_ascii=False).encode()
        if step.get("gzip"):
            return gzip.compress(body) + bytes.fromhex(step.get("then", ""))
        return body

    def _enrol_step(self, step: Json) -> None:
        """Enrol a client with the scopes of a step."""
        self._enrol(step["enrol"], fill(step.get("scopes", []), self.variables))
        if not step.get("unread"):
            self.client(step["enrol"]).pull_all()

    def _enrol(self, name: str, scopes: Iterable[str]) -> None:
        client = self._registered(name, scopes)
        client.sign_in()
        client.sign_in_officer(str(self.variables["login"]), str(self.variables["password"]))

    def _register(self, step: Json) -> None:
        """Send an enrolment code without a sign-in of its officer."""
        client = self._registered(step["register"], fill(step.get("scopes", []), self.variables))
        client.sign_in()
        self.client(step["register"])

    def _registered(self, name: str, scopes: Iterable[str]) -> ForeignClient:
        code = self.variables.get(f"{name} code") or self._office_needed().code(list(scopes))
        client = self._watched(name, self.connect())
        if key := self.variables.get(f"{name} key"):
            client.key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))
        client.incarnation = self.variables.get(f"{name} incarnation", client.incarnation)
        self.clients[name] = client
        client.register(code)
        return client

    def _watched(self, name: str, client: ForeignClient) -> ForeignClient:
        """Record the exchanges of a client, if they are to be recorded."""
        recording, send = self.recording, type(client).send
        if recording is not None:

            def watched(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
                answer = send(client, method, path, body, headers)
                recording.append(recorded(name, f"{method} {path}", body, answer))
                return answer

            client.send = watched  # type: ignore[method-assign]
        return client

    def _session(self, step: Json) -> None:
        """Open a new session of a client."""
        self.client(step["session"]).sign_in()

    def _copy(self, step: Json) -> None:
        """Copy the database of a client, as a restored or cloned tablet has it."""
        self.client(step["copy"])
        self.clients[step["to"]] = self._watched(step["to"], copy.deepcopy(self.clients[step["copy"]]))

    def _office(self, step: Json) -> None:
        """Run a command of the operator and compare its output."""
        output = self._office_needed().run(
            *fill(step["office"], self.variables), stdin=fill(step.get("input", ""), self.variables)
        )
        if "prints" in step:
            match(json.loads(output), step["prints"], self.variables, "output")

    def _office_needed(self) -> Office:
        if self.office is None:
            raise NotPlayedError("it needs the operator's commands")
        return self.office

    def _base(self, step: Json) -> None:
        """Compare base rows of a client; null: the client has no such row."""
        client = self.client(step.get("client", "first"))
        for record, pattern in step["base"].items():
            row = client.base.get(fill(record, self.variables))
            expected = {**pattern, "…": "…"} if isinstance(pattern, dict) else pattern
            match(row, expected, self.variables, record)

    def _let(self, step: Json) -> None:
        """Set variables."""
        for name, value in step["let"].items():
            filled = fill(value, self.variables)
            is_computed = isinstance(filled, dict) and any(member.startswith("$") for member in filled)
            self.variables[name] = self._computed(self.client("first"), filled) if is_computed else filled

    def _store(self, step: Json) -> None:
        """Save or restore the store of the server."""
        if self.restore is None:
            raise NotPlayedError("it needs a restore of the server")
        self.restore(step["store"])


def recorded(client: str, request: str, body: bytes, answer: Answer) -> Json:
    """Return an exchange in the form of the recorded days."""
    sent = gzip.decompress(body) if body[:2] == GZIP else body
    lines = [json.loads(line) for line in answer.text.splitlines()]
    is_stream = answer.headers["content-type"].startswith("application/x-ndjson")
    return {
        "client": client,
        "request": request,
        "body": json.loads(sent) if sent else None,
        "status": answer.status_code,
        "answer": lines if is_stream else lines[0],
    }


def _state(client: ForeignClient) -> str:
    """Return `state` of a client after its last whole answer."""
    scopes: list[list[object]] = [
        [scope, cursor, client.digest(scope)] for scope, cursor in client.cursors.items()
    ]
    notices = [notice["id"] for notice in client.hello["notices"]]
    return state_hash(client.hello["epoch"], client.hello["backed_up"], notices, scopes)


def _computed(value: Any, computed: dict[str, Callable[[Any], object]]) -> Any:
    if isinstance(value, list):
        return [_computed(item, computed) for item in value]
    if not isinstance(value, dict):
        return value
    for name, compute in computed.items():
        if name in value:
            return compute(value[name])
    return {name: _computed(item, computed) for name, item in value.items()}


def _metadata(values: dict[str, str]) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def _shown(answer: Answer) -> str:
    return f"{answer.status_code} {answer.text[:300]}"
