"""Prune acknowledged changes that are in a backup verified by restore."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_text, put_number, put_text
from field178_mobile.store.outbox.changes import delete_changes, prunable
from field178_mobile.store.outbox.journal import Journal
from field178_shared.wire.canonical import Digest, receipt_hash

_JOURNAL_WORTH_REWRITING = 256 << 10
_MIXED = "mixed_lives"


def prune(
    context: DatabaseContext, journal: Journal, backed_up: Mapping[str, int], agreed: Container[str]
) -> None:
    """Delete changes that are in a backup verified by restore; their receipts still count.

    Only of incarnations whose receipts agree: two copies of one database use the same numbers for other
    changes.
    """
    gone: list[str] = []
    mixed = _mixed_lives(context)
    with context.transaction("prune"):
        for life_id, number in backed_up.items():
            context.connection.execute("UPDATE incarnation SET backed_up = ? WHERE id = ?", (number, life_id))
            if life_id in agreed and life_id not in mixed:
                gone += _prune_life(context, life_id, number)
    if gone and journal.size > _JOURNAL_WORTH_REWRITING:
        # After the commit: a crash before this line leaves extra changes in the journal, never missing ones.
        kept_ids = {row[0] for row in context.connection.execute("SELECT id FROM outbox")}
        journal.keep_only(kept_ids)
        with context.transaction("journal"):
            put_text(context, "journal", journal.generation)
            put_number(context, "journal_end", journal.size)


def keep_all_of(context: DatabaseContext, life_ids: Iterable[str]) -> None:
    """Exclude these incarnations from pruning. Inside a transaction.

    A pruned change of another incarnation used up one of their numbers, so it is unknown which numbers are
    their own.
    """
    before = _mixed_lives(context)
    after = before.union(life_ids)
    if after != before:
        put_text(context, _MIXED, json.dumps(sorted(after)))


def _mixed_lives(context: DatabaseContext) -> frozenset[str]:
    return frozenset(json.loads(get_text(context, _MIXED) or "[]"))


def _prune_life(context: DatabaseContext, life_id: str, backed_up: int) -> list[str]:
    gone = prunable(context, life_id, backed_up)
    row = context.connection.execute(
        "SELECT pruned_count, pruned_total FROM incarnation WHERE id = ?", (life_id,)
    ).fetchone()
    if not gone or row is None:
        return []
    digest = Digest(row[0], int(row[1], 16))
    for change_id in gone:
        digest = digest.add(receipt_hash(change_id))
    context.connection.execute(
        "UPDATE incarnation SET pruned_count = ?, pruned_total = ? WHERE id = ?",
        (digest.count, f"{digest.total:032x}", life_id),
    )
    delete_changes(context, gone)
    return gone
