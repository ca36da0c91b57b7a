"""The checkpoint: every durable fact a request is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_texts
from field178_mobile.store.replica.server_records import ScopeCursor, scope_rows
from field178_mobile.store.replication.mass_deletion_guard import (
    ALLOWED,
    WITHHELD_AT,
    parse_cursors,
    released,
)
from field178_mobile.store.replication.server_state import ROOT, StoredRoot, root_of
from field178_shared.wire.protocol import receipt_scope


@dataclass(frozen=True, slots=True)
class SyncCheckpoint:
    """The tablet's side of the agreement.

    `withheld_at`: cursors of scopes with withheld deletions; `released`: scopes that may apply them.
    """

    device: str
    incarnation: str
    epoch: str | None
    backed_up: int
    scopes: Mapping[str, ScopeCursor]
    notices: tuple[str, ...]
    withheld_at: Mapping[str, int]
    released: frozenset[str]
    open_changes: int
    isolated_changes: int
    is_revoked: bool
    needs_sign_in: bool
    root: StoredRoot | None = None

    @property
    def receipt_scope(self) -> str:
        """The scope of the receipts of this device."""
        return receipt_scope(self.device)

    @property
    def differing(self) -> list[str]:
        """The scopes that wait for their repair."""
        return [scope.id for scope in self.scopes.values() if scope.refresh]

    @property
    def live_records(self) -> int:
        """Number of live records on this tablet, without the receipts."""
        return sum(row.digest.count for row in self.scopes.values() if row.id != self.receipt_scope)

    @property
    def is_loading(self) -> bool:
        """Return whether the load of a scope has not ended."""
        return any(scope.below for scope in self.scopes.values())

    @property
    def is_settled(self) -> bool:
        """Return whether no change, repair or load is pending."""
        return not (self.open_changes or self.differing or self.withheld_at or self.is_loading)

    @property
    def asks(self) -> bool:
        """Return whether withheld deletions need the user's answer."""
        return any(scope.withheld and scope.answer != ALLOWED for scope in self.scopes.values())


def read_checkpoint(context: DatabaseContext) -> SyncCheckpoint:
    """Return the checkpoint of the tablet."""
    counts = dict(
        context.connection.execute(
            "SELECT state, count(*) FROM outbox WHERE state <> 'acknowledged' AND "
            "(state <> 'parked' OR replaced_by IS NULL) GROUP BY state"
        ).fetchall()
    )
    stored = get_texts(context)
    cursors = parse_cursors(stored.get(WITHHELD_AT))
    return SyncCheckpoint(
        device=stored.get("device", ""),
        incarnation=stored.get("incarnation", ""),
        epoch=stored.get("epoch"),
        backed_up=int(stored.get("backed_up", 0)),
        scopes=scope_rows(context),
        notices=tuple(row[0] for row in context.connection.execute("SELECT id FROM notice ORDER BY id")),
        withheld_at=cursors,
        released=released(context, cursors),
        open_changes=counts.get("pending", 0) + counts.get("sent", 0),
        isolated_changes=counts.get("parked", 0),
        is_revoked=stored.get("revoked") == "1",
        needs_sign_in=stored.get("sign_in") == "1",
        root=root_of(stored.get(ROOT)),
    )
