"""The server's store read behind its back: plain rows, no product code between them and the oracle."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from zstandard import ZstdCompressionDict, ZstdDecompressor

from field178_mobile.store.database.driver import Connection, sqlite


class RecordRow(NamedTuple):
    """One record as stored."""

    id: str
    type: str
    scope: str
    rev: int
    seq: int
    deleted: int
    h: str
    body: str
    subject: str | None

    @property
    def data(self) -> Mapping[str, Any]:
        return _parsed(self.body)

    @property
    def is_erased(self) -> bool:
        return set(self.data) == {"purged"}

    @property
    def merged_into(self) -> str | None:
        return self.data.get("merged_into") if self.deleted else None


class ReceiptRow(NamedTuple):
    """A receipt as stored."""

    id: str
    device: str
    incarnation: str
    record: str
    status: str
    reason: str | None
    scope: str
    rev: int
    seq: int | None
    h: str | None
    v: int


class DeviceRow(NamedTuple):
    """The scope of one tablet's receipts."""

    id: str
    seq: int
    receipt_count: int
    receipt_sum: str


class ScopeRow(NamedTuple):
    """One scope's counters."""

    id: str
    seq: int
    floor: int
    live_count: int
    live_sum: str


@dataclass(frozen=True)
class ServerState:
    """Everything the protocol promises about, at one moment."""

    epoch: str
    records: Mapping[str, RecordRow]
    feed: Mapping[tuple[str, str], tuple[int, str]]
    scopes: Mapping[str, ScopeRow]
    receipts: Mapping[str, ReceiptRow]
    copies: Mapping[tuple[str, str], int]
    devices: Mapping[str, DeviceRow]
    granted: Mapping[str, frozenset[str]]
    revoked: frozenset[str]

    @cached_property
    def live(self) -> dict[str, dict[str, tuple[int, str]]]:
        """{scope: {record id: (rev, h)}} of the records that are not deleted."""
        records_of: dict[str, dict[str, tuple[int, str]]] = {scope: {} for scope in self.scopes}
        for row in self.records.values():
            if not row.deleted:
                records_of[row.scope][row.id] = (row.rev, row.h)
        return records_of

    def scopes_of(self, device: str) -> frozenset[str]:
        """The scopes of records that a tablet may read now."""
        return frozenset() if device in self.revoked else self.granted.get(device, frozenset())

    def receipts_of(self, device: str) -> dict[str, ReceiptRow]:
        """The receipts in the scope of a tablet, with their stamps there."""
        own = {row.id: row for row in self.receipts.values() if row.device == device}
        copies = {change_id: v for (change_id, holder), v in self.copies.items() if holder == device}
        return own | {change_id: self.receipts[change_id]._replace(v=v) for change_id, v in copies.items()}


@dataclass(frozen=True)
class History:
    """What the store keeps of every change: the text of the history and of the quarantine."""

    changes: list[tuple[str, str, str | None, int | None, str]]
    quarantined: Mapping[str, str]


_PARTS: Mapping[str, tuple[str, Callable[[list[tuple]], Any]]] = {
    "epoch": ("SELECT epoch FROM tenant", lambda rows: rows[0][0]),
    "records": (
        "SELECT record_id, type, scope, rev, seq, deleted, h, plain(body), subject_id FROM record",
        lambda rows: {row[0]: RecordRow._make(row) for row in rows},
    ),
    "feed": (
        "SELECT scope, record_id, seq, kind FROM feed",
        lambda rows: {(scope, record): (seq, kind) for scope, record, seq, kind in rows},
    ),
    "scopes": (
        "SELECT scope, seq, floor, live_count, live_sum FROM scope",
        lambda rows: {row[0]: ScopeRow._make(row) for row in rows},
    ),
    "receipts": (
        "SELECT change_id, device_id, incarnation, record_id, status, reason, scope, rev, seq, h, v "
        "FROM receipt",
        lambda rows: {row[0]: ReceiptRow._make(row) for row in rows},
    ),
    "copies": (
        "SELECT change_id, device_id, v FROM receipt_copy",
        lambda rows: {(change_id, device): v for change_id, device, v in rows},
    ),
    "devices": (
        "SELECT device_id, verdicts, receipt_count, receipt_sum FROM device",
        lambda rows: {row[0]: DeviceRow._make(row) for row in rows},
    ),
    "granted": ("SELECT device_id, scope FROM device_scope", lambda rows: _granted(rows)),
    "revoked": (
        "SELECT device_id FROM device WHERE revoked_at IS NOT NULL",
        lambda rows: frozenset(row[0] for row in rows),
    ),
}


class Window:
    """One connection for looking at the committed state; what is as it was is not built again.

    MUST be closed before the file is copied or replaced.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: Connection | None = None
        self._seen: tuple[int, ServerState] | None = None
        self._rows: dict[str, list[tuple]] = {}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def state(self) -> ServerState:
        """Return the committed state: the same object while nobody has committed anything."""
        # It counts the commits of others as this connection sees them.
        is_new = self._connection is None
        [(version,)] = self._all("PRAGMA data_version")
        if self._seen is None or is_new or self._seen[0] != version:
            self._seen = version, self._read(None if self._seen is None else self._seen[1])
        return self._seen[1]

    def history(self) -> History:
        """Read (change id, record id, device id, rev, payload) by record and rev, and the quarantine."""
        changes = self._all(
            "SELECT change_id, record_id, device_id, rev, plain(payload) FROM change ORDER BY record_id, rev"
        )
        return History(changes, dict(self._all("SELECT change_id, payload FROM quarantine")))

    def _read(self, before: ServerState | None) -> ServerState:
        parts = {}
        for name, (query, built) in _PARTS.items():
            rows = self._all(query)
            same = before is not None and rows == self._rows[name]
            parts[name] = getattr(before, name) if same else built(rows)
            self._rows[name] = rows
        return ServerState(**parts)

    def _all(self, query: str) -> list[tuple]:
        if self._connection is None:
            self._connection = sqlite.connect(self.path)
            self._connection.create_function("plain", 1, self._plain())
        return self._connection.execute(query).fetchall()

    def _plain(self) -> Callable[[bytes | None], str | None]:
        """Return the function that reads a packed text with the dictionary in the store."""
        assert self._connection is not None
        [(content,)] = self._connection.execute("SELECT content FROM text_dictionary").fetchall()
        decompress = ZstdDecompressor(dict_data=ZstdCompressionDict(content)).decompress
        return lambda packed: None if packed is None else decompress(packed).decode()


def _granted(rows: list[tuple]) -> dict[str, frozenset[str]]:
    granted: dict[str, set[str]] = {}
    for device, scope in rows:
        granted.setdefault(device, set()).add(scope)
    return {device: frozenset(scopes) for device, scopes in granted.items()}


@lru_cache(maxsize=4096)
def _parsed(body: str) -> dict[str, Any]:
    return json.loads(body)
