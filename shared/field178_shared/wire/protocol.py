"""Messages of sync protocol v1 (docs/sync-protocol.md) as dataclasses, with its version and limits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from field178_shared.device_status import DeviceStatus
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.immutable import immutable
from field178_shared.records.value import Value
from field178_shared.wire.canonical import canonical, receipt_hash
from field178_shared.wire.hash_chain import NO_ROOT, RootSeen

VERSION = 1
HEADER = "F178-Protocol"
NDJSON = "application/x-ndjson"

MAX_INTEGER = 9007199254740991
MAX_DEPTH = 32
MAX_SET_DEPTH = 16
MAX_TEXT = 4000
MAX_BODY_BYTES = 1 << 20
MAX_EXPANDED_BYTES = 4 << 20
MAX_ANSWER_BYTES = 1 << 20
MAX_CHANGES = 500
MAX_CHANGE_BYTES = 64 << 10
MAX_DATA_BYTES = 256 << 10
MAX_CONFLICT_ENTRIES = 100
MAX_DIVERGENT_RECORDS = 100
# Granted by the office; beside them a tablet has the scope of its receipts.
MAX_SCOPES = 64
MAX_RECORDS = 2000
DEFAULT_RECORDS = 500
MAX_LABEL = 64
ROWS_PER_CHECKPOINT = 50
LONG_WAS_BYTES = 64
MERGED_INTO = "merged_into"
# The only member of a record whose content was removed for good: when that was.
ERASED_AT = "purged"
# How the canonical content of such a record begins.
ERASED_OPENING = f'{{"{ERASED_AT}":'
# Member of a record from which retention removed values: its revision then, and the periods by day.
REDUCED = "reduced"

JsonObject = Mapping[str, object]


class Status(StrEnum):
    """The outcome of one change."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


def receipt_scope(device_id: str) -> str:
    """Return the scope of a device's receipts."""
    return f"device:{device_id}"


class Op(StrEnum):
    """Operation of a change on its record."""

    PUT = "put"
    DELETE = "delete"
    RESOLVE = "resolve"


@immutable()
class Change:
    """One save of a user on a device.

    `at` is None if the change has no time. `conflicts` of a resolve is {conflict id: seen revision}, None if
    malformed, which fails this change and not the whole request. `body` and `content` are the canonical bytes
    of the change as sent, including unknown members, and of its `set`. `value`: the content of a create,
    decoded by its reader; None if it is not certainly valid.
    """

    change_id: str
    n: int
    record_id: str
    type: str
    scope: str
    op: str
    create: bool
    base_rev: int
    schema: int
    at: str | None
    clock_offset_ms: int
    user: str
    was: dict[str, object]
    conflicts: dict[str, int] | None
    replaces: tuple[str, ...]
    content: bytes
    body: bytes = field(repr=False)
    text: str = field(repr=False)
    value: Value | None = field(default=None, repr=False, compare=False)

    @cached_property
    def set(self) -> dict[str, object]:
        """The new values by path; MUST NOT be modified in place."""
        values = json.loads(self.content)
        assert isinstance(values, dict)
        return values

    @property
    def wire(self) -> dict[str, object]:
        """The object as sent."""
        body = json.loads(self.body)
        assert isinstance(body, dict)
        return body

    @classmethod
    def from_wire(cls, value: object, pointer: str = "") -> Change:
        """Return the change of a wire object, or raise AppError(bad_request) pointing at the fault."""
        reader = Reader(value, pointer)
        body = canonical(reader.value)
        return cls(
            change_id=reader.uuid("change_id"),
            n=reader.integer("n", minimum=1),
            record_id=reader.uuid("record_id"),
            type=reader.text("type"),
            scope=reader.text("scope"),
            op=reader.text("op"),
            create=reader.flag("create"),
            base_rev=reader.integer("base_rev", default=0),
            schema=reader.integer("schema", default=1),
            at=reader.text("at", default="") if "at" in reader.value else None,
            clock_offset_ms=reader.integer("clock_offset_ms", default=0, minimum=-MAX_INTEGER),
            user=reader.text("user", default=""),
            was=dict(reader.members("was")),
            conflicts=_revisions(reader.value.get("conflicts")),
            replaces=_texts(reader.value.get("replaces")),
            content=canonical(reader.members("set")),
            body=body,
            text=body.decode(),
        )


@immutable(slots=True)
class Receipt:
    """The stored outcome of one change."""

    change_id: str
    status: Status
    reason: str | None
    details: JsonObject
    scope: str
    rev: int
    seq: int | None
    at: str
    incarnation: str

    @property
    def hash(self) -> str:
        """The receipt's member of the digest of its scope."""
        return receipt_hash(self.change_id, self.status.value, self.reason)

    def to_wire(self) -> dict[str, object]:
        """Return the members of a `res` frame."""
        return {
            "change_id": self.change_id,
            "status": self.status.value,
            "reason": self.reason,
            "details": dict(self.details),
            "scope": self.scope,
            "rev": self.rev,
            "seq": self.seq,
            "at": self.at,
            "incarnation": self.incarnation,
        }

    @classmethod
    def from_wire(cls, value: object) -> Receipt:
        """Return the receipt of a `res` frame, or raise AppError(bad_request)."""
        reader = Reader(value)
        status = reader.text("status")
        if status not in tuple(Status):
            raise AppError(ErrorCode.BAD_REQUEST, pointer="/status")
        return cls(
            change_id=reader.text("change_id"),
            status=Status(status),
            reason=reader.text("reason", default="") or None,
            details=reader.members("details"),
            scope=reader.text("scope"),
            rev=reader.integer("rev", default=0),
            seq=reader.integer("seq", default=0) or None,
            at=reader.text("at", default=""),
            incarnation=reader.text("incarnation", default=""),
        )


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Request of the exchange; unknown members are ignored.

    `below`: of each scope whose load has not ended, the lowest stamp that the tablet has; None: it loads
    upward. `keys`: the number of the last announcement of keys that the tablet follows.
    """

    device: str
    incarnation: str
    epoch: str | None
    app: str
    now: str
    cursors: Mapping[str, int]
    below: Mapping[str, int] | None
    state: str | None
    push: tuple[Change, ...]
    repair: JsonObject
    max_records: int
    device_status: DeviceStatus | None = None
    divergent_records: tuple[object, ...] = ()
    root: RootSeen = NO_ROOT
    keys: int = 0

    @classmethod
    def from_wire(cls, value: object, changes: Sequence[Change] | None = None) -> SyncRequest:
        """Return the request of a wire object, or raise AppError (bad_request, too_large) with a pointer.

        `changes`: those that it pushes, where they are read already.
        """
        reader = Reader(value)
        push = reader.items("push", MAX_CHANGES, "changes")
        repair = reader.scopes("repair")
        return cls(
            device=reader.text("device"),
            incarnation=reader.uuid("incarnation"),
            epoch=reader.text("epoch", default="") or None,
            app=reader.text("app", default=""),
            now=reader.text("now", default=""),
            cursors=reader.stamps("cursors"),
            below=None if reader.value.get("below") is None else reader.stamps("below"),
            state=reader.text("state", default="") or None,
            push=tuple(
                changes or [Change.from_wire(item, f"/push/{index}") for index, item in enumerate(push)]
            ),
            repair=repair,
            divergent_records=tuple(reader.items("salvage", MAX_DIVERGENT_RECORDS, "salvage")),
            keys=reader.integer("keys", default=0),
            max_records=min(reader.integer("max_records", default=DEFAULT_RECORDS), MAX_RECORDS),
            device_status=DeviceStatus.from_wire(reader.value.get("about")),
            root=RootSeen.from_wire(reader.value.get("root")),
        )


# Days for which a tablet may be read without contact: what the answer leaves out, and the most.
LEASE_DAYS, MOST_LEASE_DAYS = 7, 30


class Reader:
    """Reads members of one wire object; null means absent; a fault is AppError(bad_request)."""

    def __init__(self, value: object, pointer: str = "") -> None:
        self._pointer = pointer
        if not isinstance(value, Mapping):
            raise AppError(ErrorCode.BAD_REQUEST, pointer=pointer, problem="not_object")
        self.value: JsonObject = value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text member; without a default it is required and not empty."""
        value = self.value.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (default is None and not value):
            raise self._fault(name)
        return value

    def uuid(self, name: str) -> str:
        """Return a required lower-case UUID."""
        text = self.text(name)
        if not is_uuid(text):
            raise self._fault(name)
        return text

    def integer(self, name: str, default: int | None = None, minimum: int = 0) -> int:
        """Return a whole number not below `minimum`; booleans are not numbers."""
        number = self.value.get(name)
        if number is None and default is not None:
            return default
        if type(number) is not int or number < minimum:
            raise self._fault(name)
        return number

    def flag(self, name: str) -> bool:
        """Return a boolean member, false when absent."""
        flag = self.value.get(name)
        if flag is None:
            return False
        if not isinstance(flag, bool):
            raise self._fault(name)
        return flag

    def members(self, name: str) -> JsonObject:
        """Return an object member, empty when absent."""
        member = self.value.get(name)
        if member is None:
            return {}
        if not isinstance(member, dict):
            raise self._fault(name)
        return member

    def scopes(self, name: str) -> JsonObject:
        """Return an object member by scope, with at most as many scopes as a device can read."""
        members = self.members(name)
        _within(len(members), MAX_SCOPES + 1, "scopes", f"{self._pointer}/{name}")
        return members

    def stamps(self, name: str) -> dict[str, int]:
        """Return an object member that gives stamps by scope, empty when absent."""
        members = self.scopes(name)
        reader = Reader(members, f"{self._pointer}/{name}")
        return {scope: reader.integer(scope) for scope in members}

    def items(self, name: str, limit: int, unit: str) -> list[object]:
        """Return a list member of at most `limit` items, empty when absent."""
        items = self.value.get(name)
        if items is None:
            return []
        if not isinstance(items, list):
            raise self._fault(name)
        _within(len(items), limit, unit, f"{self._pointer}/{name}")
        return items

    def texts(self, name: str, limit: int) -> tuple[str, ...]:
        """Return a list member of texts."""
        items = self.items(name, limit, name)
        texts = tuple(item for item in items if isinstance(item, str))
        if len(texts) != len(items):
            raise self._fault(name)
        return texts

    def _fault(self, name: str) -> AppError:
        change_id = self.value.get("change_id")
        named = {"change_id": change_id} if isinstance(change_id, str) and self._pointer else {}
        return AppError(ErrorCode.BAD_REQUEST, pointer=f"{self._pointer}/{name}", **named)


def _revisions(value: object) -> dict[str, int] | None:
    if not isinstance(value, Mapping):
        return None
    named = {key: rev for key, rev in value.items() if type(rev) is int}
    return named if len(named) == len(value) else None


def _texts(value: object) -> tuple[str, ...]:
    # Other values count as an empty list.
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _within(count: int, limit: int, unit: str, pointer: str) -> None:
    if count > limit:
        raise AppError(ErrorCode.TOO_LARGE, limit=limit, unit=unit, pointer=pointer)
