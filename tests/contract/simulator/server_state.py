"""The server's store read behind its back: plain rows, no product code between them and the oracle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from field178_mobile.store.driver import sqlite


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
    def data(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def is_purged(self) -> bool:
        return set(self.data) == {"purged"}

    @property
    def merged_into(self) -> str | None:
        return self.data.get("merged_into") if self.deleted else None


class ReceiptRow(NamedTuple):
    """One verdict as stored."""

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
    listener: str


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
    granted: Mapping[str, frozenset[str]]
    revoked: frozenset[str]

    @cached_property
    def live(self) -> dict[str, dict[str, tuple[int, str]]]:
        """{scope: {record id: (rev, h)}} of the records that are not deleted."""
        found: dict[str, dict[str, tuple[int, str]]] = {scope: {} for scope in self.scopes}
        for row in self.records.values():
            if not row.deleted:
                found[row.scope][row.id] = (row.rev, row.h)
        return found

    def scopes_of(self, device: str) -> frozenset[str]:
        """What a tablet may read now."""
        return frozenset() if device in self.revoked else self.granted.get(device, frozenset())


def read_state(path: Path) -> ServerState:
    """Read the committed state of the store."""
    with closing(sqlite.connect(path)) as connection:
        rows = connection.execute
        granted: dict[str, set[str]] = {}
        for device, scope in rows("SELECT device_id, scope FROM device_scope"):
            granted.setdefault(device, set()).add(scope)
        return ServerState(
            epoch=rows("SELECT epoch FROM tenant").fetchone()[0],
            records={
                row[0]: RecordRow(*row)
                for row in rows(
                    "SELECT record_id, type, scope, rev, seq, deleted, h, body, subject_id FROM record"
                )
            },
            feed={
                (scope, record): (seq, kind)
                for scope, record, seq, kind in rows("SELECT scope, record_id, seq, kind FROM feed")
            },
            scopes={
                row[0]: ScopeRow(*row)
                for row in rows("SELECT scope, seq, floor, live_count, live_sum FROM scope")
            },
            receipts={
                row[0]: ReceiptRow(*row)
                for row in rows(
                    "SELECT change_id, device_id, incarnation, record_id, status, reason, scope, rev, seq, "
                    "h, v, coalesce(told_to, device_id) FROM receipt"
                )
            },
            granted={device: frozenset(scopes) for device, scopes in granted.items()},
            revoked=frozenset(
                row[0] for row in rows("SELECT device_id FROM device WHERE revoked_at IS NOT NULL")
            ),
        )


@dataclass(frozen=True)
class History:
    """What the store keeps of every change: the text of the history and of the quarantine."""

    changes: list[tuple[str, str, str | None, int | None, str]]
    quarantined: Mapping[str, str]


def read_history(path: Path) -> History:
    """Read (change id, record id, device id, rev, payload) by record and rev, and the quarantine."""
    with closing(sqlite.connect(path)) as connection:
        changes = connection.execute(
            "SELECT change_id, record_id, device_id, rev, payload FROM change ORDER BY record_id, rev"
        ).fetchall()
        waiting = connection.execute("SELECT change_id, payload FROM quarantine").fetchall()
    return History(changes, dict(waiting))
