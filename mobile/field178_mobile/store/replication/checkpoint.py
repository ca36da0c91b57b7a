"""The checkpoint: every durable fact a request is built from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_texts
from field178_mobile.store.outbox.changes import stored_receipts
from field178_mobile.store.replica.server_records import ScopeCursor, scope_rows
from field178_mobile.store.replication.mass_deletion_guard import (
    ALLOWED,
    WITHHELD_AT,
    parse_cursors,
    released,
)
from field178_mobile.store.replication.server_state import ROOT, StoredRoot, root_of
from field178_shared.wire.canonical import Digest, digest_from_wire, receipt_hash


@dataclass(frozen=True, slots=True)
class IncarnationState:
    """An incarnation: receipts stored or pruned under it, and the backed-up number of the server.

    `device`: the device id of that incarnation if the tablet has become another device since.
    """

    id: str
    receipts: Digest
    backed_up: int
    explained: str
    device: str | None = None

    @property
    def agreed(self) -> Digest:
        """The accepted digest of the server: the own digest, or one with an explained difference."""
        if self.explained:
            server, own = (digest_from_wire(value) for value in json.loads(self.explained))
            if own == self.receipts and server is not None:
                return server
        return self.receipts

    def agrees_with(self, server: Digest) -> bool:
        """Return whether the server's receipts are the ones we accept."""
        return server in (self.receipts, self.agreed)


@dataclass(frozen=True, slots=True)
class SyncCheckpoint:
    """The tablet's side of the agreement.

    `withheld_at`: cursors of scopes with withheld deletions; `released`: scopes that may apply them.
    """

    incarnation: str
    epoch: str | None
    receipt_count: int
    scopes: Mapping[str, ScopeCursor]
    lives: tuple[IncarnationState, ...]
    notices: tuple[str, ...]
    wants: tuple[str, ...]
    withheld_at: Mapping[str, int]
    released: frozenset[str]
    must_offer: bool
    open_changes: int
    sent_changes: int
    isolated_changes: int
    is_revoked: bool
    needs_sign_in: bool
    root: StoredRoot | None = None

    @property
    def is_settled(self) -> bool:
        """Return whether no change, repair, request or offer is pending."""
        refreshing = any(scope.refresh for scope in self.scopes.values())
        return not (self.open_changes or self.must_offer or self.wants or refreshing or self.withheld_at)

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
        incarnation=stored.get("incarnation", ""),
        epoch=stored.get("epoch"),
        receipt_count=int(stored.get("verdicts", 0)),
        scopes=scope_rows(context),
        lives=read_lives(context),
        notices=tuple(row[0] for row in context.connection.execute("SELECT id FROM notice ORDER BY id")),
        wants=tuple(str(record_id) for record_id in json.loads(stored.get("wants", "[]"))),
        withheld_at=cursors,
        released=released(context, cursors),
        must_offer=stored.get("must_offer") == "1",
        open_changes=counts.get("pending", 0) + counts.get("sent", 0),
        sent_changes=counts.get("sent", 0),
        isolated_changes=counts.get("parked", 0),
        is_revoked=stored.get("revoked") == "1",
        needs_sign_in=stored.get("sign_in") == "1",
        root=root_of(stored.get(ROOT)),
    )


def read_lives(context: DatabaseContext) -> tuple[IncarnationState, ...]:
    """Return every incarnation of this tablet with the digest of its receipts."""
    receipts = stored_receipts(context)
    query = "SELECT id, backed_up, pruned_count, pruned_total, explained, device FROM incarnation ORDER BY id"
    lives = []
    for life_id, backed_up, count, total, explained, device in context.connection.execute(query):
        digest = Digest(count, int(total, 16))
        for change_id in receipts.get(life_id, []):
            digest = digest.add(receipt_hash(change_id))
        lives.append(IncarnationState(life_id, digest, backed_up, explained, device))
    return tuple(lives)


def explanation(server: Digest, own: Digest) -> str:
    """Return the stored form of an explained difference, valid for these two digests only."""
    return json.dumps([server.wire(), own.wire()])
